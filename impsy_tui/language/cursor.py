"""On the way through a line: the words before and behind, and what may stand at its end."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from impsy_tui.language.command_schema import Argument, ArgumentKind
from impsy_tui.language.program import Macro, quoted
from impsy_tui.language.words import WORD, ParseError, Word, words_of

MOST_STEPS: Final = 200
"""Commands of one line, with all that its macros stand for. Reading them takes 3 ms of a turn of the event loop."""

_MOST_CHARACTERS: Final = 8_000
"""Characters that the macros of one line may stand for."""
_PARAMETER = re.compile(r"\$([^\W\d][\w-]*)")


@dataclass(frozen=True, slots=True)
class Expected:
    """What may stand at the end of a line.

    Attributes:
        argument: what it is; its choices are all that there are, where it is a choice.
        whose: name of the command, empty for a command itself.
        needed: without it the line cannot be read.
        before: the words of this step so far.
        parameters: names that may be used there as arguments of a macro.
    """

    argument: Argument
    whose: str
    needed: bool
    before: tuple[str, ...]
    parameters: frozenset[str]


@dataclass(slots=True)
class Budget:
    """What may still be read: steps, and characters that macros stand for."""

    steps: int = MOST_STEPS
    characters: int = _MOST_CHARACTERS


@dataclass(slots=True)
class Cursor:
    """A place in a line, on its way from word to word.

    Attributes:
        line: the line.
        macros: words of the performer's own.
        wanted: where what may stand at the end of the line is noted, if anybody asks.
        parameters: names that stand for an argument, where the body of a macro is read.
        depth: how many macros and schedules this is inside of.
        budget: counted down.
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
        """The word to be read next, if this step has one."""
        word = self.words[self.at] if self.at < len(self.words) else None
        return None if word is None or word.ends else word

    @property
    def rest(self) -> Sequence[Word]:
        """The words to be read next, up to the end of this step."""
        end = next((i for i in range(self.at, len(self.words)) if self.words[i].ends), len(self.words))
        return self.words[self.at : end]

    def ahead(self, most: int) -> Sequence[Word]:
        """The words to be read next, up to the end of this step, but no more than these."""
        words = self.words[self.at : self.at + most]
        return words[: next((i for i, word in enumerate(words) if word.ends), most)]

    def place(self, ahead: int = 0) -> int:
        """Where something that is missing ought to stand: behind this many more words."""
        at = self.at + ahead
        return self.words[at].start if at < len(self.words) else len(self.line)

    def may_be(self, argument: Argument, whose: str = "", *, needed: bool = False, ahead: int = 0) -> None:
        """Note that this may stand here, or behind some more words, if the line ends there."""
        nothing = argument.kind is ArgumentKind.CHOICE and not argument.choices
        if self.wanted is not None and self.at + ahead == len(self.words) and not nothing:
            before = tuple(word.text for word in self.words[self.began :])
            self.wanted.append(Expected(argument, whose, needed, before, self.parameters))

    def next_word(self, whose: str, argument: Argument) -> Word:
        """The next word, which must be there."""
        self.may_be(argument, whose, needed=True)
        word = self.word
        if word is None:
            raise ParseError(f"{whose} needs {argument.allowed}", self.place())
        self.at += 1
        return word

    def is_parameter(self, word: Word) -> bool:
        """Whether a word stands for an argument of the macro whose body this is."""
        found = _PARAMETER.fullmatch(word.text)
        return found is not None and found[1] in self.parameters


def filled_in(macro: Macro, words: Sequence[str]) -> str:
    """A macro's body with arguments in place of its parameters; a whole word stays one word."""
    meant = dict(zip(macro.parameters, words, strict=True))

    def plain(text: str) -> str:
        return _PARAMETER.sub(lambda found: meant.get(found[1], found[0]), text)

    def word(found: re.Match[str]) -> str:
        if found[1] is not None:
            return f'"{plain(found[1])}"'
        whole = _PARAMETER.fullmatch(found[2])
        return quoted(meant[whole[1]]) if whole and whole[1] in meant else plain(found[2])

    return WORD.sub(word, macro.body)
