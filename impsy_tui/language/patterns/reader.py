"""Reader of a pattern with its transformations."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from impsy_tui.language.command_schema import Argument, ArgumentKind
from impsy_tui.language.patterns import transformations
from impsy_tui.language.patterns.nodes import Node
from impsy_tui.language.patterns.notation import NUMERIC, NotationReader
from impsy_tui.language.patterns.pattern import MOST_EVENTS, CycleLength, CyclicPattern, too_many_events
from impsy_tui.language.patterns.transformations import Transform
from impsy_tui.language.value_readers import read_value
from impsy_tui.language.words import ParseError, Word, suggestion
from impsy_tui.ranges import Range

TRANSFORMATIONS: Final = (
    "fast",
    "slow",
    "rev",
    "palindrome",
    "shift",
    "every",
    "sometimes",
    "degrade",
    "smooth",
    "range",
    "quantise",
)
_NUMBERS_ONLY: Final = ("smooth", "range", "quantise")
TIMING: Final = ("cycle", "now")
_TOKEN: Final = re.compile(r"[()]|[^\s();]+")
_FACTOR: Final = Range(0.0, 1000.0, above=True)
_SHIFT: Final = Range(-1000.0, 1000.0)
_BARS: Final = Range(0.25, 64.0)
_SECONDS: Final = Range(0.5, 86400.0, unit="s")
_DEEPEST: Final = 8
_FINEST: Final = 1_000_000
"""Largest denominator of a factor, which keeps fractions short."""
_BAR_WORDS: Final = ("bar", "bars")

Expect = Callable[[Argument], None]
"""Notes an expected argument at the end of a line."""


@dataclass(slots=True)
class PatternReader:
    """Reads a pattern: the notation in quotes, and the transformations behind it.

    Attributes:
        argument: argument of the command that the pattern stands for.
        quoted: word in quotes.
        behind: rest of the step.
        base: place of ``behind`` in the line.
        holes: True if the pattern may have holes.
        expect: notes an expected argument, if the line ends here.
    """

    argument: Argument
    quoted: Word
    behind: str
    base: int
    holes: bool
    expect: Expect
    tokens: list[Word] = field(init=False)
    at: int = 0
    places: int = 0
    cycle: CycleLength = field(default_factory=CycleLength)
    now: bool = False

    def __post_init__(self) -> None:
        found = _TOKEN.finditer(self.behind)
        self.tokens = [Word(each[0], self.base + each.start(), self.base + each.end()) for each in found]

    def read(self) -> tuple[CyclicPattern, int]:
        """Returns the pattern, and the place in the line behind it.

        Raises:
            ParseError: the pattern cannot be read.
        """
        checked = not any(token.text == "range" for token in self.tokens)
        text, base = self.quoted.text, self.quoted.start + 1
        notation = NotationReader(text, base, self.argument, self.holes, checked)
        layers = notation.layers()
        self.places = notation.places
        transforms = self._transforms(timing=True)
        for transform in transforms:
            layers = tuple(map(transform, layers))
        if (most := sum(layer.most for layer in layers)) > MOST_EVENTS:
            raise ParseError(too_many_events(most), self.quoted)
        end = self.tokens[self.at - 1].end if self.at else self.quoted.end
        behind = self.behind[: max(0, end - self.base)]
        return CyclicPattern(text, " ".join(behind.split()), layers, self.cycle, self.now), end

    def _transforms(self, *, timing: bool = False, depth: int = 0) -> list[Transform]:
        if depth > _DEEPEST:
            raise ParseError(f"at most {_DEEPEST} transformations can be nested", self.tokens[self.at - 1])
        found: list[Transform] = []
        while True:
            self._may_be((*self._names, *(TIMING if timing else (")",) if found else ())))
            token = self._token
            if token is None or (token.text not in self._names and not (timing and token.text in TIMING)):
                return found
            self.at += 1
            if token.text == "now":
                self.now = True
            elif token.text == "cycle":
                self.cycle = self._cycle()
            else:
                found.append(self._transform(token, depth))

    @property
    def _names(self) -> tuple[str, ...]:
        if self.argument.kind in NUMERIC:
            return TRANSFORMATIONS
        return tuple(name for name in TRANSFORMATIONS if name not in _NUMBERS_ONLY)

    def _transform(self, token: Word, depth: int) -> Transform:
        match token.text:
            case "fast":
                return transformations.fast(self._fraction("fast", _FACTOR))
            case "slow":
                return transformations.fast(1 / self._fraction("slow", _FACTOR))
            case "shift":
                return transformations.shift(self._fraction("shift", _SHIFT))
            case "rev":
                return transformations.reverse
            case "palindrome":
                return transformations.palindrome
            case "degrade":
                return transformations.degrade(self._place())
            case "smooth":
                return transformations.Smooth
            case "every":
                count = self._number("every", Argument("n", ArgumentKind.WHOLE, Range(1, 1000)))
                return transformations.every(int(count), self._inside("every", depth))
            case "sometimes":
                return transformations.sometimes(self._inside("sometimes", depth), self._place())
            case "quantise":
                steps = self._number("quantise", Argument("steps", ArgumentKind.NUMBER, _FACTOR))
                return transformations.quantise(steps)
            case _:
                ends = replace(self.argument, choices=())
                return transformations.scale(self._number("range", ends), self._number("range", ends))

    def _inside(self, name: str, depth: int) -> Transform:
        """Reads transformations in round brackets."""
        opening = self._token
        if opening is None or opening.text != "(":
            self._may_be(("(",))
            raise ParseError(f"{name} needs transformations in brackets, such as (fast 2)", self._place_of(opening))
        self.at += 1
        inner = self._transforms(depth=depth + 1)
        closing = self._token
        if closing is None or closing.text != ")":
            text = f"( is not closed: {name} needs )" if closing is None else self._unknown(closing)
            raise ParseError(text, self._place_of(closing))
        self.at += 1
        return _chained(inner)

    def _unknown(self, token: Word) -> str:
        near = suggestion(token.text, self._names)
        hint = f"did you mean {near}? " if near else ""
        return f"{hint}{token.text!r} is no transformation: {', '.join(self._names)}"

    def _cycle(self) -> CycleLength:
        token = self._token
        if token is not None and token.text[-1:] == "s":
            return CycleLength(seconds=self._number("cycle", Argument("time", ArgumentKind.DURATION, _SECONDS)))
        bars = self._number("cycle", Argument("bars", ArgumentKind.NUMBER, _BARS))
        self._may_be(_BAR_WORDS)
        unit = self._token
        if unit is None or unit.text not in _BAR_WORDS:
            raise ParseError("cycle needs bars or seconds, such as cycle 2 bars or cycle 8s", self._place_of(unit))
        self.at += 1
        return CycleLength(bars)

    def _fraction(self, name: str, within: Range) -> Fraction:
        number = self._number(name, Argument("factor", ArgumentKind.NUMBER, within))
        return Fraction(str(number)).limit_denominator(_FINEST)

    def _number(self, name: str, argument: Argument) -> float:
        token = self._token
        if token is None:
            self.expect(argument)
            raise ParseError(f"{name} needs {argument.allowed}", self._place_of(None))
        self.at += 1
        value = read_value(argument, token)
        assert isinstance(value, float)
        return value

    def _may_be(self, words: Sequence[str]) -> None:
        if self._token is None:
            self.expect(Argument("word", ArgumentKind.CHOICE, choices=tuple(words), optional=True))

    def _place(self) -> int:
        self.places += 1
        return self.places

    def _place_of(self, token: Word | None) -> Word | int:
        return self.base + len(self.behind) if token is None else token

    @property
    def _token(self) -> Word | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None


def _chained(transforms: Sequence[Transform]) -> Transform:
    def apply(node: Node) -> Node:
        for transform in transforms:
            node = transform(node)
        return node

    return apply
