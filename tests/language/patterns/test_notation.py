"""Notation of patterns: values by kind of argument, random choices, signals, and mistakes with their place."""

from fractions import Fraction

import pytest

from impsy_tui.language import Mistake, Program, Source, first_refused, parse
from impsy_tui.language.completion import CompletionSources, complete
from impsy_tui.language.patterns.events import Hole, Signal
from impsy_tui.language.patterns.pattern import MOST_EVENTS, CycleLength
from tests.language.patterns.reading import onsets, pattern


def values(text: str, command: str, behind: str = "") -> list[object]:
    return [event.value for event in onsets(pattern(text, behind, command), 0, 1)]


def mistake(line: str) -> tuple[str, str]:
    """Returns the marked text and the message of a line that cannot be read."""
    read = parse(line)
    assert isinstance(read, Mistake), line
    return line[read.start : read.end], read.message


@pytest.mark.parametrize(
    ("command", "text", "expected"),
    [
        ("mode", "battle duet", ["battle", "duet"]),
        ("mode", "call bat", ["callresponse", "battle"]),
        ("mute x1", "t f on off", [True, False, True, False]),
        ("thru", "t f", [True, False]),
        ("threshold", "200ms 1.5s 2", [0.2, 1.5, 2.0]),
        ("swing", "50% 60%", [0.5, 0.6]),
        ("max_response", "10s off", [10.0, "off"]),
        ("quantise", "1/16 1/8 off", ["1/16", "1/8", "off"]),
        ("hand over", "bar now", ["bar", "now"]),
        ("ensemble", "2 4", [2.0, 4.0]),
        ("rest", "-50 -30.5", [-50.0, -30.5]),
        ("hold x1", "0.2 ^ ^bass", [0.2, Hole(), Hole("bass")]),
        ("range x1 0", "0.5 1", [0.5, 1.0]),
        ("speed", "1 2*2", [1.0, 2.0, 2.0]),
        ("tempo", "100bpm 120", [100.0, 120.0]),
    ],
)
def test_pattern_has_values_of_its_argument(command: str, text: str, expected: list[object]) -> None:
    assert values(text, command) == expected


def test_one_value_in_quotes_is_the_value() -> None:
    for line, plain in (
        ('temp "0.5"', "temp 0.5"),
        ('mode "battle"', "mode battle"),
        ('hold x1 "0.5"', "hold x1 0.5"),
    ):
        assert str(parse(line)) == plain


@pytest.mark.parametrize(
    "line",
    [
        'temp "0.5 1 2"',
        '@bass hold x1 x2 "0.2 ^ <0.5 0.8>" fast 2 every 3 (rev shift 0.25) cycle 2 bars now',
        'range x1 "0.1 0.2" fast 2 0.8',
        'quantise "<1/16 1/8>" at 120',
        'every 4s temp "0.5 1"; after 2s mode "<battle duet>" degrade',
        'temp "sine*2" range 0.5 1.5 smooth quantise 8 cycle 8s',
        'play x1 x2 "0.2 0.8, 0.5"',
    ],
)
def test_pattern_is_written_as_typed(line: str) -> None:
    read = parse(line)
    assert isinstance(read, Program)
    assert str(read) == line
    assert parse(str(read)) == read


@pytest.mark.parametrize(
    ("line", "marked", "said"),
    [
        ('temp "0.5 200"', "200", "'200' is out of range (above 0 and at most 100)"),
        ('temp "0.5 wild 1"', "wild", "'wild' is not a number"),
        ('mode "battle duett"', "duett", "did you mean duet?"),
        ('mute x1 "t maybe"', "maybe", "'maybe' is not t or f"),
        ('temp "1 [2 3"', "[", "'[' is not closed: ] is missing"),
        ('temp "1 <2 3]"', "<", "'<' is not closed: > is missing"),
        ('temp "1 2]"', "]", "']' closes no bracket"),
        ('temp "1 2*"', "*", "* needs a number above 0"),
        ('temp "1 2*0"', "*0", "* needs a number above 0"),
        ('temp "1(3)"', "(3)", "( ) has pulses, steps and turns"),
        ('temp "1 2?2"', "?2", "? needs a share from 0 to 1"),
        ('temp "_ 1"', "_", "a step must stand before this"),
        ('temp "1 | 2, 3"', ",", ", and | need [ ]"),
        ('temp "<1 | 2>"', "|", "| cannot stand in < >"),
        ('temp "1 ^"', "^", "only hold and play have it"),
        ('temp ""', "", "steps are missing"),
        ('mode "sine battle"', "sine", "'sine' is not"),
        ('temp "1 2" fst 2', "fst", "no transformation of a pattern"),
        ('temp "1 2" fast', "", "fast needs a number"),
        ('temp "1 2" fast 0', "0", "out of range"),
        ('temp "1 2" every 2 fast 2', "fast", "every needs transformations in brackets"),
        ('temp "1 2" every 2 (fast 2', "", "( is not closed"),
        ('temp "1 2" every 2 (fst 2)', "fst", "did you mean fast?"),
        ('temp "1 2" cycle 2', "", "cycle needs bars or seconds"),
        ('temp "1 2" cycle 0.1s', "0.1s", "out of range"),
        ('temp "1 2" range 0.5 200', "200", "out of range"),
        ('mode "battle duet" smooth', "smooth", "no transformation of a pattern"),
        ('over 4s temp "1 2"', '"1 2"', "is not a number"),
        ('temp "1*999"', '"1*999"', f"at most {MOST_EVENTS} steps in a cycle"),
        ('temp "[1*20]*20"', '"[1*20]*20"', f"at most {MOST_EVENTS} steps in a cycle"),
        ('temp "1 2" fast 200', '"1 2"', f"at most {MOST_EVENTS} steps in a cycle"),
        ('temp "' + "[" * 30 + '"', "[", "at most 12 brackets"),
    ],
)
def test_mistake_in_a_pattern_is_marked(line: str, marked: str, said: str) -> None:
    found, message = mistake(line)
    assert found == marked
    assert said in message


def test_range_allows_other_numbers_in_the_pattern() -> None:
    assert values("0 0.5 1", "temp", "range 0.5 1.5") == [0.5, 1.0, 1.5]
    assert mistake('temp "0 1"')[0] == "0"


def test_argument_of_a_macro_stands_in_a_pattern() -> None:
    read = parse('def wave to n = temp "0.5 $to" fast $n')
    assert isinstance(read, Program)
    macro = next(value for step in read.walk() for value in step.values.values())
    called = parse("wave 2 4", {"wave": macro})  # type: ignore[dict-item]
    assert isinstance(called, Program)
    assert str(next(called.walk())) == 'temp "0.5 2" fast 4'
    refused = parse("wave 200 4", {"wave": macro})  # type: ignore[dict-item]
    assert isinstance(refused, Mistake)
    assert "in wave: '200' is out of range" in refused.message


def test_pattern_of_a_macro_is_one_argument() -> None:
    read = parse("def all_temps p = temp $p")
    assert isinstance(read, Program)
    macro = next(value for step in read.walk() for value in step.values.values())
    called = parse('all_temps "0.5 1"', {"all_temps": macro})  # type: ignore[dict-item]
    assert isinstance(called, Program)
    assert str(next(called.walk())) == 'temp "0.5 1"'


def test_cycle_and_now_are_read() -> None:
    assert pattern("1 2", "cycle 2 bars").cycle == CycleLength(bars=2.0)
    assert pattern("1 2", "cycle 8s").cycle == CycleLength(seconds=8.0)
    assert pattern("1 2", "cycle 1 bar now").now
    assert not pattern("1 2", "rev").now


def test_random_choice_depends_on_seed_and_cycle_only() -> None:
    found = pattern("1? 2?0.3 [3|4|5]*2", "sometimes (fast 2) degrade")
    whole = onsets(found, 0, 40, seed=1)
    assert whole == [event for cycle in range(40) for event in onsets(found, cycle, cycle + 1, seed=1)]
    assert whole == onsets(found, 0, 40, seed=1)
    assert whole != onsets(found, 0, 40, seed=2)


@pytest.mark.parametrize(
    ("text", "behind", "share"), [("1*8?", "now", 0.5), ("1*8?0.2", "now", 0.8), ("1*8", "degrade", 0.5)]
)
def test_random_drop_leaves_its_share(text: str, behind: str, share: float) -> None:
    left = len(onsets(pattern(text, behind), 0, 500)) / 4000
    assert abs(left - share) < 0.04


def test_random_choice_gives_each_value_alike() -> None:
    drawn = [event.value for event in onsets(pattern("1|2|3"), 0, 900)]
    assert len(drawn) == 900
    assert all(240 < drawn.count(value) < 360 for value in (1.0, 2.0, 3.0))


def test_sometimes_changes_half_of_the_events() -> None:
    plain = onsets(pattern("1*4", "now"), 0, 200)
    moved = onsets(pattern("1*4", "sometimes (shift 0.125)"), 0, 200)
    stayed = sum(event in plain for event in moved)
    assert 320 < stayed < 480


@pytest.mark.parametrize(
    ("text", "behind", "expected"),
    [
        ("sine", "now", [0.5, 1.0, 0.5, 0.0, 0.5]),
        ("saw", "now", [0.0, 0.25, 0.5, 0.75, 1.0]),
        ("tri", "now", [0.0, 0.5, 1.0, 0.5, 0.0]),
        ("square", "now", [0.0, 0.0, 1.0, 1.0, 1.0]),
        ("saw", "range 2 4", [2.0, 2.5, 3.0, 3.5, 4.0]),
        ("saw", "range 4 2", [4.0, 3.5, 3.0, 2.5, 2.0]),
        ("saw", "rev", [1.0, 0.75, 0.5, 0.25, 0.0]),
        ("saw", "quantise 2", [0.0, 0.0, 0.5, 1.0, 1.0]),
        ("0 1", "smooth", [0.0, 0.25, 0.5, 0.75, 1.0]),
        ("0 1", "smooth range 2 4", [2.0, 2.5, 3.0, 3.5, 4.0]),
        ("0 1", "range 2 4 smooth", [2.0, 2.5, 3.0, 3.5, 4.0]),
    ],
)
def test_signal_changes_over_its_event(text: str, behind: str, expected: list[float]) -> None:
    event = onsets(pattern(text, behind), 0, 1)[0]
    assert isinstance(event.value, Signal)
    shares = [0.0, 0.25, 0.5, 0.75, 1.0]
    assert [event.value.at(event, share, 0, 0) for share in shares] == pytest.approx(expected)


def test_rand_changes_with_each_sample_and_perlin_moves_between_cycles() -> None:
    noise = onsets(pattern("rand"), 0, 1)[0]
    assert isinstance(noise.value, Signal)
    drawn = [noise.value.at(noise, 0.0, sample, 3) for sample in range(200)]
    assert len(set(drawn)) == 200
    assert all(0.0 <= number < 1.0 for number in drawn)
    first, second = onsets(pattern("perlin"), 0, 2)
    assert isinstance(first.value, Signal)
    assert isinstance(second.value, Signal)
    assert first.value.at(first, 1.0, 0, 3) == pytest.approx(second.value.at(second, 0.0, 0, 3))


def test_smooth_glides_over_rests_and_into_the_next_cycle() -> None:
    events = onsets(pattern("0 ~ 1", "smooth"), 0, 2)
    assert [(event.begin, event.end) for event in events] == [
        (0, Fraction(2, 3)),
        (Fraction(2, 3), 1),
        (1, Fraction(5, 3)),
        (Fraction(5, 3), 2),
    ]


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ('mode "battle d', ("duet",)),
        ('mode "<ba', ("battle",)),
        ('temp "0.5 [1 s', ("sine", "saw", "square")),
        ('hold x1 "0.5 ^b', ("^bass",)),
        ('quantise "<1/1', ("1/16", "1/12", "1/1")),
        ('temp "0.5 1" sm', ("smooth",)),
        ('temp "0.5 1" fast 2 pal', ("palindrome",)),
        ('temp "0.5 1" every 2 (re', ("rev",)),
        ('temp "0.5 1" cycle 2 b', ("bar", "bars")),
        ('temp "0.5 1" no', ("now",)),
        ('mode "battle duet" sm', ()),
    ],
)
def test_completion_inside_and_behind_a_pattern(line: str, options: tuple[str, ...]) -> None:
    assert complete(line, CompletionSources(players=("main", "bass"))).options == options


def test_completion_names_what_a_pattern_takes() -> None:
    found = complete('temp "0.5 ', CompletionSources())
    assert "a number, above 0 and at most 100" in found.hint
    assert found.options == ()


def test_other_machines_may_not_begin_patterns() -> None:
    for line, name in (('temp "0.5 1"', "temp with a pattern"), ("temp 0.5", "")):
        read = parse(line)
        assert isinstance(read, Program)
        assert first_refused(read, Source.NETWORK, {}) == name
