"""Mapping between MIDI files and performance logs, by the mappings of a configuration.

The tracks that this program writes have the names of the sources of a log. They are read back exactly: each tick is
one event. Other tracks are the playing of a musician.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from impsy_tui.channels.midi.curves import Curve, curve, position_of
from impsy_tui.channels.midi.mapping import Entry, InputMapping
from impsy_tui.channels.midi.output_mapping import OutputMapping
from impsy_tui.config import Config
from impsy_tui.config.mapping_targets import CURVE_NAMES, entry_of, targets_of, text_of

MUSICIAN, PLAYER, PATTERN = "interface", "rnn", "pattern"
SOURCES: Final = (MUSICIAN, PLAYER, PATTERN)
"""Sources of the events in a log."""


@dataclass(frozen=True, slots=True)
class FileMapping:
    """Entries of all MIDI devices of a configuration, one for each dimension.

    Attributes:
        input: entries of the inputs; those of the outputs if there are none.
        output: entries of the outputs; those of the inputs if there are none.
    """

    input: tuple[Entry, ...]
    output: tuple[Entry, ...]

    def entries(self, source: str) -> tuple[Entry, ...]:
        """Returns the entries of a source of a log."""
        return self.output if source == PLAYER else self.input


def file_mapping(config: Config) -> FileMapping:
    """Returns the MIDI mappings of a configuration: those of ``[midi]``, ``[serialmidi]`` and ``[websocket]``."""
    inputs = [entries for midi in config.midi for entries in midi.input.values()]
    outputs = [entries for midi in config.midi for entries in midi.output.values()]
    for channels in (config.serialmidi, config.websocket):
        inputs += [channel.input for channel in channels]
        outputs += [channel.output for channel in channels]
    heard, played = _joined(inputs), _joined(outputs)
    return FileMapping(heard or played, played or heard)


def _joined(mappings: Sequence[Sequence[Entry]]) -> tuple[Entry, ...]:
    """Returns one entry for each dimension, with the targets of all devices."""
    count = max(map(len, mappings), default=0)
    targets: list[dict[Entry, None]] = [{} for _ in range(count)]
    for entries in mappings:
        for index, entry in enumerate(entries):
            targets[index].update(dict.fromkeys(targets_of(entry)))
    return tuple(map(_entry, targets)) if any(targets) else ()


def _entry(targets: Iterable[Entry]) -> Entry:
    return entry_of(", ".join(map(text_of, targets)))


def _absolute(entry: Entry) -> Entry:
    """Returns the first target of an entry; an endless encoder becomes a controller with ends."""
    first = next(iter(targets_of(entry)), None)
    if first is not None and first[0] == "control_change_relative":
        first = ("control_change", *first[1:3], *_curves(first))
    return _entry(() if first is None else (first,))


def _straight(entry: Entry) -> Entry:
    return tuple(part for part in entry if part not in CURVE_NAMES)


def _curves(entry: Entry) -> tuple[str, ...]:
    return tuple(str(part) for part in entry if part in CURVE_NAMES)


class SourceReader:
    """Reads the messages of a track that this program wrote.

    Args:
        source: source of the track.
        mapping: mapping of the configuration.
    """

    def __init__(self, source: str, mapping: FileMapping) -> None:
        entries = tuple(map(_absolute, mapping.entries(source)))
        self._inverse = tuple(curve(_curves(entry)) if source == PLAYER else None for entry in entries)
        self.mapping = InputMapping(tuple(map(_straight, entries)) if source == PLAYER else entries)

    def value(self, index: int, value: float) -> float:
        """Returns the value of a dimension, of the value by the mapping."""
        shape = self._inverse[index]
        return value if shape is None else position_of(value, shape)


class SourceWriter:
    """Makes the messages of the events of one source of a log.

    The musician's values are written as its input mapping reads them, the player's values as they sound.

    Args:
        source: source of the events.
        mapping: mapping of the configuration.
    """

    def __init__(self, source: str, mapping: FileMapping) -> None:
        self._shapes: tuple[Curve, ...] = ()
        entries = mapping.entries(source)
        self._all = source == PLAYER
        if not self._all:
            entries = tuple(map(_absolute, entries))
            self._shapes = tuple(curve(_curves(entry)) for entry in entries)
            entries = tuple(map(_straight, entries))
        self._output = OutputMapping(entries)
        kinds = {index: {target[0]: target[1] for target in targets_of(entry)} for index, entry in enumerate(entries)}
        self._notes = {index: of["note_on"] for index, of in kinds.items() if "note_on" in of}
        self._velocities = {index: of["note_velocity"] for index, of in kinds.items() if "note_velocity" in of}
        first = [*self._notes, *(index for index, of in kinds.items() if of)][:1]
        self._repeated = frozenset(first)
        self._before: tuple[float, ...] = ()

    def messages(self, values: Sequence[float]) -> list[bytes]:
        """Returns the messages of an event; empty only if the mapping has no message at all.

        An event that changes no message repeats what changed, otherwise the first note or the first control.
        """
        found = tuple(min(max(value, 0.0), 1.0) for value in values)
        if self._shapes:
            found = tuple(position_of(value, shape) for value, shape in zip(found, self._shapes, strict=False))
        changed = None if self._all or not self._before else self._changed(found)
        self._before = found
        messages = self._output.messages(found, said=changed)
        for said in (changed, self._repeated):
            if not messages:
                self._output.forget()
                messages = self._output.messages(found, said=said)
        return messages

    def silence(self) -> list[bytes]:
        """Returns note-offs for all sounding notes."""
        return self._output.silence()

    def _changed(self, values: Sequence[float]) -> frozenset[int]:
        """Returns the indices of changed dimensions, and of the notes whose velocity changed."""
        changed = {index for index, value in enumerate(values) if value != self._before[index]}
        louder = {channel for index, channel in self._velocities.items() if index in changed}
        return frozenset(changed | {index for index, channel in self._notes.items() if channel in louder})
