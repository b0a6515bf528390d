"""WebSocket connection of a bounded number, read in small pieces."""

import asyncio
from typing import Any, ClassVar

from websockets.asyncio.server import ServerConnection


class BoundedConnection(ServerConnection, asyncio.BufferedProtocol):
    """One of a bounded number of connections, read in small pieces.

    asyncio reads a quarter of a megabyte of each connection in one turn. This class reads, and parses, less.

    Args:
        others: all open connections of the server.

    Attributes:
        most_connections: largest number of open connections, with those that have sent nothing yet. ``select`` takes
            at most 1024 descriptors.
        bytes_a_read: largest number of bytes of one connection in one turn of the event loop.
    """

    most_connections: ClassVar[int]
    bytes_a_read: ClassVar[int]

    def __init__(self, others: set[Any], *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._others = others
        self._buffer = memoryview(bytearray(self.bytes_a_read))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._others.add(self)
        if len(self._others) > self.most_connections:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._others.discard(self)
        super().connection_lost(exc)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.data_received(bytes(self._buffer[:nbytes]))
