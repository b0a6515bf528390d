"""Low priority of workers, so that they do not disturb the music."""

import os
import sys


def step_back() -> None:
    """Take only what nobody else wants of the processor; to be called before threads are started.

    Being nice still lets a worker finish its turn of some milliseconds; as an idle process it is
    put aside at once when the engine has something to play.
    """
    try:
        os.nice(10)
        if sys.platform == "linux":
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    except OSError:
        pass  # what the system does not allow is not needed for the work
