"""Limits of a process that opens files which somebody else may have made."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

MEMORY: Final = 1 << 30
"""Bytes."""
CPU_SECONDS: Final = 60
_EACH: Final = 5.0
"""Seconds of processor time for one of many files."""


def limit_process(cpu_seconds: int = CPU_SECONDS) -> None:
    """Limits the memory and the processor time of this process."""
    import resource

    for what, most in ((resource.RLIMIT_CPU, cpu_seconds), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):  # macOS has no such limit on memory
            pass


@contextmanager
def limited_time() -> Iterator[None]:
    """Raises TimeoutError within this block after some seconds of processor time."""
    before = signal.signal(signal.SIGPROF, _expire)
    signal.setitimer(signal.ITIMER_PROF, _EACH)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def _expire(number: int, frame: FrameType | None) -> None:
    raise TimeoutError("takes too long to read: the file may be damaged")
