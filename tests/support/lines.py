"""Lines for Hypothesis: whole programs in the form of the parser, and any typed text."""

from dataclasses import replace

from hypothesis import strategies as st

from impsy_tui.choices import GRIDS
from impsy_tui.language import COMMANDS, ArgumentKind, Call, Chance, Command, Invocation, Macro, Moment, Program
from impsy_tui.language.command_schema import Argument
from impsy_tui.language.program import ALL_PLAYERS, MOMENTS, TIME_OF_DAY, ChannelNames, Value

MACROS = {
    macro.name: macro
    for macro in (
        Macro("drop", (), "mode battle; over 2s temp 1.8"),
        Macro("glide", ("to", "time"), "over $time temp $to"),
        Macro("fetch", ("what",), 'load "$what"; drop'),
    )
}

_WORDS = [word for command in COMMANDS.values() for word in command.example.split()]
_ODD = (
    *["x1", '"', "on", ";", "@", "@all", "@lead", "rand", "$x", "$", "=", "drop", "glide", "1e400"],
    "  ",
    "after 1s",
)


def typed() -> st.SearchStrategy[str]:
    """Returns a strategy of any text, and of the words of the language in any order."""
    word = st.sampled_from(_WORDS) | st.sampled_from(_ODD) | st.text(max_size=3)
    return st.text() | st.lists(word).map(" ".join) | st.lists(word).map("".join)


def programs(depth: int = 2) -> st.SearchStrategy[Program]:
    """Returns a strategy of whole lines in the form of the parser; a command that takes the rest of a line is the
    last."""
    plain = st.lists(_steps(takes_rest=False, depth=depth), max_size=3)
    last = plain.flatmap(lambda steps: _steps(takes_rest=None, depth=depth).map(lambda one: (*steps, one)))
    return last.map(Program)


def _steps(*, takes_rest: bool | None, depth: int) -> st.SearchStrategy[Invocation | Call]:
    commands = [each for each in COMMANDS.values() if takes_rest is None or each.takes_rest is takes_rest]
    if not depth:
        commands = [each for each in commands if not each.takes_rest]
    return st.sampled_from(commands).flatmap(lambda command: invocations(command, depth)) | calls()


def invocations(command: Command, depth: int = 1) -> st.SearchStrategy[Invocation]:
    """Returns a strategy of a command with any allowed arguments."""
    arguments = {argument.name: values(argument, depth) for argument in command.arguments}
    optional = {each.name: arguments.pop(each.name) for each in command.arguments if each.optional}
    made = st.fixed_dictionaries(arguments, optional=optional)
    if not command.player:
        return made.map(lambda values: Invocation(command, values))
    return st.builds(lambda values, player: Invocation(command, values, player), made, _players())


def calls() -> st.SearchStrategy[Call]:
    """Returns a strategy of macros with their commands."""
    number = st.floats(0.5, 2).map(lambda value: f"{value:.3g}")
    return st.sampled_from(sorted(MACROS)).flatmap(
        lambda name: st.builds(
            lambda words, player: call(name, tuple(words), player),
            st.lists(number, min_size=len(MACROS[name].parameters), max_size=len(MACROS[name].parameters)),
            _players(),
        )
    )


def call(name: str, words: tuple[str, ...], player: str = "") -> Call:
    """Returns a strategy of a call of these macros."""
    drop = Program(
        (
            Invocation(COMMANDS["mode"], {"mode": "battle"}),
            Invocation(COMMANDS["over"], {"time": 2.0, "settings": _temperature(1.8)}),
        )
    )
    if name == "drop":
        return Call(name, words, drop, player)
    if name == "fetch":
        load = Invocation(COMMANDS["load"], {"model": words[0]})
        return Call(name, words, Program((load, Call("drop", (), drop))), player)
    time = float(words[1])
    over = Invocation(COMMANDS["over"], {"time": time, "settings": _temperature(float(words[0]))})
    return Call(name, words, Program((over,)), player)


def _temperature(value: float) -> Program:
    return Program((Invocation(COMMANDS["temp"], {"temperature": value}),))


def _players() -> st.SearchStrategy[str]:
    return st.sampled_from(("", "", "lead", ALL_PLAYERS))


def values(argument: Argument, depth: int) -> st.SearchStrategy[Value]:
    """Returns a strategy of the values of an argument."""
    match argument.kind:
        case ArgumentKind.NUMBER | ArgumentKind.DURATION:
            assert argument.within is not None
            within = argument.within
            one = st.floats(within.low, within.high, exclude_min=within.above)
            number = one | st.builds(Chance, one, one)
            return number | st.sampled_from(argument.choices) if argument.choices else number
        case ArgumentKind.WHOLE:
            assert argument.within is not None
            whole = st.integers(int(argument.within.low), int(argument.within.high)).map(float)
            return whole | st.sampled_from(argument.choices) if argument.choices else whole
        case ArgumentKind.SWITCH:
            return st.booleans()
        case ArgumentKind.CHOICE:
            return st.sampled_from(argument.choices)
        case ArgumentKind.COMMAND:
            return st.sampled_from(sorted(COMMANDS))
        case ArgumentKind.GRID:
            return st.sampled_from((*GRIDS, *argument.choices))
        case ArgumentKind.MOMENT:
            numbered = {
                "silence": st.floats(0.1, 60),
                "event": st.integers(1, 1000).map(float),
                TIME_OF_DAY: st.integers(0, 1439).map(float),
            }
            return st.sampled_from((*MOMENTS, TIME_OF_DAY)).flatmap(
                lambda word: st.builds(Moment, st.just(word), numbered.get(word, st.just(0.0)))
            )
        case ArgumentKind.DIMENSIONS:
            return st.lists(st.integers(1, 9999), min_size=1, unique=True).map(tuple)
        case ArgumentKind.CHANNELS:
            names = st.lists(st.sampled_from(("midi", "osc 1", "web", "hears", "a;b")), min_size=1, unique=True)
            return names.map(lambda each: ChannelNames(tuple(each)))
        case ArgumentKind.TEXT:
            return st.text(st.characters(codec="utf-8"), min_size=1).filter(_is_plain)
        case ArgumentKind.LINE:
            return programs(depth - 1)
        case ArgumentKind.SETTINGS:
            return _settings(depth)
        case ArgumentKind.DEFINITION:
            made = st.builds(
                lambda name, body: Macro(name, ("to",), str(body)), _names_of_macros(), programs(depth - 1)
            )
            return made.filter(lambda macro: "$" not in macro.body)
        case _:
            names = st.text(st.characters(codec="utf-8", exclude_characters='"'), min_size=1)
            return names | st.sampled_from(("on", "job", "model", "save", "x1", "@all", "a;b", "rand", "="))


def _names_of_macros() -> st.SearchStrategy[str]:
    return st.sampled_from(("rise", "x1", "on", "ease", "now", "größer", "a-b_2"))


def _settings(depth: int) -> st.SearchStrategy[Program]:
    gliding = [command for command in COMMANDS.values() if command.ramp]
    steps = st.sampled_from(gliding).flatmap(
        lambda command: st.fixed_dictionaries(
            {each.name: values(_gliding(each), depth) for each in command.arguments if not each.optional}
        ).map(lambda values: Invocation(command, values))
    )
    return st.lists(steps, min_size=1, max_size=3).map(lambda steps: Program(tuple(steps)))


def _gliding(argument: Argument) -> Argument:
    """Returns the argument in its form in a ramp: without words in place of a number."""
    return (
        replace(argument, choices=()) if argument.kind in (ArgumentKind.NUMBER, ArgumentKind.DURATION) else argument
    )


def _is_plain(text: str) -> bool:
    """Returns True for a text that a line does not change."""
    outside = "".join(text.split('"')[::2])
    return text == text.strip() and ";" not in outside and text.count('"') % 2 == 0
