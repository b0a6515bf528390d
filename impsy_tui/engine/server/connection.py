"""One connection to the control socket, with bounds on what it takes from the event loop."""

import asyncio
from typing import Any, Final

from websockets.asyncio.server import ServerConnection

_MOST_CONNECTIONS: Final = 128
"""Connections, including those that have not yet said what they want. ``select`` takes at most 1024 descriptors."""
ACCEPTED_A_TURN: Final = 8
"""Connections that the event loop accepts in one turn."""
_BYTES_A_TURN: Final = 8192
"""Bytes of all connections that are read in one turn: asyncio would read, and parse, a quarter of a megabyte each."""
_BYTES_A_READ: Final = 1024
"""Bytes of one connection that are read in one turn, at most."""


class ControlConnection(ServerConnection, asyncio.BufferedProtocol):
    """One of a bounded number of connections, read in small pieces.

    Args:
        others: All open connections.
    """

    def __init__(self, others: "set[ControlConnection]", *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._others = others
        self._buffer = memoryview(bytearray(_BYTES_A_READ))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._others.add(self)
        if len(self._others) > _MOST_CONNECTIONS:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._others.discard(self)
        super().connection_lost(exc)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer[: min(_BYTES_A_READ, _BYTES_A_TURN // max(1, len(self._others)))]

    def buffer_updated(self, nbytes: int) -> None:
        self.data_received(bytes(self._buffer[:nbytes]))
