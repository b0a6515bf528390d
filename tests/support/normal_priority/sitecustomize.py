"""Leaves each Python process at its priority; see ``tests.support.priority``."""

import os
import sys


def _keep_nice(increment: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


os.nice = _keep_nice
if sys.platform == "linux":
    _set_scheduler = os.sched_setscheduler

    def _refuse_idle(pid: int, policy: int, parameters: os.sched_param) -> None:
        if policy != os.SCHED_IDLE:
            _set_scheduler(pid, policy, parameters)

    os.sched_setscheduler = _refuse_idle
