"""Destination of datagrams: a host that may appear later, from an address of this machine that may change."""

import errno
import math
import socket
from collections.abc import Callable
from typing import Any, Final

from impsy_tui.channels.base import ChannelScheduler
from impsy_tui.channels.deferred_opening import DeferredOpening
from impsy_tui.channels.network import is_numeric, resolve
from impsy_tui.channels.stats import ErrorCounter
from impsy_tui.errors import UserError

_RENEW: Final = 1.0
"""Seconds between two attempts to replace a socket that does not send."""
_HEARD: Final = 3.0
"""Seconds without a refusal after which a program listens again; a far system reports one refusal a second."""
_REMIND: Final = 3600.0
"""Seconds between two reports that no program listens: a musician who only records knows it."""


class Destination:
    """A UDP port of a host.

    Args:
        host: name or address.
        port: UDP port.
        scheduler: scheduler of the engine.
        troubles: counter of the channel's problems.
        report: called with a report that is no problem.
        is_demo: True for a demo, whose output may have no receiver.
    """

    def __init__(
        self,
        host: str,
        port: int,
        scheduler: ChannelScheduler,
        troubles: ErrorCounter,
        report: Callable[[str], None],
        *,
        is_demo: bool = False,
    ) -> None:
        self._host, self._port = host, port
        self._scheduler = scheduler
        self._troubles = troubles
        self._report = report
        self._is_demo = is_demo
        self._was_refused = False
        self._refused_at = math.inf
        self._is_unreachable = False
        self._is_numeric = is_numeric(host)
        self._socket: socket.socket | None = None
        self._address: tuple[socket.AddressFamily, Any]
        self._renewed_at = -math.inf
        self._opening = DeferredOpening(self._open, troubles, lambda: report(f"{host}:{port} can be reached now"))

    async def start(self) -> None:
        """Finds the host, now or later."""
        await self._opening.start()

    @property
    def is_open(self) -> bool:
        """True if the host can be reached."""
        return self._socket is not None

    def send(self, packet: bytes) -> None:
        """Sends a packet. Never waits, never raises."""
        # The system reports a refusal at the next send, and does not carry out that send.
        for _ in range(2):
            out = self._socket
            if out is None:
                return
            try:
                out.send(packet)
                self._sent()
                return
            except (BlockingIOError, InterruptedError):
                self._troubles.note("full", "the network takes no more: an output is left out")
                return
            except ConnectionRefusedError:
                self._refused()
            except OSError as error:
                if error.errno != errno.EMSGSIZE and self._renew():
                    continue
                self._troubles.note("send", f"cannot send to {self._host}:{self._port}: {error.strerror}")
                self._is_unreachable = True
                return

    def _sent(self) -> None:
        """Removes problems that are no longer true."""
        if self._is_unreachable:
            self._is_unreachable = False
            self._troubles.resolve("send")
        if self._scheduler.now() >= self._refused_at + _HEARD:
            self._refused_at = math.inf
            self._troubles.resolve("refused")

    def _refused(self) -> None:
        """Reports that no program listens; for a demo once, as information: a demo needs no synthesiser."""
        self._refused_at = self._scheduler.now()
        if not self._is_demo:
            self._troubles.note("refused", f"no program listens at {self._host}:{self._port}", _REMIND)
        elif not self._was_refused:
            self._was_refused = True
            self._report("nothing is connected yet: start with --sound to hear the demo")

    def close(self) -> None:
        """Closes the socket."""
        self._opening.close()
        self._let_go()

    async def _open(self) -> None:
        self._address = await resolve(self._host, self._port, socket.SOCK_DGRAM)
        try:
            made = _connected(*self._address)
        except OSError as error:
            raise UserError(f"cannot send to {self._host}:{self._port}: {error.strerror}") from None
        self._let_go()
        self._socket = made

    def _renew(self) -> bool:
        """Replaces the socket: a connected socket keeps the address that this machine had before.

        Returns:
            True if the new socket may work.
        """
        now = self._scheduler.now()
        if now < self._renewed_at + _RENEW:
            return False
        self._renewed_at = now
        self._let_go()
        try:
            self._socket = _connected(*self._address)
        except OSError:
            self._opening.begin()
            return False
        if not self._is_numeric:
            self._opening.begin()  # the host may have another address too
        return True

    def _let_go(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _connected(family: socket.AddressFamily, address: Any) -> socket.socket:
    """Returns a UDP socket that sends to an address.

    Raises:
        OSError: the address cannot be reached now.
    """
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        # Connected, so that the system reports when no program listens there.
        made.connect(address)
    except OSError:
        made.close()
        raise
    return made
