"""What may be typed next: completions of a line as far as it goes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from impsy_tui.language.commands import COMMANDS, Argument, Command, Kind

_SEPARATE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Known:
    """What a completion may draw on besides the table.

    Attributes:
        models, logs, datasets: names of files.
        themes: names of themes.
        settings: keys of settings.
        dimensions: how many values there are.
    """

    models: Sequence[str] = ()
    logs: Sequence[str] = ()
    datasets: Sequence[str] = ()
    themes: Sequence[str] = ()
    settings: Sequence[str] = ()
    dimensions: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """What may come next.

    Attributes:
        start: where the word that is being typed begins.
        options: whole words that may stand there, the likeliest first.
        hint: what is wanted there, in words; empty for nothing more.
    """

    start: int
    options: tuple[str, ...] = ()
    hint: str = ""


@dataclass(slots=True)
class _Place:
    """An argument that may stand where the cursor is."""

    command: Command
    argument: Argument
    before: list[str] = field(default_factory=list)


def complete(line: str, known: Known) -> Completion:
    """What the word at the end of a line may become.

    Args:
        line: what has been typed, up to the cursor.
        known: names that exist.
    """
    *done, word = _SEPARATE.split(line.lstrip())
    start = len(line) - len(word)
    if not done:
        names = [name for name in COMMANDS if name.startswith(word)]
        return Completion(start, tuple(names), "a command")
    command, rest = _command(done)
    if command is None:
        # The first of two words, as in "cancel job".
        options = tuple(
            name.split()[1] for name in COMMANDS if name.startswith(f"{done[0]} {word}") and len(done) == 1
        )
        return Completion(start, options)
    options_of = [_options(place, known) for place in _places(command, rest)]
    fitting = [option for options in options_of for option in options if option.startswith(word)]
    hint = next((place.argument.allowed for place in _places(command, rest)), "")
    return Completion(start, tuple(dict.fromkeys(fitting)), hint)


def _command(words: Sequence[str]) -> tuple[Command | None, Sequence[str]]:
    if len(words) > 1 and (found := COMMANDS.get(f"{words[0]} {words[1]}")):
        return found, words[2:]
    return COMMANDS.get(words[0]), words[1:]


def _places(command: Command, words: Sequence[str]) -> list[_Place]:
    """The arguments that may stand after these words."""
    if command.filler and words and words[0] == command.filler:
        words = words[1:]
    positional = [argument for argument in command.arguments if not argument.keyword]
    keywords = {argument.name: argument for argument in command.arguments if argument.keyword}
    if words and words[-1] in keywords:
        return [_Place(command, keywords[words[-1]], list(words))]
    taken = len(words)
    for index, word in enumerate(words):
        if word in keywords:
            taken = len(positional)
            for used in words[index::2]:
                keywords.pop(used, None)
            break
    places = []
    if positional and positional[0].kind is Kind.DIMENSIONS and words and words[-1].startswith("x"):
        taken = 1
        places.append(_Place(command, positional[0], list(words)))
    elif positional and positional[0].kind is Kind.DIMENSIONS and words:
        taken = 1 + sum(not word.startswith("x") for word in words)
    if taken < len(positional):
        places.insert(0, _Place(command, positional[taken], list(words)))
    if taken >= len(positional) or positional[taken].optional:
        words_for = tuple(keywords)
        if words_for:
            places.append(_Place(command, Argument("keyword", Kind.CHOICE, choices=words_for), list(words)))
    return places


def _options(place: _Place, known: Known) -> Sequence[str]:
    argument = place.argument
    match argument.kind:
        case Kind.SWITCH:
            return ("on", "off")
        case Kind.CHOICE | Kind.DURATION:
            return argument.choices
        case Kind.MODEL:
            return (*known.models, *argument.choices)
        case Kind.DATASET:
            return known.datasets
        case Kind.COMMAND:
            return tuple(COMMANDS)
        case Kind.DIMENSIONS:
            return tuple(f"x{number}" for number in range(1, known.dimensions + 1))
        case Kind.FILE:
            kind = place.before[0] if place.before else ""
            return {"model": known.models, "log": known.logs, "dataset": known.datasets}.get(kind, ())
        case Kind.NAME:
            return _named(place.command, argument, known)
        case _:
            return ()


def _named(command: Command, argument: Argument, known: Known) -> Sequence[str]:
    names: Mapping[tuple[str, str], Sequence[str]] = {("theme", "name"): known.themes, ("set", "key"): known.settings}
    return names.get((command.name, argument.name), ())
