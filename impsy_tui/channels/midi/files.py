"""MIDI files: events of a file, and a file of events. ``file_mapping`` says what a message means."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import mido

from impsy_tui.channels.midi.file_mapping import MUSICIAN, SOURCES, FileMapping, SourceReader, SourceWriter
from impsy_tui.channels.midi.mapping import InputMapping
from impsy_tui.errors import UserError

_OWN: Final = "impsy-tui "
"""Begin of the name of a track that this program wrote; the source follows."""
_TICKS_A_BEAT: Final = 960
_TEMPO: Final = 500_000
"""Microseconds of a beat, in a file without a tempo."""
TICK: Final = _TEMPO / _TICKS_A_BEAT / 1e6
"""Seconds of a tick in a written file."""
_LAST_NOTE: Final = 1.0
"""Seconds that the last notes of a written file sound."""
LONGEST: Final = 86_400.0
"""Seconds that a file may last."""


class FileEvent(NamedTuple):
    """Event of a MIDI file or of a log: seconds from the beginning, source, values of all dimensions."""

    at: float
    source: str
    values: tuple[float, ...]


def read_events(content: bytes, mapping: FileMapping, dimension: int) -> list[FileEvent]:
    """Returns the events of a MIDI file, in time; a tempo map is followed.

    Args:
        content: the file.
        mapping: mapping of the configuration.
        dimension: number of values plus 1.

    Raises:
        UserError: it is no MIDI file of format 0 or 1, or it is damaged.
    """
    midi = _parsed(content)
    tracks = [_track(track, mapping, dimension - 1) for track in midi.tracks]
    for at, number, message in _in_seconds(midi):
        tracks[number].hear(at, bytes(message.bytes()))
    for track in tracks:
        track.hear(float("inf"), b"")
    return sorted((event for track in tracks for event in track.events), key=lambda event: event.at)


def _parsed(content: bytes) -> Any:
    try:
        midi = mido.MidiFile(file=io.BytesIO(content))
    except EOFError:
        raise UserError("is damaged: it ends too early") from None
    except MemoryError:
        raise
    except Exception as error:  # a damaged file can raise any error
        reason = str(error).partition("\n")[0][:200] or type(error).__name__
        raise UserError(f"is damaged, or not a MIDI file: {reason}") from None
    if midi.type not in (0, 1):
        raise UserError("has independent sequences (format 2): save it as format 0 or 1")
    return midi


def _seconds_a_tick(division: int, tempo: int) -> float:
    """Returns the duration of a tick.

    Args:
        division: ticks of a beat; of a file in frames, minus the frames of a second and the ticks of a frame.
        tempo: microseconds of a beat.
    """
    if division > 0:
        return tempo / division / 1e6
    frames, ticks = -(division >> 8), division & 0xFF
    if not frames or not ticks:
        raise UserError("is damaged: its division of time is 0")
    return 1.0 / (frames * ticks)


def _in_seconds(midi: Any) -> Iterator[tuple[float, int, Any]]:
    """Yields the messages of all tracks in time: seconds, number of the track, message.

    Raises:
        UserError: the file lasts too long.
    """
    every = []
    for number, track in enumerate(midi.tracks):
        tick = 0
        for message in track:
            tick += message.time
            every.append((tick, number, message))
    every.sort(key=lambda one: one[0])
    at, before, tempo = 0.0, 0, _TEMPO
    for tick, number, message in every:
        # A limit on the ticks, too: a damaged file may have numbers that no float can hold.
        at += min(tick - before, 1 << 40) * _seconds_a_tick(midi.ticks_per_beat, tempo)
        before = tick
        if at > LONGEST:
            raise UserError(f"lasts more than {LONGEST / 3600:g} hours: divide it, if it is not damaged")
        if message.type == "set_tempo":
            tempo = message.tempo
        elif not message.is_meta:
            yield at, number, message


def _track(track: Any, mapping: FileMapping, count: int) -> "_Track":
    source = str(track.name).removeprefix(_OWN)
    if source in SOURCES and source != track.name:
        reader = SourceReader(source, mapping)
        return _Track(source, reader.mapping, count, reader.value)
    return _Track(MUSICIAN, InputMapping(mapping.input), count)


class _Track:
    """Track whose messages become events: messages at the same time are one event.

    In a track of another program, a dimension that is set again begins the next event, so that no note of a chord is
    lost. Halves of controllers of 14 bits wait for each other as at an input.
    """

    def __init__(
        self,
        source: str,
        mapping: InputMapping,
        count: int,
        value: Callable[[int, float], float] | None = None,
    ) -> None:
        self.events: list[FileEvent] = []
        self._source, self._mapping = source, mapping
        self._value = value
        self._values = [0.0] * count
        self._changed: set[int] = set()
        self._at = 0.0
        self._waiting: list[tuple[float, Callable[..., None], tuple[Any, ...]]] = []

    def hear(self, at: float, message: bytes) -> None:
        """Takes the next message."""
        while self._waiting and self._waiting[0][0] < at:
            deadline, act, arguments = self._waiting.pop(0)
            self._go_to(deadline)
            act(*arguments)
        self._go_to(at)
        self._apply(self._mapping.updates(message))
        self._mapping.wait_for_halves(self, self._apply)

    def now(self) -> float:
        """Returns the time of the message, as ``wait_for_halves`` needs it."""
        return self._at

    def at(self, deadline: float, action: Callable[..., None], *arguments: Any) -> None:
        """Calls ``action`` before the first message after a time."""
        self._waiting.append((deadline, action, arguments))

    def _go_to(self, at: float) -> None:
        if at != self._at:
            self._finish()
            self._at = at

    def _apply(self, updates: Iterable[tuple[int, float]]) -> None:
        known = [(index, value) for index, value in updates if index < len(self._values)]
        if self._value is None and any(index in self._changed for index, _ in known):
            self._finish()
        for index, value in known:
            self._values[index] = value if self._value is None else self._value(index, value)
            self._changed.add(index)

    def _finish(self) -> None:
        if self._changed:
            self.events.append(FileEvent(self._at, self._source, tuple(self._values)))
            self._changed.clear()


def midi_file(events: Sequence[FileEvent], mapping: FileMapping, name: str) -> bytes:
    """Returns a MIDI file of events, with a track for each source.

    Each event has its own tick.

    Args:
        events: the events of a log, in time.
        mapping: mapping of the configuration.
        name: name of the first track, which has the tempo.

    Raises:
        UserError: the mapping has no message.
    """
    midi = mido.MidiFile(ticks_per_beat=_TICKS_A_BEAT)
    midi.add_track(name.encode("latin1", "replace").decode("latin1")).append(
        mido.MetaMessage("set_tempo", tempo=_TEMPO)
    )
    for source in SOURCES:
        if some := [event for event in events if event.source == source]:
            midi.add_track(f"{_OWN}{source}").extend(_messages(some, SourceWriter(source, mapping)))
    content = io.BytesIO()
    midi.save(file=content)
    return content.getvalue()


def _messages(events: Sequence[FileEvent], writer: SourceWriter) -> Iterator[Any]:
    written, tick = 0, -1
    for event in events:
        tick = max(round(event.at / TICK), tick + 1)
        messages = writer.messages(event.values)
        if not messages:
            raise UserError("the mapping has no message that can be written")
        for message in messages:
            yield mido.Message.from_bytes(message, time=tick - written)
            written = tick
    for message in writer.silence():
        yield mido.Message.from_bytes(message, time=tick + round(_LAST_NOTE / TICK) - written)
        written = tick + round(_LAST_NOTE / TICK)
