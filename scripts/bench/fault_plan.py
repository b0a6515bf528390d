"""Plan of a fault, which this process shares with ``fault_shim.c`` in another process."""

import errno
import mmap
import struct
from pathlib import Path
from typing import Final

_SOCKET_ERRORS: Final = ("EMFILE", "ENOMEM", "ENOBUFS")
ERRORS: Final = {
    "open": ("EMFILE", "ENOSPC", "EIO", "ENOMEM", "EINTR"),
    "read": ("EIO", "ENOMEM", "EINTR"),
    "write": ("ENOSPC", "EIO", "ENOMEM", "EINTR"),
    "pread": ("EIO", "ENOMEM", "EINTR"),
    "pwrite": ("ENOSPC", "EIO", "ENOMEM", "EINTR"),
    "fsync": ("ENOSPC", "EIO", "EINTR"),
    "ftruncate": ("ENOSPC", "EIO", "EINTR"),
    "mkdir": ("ENOSPC", "EIO", "ENOMEM"),
    "rename": ("ENOSPC", "EIO", "ENOMEM"),
    "unlink": ("EIO", "ENOMEM"),
    "fork": ("EAGAIN", "ENOMEM"),
    "pipe": ("EMFILE", "ENFILE"),
    "select": ("ENOMEM", "EINTR"),
    "socket": _SOCKET_ERRORS,
    "bind": ("ENOMEM", "EADDRINUSE"),
    "listen": ("EADDRINUSE",),
    "connect": ("ENOMEM", "EINTR"),
    "accept": ("EMFILE", "ENOMEM", "EINTR", "ECONNABORTED", "EPROTO"),
    "recv": ("ENOMEM", "EINTR"),
    "send": ("ENOBUFS", "ENOMEM", "EINTR"),
}
"""Errors of each call, in the order of the shim."""
ROLES: Final = ("engine", "log writer", "worker", "other")
_HEAD: Final = struct.Struct("5i")
_COUNTS: Final = struct.Struct(f"{len(ERRORS)}i")


class FaultPlan:
    """Plan in a new file.

    Args:
        file: the file.
        shim: compiled shim.
    """

    def __init__(self, file: Path, shim: Path) -> None:
        file.write_bytes(bytes(_HEAD.size + len(ROLES) * _COUNTS.size))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), 0)
        self.environment = {"LD_PRELOAD": str(shim), "FAULT_FILE": str(file)}
        """Variables of the process that fails."""
        self.end()

    def begin(self, role: str, call: str, at: int, error: str) -> None:
        """Lets a call fail once.

        Args:
            role: role of the process.
            call: name of the call.
            at: number of the call from now on, from 1.
            error: name of the error.
        """
        place = ROLES.index(role), [*ERRORS].index(call), getattr(errno, error)
        _HEAD.pack_into(self._shared, 0, *place, at, 0)

    def end(self) -> None:
        """Lets no call fail."""
        _HEAD.pack_into(self._shared, 0, -1, -1, 0, 0, 0)

    @property
    def failed(self) -> bool:
        """True if the call has failed."""
        return bool(_HEAD.unpack_from(self._shared)[-1])

    def counts(self, role: str) -> dict[str, int]:
        """Returns the number of calls so far by name."""
        place = _HEAD.size + ROLES.index(role) * _COUNTS.size
        return dict(zip(ERRORS, _COUNTS.unpack_from(self._shared, place), strict=True))
