"""Memory of the process, made ready before the music begins."""

import ctypes
import gc
import os
import sys
from typing import Final

_CURRENT: Final = 1
_FUTURE: Final = 2
_ON_FAULT: Final = 4
"""Flags of ``mlockall(2)``."""


def settle() -> None:
    """Collects garbage once. All objects so far stay in use, so later collections need not check them again."""
    gc.collect()
    gc.freeze()


def lock() -> bool:
    """Keeps all used pages of the process in memory, so that none must be read again while the engine plays.

    Pages that the process has not used yet take no memory. With a limit of locked memory, the system would refuse
    memory later, so nothing is locked.

    Returns:
        True if the pages stay in memory.
    """
    if sys.platform != "linux":
        return False
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if soft != resource.RLIM_INFINITY and os.geteuid() != 0:
        return False
    return bool(ctypes.CDLL(None).mlockall(_CURRENT | _FUTURE | _ON_FAULT) == 0)
