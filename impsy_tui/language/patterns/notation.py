"""Reader of the notation between quotes, as TidalCycles has it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from impsy_tui.choices import GRIDS
from impsy_tui.language.command_schema import Argument, ArgumentKind
from impsy_tui.language.patterns.events import SIGNALS, Hole, PatternValue, Signal
from impsy_tui.language.patterns.nodes import (
    Atom,
    Dropped,
    Euclid,
    Fast,
    FastBy,
    Node,
    RandomChoice,
    Rest,
    Stack,
    Steps,
)
from impsy_tui.language.patterns.pattern import MOST_EVENTS, too_many_events
from impsy_tui.language.value_readers import read_value
from impsy_tui.language.words import ParseError, Word

NUMERIC: Final = (ArgumentKind.NUMBER, ArgumentKind.WHOLE, ArgumentKind.DURATION)
TRUE_WORDS: Final = ("t", "true", "on", "1")
FALSE_WORDS: Final = ("f", "false", "off", "0")

_ATOM: Final = re.compile(r"(?:(?!\.\.)[^\s\[\]<>(){},|*/!@?~^\";:])+")
_NUMBER: Final = re.compile(r"-?\d{1,4}(?:\.\d{1,4})?(?![.\d])", re.ASCII)
_PLAYER: Final = re.compile(r"[^\W\d][\w-]*")
_SPACE: Final = re.compile(r"\s*")
_DEEPEST: Final = 12
_CLOSERS: Final = {"[": "]", "<": ">"}
_ENDS: Final = (*_CLOSERS.values(), ",", "|")
_GRID: Final = re.compile("|".join(sorted(GRIDS, key=len, reverse=True)))
_HALF: Final = 0.5

_Step = tuple[Fraction, Node]


@dataclass(slots=True)
class NotationReader:
    """Reads the notation of one pattern.

    Attributes:
        text: text between the quotes.
        base: place of the text in the line.
        argument: argument of the command that the pattern stands for.
        holes: True if the pattern may have holes.
        checked: True if numbers must be allowed values; False if ``range`` scales them.
        places: number of random choices so far.
    """

    text: str
    base: int
    argument: Argument
    holes: bool = False
    checked: bool = True
    places: int = 0
    at: int = 0
    depth: int = 0
    _atom: Callable[[Word], PatternValue] = field(init=False)

    def __post_init__(self) -> None:
        self._atom = self._value

    def layers(self) -> tuple[Node, ...]:
        """Reads the whole pattern; returns its parallel layers.

        Raises:
            ParseError: the notation cannot be read.
        """
        layers = self._layers("")
        if self._peek():
            raise ParseError(f"{self._peek()!r} closes no bracket", self._word(self.at, self.at + 1))
        if not self.text.strip():
            raise ParseError(f"steps are missing between the quotes: {self.argument.allowed}", self._word(0, 0))
        return layers

    # Groups

    def _layers(self, closer: str) -> tuple[Node, ...]:
        """Reads sequences with ``,`` or ``|`` between them, up to a closing bracket or the end."""
        opened = self.at - 1
        found, separators = [self._sequence(closer)], set()
        while (separator := self._peek()) in (",", "|") and separator:
            separators.add(separator)
            if len(separators) > 1 or (separator == "|" and closer == ">"):
                text = "| cannot stand in < >" if closer == ">" else ", and | need [ ] to stand in one pattern"
                raise ParseError(text, self._word(self.at, self.at + 1))
            self.at += 1
            found.append(self._sequence(closer))
        if closer and self._peek() != closer:
            text = f"{self.text[opened]!r} is not closed: {closer} is missing"
            raise ParseError(text, self._word(opened, opened + 1))
        self.at += bool(closer)
        if closer == ">":
            return tuple(Fast(one, 1 / one.weight) if isinstance(one, Steps) else one for one in found)
        if "|" in separators:
            return (RandomChoice(tuple(found), self._place()),)
        return tuple(found)

    def _group(self, closer: str) -> Node:
        self.at += 1
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ParseError(f"at most {_DEEPEST} brackets can be nested", self._word(self.at - 1, self.at))
        layers = self._layers(closer)
        self.depth -= 1
        return layers[0] if len(layers) == 1 else Stack(layers)

    def _sequence(self, closer: str) -> Node:
        steps: list[_Step] = []
        while (character := self._peek()) and character not in _ENDS:
            begin = self.at
            if character == "!":
                self.at += 1
                steps.append(self._before(steps, begin))
            elif character == "_" and not _ATOM.match(self.text, self.at + 1):
                self.at += 1
                weight, node = self._before(steps, begin)
                steps[-1] = weight + 1, node
            elif self.text.startswith("..", self.at):
                self.at += 2
                steps[-1:] = [(Fraction(1), self._span(self._before(steps, begin)[1], begin))]
            else:
                steps += self._step()
            if len(steps) > MOST_EVENTS:
                raise ParseError(too_many_events(len(steps)), self._word(begin, self.at))
        if not steps:
            return Rest()
        return Steps(tuple(steps)) if len(steps) > 1 or closer == ">" else steps[0][1]

    def _before(self, steps: list[_Step], begin: int) -> _Step:
        if not steps:
            raise ParseError("a step must stand before this", self._word(begin, self.at))
        return steps[-1]

    def _span(self, first: Node, begin: int) -> Node:
        """Reads the end of ``a .. b``; returns the numbers from one to the other, in steps of 1."""
        self._peek()
        start = self.at
        last = self._term()
        ends = [node.value for node in (first, last) if isinstance(node, Atom)]
        numbers = [value for value in ends if isinstance(value, float) and not isinstance(value, bool)]
        if len(numbers) < 2:
            raise ParseError(".. stands between two numbers, such as 1 .. 4", self._word(begin, begin + 2))
        low, high = sorted(numbers)
        count = int(high - low) + 1
        if count > MOST_EVENTS:
            raise ParseError(too_many_events(count), self._word(start, self.at))
        values = [low + number for number in range(count)]
        ordered = values if numbers[0] <= numbers[1] else values[::-1]
        return Steps(tuple((Fraction(1), Atom(value)) for value in ordered))

    # Steps

    def _step(self) -> list[_Step]:
        """Reads a term and its modifiers."""
        node, weight, repeats = self._term(), Fraction(1), 1
        while self.at < len(self.text):
            begin = self.at
            match self.text[self.at]:
                case "*" | "/" as sign:
                    node = self._multiplied(node, slow=sign == "/")
                case "(":
                    node = self._euclid(node)
                case "?":
                    node = self._dropped(node)
                case "@":
                    self.at += 1
                    weight = self._number(begin, "@ needs a weight above 0, such as @3")
                case "!":
                    self.at += 1
                    number = _NUMBER.match(self.text, self.at)
                    repeats += int(self._count(begin)) - 1 if number else 1
                case _:
                    break
        return [(weight, node)] * repeats

    def _term(self) -> Node:
        match self._peek():
            case "[" | "<" as opener:
                return self._group(_CLOSERS[opener])
            case "~":
                self.at += 1
                return Rest()
            case "^":
                return Atom(self._hole())
            case "":
                raise ParseError(f"a step is missing: {self.argument.allowed}", self._word(self.at, self.at))
            case _:
                return Atom(self._atom(self._next_atom()))

    def _hole(self) -> Hole:
        begin = self.at
        self.at += 1
        name = _PLAYER.match(self.text, self.at)
        self.at = name.end() if name else self.at
        if not self.holes:
            raise ParseError("^ lets a player decide: only hold and play have it", self._word(begin, self.at))
        return Hole(name[0] if name else "")

    def _next_atom(self) -> Word:
        found = None
        if self.argument.kind is ArgumentKind.GRID and self._atom == self._value:
            found = _GRID.match(self.text, self.at)
        found = found or _ATOM.match(self.text, self.at)
        if found is None:
            raise ParseError(
                f"{self.text[self.at]!r} cannot stand here: a step is missing before it",
                self._word(self.at, self.at + 1),
            )
        begin, self.at = self.at, found.end()
        return self._word(begin, self.at)

    def _multiplied(self, node: Node, *, slow: bool) -> Node:
        begin = self.at
        self.at += 1
        sign = "/" if slow else "*"
        factors = self._numbers(begin, f"{sign} needs a number above 0, such as {sign}2")
        if isinstance(factors, Atom) and isinstance(factors.value, Fraction):
            return Fast(node, 1 / factors.value if slow else factors.value)
        return FastBy(node, factors, slow)

    def _euclid(self, node: Node) -> Node:
        begin = self.at
        self.at += 1
        needs = "( ) has pulses, steps and turns, such as (3,8) or (3,8,2)"
        numbers: list[Node] = []
        while True:
            self._peek()
            numbers.append(self._numbers(begin, needs, least=-MOST_EVENTS if len(numbers) != 1 else 1, whole=True))
            character = self._peek()
            self.at += 1
            if character == ")" and len(numbers) > 1:
                break
            if character != "," or len(numbers) == 3:
                raise ParseError(needs, self._word(begin, self.at))
        return Euclid(node, numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else Atom(Fraction(0)))

    def _dropped(self, node: Node) -> Node:
        begin = self.at
        self.at += 1
        share = _HALF
        if _NUMBER.match(self.text, self.at):
            share = float(self._number(begin, needs := "? needs a share from 0 to 1, such as ?0.3", least=0))
            if share > 1.0:
                raise ParseError(needs, self._word(begin, self.at))
        return Dropped(node, share, self._place())

    # Numbers of modifiers

    def _count(self, begin: int) -> Fraction:
        needs = f"! needs a whole number from 1 to {MOST_EVENTS}, such as !3"
        count = self._number(begin, needs, least=1)
        if count.denominator != 1 or count > MOST_EVENTS:
            raise ParseError(needs, self._word(begin, self.at))
        return count

    def _number(self, begin: int, needs: str, least: float | None = None) -> Fraction:
        found = _NUMBER.match(self.text, self.at)
        if found is None:
            raise ParseError(needs, self._word(begin, min(self.at + 1, len(self.text))))
        self.at = found.end()
        number = Fraction(found[0])
        if number <= 0 if least is None else number < least:
            raise ParseError(needs, self._word(begin, self.at))
        return number

    def _numbers(self, begin: int, needs: str, least: float | None = None, *, whole: bool = False) -> Node:
        """Reads a number, or a group of numbers in brackets."""

        def checked(begin: int) -> Fraction:
            number = self._number(begin, needs, least)
            if whole and (number.denominator != 1 or number > MOST_EVENTS):
                raise ParseError(needs, self._word(begin, self.at))
            return number

        def read(word: Word) -> Fraction:
            self.at = word.start - self.base
            return checked(self.at)

        outer, self._atom = self._atom, read
        try:
            if self.text[self.at : self.at + 1] in _CLOSERS:
                return self._term()
            return Atom(checked(begin))
        finally:
            self._atom = outer

    # Values

    def _value(self, word: Word) -> PatternValue:
        kind = self.argument.kind
        if kind in NUMERIC and word.text in SIGNALS:
            return Signal(word.text, self._place())
        if kind is ArgumentKind.SWITCH:
            if word.text in (*TRUE_WORDS, *FALSE_WORDS):
                return word.text in TRUE_WORDS
            raise ParseError(f"{word.text!r} is not t or f", word)
        within = self.argument.within if self.checked or kind not in NUMERIC else None
        argument = replace(self.argument, within=within, relative=False)
        value = read_value(argument, word)
        assert isinstance(value, float | str)
        return value

    def _place(self) -> int:
        self.places += 1
        return self.places

    # Characters

    def _peek(self) -> str:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def _word(self, begin: int, end: int) -> Word:
        return Word(self.text[begin:end], self.base + begin, self.base + end)
