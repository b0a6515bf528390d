"""Random command lines, valid and invalid, from the table of commands."""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from impsy_tui.choices import GRIDS
from impsy_tui.language import COMMANDS, ArgumentKind, Command
from impsy_tui.language.command_schema import Argument
from impsy_tui.language.program import MOMENTS

ODD: Final = (
    *("", '"', '""', ";", ";;", "@", "@all", "@none", "rand", "$x", "$", "=", "nan", "inf", "-inf", "1e400", "-0"),
    *("9" * 400, "x0", "x9999", "x1-x9999", "é", "\U0001f3b9", "\0", "\x1b[2J", "//", "#", "a" * 5000),
    *("+", "-", "*", "*2", "+10%", "-0.1", "0x10", "1,5", "1_000", "１", "\t", "\n", "now", "ease", "on", "off"),
)
"""Words that a line may get at any place."""
PATTERNS: Final = ('"0.2 0.8 ~ 0.5"', '"<1 2 3>"', '"[0.1 0.2]*2 ~"', '"0.5(3,8)"', '"0.1 .. 0.9"', '"0.2?"')
_SETTLED: Final = 0.35
"""Share of invalid lines."""


class RandomLines:
    """Random lines of the language.

    Args:
        dice: source of the random numbers.
        names: names of objects that are there, by the name or the kind of an argument.
        players: names of players.
        without: names of commands that no line has.
    """

    def __init__(
        self,
        dice: random.Random,
        names: Mapping[str, Sequence[str]],
        players: Sequence[str],
        without: Collection[str] = (),
    ) -> None:
        self.dice = dice
        self._names = names
        self._players = players
        self._commands = [each for each in COMMANDS.values() if each.name not in without]
        self._without = tuple(without)
        self._ramped = [each for each in self._commands if each.ramp in ("linear", "log")]

    def line(self) -> str:
        """Returns a line, about a third of them mutated."""
        line = self.valid()
        return self.mutated(line) if self.dice.random() < _SETTLED else line

    def valid(self, depth: int = 2) -> str:
        """Returns a line in the form of the language; its names may be unknown."""
        steps = [self.step(depth) for _ in range(self.dice.choice((1, 1, 1, 1, 2, 3)))]
        return "; ".join(steps)

    def step(self, depth: int = 2, command: Command | None = None) -> str:
        """Returns one command with its arguments."""
        while command is None or (command.takes_rest and not depth):
            command = self.dice.choice(self._commands)
        words = [command.name]
        for argument in command.arguments:
            if argument.optional and self.dice.random() < 0.5:
                continue
            value = self.value(argument, depth)
            words.append(f"{argument.name} {value}" if argument.keyword else value)
        line = " ".join(words)
        if command.player and self.dice.random() < 0.3:
            line = f"@{self.dice.choice((*self._players, 'all'))} {line}"
        return line

    def value(self, argument: Argument, depth: int) -> str:
        """Returns a value of an argument."""
        dice = self.dice
        if argument.pattern and dice.random() < 0.05:
            return dice.choice(PATTERNS)
        if argument.choices and dice.random() < 0.3:
            return self._word(dice.choice(argument.choices))
        match argument.kind:
            case ArgumentKind.NUMBER | ArgumentKind.WHOLE | ArgumentKind.DURATION:
                return self._number(argument)
            case ArgumentKind.SWITCH:
                return dice.choice(("on", "off"))
            case ArgumentKind.CHOICE:
                return dice.choice(argument.choices)
            case ArgumentKind.COMMAND:
                return dice.choice([*COMMANDS])
            case ArgumentKind.DIMENSIONS:
                return dice.choice(("x1", "x2 x3", "x1-x4", "x8", "x1 x3 x5", "x40"))
            case ArgumentKind.GRID:
                return dice.choice([*GRIDS])
            case ArgumentKind.MOMENT:
                return dice.choice((*(word for word in MOMENTS if word not in ("silence", "event")), *_MOMENTS))
            case ArgumentKind.LINE:
                return self.valid(depth - 1) if depth else "what"
            case ArgumentKind.SETTINGS:
                return " ".join(self._setting() for _ in range(dice.choice((1, 2, 3))))
            case ArgumentKind.DEFINITION:
                return f"{self._name('macro')} = {self.valid(0)}"
            case _:
                return self._word(self._name(argument.name, argument.kind.value))

    def _setting(self) -> str:
        command = self.dice.choice(self._ramped)
        return " ".join((command.name, *(self.value(each, 0) for each in command.arguments)))

    def _number(self, argument: Argument) -> str:
        dice, within = self.dice, argument.within
        assert within is not None
        if argument.relative and dice.random() < 0.2:
            return dice.choice(("+0.1", "-0.1", "+10%", "-10%", "*2", "*0.5"))
        if dice.random() < 0.05 and argument.kind is not ArgumentKind.WHOLE:
            return f"rand {within.low:g} {within.high:g}"
        high = min(within.high, 1000.0)
        value = dice.choice(
            (within.low, within.high, within.default, *(dice.uniform(within.low, high) for _ in "123456"))
        )
        if argument.kind is ArgumentKind.WHOLE:
            return str(round(value))
        text = f"{value:.4g}"
        return f"{text}s" if argument.kind is ArgumentKind.DURATION else text

    def _name(self, *kinds: str) -> str:
        found = [name for kind in kinds for name in self._names.get(kind, ())]
        return self.dice.choice(found or ["none"]) if self.dice.random() < 0.9 else self.dice.choice(ODD)

    @staticmethod
    def _word(name: str) -> str:
        return f'"{name}"' if not name or set(name) & set(' ;"') else name

    def mutated(self, line: str) -> str:
        """Returns a line with mistakes."""
        line = self.dice.choice(_MUTATIONS)(self.dice, line)
        # A mutation must not make a command that the caller excludes.
        return "what" if any(name in line for name in self._without) else line


_MOMENTS: Final = ("silence 5s", "silence 100ms", "event 3", "event 100", "18:00", "0:00")


def _at(dice: random.Random, line: str) -> int:
    return dice.randrange(len(line) + 1)


def _words(change: Callable[[random.Random, list[str]], None]) -> Callable[[random.Random, str], str]:
    def changed(dice: random.Random, line: str) -> str:
        words = line.split(" ")
        change(dice, words)
        return " ".join(words)

    return changed


def _delete(dice: random.Random, words: list[str]) -> None:
    del words[dice.randrange(len(words))]


def _double(dice: random.Random, words: list[str]) -> None:
    words.insert(dice.randrange(len(words) + 1), dice.choice(words))


def _replace(dice: random.Random, words: list[str]) -> None:
    words[dice.randrange(len(words))] = dice.choice(ODD)


def _insert(dice: random.Random, words: list[str]) -> None:
    words.insert(dice.randrange(len(words) + 1), dice.choice(ODD))


_MUTATIONS: Final[tuple[Callable[[random.Random, str], str], ...]] = (
    _words(_delete),
    _words(_double),
    _words(_replace),
    _words(_insert),
    lambda dice, line: line[: _at(dice, line)],
    lambda dice, line: line[_at(dice, line) :],
    lambda dice, line: (lambda at: line[:at] + chr(dice.choice((0, 10, 34, 59, 64, 127, 955, 0x1F600))) + line[at:])(
        _at(dice, line)
    ),
    lambda dice, line: line.upper(),
    lambda dice, line: ";".join([line] * dice.choice((2, 20))),
    lambda dice, line: "".join(dice.sample(line, len(line))),
)
