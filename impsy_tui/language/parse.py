"""Reading one command line. Nothing here raises: a line is an invocation or a mistake."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from impsy_tui.language.commands import COMMANDS, Argument, Command, Kind, find_command

Value = float | bool | str | tuple[int, ...]

LONGEST_LINE: Final = 2000
"""Characters. A longer one is no performer's."""

WORD: Final = re.compile(r'"([^"]*)"?|(\S+)')
"""A word: its text is the first group if it is in quotes, else the second."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_DIMENSION = re.compile(r"x(\d{1,4})(?:-x?(\d{1,4}))?", re.ASCII)
_UNITS: Final = {"ms": 0.001, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0}

_HINTS: Final = {
    "stop": "nothing is called plain stop: take makes the player listen, pause silences it, "
    "panic silences everything, shutdown ends the engine",
    "exit": "quit leaves a console and the music goes on; shutdown ends the engine",
    "cancel": "cancel job ends a job",
    "keep": "keep job ends a job early and saves what there is; keep mapping saves what was learned and bound",
    "unmute": "release x3 lets go of what was done to x3",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line that cannot be read.

    Attributes:
        message: what is wrong and what is allowed, for the performer.
        start: first character of the word that is wrong.
        end: one past its last character; equal to ``start`` where something is missing.
    """

    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Invocation:
    """A line that can be carried out.

    Attributes:
        command: its entry in the table.
        values: argument name to value: numbers and times (seconds) as float, switches as bool,
            dimensions as a tuple of numbers from 1, everything else as str; arguments left out
            are absent.
    """

    command: Command
    values: dict[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        """The line again, in its plainest form; parsing it gives the same invocation."""
        words = [self.command.name]
        for argument in self.command.arguments:
            if argument.name in self.values:
                words += [argument.name] if argument.keyword else []
                words.append(_shown(argument, self.values[argument.name]))
        return " ".join(words)


def _shown(argument: Argument, value: Value) -> str:
    if isinstance(value, tuple):
        return " ".join(f"x{number}" for number in value)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        text = f"{value:g}" if float(f"{value:g}") == value else repr(value)
        return f"{text}s" if argument.kind is Kind.DURATION else text
    if argument.kind is Kind.TEXT:
        return value
    return quoted(value)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


def quoted(name: str) -> str:
    """A name as it is typed: in quotes where it has to be."""
    return f'"{name}"' if not name or any(c.isspace() for c in name) else name


def parse(line: str) -> Invocation | Mistake:
    """Read one line.

    Args:
        line: what the performer typed, any text at all.

    Returns:
        What to carry out, or what is wrong and where.
    """
    if len(line) > LONGEST_LINE:
        return Mistake(f"too long: at most {LONGEST_LINE} characters", LONGEST_LINE, len(line))
    words = [_Word(m[1] if m[1] is not None else m[2], m.start(), m.end()) for m in WORD.finditer(line)]
    if not words:
        return Mistake("nothing to do: type a command, or help", len(line), len(line))
    command, length = find_command([word.text for word in words[:2]])
    rest = words[length:]
    if command is None:
        return Mistake(_unknown(words[0].text), words[0].start, words[0].end)
    if command.filler and len(rest) > len(command.arguments) and rest[0].text == command.filler:
        rest = rest[1:]
    return _arguments(command, rest, line)


def _arguments(command: Command, words: list[_Word], line: str) -> Invocation | Mistake:
    values: dict[str, Value] = {}
    keywords = {argument.name: argument for argument in command.arguments if argument.keyword}
    for argument in command.arguments:
        if argument.keyword or (words and argument.optional and words[0].text in keywords):
            continue
        if not words:
            if argument.optional:
                continue
            return Mistake(f"{command.name} needs {argument.allowed}", len(line), len(line))
        match argument.kind:
            case Kind.TEXT:
                values[argument.name] = line[words[0].start :].rstrip()
                words = []
                continue
            case Kind.DIMENSIONS if words[0].text in argument.choices:
                values[argument.name] = words[0].text
                words = words[1:]
            case Kind.DIMENSIONS:
                found, words = _dimensions(words)
                if isinstance(found, Mistake):
                    return found
                values[argument.name] = found
            case Kind.COMMAND if len(words) > 1 and (two := f"{words[0].text} {words[1].text}") in COMMANDS:
                values[argument.name] = two
                words = words[2:]
            case _:
                value = _read(argument, words[0])
                if isinstance(value, Mistake):
                    return value
                values[argument.name] = value
                words = words[1:]
    while words and words[0].text in keywords:
        argument = keywords.pop(words[0].text)
        if len(words) < 2:
            return Mistake(f"{argument.name} needs {argument.allowed}", len(line), len(line))
        value = _read(argument, words[1])
        if isinstance(value, Mistake):
            return value
        values[argument.name] = value
        words = words[2:]
    if words:
        return Mistake(f"{command.name} takes no more than this: {command.usage}", words[0].start, words[0].end)
    return Invocation(command, values)


def parse_dimensions(text: str) -> tuple[int, ...] | Mistake:
    """Read dimensions alone, such as ``x1 x3-x5``; they are counted from 1."""
    words = [_Word(m[0], m.start(), m.end()) for m in re.finditer(r"\S+", text)]
    if not words:
        return Mistake("dimensions are wanted, such as x3, or x1 x2, or x1-x4", 0, 0)
    found, rest = _dimensions(words)
    if rest and not isinstance(found, Mistake):
        return Mistake(f"{rest[0].text!r} is no dimension: they are x1, x2 …", rest[0].start, rest[0].end)
    return found


def _dimensions(words: list[_Word]) -> tuple[tuple[int, ...] | Mistake, list[_Word]]:
    """All dimensions that the words begin with (at least one), and the words after them."""
    numbers: dict[int, None] = {}
    taken = 0
    for word in words:
        found = _DIMENSION.fullmatch(word.text)
        if found is None:
            break
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last:
            return Mistake(f"{word.text!r} is no dimension: they are x1, x2 …", word.start, word.end), words
        numbers.update(dict.fromkeys(range(first, last + 1)))
        taken += 1
    if not numbers:
        word = words[0]
        return Mistake(f"{word.text!r} is not dimensions such as x3, or x1 x2, or x1-x4", word.start, word.end), words
    return tuple(numbers), words[taken:]


def _unknown(text: str) -> str:
    if text in _HINTS:
        return _HINTS[text]
    near = suggestion(text, COMMANDS)
    return f"no command is called {text}" + (f"; did you mean {near}?" if near else "; help lists them")


def suggestion(text: str, known: Iterable[str]) -> str | None:
    """The known word nearest to a mistyped one, if any is near."""
    import difflib  # only for mistakes: it would slow every start for nothing

    return next(iter(difflib.get_close_matches(text, list(known), n=1)), None)


def _read(argument: Argument, word: _Word) -> float | bool | str | Mistake:
    def wrong() -> Mistake:
        return Mistake(f"{word.text!r} is not {argument.allowed}", word.start, word.end)

    match argument.kind:
        case Kind.NUMBER | Kind.WHOLE | Kind.DURATION:
            if word.text in argument.choices:
                return word.text
            value = _quantity(word.text, argument.kind)
            if value is not None and argument.kind is Kind.WHOLE and not value.is_integer():
                return wrong()
            if value is None or (argument.within is not None and value not in argument.within):
                return wrong()
            return value
        case Kind.SWITCH:
            return word.text == "on" if word.text in ("on", "off") else wrong()
        case Kind.CHOICE:
            if word.text in argument.choices:
                return word.text
            near = suggestion(word.text, argument.choices)
            hint = f"did you mean {near}? " if near else ""
            return Mistake(f"{hint}{word.text!r} is not {argument.allowed}", word.start, word.end)
        case Kind.COMMAND:
            return word.text if word.text in COMMANDS else Mistake(_unknown(word.text), word.start, word.end)
        case _:
            return word.text if word.text else wrong()


def _quantity(text: str, kind: Kind) -> float | None:
    match = _NUMBER.match(text)
    if match is None:
        return None
    value, unit = float(match[0]), text[match.end() :]
    if kind is Kind.DURATION:
        return value * _UNITS[unit] if unit in _UNITS else value if not unit else None
    if unit == "%":
        return value / 100.0
    return value if unit in ("", "x") else None
