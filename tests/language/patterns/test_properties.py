"""Rules that hold for every pattern."""

import itertools
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as some

from impsy_tui.language import Mistake, Program, parse
from impsy_tui.language.patterns.events import PatternEvent
from impsy_tui.language.patterns.nodes import Fast, Node, Shifted
from impsy_tui.language.patterns.pattern import CyclicPattern
from impsy_tui.language.patterns.transformations import Reversed

_ATOMS = some.sampled_from(["1", "2", "3.5", "~", "0.25"])


def _grown(inner: some.SearchStrategy[str]) -> some.SearchStrategy[str]:
    modified = some.builds(
        "{}{}".format,
        inner,
        some.sampled_from(["", "*2", "*3", "/2", "@2", "!2", "?", "?0.3", "(3,8)", "(2,5,1)", "*<1 2>"]),
    )
    several = some.lists(modified, min_size=1, max_size=4).map(" ".join)
    return some.one_of(
        several.map("[{}]".format),
        several.map("<{}>".format),
        some.lists(several, min_size=2, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
        some.lists(several, min_size=2, max_size=3).map(lambda parts: f"[{' | '.join(parts)}]"),
    )


TEXTS = some.recursive(_ATOMS, _grown, max_leaves=5)
FACTORS = some.fractions(Fraction(1, 4), Fraction(4), max_denominator=6)
TIMES = some.fractions(Fraction(0), Fraction(8), max_denominator=24)


def node(text: str) -> Node | None:
    """Returns the first layer of a pattern; None if the pattern has too many steps."""
    read = parse(f'sigma "{text}" now')
    if isinstance(read, Mistake):
        assert "steps in a cycle" in read.message, (text, read)
        return None
    assert isinstance(read, Program)
    (found,) = (value for step in read.walk() for value in step.values.values())
    assert isinstance(found, CyclicPattern)
    return found.layers[0]


def events(made: Node, begin: Fraction | int = 0, end: Fraction | int = 4) -> list[PatternEvent]:
    return sorted(made.query(Fraction(begin), Fraction(end), 7), key=lambda one: (one.start, one.begin, str(one)))


@given(TEXTS, FACTORS)
def test_fast_and_slow_invert_each_other(text: str, factor: Fraction) -> None:
    if (made := node(text)) is not None:
        assert events(Fast(Fast(made, factor), 1 / factor)) == events(made)


@given(TEXTS)
def test_rev_twice_is_the_pattern(text: str) -> None:
    if (made := node(text)) is not None:
        for cycle in range(4):
            assert events(Reversed(Reversed(made)), cycle, cycle + 1) == events(made, cycle, cycle + 1)


@given(TEXTS, TIMES)
def test_shift_there_and_back_is_the_pattern(text: str, by: Fraction) -> None:
    if (made := node(text)) is not None:
        assert events(Shifted(Shifted(made, by), -by)) == events(made)


@given(TEXTS, some.lists(TIMES, max_size=6))
def test_onsets_do_not_depend_on_the_borders_of_queries(text: str, borders: list[Fraction]) -> None:
    if (made := node(text)) is not None:
        ends = sorted({Fraction(0), *borders, Fraction(8)})
        pieces = [one for begin, end in itertools.pairwise(ends) for one in events(made, begin, end)]
        found = sorted((one.begin, one.end, one.value) for one in pieces if one.has_onset)
        whole = sorted((one.begin, one.end, one.value) for one in events(made, 0, 8) if one.has_onset)
        assert found == whole


@given(TEXTS)
def test_cycle_has_no_more_events_than_its_bound(text: str) -> None:
    if (made := node(text)) is not None:
        for cycle in range(6):
            found = [one for one in events(made, cycle, cycle + 1) if one.has_onset]
            assert len(found) <= made.most
            assert all(cycle <= one.begin < cycle + 1 and one.begin < one.end for one in found)


@given(some.text('0123456789.~^[]<>(){}*/!@?|,_ abx$"-', max_size=40))
def test_any_text_gives_a_pattern_or_a_mistake_inside_the_line(text: str) -> None:
    line = f'temp "{text}" now'
    read = parse(line)
    if isinstance(read, Mistake):
        assert 0 <= read.start <= read.end <= len(line)
    else:
        assert parse(str(read)) == read
