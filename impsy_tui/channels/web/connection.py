"""Connection of a browser."""

from collections.abc import Callable
from typing import Any, Final

from impsy_tui.channels.bounded_connection import BoundedConnection

_MOST_READ: Final = 1 << 17
"""Bytes a second from one client. A thousand messages take a third of it; no music needs more."""
MOST_UNREAD: Final = 1 << 16
"""Bytes that wait for a client, beyond those in the system's buffer, before the client counts as gone."""


class WebConnection(BoundedConnection):
    """Connection of a browser; a connection that sends too much, or does not read, is cut.

    One read takes 512 bytes: twenty messages, or eighty empty pings.

    Args:
        others: all open connections of the server.
        on_flood: takes a connection that is cut because it sends too much.
    """

    most_connections = 256
    bytes_a_read = 512
    foreign_page = ""
    """Origin of the page, if the page comes from another place and may therefore only listen."""

    def __init__(
        self,
        others: set[Any],
        on_flood: "Callable[[WebConnection], None]",
        *arguments: Any,
        **more: Any,
    ) -> None:
        super().__init__(others, *arguments, **more)
        self._on_flood = on_flood
        self._second, self._read_in_second = 0, 0

    def buffer_updated(self, nbytes: int) -> None:
        second = int(self.loop.time())
        if second != self._second:
            self._second, self._read_in_second = second, 0
        self._read_in_second += nbytes
        if self._read_in_second > _MOST_READ:
            self._on_flood(self)
            self.transport.abort()
            return
        super().buffer_updated(nbytes)
        # The server answers pings even if the client does not read the answers.
        if self.transport.get_write_buffer_size() > MOST_UNREAD:
            self.transport.abort()
