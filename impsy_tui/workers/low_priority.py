"""Low priority of workers, so that they do not disturb the music."""

import os
import sys


def step_back() -> None:
    """Gives this process the lowest priority; must be called before threads start.

    A process with a high nice value still finishes its turn of some milliseconds. An idle process yields at once
    to the engine.
    """
    try:
        os.nice(10)
        if sys.platform == "linux":
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    except OSError:
        pass  # the work does not need a priority that the system refuses
