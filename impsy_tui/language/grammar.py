"""Grammar of the language, for parsing and for completion: reads a line word by word."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from impsy_tui.language.command_schema import Argument, ArgumentKind, Command
from impsy_tui.language.commands import COMMANDS, EARLIER_NAMES, find_command
from impsy_tui.language.cursor import CHANCE, MOST_STEPS, Cursor, filled_in
from impsy_tui.language.patterns.argument import begins_pattern, read_pattern
from impsy_tui.language.patterns.pattern import CyclicPattern
from impsy_tui.language.patterns.reader import TRANSFORMATIONS
from impsy_tui.language.program import (
    ALL_PLAYERS,
    MOMENTS,
    TIME_OF_DAY,
    Call,
    Chance,
    Invocation,
    Macro,
    Moment,
    Program,
    Step,
    Value,
)
from impsy_tui.language.value_readers import end_of_text, minute_of_day, read_channels, read_dimensions, read_value
from impsy_tui.language.words import NAME, ParseError, Word, suggestion, words_of
from impsy_tui.ranges import Range

LONGEST_LINE: Final = 2000
"""Greatest length of a line in characters."""

_NUMBERS: Final = (ArgumentKind.NUMBER, ArgumentKind.DURATION)
RAMPED: Final = tuple(name for name, command in COMMANDS.items() if command.ramp)
"""Commands that ``over`` can ramp."""

_DEEPEST: Final = 8
_SILENCE: Final = Argument("silence", ArgumentKind.DURATION, Range(0.0, 3600.0, 5.0, "s", above=True))
_EVENTS: Final = Argument("event", ArgumentKind.WHOLE, Range(1, 1_000_000, 100))
_PLAYERS: Final = tuple(name for name, command in COMMANDS.items() if command.player)
_RESERVED: Final = frozenset(
    (*(word for name in (*COMMANDS, *EARLIER_NAMES) for word in name.split()), CHANCE, ALL_PLAYERS, "main")
)

_HINTS: Final = {
    **{pane: f"show {pane} shows this page or pane, or hides it" for pane in COMMANDS["show"].arguments[0].choices},
    "stop": "pause silences the player, panic everything; shutdown ends the engine",
    "model": "load changes the model: load m",
    "models": "load changes the model: type load, a space and Tab for the models here",
    "temperature": "temp changes the pi temperature, sigma the sigma temperature: temp 1.3",
    "wait": "after 5s does the rest of the line later",
    "rand": "rand stands in place of a number: temp rand 0.5 1.5",
    "exit": "quit leaves a console and the music continues; shutdown ends the engine",
    "keep": "keep job ends a job early and saves its result so far; keep mapping saves learned and mapped controls; "
    "keep players saves the players",
    "unmute": "release x3 ends mute, solo, hold, invert, range and given of x3",
    "hand": "hand over on bar lets turns change on the next bar",
    "clock": "clock in follows a MIDI clock, clock out sends one, clock link joins Ableton Link",
}


@dataclass(slots=True)
class LineReader(Cursor):
    """Reads a line, from its first word to its last."""

    # Steps

    def program(self) -> Program:
        """Reads all steps up to the end of the line."""
        steps: list[Step] = []
        fresh = True
        while self.at < len(self.words):
            if fresh := self.words[self.at].ends:
                self.at += 1
                continue
            steps.append(self.step())
            if (word := self.word) is not None:
                raise ParseError(_too_much(steps[-1]), word)
        if fresh:
            self.began = self.at
            self.may_be(_choice((*COMMANDS, *self.macros)))
        if not steps:
            raise ParseError("nothing to do: type a command, or help", len(self.line))
        return Program(tuple(steps))

    def step(self) -> Step:
        """Reads one command or macro, with its player."""
        self.began = self.at
        player = self.player()
        first = self.word
        if first is None:
            self.may_be(_choice((*_PLAYERS, *self.macros)))
            raise ParseError(f"a command after @{player} is missing", self.place())
        self.budget.steps -= 1
        if self.budget.steps < 0:
            raise ParseError(f"too many commands in one line: at most {MOST_STEPS} commands", first)
        command, length = self.command()
        if command is None and first.text in self.macros:
            return self.call(self.macros[first.text], player)
        if command is None:
            raise ParseError(_unknown(first.text, self.macros), first)
        if player and not command.player:
            raise ParseError(f"{command.name} is about the whole engine, not about a player", first)
        self.at += length
        return Invocation(command, self.arguments(command), player)

    def player(self) -> str:
        """Reads the player of a step; empty for none."""
        word = self.word
        if word is None or word.quoted or not word.text.startswith("@"):
            return ""
        name = word.text[1:]
        if NAME.fullmatch(name) is None and not self.is_parameter(Word(name, word.start, word.end)):
            raise ParseError(f"{word.text!r} is not a player: write @name, or @all", word)
        self.at += 1
        return name

    def command(self, names: Iterable[str] = COMMANDS) -> tuple[Command | None, int]:
        """Reads the name of a command; returns the command and the number of words. A quoted word is no second word.

        Args:
            names: names for completion.
        """
        words = [word.text for word in self.ahead(2) if not word.quoted]
        if len(words) == 1:
            self.may_be(_choice(_second_words(words[0], names)), words[0], ahead=1)
        found = find_command(words)
        if found[0] is None and words and words[0] not in self.macros:
            found = find_command([word.lower() for word in words])
        return found

    def call(self, macro: Macro, player: str) -> Call:
        """Reads a call of a macro and the commands of its body."""
        word = self.words[self.at]
        self.at += 1
        given = self.rest
        if len(given) != len(macro.parameters):
            wanted = " ".join((macro.name, *(name.upper() for name in macro.parameters)))
            wrong = given[len(macro.parameters)] if len(given) > len(macro.parameters) else self.place(len(given))
            if missing := macro.parameters[len(given) :]:
                self.may_be(Argument(missing[0], ArgumentKind.NAME), macro.name, needed=True, ahead=len(given))
            raise ParseError(f"{macro.name} is written {wanted}", wrong)
        self.at += len(given)
        words = tuple(each.text for each in given)
        body = filled_in(macro, words)
        self.budget.characters -= len(body)
        if self.depth >= _DEEPEST or self.budget.characters < 0:
            raise ParseError(f"{macro.name} contains itself, or too many other macros", word)
        inside = LineReader(body, self.macros, None, self.parameters, self.depth + 1, self.budget)
        try:
            program = inside.program()
        except ParseError as wrong:
            raise ParseError(f"in {macro.name}: {wrong.mistake.message}", word) from None
        return Call(macro.name, words, program, player)

    # Arguments

    def arguments(self, command: Command, *, ramped: bool = False) -> dict[str, Value]:
        """Reads the arguments of a command.

        Args:
            command: the command.
            ramped: True if other commands follow without a semicolon.
        """
        self.leave_filler(command)
        values: dict[str, Value] = {}
        keywords = {argument.name: argument for argument in command.arguments if argument.keyword}
        for argument in command.arguments:
            if argument.keyword or (argument.optional and self.left_out(command, argument, keywords, ramped)):
                continue
            values[argument.name] = self.value(command, self.number(argument) if ramped else argument, values)
        while True:
            if keywords:
                self.may_be(_choice(keywords, optional=True), command.name)
            word = self.word
            if word is None or word.quoted or word.text.lower() not in keywords:
                return values
            self.at += 1
            argument = keywords.pop(word.text.lower())
            values[argument.name] = self.value(command, argument, values)

    def leave_filler(self, command: Command) -> None:
        """Skips the filler word of a command, unless it is the argument itself."""
        word = self.word
        if word is not None and word.text == command.filler and not word.quoted:
            rest = self.ahead(len(command.arguments) + 1)
            completing = self.wanted is not None and self.at + 1 == len(self.words)
            self.at += len(rest) > len(command.arguments) or completing

    def left_out(self, command: Command, argument: Argument, keywords: Mapping[str, Argument], ramped: bool) -> bool:
        """Returns True if an optional argument is missing."""
        self.may_be(argument, command.name)
        word = self.word
        if word is None or (not word.quoted and word.text in keywords):
            return True
        behind = command.arguments[command.arguments.index(argument) + 1 :]
        if argument.kind is ArgumentKind.MODEL and not all(other.optional for other in behind):
            return self.is_value(word) and not (self.may_name(word) and self.is_value(self.following))
        # A word that the argument does not take is the next argument, or the next command.
        among_others = ramped or not all(other.keyword for other in behind)
        return among_others and argument.kind is ArgumentKind.CHOICE and word.text not in argument.choices

    def value(self, command: Command, argument: Argument, before: dict[str, Value]) -> Value:
        """Reads one argument, after those that were read before it."""
        match argument.kind:
            case ArgumentKind.LINE:
                return self.line_inside(Invocation(command, before), argument)
            case ArgumentKind.SETTINGS:
                return self.settings(command, argument)
            case ArgumentKind.TEXT:
                return self.text(command, argument)
            case ArgumentKind.DEFINITION:
                return self.definition(command, argument)
            case ArgumentKind.MOMENT:
                return self.moment(command, argument)
            case ArgumentKind.DIMENSIONS | ArgumentKind.CHANNELS:
                return self.several(command, argument)
            case ArgumentKind.COMMAND:
                return self.command_name(command, argument)
            case _:
                return self.value_of(command.name, argument)

    def value_of(self, whose: str, argument: Argument) -> Value:
        """Reads an argument of one word, a random range, or a pattern."""
        word = self.next_word(whose, argument)
        if self.is_parameter(word):
            return word.text
        if begins_pattern(self, argument, word):
            return read_pattern(self, whose, argument, word)
        if word.text == CHANCE and not word.quoted and argument.kind in _NUMBERS:
            low, high = (self.value_of(whose, self.number(argument)) for _ in range(2))
            if isinstance(low, float) and isinstance(high, float):
                return Chance(low, high)
            if any(isinstance(one, str) and one.startswith("$") for one in (low, high)):
                return word.text
            raise ParseError(f"rand takes two numbers, such as rand 0.5 1.5: each {argument.allowed}", word)
        return read_value(argument, word)

    def number(self, argument: Argument) -> Argument:
        """Returns an argument where a word cannot stand for the number; a word that is there is reported later."""
        word = self.word
        if argument.kind not in _NUMBERS or (word is not None and word.text in argument.choices):
            return argument
        return replace(argument, choices=(), pattern=False, spans=False)

    def line_inside(self, outside: Invocation, argument: Argument) -> Program:
        """Reads the rest of the line as commands that run later."""
        word, command = self.word, outside.command
        if word is None:
            self.began = self.at
            self.may_be(_choice((*COMMANDS, *self.macros)))
            raise ParseError(f"{command.name} needs {argument.allowed}", self.place())
        if self.depth >= _DEEPEST:
            raise ParseError(f"at most {_DEEPEST} of these can be nested", word)
        self.depth += 1
        inside = self.program()
        self.depth -= 1
        if outside.repeats and (again := next((each.command.name for each in inside.walk() if each.repeats), "")):
            text = f"{again} cannot stand inside {command.name}: each time would leave one more pending"
            raise ParseError(text, word)
        return inside

    def settings(self, command: Command, argument: Argument) -> Program:
        """Reads the commands of a ramp, one after the other."""
        steps: list[Step] = []
        while True:
            self.began = self.at
            self.may_be(argument, command.name, needed=not steps)
            if self.at == len(self.words):
                break
            word = self.words[self.at]
            if word.ends:
                self.at += 1
                continue
            found, length = self.command(RAMPED)
            if found is None or not found.ramp:
                raise ParseError(_cannot_ramp(word.text, found, self.macros), word)
            self.at += length
            values = self.arguments(found, ramped=True)
            numbers = [each for each in found.arguments if each.kind in _NUMBERS]
            for number in numbers:
                if (given := values.get(number.name)) in number.choices:
                    raise ParseError(f"{found.name} {given} cannot be ramped: over needs a number", word)
            steps.append(Invocation(found, values))
        if not steps:
            raise ParseError(f"{command.name} needs {argument.allowed}", self.place())
        return Program(tuple(steps))

    def text(self, command: Command, argument: Argument) -> str:
        """Reads a text, quotes included."""
        begin = self.next_word(command.name, argument).start
        end = end_of_text(self.line, begin)
        inside = words_of(self.line[:end], begin)
        self.words[self.at - 1 :] = [*inside, *words_of(self.line, end)]
        self.at += len(inside) - 1
        self.may_be(argument, command.name)
        return self.line[begin:end].rstrip()

    def several(self, command: Command, argument: Argument) -> Value:
        """Reads dimensions or names of channels, or a word that is allowed instead."""
        word = self.next_word(command.name, argument)
        if word.text in argument.choices or self.is_parameter(word):
            return word.text
        self.at -= 1
        found: Value
        if argument.kind is ArgumentKind.CHANNELS:
            found, taken = read_channels(self.rest, [each.name for each in command.arguments if each.keyword])
        else:
            found, taken = read_dimensions(self.rest)
        self.at += taken
        self.may_be(argument, command.name)
        return found

    def command_name(self, command: Command, argument: Argument) -> str:
        """Reads the name of a command or of a macro."""
        word = self.next_word(command.name, argument)
        self.may_be(_choice(_second_words(word.text)), command.name)
        if self.word is not None and (two := f"{word.text} {self.word.text}") in COMMANDS:
            self.at += 1
            return two
        if word.text in COMMANDS or word.text in self.macros:
            return word.text
        raise ParseError(_unknown(word.text, self.macros), word)

    def moment(self, command: Command, argument: Argument) -> Moment:
        """Reads a moment, such as ``call``, ``silence 2s`` or ``18:00``."""
        word = self.next_word(command.name, argument)
        if word.text[:1].isdecimal():
            return Moment(TIME_OF_DAY, minute_of_day(word))
        if word.text not in MOMENTS:
            raise ParseError(f"{word.text!r} is not {argument.allowed}", word)
        if word.text not in ("silence", "event"):
            return Moment(word.text)
        number = self.value_of(word.text, _SILENCE if word.text == "silence" else _EVENTS)
        if isinstance(number, Chance):
            raise ParseError(f"{word.text} takes one number, not a random number", word)
        return Moment(word.text, number if isinstance(number, float) else 0.0)

    def definition(self, command: Command, argument: Argument) -> Macro:
        """Reads the definition of a macro: name, parameters, equals sign, and the rest of the line as its body."""
        names: list[Word] = []
        while (word := self.word) is not None and word.text != "=":
            if NAME.fullmatch(word.text) is None:
                raise ParseError(f"{word.text!r} is not a name: use a letter, then letters, digits, - and _", word)
            names.append(word)
            self.at += 1
        self.may_be(argument, command.name, needed=True)
        if not names or word is None:
            raise ParseError(f"{command.name} needs {argument.allowed}", self.place())
        name, *parameters = names
        if name.text in _RESERVED:
            raise ParseError(f"{name.text} has another meaning already: choose another name", name)
        self.at += 1
        first = self.word
        begin = len(self.line) if first is None else first.start
        others = {each: macro for each, macro in self.macros.items() if each != name.text}
        own = self.parameters | {each.text for each in parameters}
        if self.depth >= _DEEPEST:
            raise ParseError(f"at most {_DEEPEST} of these can be nested", name)
        inside = LineReader(self.line[begin:], others, self.wanted, own, self.depth + 1, self.budget)
        try:
            inside.program()
        except ParseError as wrong:
            found = wrong.mistake
            message = found.message if first is not None else f"the commands of {name.text} are missing"
            raise ParseError(message, Word("", found.start + begin, found.end + begin)) from None
        self.at = len(self.words)
        return Macro(name.text, tuple(each.text for each in parameters), self.line[begin:].rstrip())


def _choice(words: Iterable[str], *, optional: bool = False) -> Argument:
    return Argument("word", ArgumentKind.CHOICE, choices=tuple(words), optional=optional)


def _second_words(first: str, names: Iterable[str] = COMMANDS) -> list[str]:
    return [name.split()[1] for name in names if name.startswith(f"{first} ")]


def _too_much(step: Step) -> str:
    if isinstance(step, Invocation) and any(isinstance(value, CyclicPattern) for value in step.values.values()):
        return f"this is no transformation of a pattern: {', '.join(TRANSFORMATIONS)}, cycle, now"
    name, usage = (step.command.name, step.command.usage) if isinstance(step, Invocation) else (step.name, str(step))
    return f"{name} takes no more than this: {usage}"


def _cannot_ramp(text: str, found: Command | None, macros: Mapping[str, Macro]) -> str:
    if text.startswith("@"):
        return f"the player must be the first word: {text} over …"
    if found is None and text not in macros:
        return _unknown(text, ())
    name = text if found is None else found.name
    return f"{name} cannot be ramped. These can: {', '.join(RAMPED)}. All commands after over belong to it"


def _unknown(text: str, macros: Iterable[str]) -> str:
    if text in _HINTS:
        return _HINTS[text]
    near = suggestion(text, (*COMMANDS, *macros))
    return f"no command is called {text}" + (f"; did you mean {near}?" if near else "; help lists them")
