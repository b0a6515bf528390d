"""Connection to the control socket."""

from typing import Final

from impsy_tui.channels.bounded_connection import BoundedConnection

ACCEPTED_A_TURN: Final = 8
"""Connections that the event loop accepts in one turn."""
_BYTES_A_TURN: Final = 8192
"""Bytes of all connections that the event loop reads in one turn."""


class ControlConnection(BoundedConnection):
    """Connection to the control socket; all connections share the bytes of one turn."""

    most_connections = 128
    bytes_a_read = 1024

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer[: min(self.bytes_a_read, _BYTES_A_TURN // max(1, len(self._others)))]
