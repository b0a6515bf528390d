"""Words of a line, and mistakes with their place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from impsy_tui.errors import UserError

WORD: Final = re.compile(r'"((?:[^"]|"")*)"?|(;|[^\s;]+)')
"""Pattern of a word. Group 1 is the text of a quoted word, with ``""`` for a quote; group 2 is any other word.
A semicolon is a separate word."""

NAME: Final = re.compile(r"[^\W\d][\w-]*")
"""Pattern of a name of a macro, of its arguments or of a player."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Mistake in a line.

    Attributes:
        message: problem and allowed text, for the performer.
        start: index of the first character of the wrong word.
        end: index after its last character; equal to ``start`` if a word is missing.
    """

    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word:
    """Word of a line with its place."""

    text: str
    start: int
    end: int
    quoted: bool = False

    @property
    def ends(self) -> bool:
        """True for a semicolon, which ends a step."""
        return self.text == ";" and not self.quoted


class ParseError(UserError):
    """Mistake that ends the reading of a line.

    Args:
        message: text for the performer.
        word: wrong word, or index of the character at which a word is missing.
    """

    def __init__(self, message: str, word: Word | int) -> None:
        start, end = (word, word) if isinstance(word, int) else (word.start, word.end)
        self.mistake = Mistake(message, start, end)


def words_of(line: str, begin: int = 0) -> list[Word]:
    """Returns the words of a line from a character on; quotes keep words together, a semicolon is a word."""
    return [
        Word(match[2], match.start(), match.end())
        if match[1] is None
        else Word(match[1].replace('""', '"'), match.start(), match.end(), True)
        for match in WORD.finditer(line, begin)
    ]


def suggestion(text: str, known: Iterable[str]) -> str | None:
    """Returns the known word that is nearest to a mistyped one; None if none is near."""
    import difflib  # only for mistakes: it would slow every start for nothing

    return next(iter(difflib.get_close_matches(text, list(known), n=1)), None)
