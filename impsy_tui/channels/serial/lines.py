"""Channel that sends and receives vectors as lines of numbers over a serial port: ``0.1000,0.9000``."""

import math
from collections.abc import Sequence
from typing import Final

from impsy_tui.channels.base import NONE_MUTED, ChannelStatus, Listener
from impsy_tui.channels.serial.port import SerialPort
from impsy_tui.channels.stats import ChannelTraffic, ErrorCounter
from impsy_tui.config import Serial
from impsy_tui.errors import UserError

LONGEST_LINE: Final = 4096
"""Bytes."""
_UNDERWAY: Final = 0.1
"""Seconds. Data that comes sooner after opening the port may be the rest of a line that began before."""
_REMIND: Final = 10.0
"""Seconds between two reports that the device reads nothing."""


class LineSplitter:
    """Splits a stream of bytes into lines.

    Attributes:
        begun: beginning of the line that is not complete yet.
    """

    def __init__(self) -> None:
        self.begun = b""
        self._is_long = False

    def feed(self, data: bytes) -> list[bytes | None]:
        """Returns the lines that these bytes complete, without line ends; None for each line that is too long.

        A line ends with a new-line, a carriage return (as of Max and Pure Data), or both, which gives an empty line.
        """
        found: list[bytes | None] = []
        *lines, self.begun = (self.begun + data.replace(b"\r", b"\n")).split(b"\n")
        for line in lines:
            if self._is_long:
                self._is_long = False  # None was returned for this line when it became too long
            else:
                found.append(line if len(line) <= LONGEST_LINE else None)
        if not self._is_long and len(self.begun) > LONGEST_LINE:
            self._is_long = True
            found.append(None)
        if self._is_long:
            self.begun = b""
        return found


class SerialChannel:
    """Channel of one serial port."""

    def __init__(self, settings: Serial, name: str = "serial") -> None:
        self.name = name
        self.max_rate = settings.max_rate
        self.safe = settings.safe
        self._settings = settings
        self._port: SerialPort | None = None
        self._state = "closed"
        self._traffic = ChannelTraffic()
        self._last_received = b""
        self._last_sent: Sequence[float] = ()
        self._next: Sequence[float] | None = None
        self._lines = LineSplitter()
        self._is_first = self._may_be_cut = False

    def refuses(self, dimension: int) -> str:
        return ""

    async def open(self, listener: Listener, dimension: int) -> None:
        self._listener = listener
        self._scheduler = listener.scheduler
        self._troubles = ErrorCounter(listener, self.name)
        self.set_dimension(dimension)
        settings = self._settings
        if not settings.port:
            self._state = "error"
            raise UserError("no port is given: [serial] port names one, such as /dev/ttyACM0")
        self._port = SerialPort(
            settings.port,
            settings.baudrate,
            self,
            listener.scheduler,
            self._troubles,
            lambda text: listener.trouble(self.name, text, "info"),
        )
        await self._port.open()

    def set_dimension(self, dimension: int) -> None:
        self._count = dimension - 1
        self._next = None

    def send(self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED) -> None:
        if self._port is None or not self._port.is_open:
            return
        if self._next is not None and self._port.stuck:
            text = f"{self._settings.port} does not read: outputs are skipped"
            self._troubles.note("full", text, _REMIND)
        self._next = tuple(values)
        self._port.pump()

    def end_notes(self, indices: frozenset[int]) -> None:
        """Does nothing: lines of numbers have no notes."""

    def silence(self) -> None:
        """Does nothing: lines of numbers have no notes."""

    def panic(self) -> None:
        """Does nothing: lines of numbers have no notes."""

    def close(self) -> None:
        self._state = "closed"
        if self._port is not None:
            self._port.close(_written(self._next) if self._next is not None else b"")
            self._port = None
        self._next = None
        self._begin()

    def status(self) -> ChannelStatus:
        now = self._scheduler.now()
        words = (_shown(self._last_received, 200), " ".join([f"{x:.2f}" for x in self._last_sent])[:200])
        return self._traffic.status(
            self.name,
            self._state if self._port is None else self._port.state,
            f"{self._settings.port}, {self._settings.baudrate} baud",
            now,
            words,
            self._troubles,
        )

    # Bytes for the port

    @property
    def waiting(self) -> bool:
        return self._next is not None

    def connected(self) -> None:
        self._begin()
        self._opened_at = self._scheduler.now()

    def disconnected(self) -> None:
        # The waiting line would be old when the port is back.
        self._next = None

    def take(self, behind: float) -> bytes:
        values = self._next
        if values is None or behind > 0:
            return b""
        self._next = None
        self._last_sent = values
        self._traffic.sent.count(self._scheduler.now())
        return _written(values)

    def received(self, data: bytes, at: float) -> None:
        if self._is_first:
            self._is_first = False
            self._may_be_cut = at - self._opened_at < _UNDERWAY
        for line in self._lines.feed(data):
            if line is None:
                text = f"a line of more than {LONGEST_LINE} bytes is ignored: new-line or carriage return ends one"
                self._troubles.note("long", text)
            else:
                self._line(line.strip(), at)
            self._may_be_cut = False

    def _begin(self) -> None:
        """Starts without received data."""
        self._lines = LineSplitter()
        self._is_first = True
        self._may_be_cut = False

    def _line(self, line: bytes, at: float) -> None:
        if not line:
            return
        self._traffic.received.count(at)
        self._last_received = line
        note = self._troubles.note
        try:
            values = tuple(map(float, line.rstrip(b",; \t").split(b",")))
        except ValueError:
            hint = "" if line.isascii() else f"; is {self._settings.baudrate} baud right?"
            note("number", f"{_shown(line, 40)} is ignored: numbers separated by commas are expected{hint}")
            return
        if len(values) != self._count:
            note("count", f"a line of {len(values)} values is ignored: {self._count} are expected")
        elif not math.isfinite(sum(values)):
            note("finite", "a line with NaN or infinity is ignored")
        elif self._may_be_cut and line[:2] not in (b"0.", b"1."):
            note("cut", f"the first line, {_shown(line, 40)}, is ignored: its beginning may be missing")
        else:
            if min(values) < 0.0 or max(values) > 1.0:
                note("range", "a line with values outside 0..1: they are clipped")
                values = tuple([min(1.0, max(0.0, x)) for x in values])
            self._listener.received(self.name, values, at)


def _written(values: Sequence[float]) -> bytes:
    return (",".join([f"{x:.4f}" for x in values]) + "\n").encode()


def _shown(line: bytes, width: int) -> str:
    """Returns received bytes as text that cannot disturb a terminal."""
    return ascii(line[:width].decode("latin-1"))[1:-1][:width]
