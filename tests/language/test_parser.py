"""Parsing of lines: commands, and mistakes that point at the wrong word."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from impsy_tui.language import COMMANDS, Call, Chance, Command, Invocation, Macro, Mistake, Moment, Program, parse
from impsy_tui.language.parser import LONGEST_LINE, parse_dimensions, read_macros
from impsy_tui.language.program import quoted
from tests.support.lines import MACROS, invocations, programs, typed


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
def test_line_becomes_an_invocation(line: str, name: str, values: dict[str, object]) -> None:
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
        ("temp 1e999", "1e999", "out of range"),
        ("temp 1.3s", "1.3s", "a number"),
        ("threshold 1h", "1h", "a time such as 5s or 200ms, 0 to 3600 s"),
        ("threshold 5%", "5%", "a time"),
        ("thru maybe", "maybe", "on or off"),
        ("pause now", "now", "pause"),
        ("temp 1 2", "2", "temp TEMPERATURE"),
        ("help mdoe", "mdoe", "mode"),
        ("temp 900", "900", "'900' is out of range (above 0 and at most 100)"),
        ("temp =-1", "=-1", "out of range"),
        ("swing 66", "66", "out of range (50% to 75%)"),
        ("scene load dark", "dark", "only 'now' is allowed here, not 'dark'"),
        ("scene", "", "scene needs the name of a scene"),
        ("goto", "", "goto needs the name of a cue"),
        ("stop", "stop", "pause silences the player, panic everything; shutdown ends"),
        ("model m", "model", "load m"),
        ("rand 1 2", "rand", "temp rand 0.5 1.5"),
        ("cancel", "", "a whole number, 1 to 1000000000, or all"),
        ("mute 3", "3", "did you mean x3"),
        ("mute all", "all", "x1-x4"),
        ("nudge midi +12ms", "+12ms", "without +"),
        ("temperature 1", "temperature", "temp changes the pi temperature"),
        ("models", "models", "load changes the model"),
        ("mute x0", "x0", "is not a dimension"),
        ("mute x3-x1", "x3-x1", "is not a dimension"),
        ("hold x3", "", "a number"),
        ("hold x3 x", "x", "a number"),
        ("keep job x", "x", "a whole number, 1 to 1000000"),
        ("at 24:00 give", "24:00", "'24:00' is not a time of day: 0:00 to 23:59"),
        ("at 18:60 give", "18:60", "is not a time of day"),
        ("at 18 give", "18", "is not a time of day"),
        ("at noon give", "noon", "a time of day such as 18:00"),
        ("at 18:00", "", "at needs one or more commands"),
        ('load ""', '""', "model"),
    ],
)
def test_mistake_points_at_its_word(line: str, word: str, says: str) -> None:
    found = parse(line)
    assert isinstance(found, Mistake)
    assert line[found.start : found.end] == word
    assert says in found.message


@pytest.mark.parametrize("line", ["", "   ", "temp", "mode", "load"])
def test_missing_word_is_marked_at_end_of_line(line: str) -> None:
    found = parse(line)
    assert isinstance(found, Mistake)
    assert found.start == found.end == len(line)


@pytest.mark.parametrize("macros", [{}, MACROS])
@given(line=typed())
def test_any_text_is_a_program_or_one_mistake(line: str, macros: dict[str, Macro]) -> None:
    found = parse(line, macros)
    assert isinstance(found, Program | Mistake)
    if isinstance(found, Mistake):
        assert 0 <= found.start <= found.end <= len(line)
        assert found.message
    else:
        assert parse(str(found), macros) == found


@given(programs())
def test_printing_and_parsing_gives_the_same_again(program: Program) -> None:
    assume(len(str(program)) <= LONGEST_LINE)
    assert parse(str(program), MACROS) == program


@pytest.mark.parametrize("command", COMMANDS.values(), ids=str)
@settings(max_examples=15)
@given(st.data())
def test_every_command_prints_as_it_is_typed(command: Command, data: st.DataObject) -> None:
    program = Program((data.draw(invocations(command)),))
    assume(len(str(program)) <= LONGEST_LINE)
    assert parse(str(program), MACROS) == program


@pytest.mark.parametrize("command", COMMANDS.values(), ids=str)
def test_every_example_can_be_typed(command: object) -> None:
    assert isinstance(parse(command.example), Program)  # type: ignore[attr-defined]


def test_dimensions_alone() -> None:
    assert parse_dimensions("x1 x3-x5 x4") == (1, 3, 4, 5)
    for text in ("", "3", "x0", "x3 nonsense", "x5-x3", '"x1"'):
        assert isinstance(parse_dimensions(text), Mistake)


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("mode battle;temp 1.3", "mode battle; temp 1.3"),
        ("; ; mode battle ;", "mode battle"),
        ("@lead temp 50%", "@lead temp 0.5"),
        ("@all mute x1-x2; @lead take", "@all mute x1 x2; @lead take"),
        ("over 8s temp 0.6 sigma 0.02", "over 8s temp 0.6 sigma 0.02"),
        ("over 8 ease temp 0.6; sigma 1", "over 8s ease temp 0.6 sigma 1"),
        ("over 500ms hold x1 x2 1 range x3 0 1 scene dark now", "over 0.5s hold x1 x2 1 range x3 0 1 scene dark now"),
        ("@lead over 1m tempo 90", "@lead over 60s tempo 90"),
        ("after 10s mode battle; every 4s temp rand 0.5 1.5", "after 10s mode battle; every 4s temp rand 0.5 1.5"),
        ("at silence 500ms give", "at silence 0.5s give"),
        ("whenever event 100 threshold rand 1s 2000ms", "whenever event 100 threshold rand 1s 2s"),
        ("def rise to = mode duet; over 8s temp $to", "def rise to = mode duet; over 8s temp $to"),
        ("def x1 = @lead temp 1", "def x1 = @lead temp 1"),
        (
            "def who to = @$to temp 1; at silence $to hold x1 $to",
            "def who to = @$to temp 1; at silence $to hold x1 $to",
        ),
        ("drop; @lead glide 1 2", "drop; @lead glide 1 2"),
        ("after 1s drop", "after 1s drop"),
        ('scene "save"', 'scene "save"'),
        ('load "on"; load model', 'load "on"; load "model"'),
        ("scene save dark; scene dark now", "scene save dark; scene dark now"),
        ('bind f5 "mode battle; temp 1"; temp 2', 'bind f5 "mode battle; temp 1"; temp 2'),
        ('bind f5 "load "my model"; temp 1"', 'bind f5 "load "my model"; temp 1"'),
        ('set osc.output_address ["/a;b"]; temp 1', 'set osc.output_address ["/a;b"]; temp 1'),
        ("quantise 1/16 at 120bpm", "quantise 1/16 at 120"),
        ("hand over on bar; hand over beat", "hand over bar; hand over beat"),
        ("nudge midi -12ms", "nudge midi -0.012s"),
        ("replay 2026-05-01 through m at 2x", "replay 2026-05-01 at 2 through m"),
        ("swing 60%; seed 7; cancel 3; cancel all", "swing 0.6; seed 7; cancel 3; cancel all"),
        ("unbind f5; unbind cc 1 64", "unbind f5; unbind cc 1 64"),
    ],
)
def test_whole_programs(line: str, printed: str) -> None:
    read = parse(line, MACROS)
    assert isinstance(read, Program)
    assert str(read) == printed
    assert parse(printed, MACROS) == read


@pytest.mark.parametrize(
    ("line", "word", "says"),
    [
        ("mode battle; temp x", "x", "a number"),
        ("mode battle temp 1", "temp", "mode takes no more"),
        ("@ temp 1", "@", "@name"),
        ("@3 temp 1", "@3", "@name"),
        ("@lead", "", "a command after @lead is missing"),
        ("@lead quit", "quit", "whole engine"),
        ("over 8s", "", "settings such as"),
        ("over 8s mode battle", "mode", "mode cannot be ramped. These can: temp"),
        ("over 8s temp 1; mode battle", "mode", "All commands after over belong to it"),
        ("over 8s drop", "drop", "drop cannot be ramped"),
        ("over 8s smooth 0.8 budget off", "budget", "budget off cannot be ramped: over needs a number"),
        ("over 8s @lead temp 1", "@lead", "@lead over"),
        ("over 8s scene save dark", "scene", "scene save cannot be ramped"),
        ("over 8s tmep 1", "tmep", "did you mean temp"),
        ("after 10s", "", "one or more commands"),
        ("after 10s ; temp 1", "", "one or more commands"),
        ("after 10s temp 1; sigma x", "x", "a number"),
        ("every 1ms temp 1", "1ms", "0.02 to 86400 s"),
        ("at noon temp 1", "noon", "call, response, silence 5s"),
        ("at silence 0 temp 1", "0", "above 0"),
        ("at silence rand 1 2 temp 1", "silence", "one number"),
        ("temp rand 1", "", "a number"),
        ("temp rand 1 x", "x", "a number"),
        ("max_response rand 1s off", "rand", "two numbers"),
        ("def", "", "a name"),
        ("def drop", "", "a name"),
        ("def temp = mode battle", "temp", "has another meaning already"),
        ("def job = mode battle", "job", "has another meaning already"),
        ("def 3 = temp 1", "3", "is not a name"),
        ("def up =", "", "the commands of up are missing"),
        ("def up = ; ;", "", "the commands of up are missing"),
        ("def up to = temp $too", "$too", "a number"),
        ("def up = mode battle; tepm 1", "tepm", "did you mean temp"),
        ("def drop = drop", "drop", "no command is called drop"),
        ("thinking", "thinking", "show thinking shows this page or pane, or hides it"),
        ("evolve on", "", "evolve needs the name of a machine"),
        ("evolve every 10m ask", "ask", "[every TIME] [size xs|s] [from current] [on HOST]"),
        ("glide 1", "", "glide is written glide TO TIME"),
        ("glide 1 2 3", "3", "glide is written glide TO TIME"),
        ("glide x 2", "glide", "'x' is not a number"),
        ("drip", "drip", "did you mean drop"),
        ("seed 3000000000", "3000000000", "0 to 2147483647"),
        ("quantise 1/5", "1/5", "a note length such as 1/16"),
    ],
)
def test_mistake_in_a_program_points_at_its_word(line: str, word: str, says: str) -> None:
    found = parse(line, MACROS)
    assert isinstance(found, Mistake)
    assert line[found.start : found.end] == word
    assert says in found.message


def test_macro_stands_for_its_commands_with_arguments_in_place() -> None:
    macros = read_macros(['pick what at = load $what; bind f5 "load $what"; over $at temp 1'])
    read = parse('pick "my model" 2s', macros)
    assert isinstance(read, Program)
    (call,) = read.steps
    assert isinstance(call, Call)
    assert call.words == ("my model", "2s")
    assert str(call.program) == 'load "my model"; bind f5 "load my model"; over 2s temp 1'
    assert [each.command.name for each in read.walk()] == ["load", "bind", "over", "temp"]


def test_argument_of_macro_adds_no_commands() -> None:
    read = parse('pick "m; shutdown"', read_macros(["pick what = load $what"]))
    assert isinstance(read, Program)
    assert [each.command.name for each in read.walk()] == ["load"]


def test_definitions_print_as_macros_are_read() -> None:
    read = parse("def glide to time = hold x1 $to; over $time temp $to")
    assert isinstance(read, Program)
    (step,) = read.steps
    assert isinstance(step, Invocation)
    macro = step.values["definition"]
    assert isinstance(macro, Macro)
    assert read_macros([str(macro), "no definition", " = "]) == {"glide": macro}


@pytest.mark.parametrize(
    "definitions",
    [
        ["a = a"],
        ["a = b; b", "b = a; a"],
        [*(f"m{n} = {'; '.join([f'm{n + 1}'] * 60)}" for n in range(7)), "m7 = take"],
        [*(f"m{n} x = m{n + 1} $x$x$x$x" for n in range(7)), "m7 x = load $x"],
        ["a x = " + "; ".join(["after 1s a $x"] * 5)],
    ],
)
def test_macros_without_end_are_one_mistake(definitions: list[str]) -> None:
    macros = read_macros(definitions)
    line = " ".join([next(iter(macros)), *["x" * 30] * len(next(iter(macros.values())).parameters)])
    assert isinstance(parse(line, macros), Mistake)


@pytest.mark.parametrize(
    "line",
    [
        "every 1s every 1s give",
        "whenever call after 2s every 1s give",
        "every 1s more",
        "at 10:00 every 1s give",
        "every 1s at 10:00 give",
        "at 10:00 more",
        "at 9:00 at 18:00 give",
    ],
)
def test_schedules_that_repeat_cannot_be_nested(line: str) -> None:
    macros = read_macros(["more = whenever call give"])
    read = parse(line, macros)
    assert isinstance(read, Mistake)
    assert "each time would leave one more pending" in read.message


@pytest.mark.parametrize("word", ["after 1", "at bar", "def a ="])
def test_too_deep_nesting_is_one_mistake(word: str) -> None:
    assert isinstance(parse(f"{word} {word} take"), Program)
    found = parse(f"{word} " * (LONGEST_LINE // (len(word) + 1) - 1) + "take")
    assert isinstance(found, Mistake)
    assert "can be nested" in found.message


def test_chances_and_moments_are_values() -> None:
    read = parse("at silence 5s every 2s temp rand 0.5 1.5")
    assert isinstance(read, Program)
    at, every, temp = read.walk()
    assert at.values["moment"] == Moment("silence", 5.0)
    assert every.values["time"] == 2.0
    assert temp.values == {"temperature": Chance(0.5, 1.5)}


def test_time_of_day_is_a_moment_in_minutes() -> None:
    read = parse("at 09:05 fade 30s; pause")
    assert isinstance(read, Program)
    assert [str(each.values.get("moment", "")) for each in read.walk()] == ["9:05", "", ""]
    assert next(read.walk()).values["moment"] == Moment("time", 545.0)


def test_parser_refuses_too_many_dimensions() -> None:
    assert isinstance(parse("mute x1-x1023"), Program)
    wrong = parse("mute x1-x1000 x1-x1000 x1-x1000")
    assert isinstance(wrong, Mistake)
    assert (wrong.message, wrong.start) == ("too many dimensions: 1024", 14)


@pytest.mark.parametrize(
    ("line", "pointed"),
    [
        ("temp 1,3", "1.3"),
        ("after 2,5s mode duet", "2.5s"),
        ("speed 50,5%", "50.5%"),
        ("temp rand 0,5 1.5", "0.5"),
        ("temp ,5", ".5"),
    ],
)
def test_parse_of_a_decimal_comma_says_how_a_number_is_written(line: str, pointed: str) -> None:
    read = parse(line)
    assert isinstance(read, Mistake)
    assert read.message.endswith(f"; with a point: {pointed}")


@pytest.mark.parametrize("line", ["temp a,b", "temp 1,2,3", "temp ,"])
def test_parse_of_other_commas_suggests_no_point(line: str) -> None:
    read = parse(line)
    assert isinstance(read, Mistake)
    assert "point" not in read.message


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Mode Battle", "mode battle"),
        ("THRU ON", "thru on"),
        ("Cancel Job", "cancel job"),
        ("Mute X1-X3", "mute x1-x3"),
        ("After 5S Take", "after 5s take"),
        ("Quantise 1/8 AT 120", "quantise 1/8 at 120"),
        ("mode b", "mode battle"),
        ("mode call", "mode callresponse"),
    ],
)
def test_parse_takes_capitals_and_unique_beginnings(typed: str, meant: str) -> None:
    assert str(parse(typed)) == str(parse(meant))


def test_parse_leaves_names_as_they_are_typed() -> None:
    assert str(parse("Load Big-Model")) == "load Big-Model"


@pytest.mark.parametrize("name", ['a "b" c', '"', "it's", 'a"b', "two words"])
def test_quoted_name_is_read_again_as_it_was(name: str) -> None:
    read = parse(f"load {quoted(name)}")
    assert isinstance(read, Program)
    (step,) = read.steps
    assert isinstance(step, Invocation)
    assert step.values == {"model": name}
    assert str(parse(str(read))) == str(read)
