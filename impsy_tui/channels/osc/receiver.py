"""UDP socket of a channel: datagrams with their arrival times, as fast as the engine can handle them."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Final

from impsy_tui.channels.base import ChannelScheduler
from impsy_tui.channels.network import listen_at
from impsy_tui.channels.osc.arrival_time import DATAGRAM_OPTIONS, STAMPS, waited
from impsy_tui.channels.own_addresses import reached_at
from impsy_tui.channels.stats import ErrorCounter

_LARGEST_DATAGRAM: Final = 65536
_DATAGRAMS_A_TURN: Final = 8
"""Datagrams that are read in one turn of the loop, so that a flood cannot stop its timers."""


class Receiver:
    """UDP socket that is read by the event loop.

    Args:
        scheduler: scheduler of the engine.
        troubles: counter of the channel's problems.
        work: source of the messages in the engine's queue of work; while messages wait there, none is read.
        take: takes a datagram, its arrival time on the scheduler's clock, and its sender.
    """

    def __init__(
        self,
        scheduler: ChannelScheduler,
        troubles: ErrorCounter,
        work: str,
        take: Callable[[bytes, float, Any], None],
    ) -> None:
        self._scheduler = scheduler
        self._troubles = troubles
        self._work = work
        self._take = take
        self._socket: socket.socket | None = None

    @property
    def is_open(self) -> bool:
        """True while datagrams are received."""
        return self._socket is not None

    async def open(self, host: str, port: int) -> list[str] | None:
        """Begins to receive; returns the addresses by which the network reaches the socket, as ``reached_at``.

        Raises:
            UserError: the address or the port cannot be used now.
        """
        self._socket = await listen_at(host, port, socket.SOCK_DGRAM, DATAGRAM_OPTIONS, "[osc] server_port")
        asyncio.get_running_loop().add_reader(self._socket, self._readable)
        return reached_at(self._socket)

    def close(self) -> None:
        """Ends to receive."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    def _readable(self) -> None:
        source = self._socket
        for _ in range(_DATAGRAMS_A_TURN):
            if source is None:
                return
            if self._scheduler.work.waits(self._work):
                self._pause_reading(source)
                return
            try:
                if STAMPS:
                    data, ancillary, _, sender = source.recvmsg(_LARGEST_DATAGRAM, 64)
                else:
                    data, sender = source.recvfrom(_LARGEST_DATAGRAM)
                    ancillary = []
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                self._troubles.note("receive", f"cannot receive: {error.strerror}")
                return
            now = self._scheduler.now()
            self._take(data, now - waited(ancillary) if ancillary else now, sender)
            source = self._socket
            if self._scheduler.work.spent:
                return

    def _pause_reading(self, source: socket.socket) -> None:
        """Leaves further datagrams to the kernel until the messages of the last one are done."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(source)

        def read_on() -> None:
            if self._socket is source:
                loop.add_reader(source, self._readable)

        if not self._scheduler.work.do(self._work, read_on):
            loop.call_soon(read_on)
