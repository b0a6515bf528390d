"""Set lists: text with a heading for each cue, followed by the commands of the cue.

A line that begins with ``#`` begins a cue and names it. Commands before the first cue run when the set is opened.
Empty lines, and lines that begin with ``//``, are ignored.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Final

from impsy_tui.language.parser import at_once, parse, refused_in_file
from impsy_tui.language.program import Macro, Program
from impsy_tui.language.words import Mistake

MOST_MACROS: Final = 500
"""Greatest number of macros, because every snapshot carries them."""

LARGEST_TEXT: Final = 48 << 10
"""Bytes of a set list that a console can edit."""

_MOST_PROBLEMS: Final = 1000
"""Number of problems after which the rest of a file is not read: it is no set list."""
_STEPPING = ("cue", "next", "back", "goto")
"""Commands that lead to another cue. Without a delay they could form an endless loop."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Cue: its name, and the lines that run when it is reached."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetList:
    """Valid set list: the lines that run when it is opened, and at least one cue."""

    preamble: tuple[str, ...]
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class SetProblem:
    """Problem in a set list.

    Attributes:
        line, column: place, both from 1.
        message: problem and allowed text, for the performer.
        width: number of wrong characters; 0 if something is missing.
    """

    line: int
    column: int
    message: str
    width: int = 0


@dataclass(frozen=True, slots=True)
class SetLine:
    """Line of a set list that is a heading or has commands.

    Attributes:
        number: line number, from 1.
        column: column of its first character, from 1.
        text: line without the space around it.
        heading: name of the cue that it begins; None for a line of commands.
        read: commands, or their mistake; None for a heading.
        macros: macros that are defined before this line.
    """

    number: int
    column: int
    text: str
    heading: str | None
    read: Program | Mistake | None
    macros: dict[str, Macro]


def set_lines(text: str) -> Iterator[SetLine]:
    """Yields the headings and command lines of a set list, parsed with the macros that are defined before them."""
    return filter(None, _all_lines(text))


def _all_lines(text: str) -> Iterator[SetLine | None]:
    """Yields every line of a set list; None for an ignored line."""
    macros: dict[str, Macro] = {}
    for number, whole in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        line = whole.strip()
        if not line or line.startswith("//"):
            yield None
            continue
        column = whole.index(line) + 1
        if line.startswith("#"):
            yield SetLine(number, column, line, line.lstrip("#").strip(), None, macros)
            continue
        read = parse(line, macros)
        yield SetLine(number, column, line, None, read, macros)
        if isinstance(read, Program):
            macros = macros_after(read, macros)


def read_set(text: str) -> SetList | list[SetProblem]:
    """Reads a set list.

    Args:
        text: text of the file.

    Returns:
        The set list, or all of its problems.
    """
    reading = read_set_in_steps(text)
    while True:
        try:
            next(reading)
        except StopIteration as done:
            found: SetList | list[SetProblem] = done.value
            return found


def read_set_in_steps(text: str) -> Generator[None, None, SetList | list[SetProblem]]:
    """Reads a set list, one line a step, so that a long one can be read in many turns of an event loop."""
    preamble: list[str] = []
    cues: dict[str, list[str]] = {}
    headings: dict[str, SetLine] = {}
    problems: list[SetProblem] = []
    lines = preamble
    for line in _all_lines(text):
        yield
        if line is None:
            continue
        if line.heading is None:
            lines.append(line.text)
            problems += _wrong_with(line)
            if len(line.macros) > MOST_MACROS:
                problems.append(SetProblem(line.number, line.column, f"more than {MOST_MACROS} macros are defined"))
                break
            if len(problems) >= _MOST_PROBLEMS:
                break
            continue
        lines = []
        if not line.heading:
            problems.append(SetProblem(line.number, line.column, "a cue needs a name: # drop", len(line.text)))
        elif (before := headings.get(line.heading)) is not None:
            message = f"a cue is called {line.heading} already, in line {before.number}"
            problems.append(SetProblem(line.number, line.column, message, len(line.text)))
        else:
            headings[line.heading] = line
            cues[line.heading] = lines
    for name, heading in headings.items():
        if not cues[name]:
            message = f"nothing is to be done in {name}: commands stand below its heading"
            problems.append(SetProblem(heading.number, heading.column, message, len(heading.text)))
    if not cues and not problems:
        problems.append(SetProblem(1, 1, "the set list has no cue: a line such as # drop begins one"))
    if problems:
        return sorted(problems, key=lambda problem: (problem.line, problem.column))
    return SetList(tuple(preamble), tuple(Cue(name, tuple(lines)) for name, lines in cues.items()))


def _wrong_with(line: SetLine) -> Iterator[SetProblem]:
    if isinstance(line.read, Mistake):
        wrong = line.read
        yield SetProblem(line.number, line.column + wrong.start, wrong.message, wrong.end - wrong.start)
    elif line.read is not None:
        if name := refused_in_file(line.read, line.macros):
            yield problem_at(line, name, f"{name} is not allowed in a set list: type it at the prompt")
        for name in at_once(line.read):
            if name in _STEPPING:
                message = f"{name} would leave this cue before it is done: after 8s {name} leaves it later"
                yield problem_at(line, name, message)


def problem_at(line: SetLine, word: str, message: str) -> SetProblem:
    """Returns a problem at a word of a line, or at the whole line if the word comes from a macro."""
    at = line.text.find(word)
    if at < 0:
        return SetProblem(line.number, line.column, message, len(line.text))
    return SetProblem(line.number, line.column + at, message, len(word))


def macros_after(program: Program, macros: dict[str, Macro]) -> dict[str, Macro]:
    """Returns the macros that are defined after a line."""
    for each in program.walk():
        if each.command.name == "undef":
            macros = {name: macro for name, macro in macros.items() if name != each.values["name"]}
        for value in each.values.values():
            if isinstance(value, Macro):
                macros = {**macros, value.name: value}
    return macros
