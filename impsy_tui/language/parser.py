"""Parser of lines. It never raises: a line becomes a program or a mistake."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from impsy_tui.language.command_schema import Source
from impsy_tui.language.grammar import LONGEST_LINE, LineReader
from impsy_tui.language.patterns.pattern import CyclicPattern
from impsy_tui.language.program import Call, Invocation, Macro, Program
from impsy_tui.language.value_readers import read_dimensions
from impsy_tui.language.words import Mistake, ParseError, Word

_SAVE: Final = "scene save"

__all__ = ["LONGEST_LINE", "Mistake", "first_refused", "parse", "parse_body", "parse_dimensions", "read_macros"]


def parse(line: str, macros: Mapping[str, Macro] | None = None) -> Program | Mistake:
    """Parses one line.

    Args:
        line: any text.
        macros: macros by name.

    Returns:
        The program, or the mistake with its place.
    """
    if len(line) > LONGEST_LINE:
        return Mistake(f"too long: at most {LONGEST_LINE} characters", LONGEST_LINE, len(line))
    try:
        return LineReader(line, macros or {}).program()
    except ParseError as wrong:
        return wrong.mistake


def parse_body(
    macro: Macro, macros: Mapping[str, Macro], parameters: frozenset[str] = frozenset()
) -> Program | Mistake:
    """Parses the body of a macro, without values for its arguments; see ``parse``.

    Args:
        macro: the macro.
        macros: macros by name.
        parameters: arguments of the macro whose body defines this one.
    """
    others = {name: other for name, other in macros.items() if name != macro.name}
    try:
        return LineReader(macro.body, others, parameters=parameters.union(macro.parameters)).program()
    except ParseError as wrong:
        return wrong.mistake


def first_refused(program: Program, source: Source, macros: Mapping[str, Macro]) -> str:
    """Returns the name of the first command that is not taken from this source; empty if all are.

    Other machines may set parameters, and may not begin patterns, which continue.
    Bodies of macros that the program defines count too: a key may carry them out later.
    """
    for each in _all_of(program, macros):
        if source not in each.command.sources:
            return each.command.name
        if source is Source.NETWORK and any(isinstance(value, CyclicPattern) for value in each.values.values()):
            return f"{each.command.name} with a pattern"
    return ""


def refused_in_file(program: Program, macros: Mapping[str, Macro]) -> str:
    """Returns the first command that a set list or a recording may not contain; empty if all may be there.

    A file may save a scene at once only. A later command, or a command of a macro, could replace a scene of the
    performer: it does not show that a file asked for it.
    """
    if refused := first_refused(program, Source.FILE, macros):
        return refused
    saves = sum(each.command.name == _SAVE for each in _all_of(program, macros))
    return f"{_SAVE}, later or in a macro," if saves > list(at_once(program)).count(_SAVE) else ""


def at_once(program: Program) -> Iterator[str]:
    """Yields the names of the commands that run now, not later."""
    for step in program.steps:
        if isinstance(step, Call):
            yield from at_once(step.program)
        else:
            yield step.command.name


def _all_of(
    program: Program, macros: Mapping[str, Macro], parameters: frozenset[str] = frozenset()
) -> Iterator[Invocation]:
    for each in program.walk():
        yield each
        for value in each.values.values():
            if isinstance(value, Macro):
                body = parse_body(value, macros, parameters)
                if isinstance(body, Program):
                    yield from _all_of(body, macros, parameters.union(value.parameters))


def parse_dimensions(text: str) -> tuple[int, ...] | Mistake:
    """Parses dimensions alone, such as ``x1 x3-x5``; numbers count from 1."""
    words = [Word(m[0], m.start(), m.end()) for m in re.finditer(r"\S+", text)]
    if not words:
        return Mistake("dimensions are missing: type them as x3, or x1 x2, or x1-x4", 0, 0)
    try:
        found, taken = read_dimensions(words)
    except ParseError as wrong:
        return wrong.mistake
    if taken < len(words):
        word = words[taken]
        return Mistake(f"{word.text!r} is not a dimension: dimensions are x1, x2 …", word.start, word.end)
    return found


def read_macros(definitions: Iterable[str]) -> dict[str, Macro]:
    """Returns macros by name from their printed definitions; ignores a text that is no definition."""
    found = {}
    for text in definitions:
        head, equals, body = text.partition("=")
        if equals and (names := head.split()):
            found[names[0]] = Macro(names[0], tuple(names[1:]), body.strip())
    return found
