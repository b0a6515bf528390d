"""Run of a job: progress and result on standard output, errors as text."""

import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from impsy_tui.errors import UserError
from impsy_tui.workers.messages import Failed, Finished, Reporter, sole_reporter


class StopRequest:
    """Request of the performer to end early and save the best result; the handler of SIGINT."""

    def __init__(self) -> None:
        self.received = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.received = True


def run_job(work: Callable[[Reporter], Finished | Failed], place: Path) -> None:
    """Does the work of a job and reports its result.

    Args:
        work: The work, which reports its progress.
        place: File or folder that an error of the system without a file name is about.
    """
    reporter = sole_reporter()
    try:
        result = work(reporter)
    except UserError as problem:
        result = Failed(str(problem))
    except OSError as error:
        result = Failed(f"{error.filename or place}: {error.strerror or error}")
    reporter.say(result)


def run_stoppable_job(work: Callable[[Reporter, StopRequest], Finished | Failed], place: Path) -> None:
    """Does the work of a job that SIGINT ends early, with its best result; see ``run_job``."""
    stop = StopRequest()
    signal.signal(signal.SIGINT, stop)
    run_job(lambda reporter: work(reporter, stop), place)
