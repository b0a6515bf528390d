"""Being told when something in a folder is removed, without looking again and again."""

import asyncio
import os
import select
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_IN_MOVED_FROM = 0x40
_IN_DELETE = 0x200
_IN_DELETE_SELF = 0x400
_IN_MOVE_SELF = 0x800
_IN_NONBLOCK = 0x800
_IN_CLOEXEC = 0x80000


class FolderWatch:
    """Calls back when an entry of a folder, or the folder itself, is removed or renamed.

    inotify on Linux (inotify(7)), kqueue on macOS; both are descriptors that the loop reads.

    Args:
        folder: which is there.
        changed: called with nothing, some time after; may be called for other changes too.
    """

    def __init__(self, folder: Path, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._folder_fd = -1
        self._kqueue: Any = None
        if sys.platform != "darwin":
            self._fd = _inotify(folder)
        else:
            self._folder_fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
            self._kqueue = select.kqueue()
            self._fd = self._kqueue.fileno()
            flags = select.KQ_NOTE_WRITE | select.KQ_NOTE_DELETE | select.KQ_NOTE_RENAME
            wish = select.kevent(
                self._folder_fd, select.KQ_FILTER_VNODE, select.KQ_EV_ADD | select.KQ_EV_CLEAR, flags
            )
            self._kqueue.control([wish], 0)
        if self._fd >= 0:
            self._loop.add_reader(self._fd, self._ready)

    def close(self) -> None:
        """Watch no more."""
        if self._fd < 0:
            return
        self._loop.remove_reader(self._fd)
        if self._kqueue is not None:
            self._kqueue.close()
            os.close(self._folder_fd)
        else:
            os.close(self._fd)
        self._fd = -1

    def _ready(self) -> None:
        if self._kqueue is not None:
            self._kqueue.control([], 8, 0)
        else:
            try:
                os.read(self._fd, 4096)
            except BlockingIOError:
                return
        self._changed()


def _inotify(folder: Path) -> int:
    """A descriptor that is readable when something goes from the folder; -1 if there is none."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    fd: int = libc.inotify_init1(_IN_NONBLOCK | _IN_CLOEXEC)
    if fd < 0:
        return -1
    mask = _IN_MOVED_FROM | _IN_DELETE | _IN_DELETE_SELF | _IN_MOVE_SELF
    if libc.inotify_add_watch(fd, os.fsencode(folder), mask) < 0:
        os.close(fd)
        return -1
    return fd
