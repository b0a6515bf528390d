"""Listening socket of an asyncio server, for a system without descriptors and for lost connections."""

import errno
import socket
from typing import Any, Final

_SCARCE: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_LOST: Final = (
    *(errno.EPROTO, errno.EPERM, errno.ENOPROTOOPT, errno.EOPNOTSUPP),
    *(errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EHOSTUNREACH),
)
"""Errors of the new connection, not of the listening socket (``accept(2)``)."""


class ListeningSocket(socket.socket):
    """Stream socket that stops asyncio after a failed ``accept``.

    On a system without descriptors, asyncio pauses for a second, but first it tries again up to a hundred times, and
    reports each attempt.
    """

    _pauses = False

    def accept(self) -> tuple[socket.socket, Any]:
        """Accepts a connection.

        Raises:
            ConnectionAbortedError: The connection was lost before.
            BlockingIOError: No connection waits, or the call before failed.
            OSError: The system has no memory or no free descriptor.
        """
        if self._pauses:
            self._pauses = False
            raise BlockingIOError
        try:
            return super().accept()
        except OSError as error:
            if error.errno in _LOST:
                raise ConnectionAbortedError(error.errno, error.strerror) from None
            self._pauses = error.errno in _SCARCE
            raise
