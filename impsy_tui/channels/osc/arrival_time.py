"""Arrival time of a datagram by the kernel's time stamp, so that a busy loop does not shift the music's time."""

import socket
import struct
import sys
import time
from typing import Any, Final

STAMPS: Final = sys.platform == "linux"
"""True if the kernel gives time stamps here."""
_SO_TIMESTAMPNS: Final = 35
_TIMESPEC: Final = struct.Struct("@ll")
_OLDEST: Final = 60.0
"""Seconds. A kernel time stamp older than this shows a changed clock, not a delay."""
DATAGRAM_OPTIONS: Final = ((socket.SO_RCVBUF, 1 << 20), *(((_SO_TIMESTAMPNS, 1),) if STAMPS else ()))
"""Options of a socket that receives datagrams, with their values."""


def waited(ancillary: list[Any]) -> float:
    """Returns the seconds since the kernel received a datagram."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(data) >= _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack_from(data)
            waited = time.time() - (seconds + nanoseconds * 1e-9)
            return waited if 0.0 <= waited < _OLDEST else 0.0
    return 0.0
