"""Completion of a line that is being typed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from impsy_tui.choices import GRIDS
from impsy_tui.language.command_schema import ArgumentKind
from impsy_tui.language.commands import COMMANDS
from impsy_tui.language.cursor import CHANCE, Expected
from impsy_tui.language.grammar import RAMPED, LineReader
from impsy_tui.language.mapping_completion import MAPPING, next_words
from impsy_tui.language.patterns.argument import begun_step, step_words
from impsy_tui.language.program import ALL_PLAYERS, MOMENTS, Macro, quoted
from impsy_tui.language.words import ParseError, Word, words_of
from impsy_tui.parameters import CLASSIFIER, NUDGE

_NAMES: Final = (
    ArgumentKind.MODEL,
    ArgumentKind.DATASET,
    ArgumentKind.FILE,
    ArgumentKind.NAME,
    ArgumentKind.LOG,
    ArgumentKind.CHANNELS,
)
_FOR_ANY: Final = ("load", "audition", "player add")
"""Commands that also take the models of ensembles."""
_MOST_BLANKS: Final = 8
"""Greatest number of words of a name without quotes that is completed."""


@dataclass(frozen=True, slots=True)
class CompletionSources:
    """Names that exist, besides the table of commands.

    Attributes:
        models, logs, datasets: names of files.
        themes: names of themes.
        settings: configuration keys.
        dimensions: number of dimensions of the instrument.
        scenes, sets: names of scenes and set lists.
        cues: names of the cues of the open set list.
        outputs: names of outputs.
        players: names of players.
        ensembles: names of models of ensembles.
        classifiers: names of classifiers of gestures.
        macros: macros by name.
        tables, corpora: names of look-up tables and of analysed recordings.
        midi_files: names of MIDI files, with suffix.
        trash: names of deleted files.
        places: names of inputs and outputs in mappings.
    """

    models: Sequence[str] = ()
    logs: Sequence[str] = ()
    datasets: Sequence[str] = ()
    themes: Sequence[str] = ()
    settings: Sequence[str] = ()
    dimensions: int = 0
    scenes: Sequence[str] = ()
    sets: Sequence[str] = ()
    cues: Sequence[str] = ()
    outputs: Sequence[str] = ()
    players: Sequence[str] = ()
    ensembles: Sequence[str] = ()
    classifiers: Sequence[str] = ()
    macros: Mapping[str, Macro] = field(default_factory=dict)
    tables: Sequence[str] = ()
    corpora: Sequence[str] = ()
    midi_files: Sequence[str] = ()
    trash: Sequence[str] = ()
    places: Sequence[str] = ()

    @property
    def dimension_names(self) -> list[str]:
        """Names of the dimensions."""
        return [f"x{number}" for number in range(1, self.dimensions + 1)]


@dataclass(frozen=True, slots=True)
class Completion:
    """Completions of the last word of a line.

    Attributes:
        start: index of the first character of the word.
        options: complete words, the likeliest first.
        hint: expected argument as text; empty if the line is complete.
        chosen: index of the option in the line; -1 for none yet.
    """

    start: int
    options: tuple[str, ...] = ()
    hint: str = ""
    chosen: int = -1


def complete(line: str, known: CompletionSources) -> Completion:
    """Returns the completions of the word at the end of a line.

    Args:
        line: typed text up to the cursor.
        known: names that exist.
    """
    words = words_of(line)
    last = words[-1] if words else None
    start = last.start if last is not None and last.end == len(line) and not last.ends else len(line)
    start += len(line[start:]) - len(line[start:].lstrip("("))
    wanted = _wanted(line[:start], known.macros)
    wanted.sort(key=lambda each: each.argument.optional)
    word = line[start:]
    if word.startswith('"') and word.count('"') % 2 and (inside := _in_pattern(line, wanted, known)) is not None:
        return inside
    found = [option for each in wanted for option in _written(each, word, known) if _begins(option, word)]
    if not found:
        start, found = _name_with_blanks(line, words, start, known)
    return Completion(start, tuple(dict.fromkeys(found)), _hint(wanted))


def _in_pattern(line: str, wanted: Sequence[Expected], known: CompletionSources) -> Completion | None:
    """Returns the completions of the last step of an open pattern; None if no pattern can stand there."""
    for each in wanted:
        if each.argument.pattern:
            begun = begun_step(each.argument, line)
            options = (*step_words(each.argument, each.whose, known.players), *(f"${one}" for one in each.parameters))
            matching = tuple(option for option in options if begun and option.startswith(begun))
            return Completion(len(line) - len(begun), matching, each.argument.allowed)
    return None


def _begins(option: str, word: str) -> bool:
    """Returns True if an option begins with the typed text, with or without a quote before it."""
    return option.startswith(word) or (option.startswith('"') and option[1:].startswith(word))


def _name_with_blanks(
    line: str, words: Sequence[Word], start: int, known: CompletionSources
) -> tuple[int, list[str]]:
    """Returns the beginning of a name of several words without quotes, and the names that match."""
    for word in reversed(words[-_MOST_BLANKS:]):
        if word.ends or word.quoted:
            break
        text = line[word.start :]
        if word.start < start:
            found = [
                option
                for each in _wanted(line[: word.start], known.macros)
                for option in _written(each, "", known)
                if option.startswith('"') and _begins(option, text)
            ]
            if found:
                return word.start, found
    return start, []


def _wanted(line: str, macros: Mapping[str, Macro]) -> list[Expected]:
    """Returns the expected arguments at the end of a line; of its last step alone if the line cannot be read."""
    wanted: list[Expected] = []
    begin = 0
    while not wanted:
        try:
            LineReader(line[begin:], macros, wanted).program()
        except ParseError:
            pass
        end = next((word.end for word in words_of(line, begin) if word.ends), None)
        if end is None:
            break
        begin = end
    return wanted


def _hint(wanted: Sequence[Expected]) -> str:
    for each in (*(each for each in wanted if each.needed), *wanted):
        return each.argument.allowed if each.whose else "a command"
    return ""


def _written(wanted: Expected, word: str, known: CompletionSources) -> Iterable[str]:
    """Returns options as typed: names in quotes if they need quotes, or if the word begins with a quote."""
    if word.startswith("$"):
        return [f"${name}" for name in sorted(wanted.parameters)]
    if word.startswith("@") and not wanted.whose and not wanted.before:
        return [f"@{name}" for name in (*known.players, ALL_PLAYERS)]
    options = _options(wanted, known)
    if wanted.argument.kind not in _NAMES:
        if word and wanted.argument.kind in (ArgumentKind.NUMBER, ArgumentKind.DURATION):
            options = (*options, CHANCE)
        return options
    begun = word.startswith('"')
    return [quoted(name, always=begun) for name in options if name]


def _options(wanted: Expected, known: CompletionSources) -> Sequence[str]:
    argument = wanted.argument
    match argument.kind:
        case ArgumentKind.SWITCH:
            return ("on", "off")
        case ArgumentKind.TEXT if wanted.whose in MAPPING:
            return next_words(wanted.before, known.places, known.dimension_names)
        case (
            ArgumentKind.CHOICE | ArgumentKind.NUMBER | ArgumentKind.WHOLE | ArgumentKind.DURATION | ArgumentKind.TEXT
        ):
            return argument.choices
        case ArgumentKind.MODEL:
            ensembles = known.ensembles if wanted.whose in _FOR_ANY else ()
            return (*known.models, *ensembles, *argument.choices)
        case ArgumentKind.DATASET:
            return known.datasets
        case ArgumentKind.LOG:
            return known.logs[::-1]  # they begin with their time, and the newest is the likeliest
        case ArgumentKind.COMMAND:
            return (*COMMANDS, *known.macros)
        case ArgumentKind.SETTINGS:
            return RAMPED
        case ArgumentKind.MOMENT:
            return MOMENTS
        case ArgumentKind.GRID:
            return (*GRIDS, *argument.choices)
        case ArgumentKind.DIMENSIONS:
            given = set(wanted.before)
            names = known.dimension_names
            unused = [name for name in names if name not in given]
            return unused if len(unused) < len(names) else (*argument.choices, *names)
        case ArgumentKind.FILE:
            of = {"log": known.logs, "dataset": known.datasets, "model": known.models}
            kind = wanted.before[-1]
            return of[kind] if kind in of else [name for names in of.values() for name in names]
        case ArgumentKind.CHANNELS:
            return (*known.outputs, *argument.choices)
        case ArgumentKind.NAME:
            return _named(wanted, known)
        case _:
            return ()


def _named(wanted: Expected, known: CompletionSources) -> Sequence[str]:
    of_any: Mapping[str, Sequence[str]] = {"table": known.tables, "corpus": known.corpora, "midi": known.midi_files}
    if wanted.argument.name in of_any:
        return of_any[wanted.argument.name]
    names: Mapping[str, Sequence[str]] = {
        "theme": known.themes,
        "set": known.settings,
        "scene": known.scenes,
        "scene save": known.scenes,
        "scene delete": known.scenes,
        "cue": known.sets,
        "goto": known.cues,
        NUDGE.name: known.outputs,
        "player": known.players,
        "player remove": known.players,
        CLASSIFIER.name: known.classifiers,
        "undef": tuple(known.macros),
        "restore": known.trash,
    }
    return names.get(wanted.whose, wanted.argument.choices)
