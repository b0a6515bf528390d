"""One connection of a browser, bounded in all that it can take from the loop."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from websockets.asyncio.server import ServerConnection

_MOST_CONNECTIONS: Final = 256
"""With those that have not said yet what they want. The loop's ``select`` knows 1024 descriptors."""

_BYTES_A_TURN: Final = 512
"""Read at most so many from one client: twenty messages, or eighty empty pings."""
_MOST_READ: Final = 1 << 17
"""Bytes a second from one client. A thousand messages are a third of it; the rest is no music."""
MOST_UNREAD: Final = 1 << 16
"""Bytes that wait for a client, beyond what the system keeps, when it is taken for gone."""


class WebConnection(ServerConnection, asyncio.BufferedProtocol):
    """One of a bounded number, which is read in small pieces and cut where it takes too much.

    What is read is taken apart at once, and pings in it are answered, before anything else is
    done: asyncio would read a quarter of a megabyte.

    Args:
        others: all that are there.
        floods: told of one that is cut because it sends too much.
    """

    def __init__(
        self, others: "set[WebConnection]", floods: "Callable[[WebConnection], None]", *arguments: Any, **more: Any
    ) -> None:
        super().__init__(*arguments, **more)
        self._others = others
        self._floods = floods
        self._buffer = bytearray(_BYTES_A_TURN)
        self._second, self._read_in_second = 0, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._others.add(self)
        if len(self._others) > _MOST_CONNECTIONS:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._others.discard(self)
        super().connection_lost(exc)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        second = int(self.loop.time())
        if second != self._second:
            self._second, self._read_in_second = second, 0
        self._read_in_second += nbytes
        if self._read_in_second > _MOST_READ:
            self._floods(self)
            self.transport.abort()
            return
        self.data_received(bytes(self._buffer[:nbytes]))
        # Pings are answered whether or not anybody reads the answers.
        if self.transport.get_write_buffer_size() > MOST_UNREAD:
            self.transport.abort()
