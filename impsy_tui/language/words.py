"""A line's words, and mistakes that point at one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from impsy_tui.errors import UserError

WORD: Final = re.compile(r'"((?:[^"]|"")*)"?|(;|[^\s;]+)')
"""A word: its text is the first group if it is in quotes, in which ``""`` stands for a quote, else the second.
A semicolon is a word by itself."""

NAME: Final = re.compile(r"[^\W\d][\w-]*")
"""What a macro, its arguments and a player may be called."""


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
class Word:
    """A word of a line, and where it stands."""

    text: str
    start: int
    end: int
    quoted: bool = False

    @property
    def ends(self) -> bool:
        """Whether it ends a step: a semicolon."""
        return self.text == ";" and not self.quoted


class ParseError(UserError):
    """A mistake on its way out of the reader.

    Args:
        message: for the performer.
        word: the wrong one, or where one is missing.
    """

    def __init__(self, message: str, word: Word | int) -> None:
        start, end = (word, word) if isinstance(word, int) else (word.start, word.end)
        self.mistake = Mistake(message, start, end)


def words_of(line: str, begin: int = 0) -> list[Word]:
    """The words of a line, from a character on; quotes keep words together, a semicolon is a word."""
    return [
        Word(match[2], match.start(), match.end())
        if match[1] is None
        else Word(match[1].replace('""', '"'), match.start(), match.end(), True)
        for match in WORD.finditer(line, begin)
    ]


def suggestion(text: str, known: Iterable[str]) -> str | None:
    """The known word nearest to a mistyped one, if any is near."""
    import difflib  # only for mistakes: it would slow every start for nothing

    return next(iter(difflib.get_close_matches(text, list(known), n=1)), None)
