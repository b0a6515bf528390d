"""Limits of each process that opens files of other people.

``LIMITS`` is the one table. The process limits its memory, processor time and written files. Its
parent process limits the real time and the output.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, NamedTuple

_MB: Final = 1 << 20
_GB: Final = 1 << 30
_HOUR: Final = 3_600
_DAY: Final = 24 * _HOUR
_EACH: Final = 5.0
"""Seconds of processor time for one of many files."""
_REMEDY: Final = "A file may be damaged or too large: divide it, or leave it out"


class Limits(NamedTuple):
    """Limits of one process.

    Attributes:
        memory: Bytes of the address space; 0 for no limit.
        cpu_seconds: Seconds of processor time.
        wall_seconds: Seconds of real time.
        output: Bytes of the output, and of each written file.
        data: Bytes of private memory that the process can write, where Linux limits it; 0 for no limit.
        threads: Threads of numerical libraries; 0 for one on each core but one.
    """

    memory: int
    cpu_seconds: int
    wall_seconds: int
    output: int
    data: int = 0
    threads: int = 0


_OUT_OF_MEMORY: Final = ("MemoryError", "bad_alloc", "ResourceExhausted", "can't allocate memory")
"""Last words of Python, C++, TensorFlow and PyTorch."""

QUESTION: Final = Limits(_GB, 60, 60, 80 * _MB)
"""A helper that answers while the performer waits. The largest answer holds the weights of a model."""
_CHECK: Final = QUESTION._replace(cpu_seconds=20)
_SETTING: Final = QUESTION._replace(cpu_seconds=20, output=16 * _MB)
_TRAINING: Final = Limits(0, 30 * _DAY, 7 * _DAY, 4 * _GB, data=16 * _GB)
"""A training can use several cores for days. TensorFlow and PyTorch reserve far more address space than they use. So
the limit is on the memory that they can write. The largest MDRNN needs 1.5 GB, and 3.3 GB of address space."""
_GPU_DRIVERS: Final = ("/dev/nvidiactl", "/dev/kfd")
"""Devices of GPU drivers, which reserve memory in other ways; the limits here were not tried with them."""

LIMITS: Final[dict[str, Limits]] = {
    "edit_setting": _SETTING,
    "keep_players": _SETTING,
    "write_configuration": _SETTING,
    "draw_log": QUESTION,
    "list_files": QUESTION,
    "list_ports": _SETTING,
    "read_log": QUESTION,
    "empty_trash": _SETTING,
    # A folder of logs that is compressed for the first time.
    "rotate_logs": Limits(_GB, _HOUR, _DAY, 4 * _GB),
    "check_model": _CHECK,
    "check_ensemble": _CHECK,
    # Millions of rows of many logs, and the dataset made of them.
    "dataset": Limits(4 * _GB, _HOUR, 2 * _HOUR, _GB),
    # A mapped message takes half a kilobyte while a file is read or written.
    "export_log": Limits(4 * _GB, 600, 1_800, _GB),
    "import_midi": Limits(4 * _GB, 600, 1_800, _GB),
    # Matplotlib alone takes half a gigabyte of address space.
    "plot": Limits(4 * _GB, 600, 1_800, 256 * _MB),
    # An hour of audio at 48 kHz is 1.4 GB, and as much again while it is framed; a folder holds many.
    "describe_recordings": Limits(6 * _GB, 7 * _DAY, 7 * _DAY, _GB),
    # A patch is rendered once for each of up to a million points.
    "lookup_table": Limits(4 * _GB, 7 * _DAY, 7 * _DAY, 4 * _GB),
    "evaluate_ensemble": Limits(4 * _GB, _HOUR, 2 * _HOUR, 256 * _MB),
    "convert": _TRAINING._replace(cpu_seconds=_HOUR, wall_seconds=2 * _HOUR),
    "convert_agent": _TRAINING._replace(cpu_seconds=_HOUR, wall_seconds=2 * _HOUR),
    "demo": _TRAINING._replace(wall_seconds=_DAY),
    "evaluate": _TRAINING._replace(wall_seconds=_DAY),
    "evaluate_agent": _TRAINING._replace(wall_seconds=_DAY),
    # Next to the music, on a small machine.
    "evolve": Limits(0, 6 * _HOUR, 6 * _HOUR, 64 * _MB, data=400 * _MB, threads=1),
    "evolve_there": _TRAINING._replace(wall_seconds=_DAY),
    "sweep": _TRAINING,
    "train": _TRAINING,
    "train_agent": _TRAINING,
    "train_ensemble": _TRAINING,
    "train_gestures": _TRAINING._replace(wall_seconds=_DAY),
}


def limits_of(worker: str) -> Limits:
    """Returns the limits of a worker by its name."""
    return LIMITS.get(worker, QUESTION)


def limit_process(worker: str) -> None:
    """Limits the memory, the processor time and the files of this process, a worker of ``LIMITS``."""
    import resource

    limits = LIMITS[worker]
    data = 0 if any(map(os.path.exists, _GPU_DRIVERS)) else limits.data
    for what, soft, hard in (
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 5),  # the soft limit shows the reason
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        (resource.RLIMIT_DATA, data, data),
        (resource.RLIMIT_FSIZE, limits.output, limits.output),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        if not hard and what != resource.RLIMIT_CORE:
            continue
        try:
            resource.setrlimit(what, (soft, hard))
        except (ValueError, OSError):  # macOS has no such limit on memory
            pass


def exceeded(what: str, limits: Limits, code: int, last: str) -> str:
    """Returns the limit that a process exceeded, and the remedy.

    Args:
        what: Name of the job and its file.
        limits: Limits of the process.
        code: Exit status; below zero, the signal that ended it.
        last: Last line of the output.

    Returns:
        A message; empty for another reason.
    """
    if code == -signal.SIGXCPU:
        return f"{what} needs more than {limits.cpu_seconds} s of processor time, its limit. {_REMEDY}"
    if code and any(word in last for word in _OUT_OF_MEMORY):
        memory = limits.memory or limits.data
        most = f"{memory / _GB:g} GB of memory, its limit" if memory else "the memory of this machine"
        return f"{what} needs more than {most}. {_REMEDY}"
    return ""


def over_time(what: str, limits: Limits) -> str:
    """Returns the message for a process that took too long."""
    return f"{what} needs more than {limits.wall_seconds} s, its limit. If the machine is busy, try again. {_REMEDY}"


def over_output(what: str, limits: Limits) -> str:
    """Returns the message for a process that printed too much."""
    return f"{what} prints more than {limits.output / _MB:g} MB, its limit. {_REMEDY}"


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
