"""Reading one command line. Nothing here raises: a line is an invocation or a mistake."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from impsy_tui.language.commands import COMMANDS, Argument, Command, Kind

LONGEST_LINE: Final = 2000
"""Characters. A longer one is no performer's."""

_WORD = re.compile(r'"([^"]*)"?|(\S+)')
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_UNITS: Final = {"ms": 0.001, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0}

_HINTS: Final = {
    "stop": "nothing is called plain stop: take makes the player listen, pause silences it, "
    "panic silences everything, shutdown ends the engine",
    "quit": "quit leaves a console and the music goes on; shutdown ends the engine",
    "exit": "shutdown ends the engine",
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
            everything else as str; arguments left out are absent.
    """

    command: Command
    values: dict[str, float | bool | str] = field(default_factory=dict)

    def __str__(self) -> str:
        """The line again, in its plainest form; parsing it gives the same invocation."""
        arguments = (a for a in self.command.arguments if a.name in self.values)
        return " ".join([self.command.name, *(_shown(a, self.values[a.name]) for a in arguments)])


def _shown(argument: Argument, value: float | bool | str) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value!r}s" if argument.kind is Kind.DURATION else f"{value!r}"
    return f'"{value}"' if not value or any(c.isspace() for c in value) else value


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


def parse(line: str) -> Invocation | Mistake:
    """Read one line.

    Args:
        line: what the performer typed, any text at all.

    Returns:
        What to carry out, or what is wrong and where.
    """
    if len(line) > LONGEST_LINE:
        return Mistake(f"too long: at most {LONGEST_LINE} characters", LONGEST_LINE, len(line))
    words = [_Word(m[1] if m[1] is not None else m[2], m.start(), m.end()) for m in _WORD.finditer(line)]
    if not words:
        return Mistake("nothing to do: type a command, or help", len(line), len(line))
    head, rest = words[0], words[1:]
    command = COMMANDS.get(head.text)
    if command is None:
        return Mistake(_unknown(head.text), head.start, head.end)
    if command.filler and len(rest) > len(command.arguments) and rest[0].text == command.filler:
        rest = rest[1:]
    values: dict[str, float | bool | str] = {}
    for argument, word in zip(command.arguments, rest, strict=False):
        value = _read(argument, word)
        if isinstance(value, Mistake):
            return value
        values[argument.name] = value
    if len(rest) > len(command.arguments):
        extra = rest[len(command.arguments)]
        return Mistake(f"{command.name} takes no more than this: {command.usage}", extra.start, extra.end)
    for argument in command.arguments[len(rest) :]:
        if not argument.optional:
            return Mistake(f"{command.name} needs {argument.allowed}", len(line), len(line))
    return Invocation(command, values)


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
        case Kind.NUMBER | Kind.DURATION:
            if word.text in argument.choices:
                return word.text
            value = _quantity(word.text, argument.kind)
            if value is None or (argument.within is not None and value not in argument.within):
                return wrong()
            return value
        case Kind.SWITCH:
            return word.text == "on" if word.text in ("on", "off") else wrong()
        case Kind.CHOICE:
            if word.text in argument.choices:
                return word.text
            near = suggestion(word.text, argument.choices)
            hint = f"; did you mean {near}?" if near else ""
            return Mistake(f"{word.text!r} is not {argument.allowed}{hint}", word.start, word.end)
        case Kind.COMMAND:
            return word.text if word.text in COMMANDS else Mistake(_unknown(word.text), word.start, word.end)
        case Kind.MODEL:
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
