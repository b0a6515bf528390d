"""Patterns in place of an argument, and the words that complete them."""

import re
from collections.abc import Sequence
from typing import Final

from impsy_tui.choices import GRIDS
from impsy_tui.language.command_schema import Argument, ArgumentKind
from impsy_tui.language.cursor import Cursor
from impsy_tui.language.patterns.events import SIGNALS
from impsy_tui.language.patterns.notation import FALSE_WORDS, NUMERIC, TRUE_WORDS
from impsy_tui.language.patterns.pattern import CyclicPattern
from impsy_tui.language.patterns.reader import TIMING, TRANSFORMATIONS, PatternReader
from impsy_tui.language.value_readers import read_value
from impsy_tui.language.words import ParseError, Word
from impsy_tui.parameters import HOLD

WITH_HOLES: Final = (HOLD.name, "play")
"""Commands in which a player can fill places of a pattern."""
_PARAMETER: Final = re.compile(r"\$([^\W\d][\w-]*)")
_BEGUN: Final = re.compile(r"[^\s\[\]<>(){},|*/!@?~\"]*\Z")
_BEGUN_GRID: Final = re.compile(r"[^\s\[\]<>(){},|*!@?~\"]*\Z")


def begins_pattern(cursor: Cursor, argument: Argument, word: Word) -> bool:
    """Returns True if a word begins a pattern; one value in quotes, with nothing behind it, is the value itself."""
    if not (argument.pattern and word.quoted):
        return False
    following = cursor.word
    if following is not None and following.text in (*TRANSFORMATIONS, *TIMING):
        return True
    try:
        read_value(argument, word)
    except ParseError:
        return True
    return False


def read_pattern(cursor: Cursor, command: str, argument: Argument, word: Word) -> CyclicPattern | str:
    """Reads a pattern and its transformations.

    Args:
        cursor: position behind the quoted word.
        command: name of the command.
        argument: argument that the pattern stands for.
        word: the quoted word.

    Returns:
        The pattern; its text if it has arguments of a macro whose body is read.
    """
    rest = cursor.rest
    end = rest[-1].end if rest else word.end
    named = {found[1] for found in _PARAMETER.finditer(cursor.line, word.start, end)}
    if named & cursor.parameters:
        cursor.at += len(rest)
        return word.text

    def expect(expected: Argument) -> None:
        cursor.may_be(expected, command, needed=not expected.optional, ahead=len(rest))

    behind = cursor.line[word.end : end]
    pattern, stop = PatternReader(argument, word, behind, word.end, command in WITH_HOLES, expect).read()
    cursor.at += sum(each.start < stop for each in rest)
    return pattern


def begun_step(argument: Argument, text: str) -> str:
    """Returns the beginning of the last step of an open pattern; note lengths of a grid have a stroke."""
    found = (_BEGUN_GRID if argument.kind is ArgumentKind.GRID else _BEGUN).search(text)
    return found[0] if found else ""


def step_words(argument: Argument, command: str, players: Sequence[str]) -> Sequence[str]:
    """Returns the words that can stand in a pattern."""
    holes = ("^", *(f"^{name}" for name in players)) if command in WITH_HOLES else ()
    match argument.kind:
        case ArgumentKind.SWITCH:
            return TRUE_WORDS[0], FALSE_WORDS[0]
        case ArgumentKind.GRID:
            return (*GRIDS, *argument.choices)
        case kind if kind in NUMERIC:
            return (*SIGNALS, *argument.choices, *holes)
        case _:
            return argument.choices
