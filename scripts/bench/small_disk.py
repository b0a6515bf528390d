"""Small file system in memory, in a mount namespace that ends with the program; without root too."""

import ctypes
import os
import sys
from pathlib import Path

_MOUNTED = "IMPSY_TUI_OWN_MOUNTS"


def own_mounts() -> None:
    """Starts this program again in a separate mount namespace. The user stays the same."""
    if _MOUNTED not in os.environ:
        user = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
        command = ["unshare", *user, "--mount", sys.executable, *sys.argv]
        os.execvpe(command[0], command, {**os.environ, _MOUNTED: "1"})


def mount(folder: Path, megabytes: int) -> None:
    """Mounts an empty file system in memory at a folder. ``mount(8)`` refuses users other than root."""
    system = ctypes.CDLL(None, use_errno=True)
    if system.mount(b"none", bytes(folder), b"tmpfs", 0, f"size={megabytes}m".encode()):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), str(folder))
