"""What may be typed next: completions of a line as far as it goes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from impsy_tui.language.commands import COMMANDS, find_command
from impsy_tui.language.entries import Argument, Command, Kind
from impsy_tui.language.parse import WORD

_NAMES: Final = (Kind.MODEL, Kind.DATASET, Kind.FILE, Kind.NAME)
_SPACE: Final = re.compile(r"\s")


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
    before: Sequence[str]


def complete(line: str, known: Known) -> Completion:
    """What the word at the end of a line may become.

    Args:
        line: what has been typed, up to the cursor.
        known: names that exist.
    """
    found = list(WORD.finditer(line))
    start = found.pop().start() if found and found[-1].end() == len(line) else len(line)
    done = [match[1] if match[1] is not None else match[2] for match in found]
    word = line[start:]
    if not done:
        return Completion(start, _fitting(COMMANDS, word), "a command")
    command, length = find_command(done)
    rest = done[length:]
    if command is None:
        # The first of two words, as in "cancel job".
        return Completion(start, _fitting(_second_words(done[0]), word) if len(done) == 1 else ())
    places = _places(command, rest)
    options = [option for place in places for option in _fitting(_written(place, word, known), word)]
    return Completion(start, tuple(dict.fromkeys(options)), places[0].argument.allowed if places else "")


def _fitting(options: Iterable[str], word: str) -> tuple[str, ...]:
    return tuple(option for option in options if option.startswith(word))


def _second_words(first: str) -> list[str]:
    return [name.split()[1] for name in COMMANDS if name.startswith(f"{first} ")]


def _places(command: Command, words: Sequence[str]) -> list[_Place]:
    """The arguments that may stand after these words."""
    if command.filler and words and words[0] == command.filler:
        words = words[1:]
    positional = [argument for argument in command.arguments if not argument.keyword]
    keywords = {argument.name: argument for argument in command.arguments if argument.keyword}
    for index, word in enumerate(words):
        if word in keywords and all(argument.optional for argument in positional[index:]):
            return _after_keywords(command, words, index, keywords)
    if any(argument.kind is Kind.TEXT for argument in positional[: len(words)]):
        return [_Place(command, positional[-1], words)]  # it takes the rest of the line
    taken = len(words)
    places = []
    if positional and positional[0].kind is Kind.DIMENSIONS and words:
        taken = 1 + sum(not word.startswith("x") for word in words)
        if taken == 1:
            places.append(_Place(command, positional[0], words))
    if positional and positional[0].kind is Kind.COMMAND and len(words) == 1 and _second_words(words[0]):
        places.append(_Place(command, positional[0], words))
    if taken < len(positional):
        places.insert(0, _Place(command, positional[taken], words))
    if taken <= len(positional) and keywords and all(argument.optional for argument in positional[taken:]):
        places.append(_Place(command, _one_of(keywords), words))
    return places


def _after_keywords(
    command: Command, words: Sequence[str], index: int, keywords: dict[str, Argument]
) -> list[_Place]:
    """What may stand after keywords and their values, which begin at an index."""
    for used in words[index:-1:2]:
        if keywords.pop(used, None) is None:
            return []
    if len(words[index:]) % 2:
        return [_Place(command, keywords[words[-1]], words)] if words[-1] in keywords else []
    return [_Place(command, _one_of(keywords), words)] if keywords else []


def _one_of(keywords: Mapping[str, Argument]) -> Argument:
    return Argument("keyword", Kind.CHOICE, choices=tuple(keywords))


def _written(place: _Place, word: str, known: Known) -> Iterable[str]:
    """Options as they are typed: names in quotes where there is space in them, or where the word begins with one."""
    options = _options(place, known)
    if place.argument.kind not in _NAMES:
        return options
    quoted = word.startswith('"')
    return [f'"{name}"' if quoted or _SPACE.search(name) else name for name in options if name and '"' not in name]


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
            return tuple(_second_words(place.before[0]) if place.before else COMMANDS)
        case Kind.DIMENSIONS:
            given = set(place.before)
            names = [f"x{number}" for number in range(1, known.dimensions + 1)]
            return [name for name in names if name not in given] if given else (*argument.choices, *names)
        case Kind.FILE:
            of = {"log": known.logs, "dataset": known.datasets, "model": known.models}
            return of.get(place.before[0], ()) if place.before else [name for names in of.values() for name in names]
        case Kind.NAME:
            return _named(place.command, argument, known)
        case _:
            return ()


def _named(command: Command, argument: Argument, known: Known) -> Sequence[str]:
    names: Mapping[tuple[str, str], Sequence[str]] = {("theme", "name"): known.themes, ("set", "key"): known.settings}
    return names.get((command.name, argument.name), ())
