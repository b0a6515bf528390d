"""Ports of ours that lead to MIDI devices, and letting go of them without waiting for anybody."""

import ctypes
import gc
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

Arrived = Callable[["InLink", list[int], float], None]
"""Told of a message by a thread of the system: on which link, its bytes, when (``time.monotonic``)."""

_SETTLE: Final = 0.05
"""Seconds for callbacks under way to end, and for the last messages to leave, before a port is closed."""


class Link:
    """A port of ours, and the device that it leads to.

    Attributes:
        real: the device's port; our own name for a virtual port.
        own: our port's full name where it is known, empty elsewhere.
        virtual: it waits for others to connect to it.
    """

    def __init__(self, made: Any, real: str, own: str, alive: Callable[[], bool]) -> None:
        self.real = real
        self.own = own
        self.virtual = not own
        self.alive = alive
        """Whether what is sent is taken: false at once when a JACK server ends."""
        self.dismissed = False
        self._made = made

    def quiet(self) -> None:
        """Nothing more comes of it."""

    def close(self) -> None:
        """Let go of it, a moment after ``quiet``."""
        if self.alive():
            self._made.close_port()
            self._made.delete()
        else:
            # A client of a JACK server that has ended must not be touched: its output would wait a
            # whole second, and everybody with it; and once there is a new server, what is shared
            # with that one would be spoilt. So it stays in memory, a little for each server's end.
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._made))


class InLink(Link):
    """A device that is heard.

    Args:
        everything: system exclusive messages and clocks are heard too.
    """

    def __init__(self, made: Any, real: str, own: str, alive: Callable[[], bool], everything: bool) -> None:
        super().__init__(made, real, own, alive)
        self._everything = everything

    def hear_clock(self, wanted: bool) -> None:
        """Hear the ticks of a clock, or leave them out in the system's thread already."""
        everything = self._everything
        self._made.ignore_types(sysex=not everything, timing=not (everything or wanted), active_sense=True)

    def listen(self, arrived: Arrived) -> None:
        """From now on this is told what comes in."""
        self._arrived: Arrived | None = arrived
        take = self._take
        self._made.set_callback(take)
        # The pair that python-rtmidi has just made lies in C++ hands. A callback that is under way
        # when it is cancelled still looks at it, so it must not be freed with the callback.
        self._pair = [
            pair
            for generation in (0, 1)
            for pair in gc.get_objects(generation)
            if type(pair) is tuple and len(pair) == 2 and pair[0] is take
        ]

    def quiet(self) -> None:
        self._arrived = None
        self._made.cancel_callback()

    def _take(self, event: tuple[list[int], float], data: Any) -> None:
        if (arrived := self._arrived) is not None:
            arrived(self, event[0], time.monotonic())


class OutLink(Link):
    """A device that is sent to."""

    def send(self, message: bytes) -> bool:
        """Send a message; False where nobody takes it.

        Raises:
            Exception: what the system has against it.
        """
        if not self.alive():
            return False
        self._made.send_message(message)
        return True


def dismiss(links: Iterable[Link], wait: float = 0.0) -> None:
    """Close links in a thread of its own: with a callback under way, that could wait for ever.

    Args:
        links: which.
        wait: seconds to wait for it.
    """
    closing = [link for link in list(links) if not link.dismissed]
    if not closing:
        return
    for link in closing:
        link.dismissed = True

    def close() -> None:
        for link in closing:
            harmless(link.quiet)
        time.sleep(_SETTLE)  # this lets callbacks under way have the interpreter
        for link in closing:
            harmless(link.close)

    thread = threading.Thread(target=close, name="midi close", daemon=True)
    thread.start()
    if wait:
        thread.join(wait)


def harmless(action: Callable[[], None]) -> None:
    """Do something to what is being thrown away: nobody minds if it fails."""
    try:
        action()
    except Exception:
        pass
