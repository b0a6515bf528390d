"""Client of the WebSocket channel: its address, its touches, its message rate and its outgoing queue."""

from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.protocol import State

from impsy_tui.channels.midi.mapping import InputMapping
from impsy_tui.channels.touch_mapping import LEAD
from impsy_tui.channels.web.coalescing_queue import CoalescingQueue
from impsy_tui.channels.web.connection import MOST_UNREAD, WebConnection
from impsy_tui.channels.web.touch_protocol import TextTouch
from impsy_tui.ensemble.touches.surfaces import Fingers, Lifted
from impsy_tui.ensemble.touches.touch import Touch

BURST: Final = 200.0
"""Messages that a client may send at once."""


class WebClient:
    """Browser or other program that is connected."""

    def __init__(self, connection: WebConnection, mapping: InputMapping, now: float) -> None:
        self.connection = connection
        self.mapping = mapping
        self.pending: CoalescingQueue | None = None
        self._fingers = Fingers()
        self._down: set[int] = set()
        self._credit, self._credit_at = BURST, now

    @property
    def host(self) -> str:
        """Address of the client."""
        return host_of(self.connection)

    @property
    def may_play(self) -> bool:
        """False for a page of another place, which may only listen."""
        return not self.connection.foreign_page

    def touched(self, read: TextTouch, now: float) -> Touch | Lifted:
        """Returns the touch of a finger; its velocity is measured if the message has none."""
        if read.place is None:
            return self._lift(read.finger)
        self._down.add(read.finger)
        touch = Touch(now, LEAD, read.finger, *read.place, read.velocity or 0.0)
        return self._fingers.touch(touch) if read.velocity is None else touch

    def lift_all(self) -> list[Lifted]:
        """Lifts all fingers; returns the lifted touches."""
        return [self._lift(finger) for finger in sorted(self._down)]

    def _lift(self, finger: int) -> Lifted:
        self._down.discard(finger)
        self._fingers.lift(LEAD, finger)
        return Lifted(LEAD, finger)

    def may_send(self, now: float, rate: float) -> bool:
        """Counts a message; returns False if it exceeds this rate (messages a second)."""
        self._credit = min(BURST, self._credit + (now - self._credit_at) * rate)
        self._credit_at = now
        if self._credit < 1.0:
            return False
        self._credit -= 1.0
        return True

    def write(self, frames: bytes) -> bool:
        """Sends whole frames; returns False if too many bytes wait for the client."""
        transport = self.connection.transport
        # Directly to the transport: all clients get the same bytes, and the engine waits for no client.
        if self.connection.state is State.OPEN and not transport.is_closing():
            transport.write(frames)
        return bool(transport.get_write_buffer_size() <= MOST_UNREAD)


def host_of(connection: ServerConnection) -> str:
    """Returns the address of the client."""
    address = connection.remote_address
    return str(address[0]) if address else "a client"
