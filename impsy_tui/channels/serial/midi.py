"""Channel that sends and receives MIDI over a serial port, as on the pins of a Raspberry Pi."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from impsy_tui.channels.base import NONE_MUTED, ChannelStatus, Listener
from impsy_tui.channels.midi.held_keys import HeldKeys
from impsy_tui.channels.midi.mapping import CLOCK, NOTE_OFF, InputMapping, in_words
from impsy_tui.channels.midi.output_mapping import OutputMapping, all_off
from impsy_tui.channels.midi.stream import MidiStream
from impsy_tui.channels.played_target import PlayedTarget
from impsy_tui.channels.serial.port import SerialPort
from impsy_tui.channels.stats import ChannelTraffic, ErrorCounter
from impsy_tui.config import SerialMidi
from impsy_tui.config.mapping_targets import entry_of, text_of
from impsy_tui.errors import UserError

BAUD: Final = 31250
"""Speed of MIDI in baud: 3125 bytes a second, about one message a millisecond."""
_HURRY: Final = 0.05
"""Greatest delay of the wire in seconds at which a note-off is still sent directly; later ones wait."""
_REMIND: Final = 10.0
"""Seconds between two reports that the device reads nothing."""


class SerialMidiChannel(HeldKeys):
    """MIDI channel of one serial port.

    Args:
        settings: table of the configuration.
        port: serial port; that of [serial] if the table names none.
        name: unique among the channels.
    """

    kind = "serialmidi"

    def __init__(self, settings: SerialMidi, port: str, name: str = "serialmidi") -> None:
        self.name = name
        self.labels: Mapping[str, str] = {}
        self.max_rate = settings.max_rate
        self.safe = settings.safe
        self._path = port
        self._port: SerialPort | None = None
        self._state = "closed"
        self._entries = settings.input
        self._input = InputMapping(settings.input)
        self._output = OutputMapping(settings.output)
        self._stream = MidiStream()
        self._hears_clock = False
        self._traffic = ChannelTraffic()
        self._last_received = b""
        self._last_sent: Sequence[bytes] = ()
        self._next: tuple[tuple[float, ...], frozenset[int], frozenset[int] | None] | None = None
        """Waiting vector, its muted indices, and its played indices (None for all)."""
        self._urgent: dict[bytes, None] = {}
        """Note-offs that are sent before the waiting vector, in order, each once."""
        self._on_wire: dict[bytes, None] = {}
        """Note-offs that were written and may not have been sent yet."""

    def refuses(self, dimension: int) -> str:
        return ""

    async def open(self, listener: Listener, dimension: int) -> None:
        self._listener = listener
        self._scheduler = listener.scheduler
        self._troubles = ErrorCounter(listener, self.name)
        self._count = dimension - 1
        if not self._path:
            self._state = "error"
            raise UserError("no port is given: [serialmidi] port names one, such as /dev/ttyAMA0")
        self._port = SerialPort(
            self._path,
            BAUD,
            self,
            listener.scheduler,
            self._troubles,
            lambda text: listener.trouble(self.name, text, "info"),
        )
        await self._port.open()

    def set_dimension(self, dimension: int) -> None:
        if dimension - 1 != self._count:
            self._count = dimension - 1
            self._next = None
            self._hurry(self._output.silence())

    def send(self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED) -> None:
        self.follow(values)
        self._put(values, muted, None)

    def pass_on(self, values: Sequence[float], said: frozenset[int]) -> None:
        self.follow(values)
        muted = NONE_MUTED
        if self._next is not None:
            # The waiting vector is not lost: its dimensions are played together with these.
            muted = self._next[1] - said
            said = said | self._next[2] if self._next[2] is not None else frozenset(range(len(values)))
        self._put(values, muted, said)

    def _put(self, values: Sequence[float], muted: frozenset[int], said: frozenset[int] | None) -> None:
        if self._port is None or not self._port.is_open:
            return
        if self._next is not None and self._port.stuck:
            self._troubles.note("full", f"{self._path} does not read: outputs are skipped", _REMIND)
        self._next = tuple(values), muted, said
        self._port.pump()

    def end_notes(self, indices: frozenset[int]) -> None:
        self._begin_no_notes(indices)
        self._hurry(self._output.end_notes(indices))

    def silence(self) -> None:
        if self._next is not None:
            self._begin_no_notes(frozenset(range(len(self._next[0]))))
        self._hurry(self._output.silence())

    def panic(self) -> None:
        self._next = None
        self._hurry(self._output.panic())

    def close(self) -> None:
        self._state = "closed"
        self._next = None
        if self._port is not None:
            self._port.close(b"".join((*self._urgent, *self._output.silence())))
            self._port = None
            self._forget_input()
        self._urgent.clear()
        self._on_wire.clear()

    def status(self) -> ChannelStatus:
        now = self._scheduler.now()
        words = (
            in_words(self._last_received),
            ", ".join(in_words(message) for message in self._last_sent[:16])[:200],
        )
        return self._traffic.status(
            self.name,
            self._state if self._port is None else self._port.state,
            f"{self._path}, {BAUD} baud",
            now,
            words,
            self._troubles,
        )

    def sources(self) -> dict[str, tuple[str, ...]]:
        return {self.name: tuple(map(text_of, self._entries))}

    def set_sources(self, device: str, texts: tuple[str, ...]) -> None:
        self._entries = tuple(map(entry_of, texts))
        self._map(self._input, self._entries)

    def played(self) -> list[PlayedTarget]:
        return self._output.played

    def targets(self) -> dict[str, tuple[str, ...]]:
        return {self.name: tuple(map(text_of, self._output.entries))}

    def set_targets(self, output: str, texts: tuple[str, ...]) -> None:
        self._hurry(self._output.map(tuple(map(entry_of, texts))))

    def mappings(self) -> list[InputMapping]:
        return [self._input]

    def hear_clock(self, wanted: bool) -> None:
        """Passes an incoming MIDI clock to the listener, or ignores it."""
        self._hears_clock = wanted

    def send_clock(self, message: bytes) -> None:
        """Sends a MIDI clock message before the waiting messages."""
        if self._port is not None:
            self._port.interject(message)

    # Bytes for the port

    @property
    def waiting(self) -> bool:
        return self._next is not None or bool(self._urgent)

    def connected(self) -> None:
        self._output.forget()
        # An engine that was killed may have left notes sounding.
        self._hurry(all_off(self._output.note_channels))

    def disconnected(self) -> None:
        # A device that is back may still sound: the lost note-offs are sent again. The waiting vector would be old by
        # then.
        self._next = None
        self._urgent |= dict.fromkeys((*self._on_wire, *self._output.silence()))
        self._on_wire.clear()
        self._forget_input()

    def take(self, behind: float) -> bytes:
        if behind <= 0:
            self._on_wire.clear()
        messages: Sequence[bytes] = ()
        if self._urgent and behind < _HURRY:
            messages = list(self._urgent)
            self._urgent.clear()
        elif self._next is not None and behind <= 0:
            messages = self._output.messages(*self._next)
            self._next = None
        if messages:
            now = self._scheduler.now()
            for message in messages:
                self._traffic.sent.count(now)
                if message[0] & 0xF0 == NOTE_OFF:
                    self._on_wire[message] = None
            self._last_sent = messages
        return b"".join(messages)

    def received(self, data: bytes, at: float) -> None:
        stray = self._stream.stray
        for message in self._stream.feed(data):
            if message[0] < 0xF0:
                self._message(message, at)
            elif self._hears_clock and message[0] in CLOCK:
                self._listener.clock(self.name, "", message, at)
        if self._stream.stray > stray:
            self._troubles.note(
                "stray", f"bytes that are no MIDI message are ignored: is {self._path} set to {BAUD}?"
            )

    def _message(self, message: bytes, at: float) -> None:
        self._traffic.received.count(at)
        self._last_received = message
        if self._listener.message(self.name, "", message):
            return
        self._play(self._input, self._input.updates(message), at)

    def _forget_input(self) -> None:
        self._stream.reset()
        if keys := self._input.release():
            self._listener.released(self.name, keys)
        self._report_held(self._scheduler.now())

    def _begin_no_notes(self, indices: frozenset[int]) -> None:
        """Lets the waiting vector begin no note of these dimensions; its controllers are still sent."""
        if self._next is not None:
            values, muted, said = self._next
            self._next = values, muted | indices, said

    def _hurry(self, messages: Iterable[bytes]) -> None:
        if self._port is not None:
            self._urgent |= dict.fromkeys(messages)
            self._port.pump()
