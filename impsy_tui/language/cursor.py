"""Cursor of the reader: its position in a line, and the expected arguments at the end of the line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from impsy_tui.language.command_schema import Argument, ArgumentKind
from impsy_tui.language.program import Macro, quoted
from impsy_tui.language.value_readers import reads_as_number
from impsy_tui.language.words import WORD, ParseError, Word, words_of

MOST_STEPS: Final = 200
"""Greatest number of commands of a line, macros expanded. Reading them takes 3 ms in the event loop."""

CHANCE: Final = "rand"
"""Word for a random number."""
_OFF: Final = "off"
_MOST_CHARACTERS: Final = 8_000
"""Greatest length of the expanded macros of one line, in characters."""
_PARAMETER = re.compile(r"\$([^\W\d][\w-]*)")


@dataclass(frozen=True, slots=True)
class Expected:
    """Expected argument at the end of a line.

    Attributes:
        argument: the argument; its choices are complete if it is a choice.
        whose: name of the command; empty for a command itself.
        needed: True if the argument is required.
        before: words of this step before it.
        parameters: names of the macro's arguments that may be used here.
    """

    argument: Argument
    whose: str
    needed: bool
    before: tuple[str, ...]
    parameters: frozenset[str]


@dataclass(slots=True)
class Budget:
    """Remaining steps and remaining characters of macros for a line."""

    steps: int = MOST_STEPS
    characters: int = _MOST_CHARACTERS


@dataclass(slots=True)
class Cursor:
    """Position in a line that is read word by word.

    Attributes:
        line: the line.
        macros: macros by name.
        wanted: list that collects the expected arguments at the end of the line; None if they are not needed.
        parameters: names of the arguments of the macro whose body is read.
        depth: number of macros and schedules around this line.
        budget: remaining steps and characters.
    """

    line: str
    macros: Mapping[str, Macro]
    wanted: list[Expected] | None = None
    parameters: frozenset[str] = frozenset()
    depth: int = 0
    budget: Budget = field(default_factory=Budget)
    words: list[Word] = field(init=False)
    at: int = 0
    began: int = 0

    def __post_init__(self) -> None:
        self.words = words_of(self.line)

    # Words

    @property
    def word(self) -> Word | None:
        """Next word of this step; None at its end."""
        word = self.words[self.at] if self.at < len(self.words) else None
        return None if word is None or word.ends else word

    @property
    def rest(self) -> Sequence[Word]:
        """Remaining words of this step."""
        end = next((i for i in range(self.at, len(self.words)) if self.words[i].ends), len(self.words))
        return self.words[self.at : end]

    def ahead(self, most: int) -> Sequence[Word]:
        """Returns the next words of this step, at most ``most``."""
        words = self.words[self.at : self.at + most]
        return words[: next((i for i, word in enumerate(words) if word.ends), most)]

    def place(self, ahead: int = 0) -> int:
        """Returns the index of the character after this many more words, for a missing word."""
        at = self.at + ahead
        return self.words[at].start if at < len(self.words) else len(self.line)

    def may_be(self, argument: Argument, whose: str = "", *, needed: bool = False, ahead: int = 0) -> None:
        """Collects an expected argument, if the line ends here or after this many more words."""
        nothing = argument.kind is ArgumentKind.CHOICE and not argument.choices
        if self.wanted is not None and self.at + ahead == len(self.words) and not nothing:
            before = tuple(word.text for word in self.words[self.began :])
            self.wanted.append(Expected(argument, whose, needed, before, self.parameters))

    def next_word(self, whose: str, argument: Argument) -> Word:
        """Returns the next word, which is required."""
        self.may_be(argument, whose, needed=True)
        word = self.word
        if word is None:
            raise ParseError(f"{whose} needs {argument.allowed}", self.place())
        self.at += 1
        return word

    @property
    def following(self) -> Word | None:
        """Word behind the next one."""
        ahead = self.ahead(2)
        return ahead[1] if len(ahead) > 1 else None

    def is_value(self, word: Word | None) -> bool:
        """Returns True if a word can be the number behind the name of a model."""
        if word is None or word.ends:
            return False
        return self.may_name(word) or word.text in (CHANCE, _OFF) or reads_as_number(word.text)

    def may_name(self, word: Word) -> bool:
        """Returns True if a word in the place of a number may be a name, too."""
        return word.quoted or self.is_parameter(word)

    def is_parameter(self, word: Word) -> bool:
        """Returns True if a word is an argument of the macro whose body is read."""
        found = _PARAMETER.fullmatch(word.text)
        return found is not None and found[1] in self.parameters


def filled_in(macro: Macro, words: Sequence[str]) -> str:
    """Returns a macro's body with arguments in place of its parameters; a whole word stays one word."""
    meant = dict(zip(macro.parameters, words, strict=True))

    def plain(text: str) -> str:
        return _PARAMETER.sub(lambda found: meant.get(found[1], found[0]), text)

    def word(found: re.Match[str]) -> str:
        if found[1] is not None:
            return f'"{plain(found[1])}"'
        whole = _PARAMETER.fullmatch(found[2])
        return quoted(meant[whole[1]]) if whole and whole[1] in meant else plain(found[2])

    return WORD.sub(word, macro.body)
