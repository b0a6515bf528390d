"""Lines become invocations or mistakes, and mistakes point at the word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.language import COMMANDS, Invocation, Kind, Mistake, Program, parse
from impsy_tui.language.parse import parse_dimensions


@pytest.mark.parametrize(
    ("line", "name", "values"),
    [
        ("mode battle", "mode", {"mode": "battle"}),
        ("  mode   filter ", "mode", {"mode": "filter"}),
        ("temp 1.3", "temp", {"temperature": 1.3}),
        ("temp 50%", "temp", {"temperature": 0.5}),
        ("speed 2x", "speed", {"factor": 2.0}),
        ("threshold 200ms", "threshold", {"silence": 0.2}),
        ("threshold 2", "threshold", {"silence": 2.0}),
        ("max_response off", "max_response", {"time": "off"}),
        ("max_response 1m", "max_response", {"time": 60.0}),
        ("thru", "thru", {}),
        ("thru off", "thru", {"switch": False}),
        ("log new", "log", {"switch": "new"}),
        ("load m", "load", {"model": "m"}),
        ("load model m", "load", {"model": "m"}),
        ("load model", "load", {"model": "model"}),
        ('load "my model"', "load", {"model": "my model"}),
        ("fade", "fade", {}),
        ("fade 5s", "fade", {"time": 5.0}),
        ("help mode", "help", {"command": "mode"}),
        ("help cancel job", "help", {"command": "cancel job"}),
        ("mute x3", "mute", {"dimensions": (3,)}),
        ("solo x1 x3-x5 x4", "solo", {"dimensions": (1, 3, 4, 5)}),
        ("hold x1 x2 0.5", "hold", {"dimensions": (1, 2), "value": 0.5}),
        ("range x2 20% 0.8", "range", {"dimensions": (2,), "low": 0.2, "high": 0.8}),
        ("release", "release", {}),
        ("cancel job", "cancel job", {}),
        ("keep job 3", "keep job", {"number": 3.0}),
        ("rename model m 'n'", "rename", {"kind": "model", "name": "m", "to": "'n'"}),
        ('set osc.output_address ["/a", "/b c"] ', "set", {"key": "osc.output_address", "value": '["/a", "/b c"]'}),
    ],
)
def test_a_line_becomes_an_invocation(line: str, name: str, values: dict[str, object]) -> None:
    found = parse(line)
    assert isinstance(found, Program)
    (step,) = found.steps
    assert isinstance(step, Invocation)
    assert step.command.name == name
    assert step.values == values


@pytest.mark.parametrize(
    ("line", "word", "says"),
    [
        ("mode batle", "batle", "battle"),
        ("moed battle", "moed", "did you mean mode"),
        ("temp x", "x", "a number"),
        ("temp 0", "0", "above 0"),
        ("temp nan", "nan", "a number"),
        ("temp 1e999", "1e999", "a number"),
        ("temp 1.3s", "1.3s", "a number"),
        ("threshold -1s", "-1s", "a time"),
        ("threshold 5%", "5%", "a time"),
        ("thru maybe", "maybe", "on or off"),
        ("pause now", "now", "pause"),
        ("temp 1 2", "2", "temp TEMPERATURE"),
        ("help mdoe", "mdoe", "mode"),
        ("stop", "stop", "shutdown"),
        ("cancel", "cancel", "cancel job"),
        ("mute 3", "3", "x1-x4"),
        ("mute x0", "x0", "no dimension"),
        ("mute x3-x1", "x3-x1", "no dimension"),
        ("hold x3", "", "a number"),
        ("hold x3 x", "x", "a number"),
        ("keep job x", "x", "a whole number, 1 to 1000000"),
        ('load ""', '""', "model"),
    ],
)
def test_a_mistake_points_at_its_word(line: str, word: str, says: str) -> None:
    found = parse(line)
    assert isinstance(found, Mistake)
    assert line[found.start : found.end] == word
    assert says in found.message


@pytest.mark.parametrize("line", ["", "   ", "temp", "mode", "load"])
def test_what_is_missing_is_asked_for_at_the_end(line: str) -> None:
    found = parse(line)
    assert isinstance(found, Mistake)
    assert found.start == found.end == len(line)


@given(st.text())
def test_any_text_is_an_invocation_or_one_mistake(line: str) -> None:
    found = parse(line)
    assert isinstance(found, Program | Mistake)
    if isinstance(found, Mistake):
        assert 0 <= found.start <= found.end <= len(line)
        assert found.message


def _is_plain(text: str) -> bool:
    """Text that a line keeps as it is."""
    return text == text.strip() and not text.startswith('"')


def _values(command_name: str) -> st.SearchStrategy[Invocation]:
    command = COMMANDS[command_name]
    made = {}
    for argument in command.arguments:
        match argument.kind:
            case Kind.NUMBER | Kind.DURATION:
                assert argument.within is not None
                low = argument.within.low
                made[argument.name] = st.floats(low, argument.within.high, exclude_min=argument.within.above)
                if argument.choices:
                    made[argument.name] |= st.sampled_from(argument.choices)
            case Kind.WHOLE:
                assert argument.within is not None
                low, high = int(argument.within.low), int(argument.within.high)
                made[argument.name] = st.integers(low, high).map(float)
            case Kind.SWITCH:
                made[argument.name] = st.booleans()
            case Kind.CHOICE:
                made[argument.name] = st.sampled_from(argument.choices)
            case Kind.COMMAND:
                made[argument.name] = st.sampled_from(sorted(COMMANDS))
            case Kind.MODEL | Kind.DATASET | Kind.FILE | Kind.NAME:
                made[argument.name] = st.text(st.characters(codec="utf-8", exclude_characters='"'), min_size=1)
            case Kind.DIMENSIONS:
                made[argument.name] = st.lists(st.integers(1, 9999), min_size=1, unique=True).map(tuple)
            case Kind.TEXT:
                made[argument.name] = st.text(st.characters(codec="utf-8"), min_size=1).filter(_is_plain)
    optional = {a.name: made[a.name] for a in command.arguments if a.optional}
    needed = {a.name: made[a.name] for a in command.arguments if not a.optional}
    return st.fixed_dictionaries(needed, optional=optional).map(lambda values: Invocation(command, values))


@given(st.sampled_from(sorted(COMMANDS)).flatmap(_values))
def test_printing_and_parsing_gives_the_same_again(invocation: Invocation) -> None:
    assert parse(str(invocation)) == Program((invocation,))


@pytest.mark.parametrize("command", COMMANDS.values(), ids=str)
def test_every_example_can_be_typed(command: object) -> None:
    assert isinstance(parse(command.example), Program)  # type: ignore[attr-defined]


def test_dimensions_alone() -> None:
    assert parse_dimensions("x1 x3-x5 x4") == (1, 3, 4, 5)
    for text in ("", "3", "x0", "x3 nonsense", "x5-x3", '"x1"'):
        assert isinstance(parse_dimensions(text), Mistake)
