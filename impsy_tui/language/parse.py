"""Reading a line. Nothing here raises: a line is a program or a mistake."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from impsy_tui.language.commands import COMMANDS, find_command
from impsy_tui.language.entries import Argument, Command, Kind
from impsy_tui.language.program import EVERYBODY, Call, Chance, Invocation, Macro, Moment, Program, Step, Value
from impsy_tui.terms import Range

LONGEST_LINE: Final = 2000
"""Characters. A longer one is no performer's."""

MOST_STEPS: Final = 500
"""In one line, with all that its macros stand for."""

WORD: Final = re.compile(r'"([^"]*)"?|(;|[^\s;]+)')
"""A word: its text is the first group if it is in quotes, else the second. A semicolon is one by itself."""

NAME: Final = re.compile(r"[^\W\d][\w-]*")
"""What a macro, its arguments and a player may be called."""

_DEEPEST: Final = 8
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_DIMENSION = re.compile(r"x(\d{1,4})(?:-x?(\d{1,4}))?", re.ASCII)
_GRID = re.compile(r"1/(?:1|2|3|4|6|8|12|16|24|32|48|64)", re.ASCII)
_PARAMETER = re.compile(r"\$([^\W\d][\w-]*)")
_UNITS: Final = {"ms": 0.001, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0}
_MOMENTS: Final = ("call", "response", "silence", "event", "bar")
_CHANCE: Final = "rand"
_SILENCE: Final = Range(0.0, 3600.0, 5.0, "s", above=True)
_EVENTS: Final = Range(1, 1_000_000, 100)
_GLIDING: Final = tuple(name for name, command in COMMANDS.items() if command.ramp)
_RESERVED: Final = frozenset((*(word for name in COMMANDS for word in name.split()), _CHANCE, EVERYBODY, "main"))

_HINTS: Final = {
    "stop": "nothing is called plain stop: take makes the player listen, pause silences it, "
    "panic silences everything, shutdown ends the engine",
    "exit": "quit leaves a console and the music goes on; shutdown ends the engine",
    "keep": "keep job ends a job early and saves what there is; keep mapping saves what was learned and bound",
    "unmute": "release x3 lets go of what was done to x3",
    "hand": "hand over on bar lets turns change on the next bar",
    "clock": "clock in follows a MIDI clock, clock out sends one",
}


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


def words_of(line: str) -> list[Word]:
    """The words of a line; quotes keep words together, a semicolon is a word."""
    return [
        Word(match[2], match.start(), match.end())
        if match[1] is None
        else Word(match[1], match.start(), match.end(), True)
        for match in WORD.finditer(line)
    ]


def parse(line: str, macros: Mapping[str, Macro] | None = None) -> Program | Mistake:
    """Read one line.

    Args:
        line: what the performer typed, any text at all.
        macros: words of the performer's own.

    Returns:
        What to carry out, or what is wrong and where.
    """
    if len(line) > LONGEST_LINE:
        return Mistake(f"too long: at most {LONGEST_LINE} characters", LONGEST_LINE, len(line))
    try:
        return _Reader(line, macros or {}).program()
    except _Wrong as wrong:
        return wrong.mistake


def parse_dimensions(text: str) -> tuple[int, ...] | Mistake:
    """Read dimensions alone, such as ``x1 x3-x5``; they are counted from 1."""
    words = [Word(m[0], m.start(), m.end()) for m in re.finditer(r"\S+", text)]
    if not words:
        return Mistake("dimensions are wanted, such as x3, or x1 x2, or x1-x4", 0, 0)
    try:
        found, taken = _dimensions(words)
    except _Wrong as wrong:
        return wrong.mistake
    if taken < len(words):
        word = words[taken]
        return Mistake(f"{word.text!r} is no dimension: they are x1, x2 …", word.start, word.end)
    return found


def suggestion(text: str, known: Iterable[str]) -> str | None:
    """The known word nearest to a mistyped one, if any is near."""
    import difflib  # only for mistakes: it would slow every start for nothing

    return next(iter(difflib.get_close_matches(text, list(known), n=1)), None)


class _Wrong(Exception):
    def __init__(self, message: str, word: Word | int) -> None:
        start, end = (word, word) if isinstance(word, int) else (word.start, word.end)
        self.mistake = Mistake(message, start, end)


class _Reader:
    """Reads a line word by word.

    Args:
        line: the line.
        macros: words of the performer's own.
        parameters: names that stand for an argument, where the body of a macro is read.
        depth: how many macros this line is inside of.
        budget: how many steps may still be read, counted down.
    """

    def __init__(
        self,
        line: str,
        macros: Mapping[str, Macro],
        parameters: frozenset[str] = frozenset(),
        depth: int = 0,
        budget: list[int] | None = None,
    ) -> None:
        self.line = line
        self.macros = macros
        self.parameters = parameters
        self.depth = depth
        self.budget = [MOST_STEPS] if budget is None else budget
        self.words = words_of(line)
        self.at = 0

    # Words

    @property
    def word(self) -> Word | None:
        """The word to be read next, if this step has one."""
        word = self.words[self.at] if self.at < len(self.words) else None
        return None if word is None or _is_end(word) else word

    @property
    def rest(self) -> Sequence[Word]:
        """The words to be read next, up to the end of this step."""
        end = next((i for i in range(self.at, len(self.words)) if _is_end(self.words[i])), len(self.words))
        return self.words[self.at : end]

    @property
    def here(self) -> int:
        """Where something that is missing ought to stand."""
        return self.words[self.at].start if self.at < len(self.words) else len(self.line)

    def needed(self, whose: str, argument: Argument) -> Word:
        """The next word, which must be there."""
        word = self.word
        if word is None:
            raise _Wrong(f"{whose} needs {argument.allowed}", self.here)
        self.at += 1
        return word

    # Steps

    def program(self) -> Program:
        """Everything up to the end of the line."""
        steps: list[Step] = []
        while self.at < len(self.words):
            if _is_end(self.words[self.at]):
                self.at += 1
                continue
            steps.append(self.step())
            if (word := self.word) is not None:
                taken = steps[-1]
                usage = taken.command.usage if isinstance(taken, Invocation) else str(taken)
                name = taken.command.name if isinstance(taken, Invocation) else taken.name
                raise _Wrong(f"{name} takes no more than this: {usage}", word)
        if not steps:
            raise _Wrong("nothing to do: type a command, or help", len(self.line))
        return Program(tuple(steps))

    def step(self) -> Step:
        """One command or macro, whoever it is for."""
        self.budget[0] -= 1
        player = self.player()
        first = self.word
        if first is None:
            raise _Wrong(f"what @{player} is to do is missing", self.here)
        if self.budget[0] < 0:
            raise _Wrong(f"this is too much for one line: at most {MOST_STEPS} commands", first)
        command, length = find_command([word.text for word in self.rest[:2]])
        if command is None and first.text in self.macros:
            return self.call(self.macros[first.text], player)
        if command is None:
            raise _Wrong(_unknown(first.text, self.macros), first)
        if player and not command.player:
            raise _Wrong(f"{command.name} is about the whole engine, not about a player", first)
        self.at += length
        return Invocation(command, self.arguments(command), player)

    def player(self) -> str:
        """The player that a step is for, empty for none."""
        word = self.word
        if word is None or word.quoted or not word.text.startswith("@"):
            return ""
        name = word.text[1:]
        if NAME.fullmatch(name) is None:
            raise _Wrong(f"{word.text!r} is no player: write @name, or @all", word)
        self.at += 1
        return name

    def call(self, macro: Macro, player: str) -> Call:
        """A macro, with what it stands for."""
        word = self.needed(macro.name, Argument("name", Kind.NAME))
        given = self.rest
        if len(given) != len(macro.parameters):
            wanted = " ".join((macro.name, *(name.upper() for name in macro.parameters)))
            wrong = given[len(macro.parameters)] if len(given) > len(macro.parameters) else self.here_after(given)
            raise _Wrong(f"{macro.name} is written {wanted}", wrong)
        self.at += len(given)
        if self.depth >= _DEEPEST:
            raise _Wrong(f"{macro.name} is inside of too many others, or of itself", word)
        meant = dict(zip(macro.parameters, (each.text for each in given), strict=True))
        body = _PARAMETER.sub(lambda found: meant.get(found[1], found[0]), macro.body)
        try:
            program = _Reader(body, self.macros, self.parameters, self.depth + 1, self.budget).program()
        except _Wrong as wrong:
            raise _Wrong(f"{macro.name} means {body!r}: {wrong.mistake.message}", word) from None
        return Call(macro.name, tuple(each.text for each in given), program, player)

    def here_after(self, words: Sequence[Word]) -> int:
        """Where a word behind these would stand."""
        after = self.at + len(words)
        return self.words[after].start if after < len(self.words) else len(self.line)

    # Arguments

    def arguments(self, command: Command, *, gliding: bool = False) -> dict[str, Value]:
        """The values behind a command's name.

        Args:
            command: which.
            gliding: other commands follow without a semicolon.
        """
        if command.filler and len(self.rest) > len(command.arguments) and self.rest[0].text == command.filler:
            self.at += 1
        values: dict[str, Value] = {}
        keywords = {argument.name: argument for argument in command.arguments if argument.keyword}
        for argument in command.arguments:
            if argument.keyword or (argument.optional and self.left_out(argument, keywords, gliding)):
                continue
            values[argument.name] = self.value(command, argument)
        while (word := self.word) is not None and word.text in keywords:
            self.at += 1
            argument = keywords.pop(word.text)
            values[argument.name] = self.value_of(argument.name, argument)
        return values

    def left_out(self, argument: Argument, keywords: Mapping[str, Argument], gliding: bool) -> bool:
        """Whether an optional argument is not there."""
        word = self.word
        if word is None or (not word.quoted and word.text in keywords):
            return True
        # What is no word of it is already the next argument, or the next command.
        among_others = gliding or argument.name == "ease"
        return among_others and argument.kind is Kind.CHOICE and word.text not in argument.choices

    def value(self, command: Command, argument: Argument) -> Value:
        """One argument."""
        match argument.kind:
            case Kind.LINE:
                if self.word is None:
                    raise _Wrong(f"{command.name} needs {argument.allowed}", self.here)
                return self.program()
            case Kind.SETTINGS:
                return self.settings(command, argument)
            case Kind.TEXT:
                first, words = self.needed(command.name, argument), self.rest
                self.at += len(words)
                return self.line[first.start : words[-1].end if words else first.end]
            case Kind.DEFINITION:
                return self.definition(command, argument)
            case Kind.MOMENT:
                return self.moment(command, argument)
            case Kind.DIMENSIONS:
                word = self.needed(command.name, argument)
                if word.text in argument.choices or self.is_parameter(word):
                    return word.text
                self.at -= 1
                found, taken = _dimensions(self.rest)
                self.at += taken
                return found
            case Kind.COMMAND:
                word = self.needed(command.name, argument)
                if self.word is not None and (two := f"{word.text} {self.word.text}") in COMMANDS:
                    self.at += 1
                    return two
                if word.text in COMMANDS or word.text in self.macros:
                    return word.text
                raise _Wrong(_unknown(word.text, self.macros), word)
            case _:
                return self.value_of(command.name, argument)

    def value_of(self, whose: str, argument: Argument) -> Value:
        """An argument of one word, or of a chance."""
        word = self.needed(whose, argument)
        if self.is_parameter(word):
            return word.text
        if word.text == _CHANCE and not word.quoted and argument.kind in (Kind.NUMBER, Kind.DURATION):
            low, high = (self.value_of(whose, argument) for _ in range(2))
            if isinstance(low, float) and isinstance(high, float):
                return Chance(low, high)
            if any(isinstance(one, str) and one.startswith("$") for one in (low, high)):
                return word.text
            raise _Wrong(f"rand takes two numbers, such as rand 0.5 1.5: each {argument.allowed}", word)
        return _read(argument, word)

    def is_parameter(self, word: Word) -> bool:
        """Whether a word stands for an argument of the macro whose body this is."""
        found = _PARAMETER.fullmatch(word.text)
        return found is not None and found[1] in self.parameters

    def settings(self, command: Command, argument: Argument) -> Program:
        """What ``over`` glides, one setting behind the other."""
        steps: list[Step] = []
        while self.at < len(self.words):
            word = self.words[self.at]
            if _is_end(word):
                self.at += 1
                continue
            found, length = find_command([each.text for each in self.rest[:2]])
            if found is None:
                raise _Wrong(_unknown(word.text, {}), word)
            if not found.ramp:
                raise _Wrong(f"{found.name} cannot glide; these can: {', '.join(_GLIDING)}", word)
            self.at += length
            steps.append(Invocation(found, self.arguments(found, gliding=True)))
        if not steps:
            raise _Wrong(f"{command.name} needs {argument.allowed}", self.here)
        return Program(tuple(steps))

    def moment(self, command: Command, argument: Argument) -> Moment:
        """When something is to be done."""
        word = self.needed(command.name, argument)
        if word.text not in _MOMENTS:
            raise _Wrong(f"{word.text!r} is not {argument.allowed}", word)
        if word.text == "silence":
            seconds = self.value_of("silence", Argument("silence", Kind.DURATION, _SILENCE))
            return Moment(word.text, seconds if isinstance(seconds, float) else 0.0)
        if word.text == "event":
            count = self.value_of("event", Argument("event", Kind.WHOLE, _EVENTS))
            return Moment(word.text, count if isinstance(count, float) else 0.0)
        return Moment(word.text)

    def definition(self, command: Command, argument: Argument) -> Macro:
        """A macro: its name, its parameters, an equals sign, and all the rest of the line."""
        names: list[Word] = []
        while (word := self.word) is not None and word.text != "=":
            if NAME.fullmatch(word.text) is None:
                raise _Wrong(f"{word.text!r} is no name: a letter, then letters, digits, - and _", word)
            names.append(word)
            self.at += 1
        if not names or word is None:
            raise _Wrong(f"{command.name} needs {argument.allowed}", self.here)
        name, *parameters = names
        if name.text in _RESERVED:
            raise _Wrong(f"{name.text} means something already", name)
        self.at += 1
        first = self.word
        if first is None:
            raise _Wrong(f"what {name.text} is to do is missing", self.here)
        body = self.line[first.start :].rstrip()
        given = frozenset(each.text for each in parameters)
        others = {each: macro for each, macro in self.macros.items() if each != name.text}
        reader = _Reader(body, others, self.parameters | given, self.depth + 1, self.budget)
        try:
            reader.program()
        except _Wrong as wrong:
            found = wrong.mistake
            at = Word("", found.start + first.start, found.end + first.start)
            raise _Wrong(found.message, at) from None
        self.at = len(self.words)
        return Macro(name.text, tuple(each.text for each in parameters), body)


def _is_end(word: Word) -> bool:
    return word.text == ";" and not word.quoted


def _dimensions(words: Sequence[Word]) -> tuple[tuple[int, ...], int]:
    """All dimensions that the words begin with (at least one), and how many words they are."""
    numbers: dict[int, None] = {}
    taken = 0
    for word in words:
        found = _DIMENSION.fullmatch(word.text)
        if found is None:
            break
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last:
            raise _Wrong(f"{word.text!r} is no dimension: they are x1, x2 …", word)
        numbers.update(dict.fromkeys(range(first, last + 1)))
        taken += 1
    if not numbers:
        raise _Wrong(f"{words[0].text!r} is not dimensions such as x3, or x1 x2, or x1-x4", words[0])
    return tuple(numbers), taken


def _unknown(text: str, macros: Iterable[str]) -> str:
    if text in _HINTS:
        return _HINTS[text]
    near = suggestion(text, (*COMMANDS, *macros))
    return f"no command is called {text}" + (f"; did you mean {near}?" if near else "; help lists them")


def _read(argument: Argument, word: Word) -> Value:
    wrong = _Wrong(f"{word.text!r} is not {argument.allowed}", word)
    match argument.kind:
        case Kind.NUMBER | Kind.WHOLE | Kind.DURATION:
            if word.text in argument.choices:
                return word.text
            unit = argument.within.unit if argument.within is not None else ""
            value = _quantity(word.text, argument.kind, unit)
            if value is not None and argument.kind is Kind.WHOLE and not value.is_integer():
                raise wrong
            if value is None or (argument.within is not None and value not in argument.within):
                raise wrong
            return value
        case Kind.SWITCH:
            if word.text not in ("on", "off"):
                raise wrong
            return word.text == "on"
        case Kind.CHOICE:
            if word.text not in argument.choices:
                near = suggestion(word.text, argument.choices)
                hint = f"did you mean {near}? " if near else ""
                raise _Wrong(f"{hint}{word.text!r} is not {argument.allowed}", word)
            return word.text
        case Kind.GRID:
            if word.text not in argument.choices and _GRID.fullmatch(word.text) is None:
                raise wrong
            return word.text
        case _:
            if not word.text:
                raise wrong
            return word.text


def _quantity(text: str, kind: Kind, own_unit: str) -> float | None:
    match = _NUMBER.match(text)
    if match is None:
        return None
    value, unit = float(match[0]), text[match.end() :]
    if kind is Kind.DURATION:
        return value * _UNITS[unit] if unit in _UNITS else value if not unit else None
    if unit == "%":
        return value / 100.0
    return value if unit in ("", "x", own_unit) else None
