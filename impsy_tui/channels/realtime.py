"""Real-time priority of the processes that channels start."""

import os
import sys
from typing import Final

ARGUMENT: Final = "real-time"
"""Argument of a process that takes real-time priority."""


def is_real_time() -> bool:
    """Returns True if this thread has real-time priority; the processes of channels then get it too."""
    return sys.platform == "linux" and os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK == os.SCHED_RR


def take_real_time_priority() -> None:
    """Gives this thread real-time priority if the command line asks for it and the system allows it."""
    if ARGUMENT in sys.argv and sys.platform == "linux":
        try:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        except OSError:
            pass


def take_normal_priority() -> None:
    """Gives this thread normal priority."""
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
