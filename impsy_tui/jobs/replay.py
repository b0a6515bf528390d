"""Reading a log to be replayed, in a process of its own: ``python -m impsy_tui.jobs.replay LOG``.

Prints one line of JSON, a ``Reel``, and behind it the events as raw floats (64 bit, little endian):
for each its time in seconds since the first and its values.
"""

import sys
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from impsy_tui.corpus.logs import read_rows, wall_time
from impsy_tui.jobs.manners import step_back

COMMANDS_SUFFIX: Final = ".commands"
"""Of the file beside a log that has the commands of its set."""
MOST_BYTES: Final = 32 << 20
"""Of events: six hours of eight faders at 20 events a second. The engine has them in memory, and copies them once."""
_MOST_OF_TEXT: Final = 8 * MOST_BYTES
MOST_COMMANDS: Final = 20_000
_PLAYED: Final = ("interface", "replay")


class Reel(msgspec.Struct, frozen=True):
    """What is replayed.

    Attributes:
        rows: events.
        values: in each event.
        commands: times, in seconds since the first event, and lines that were carried out then.
        problem: why there is nothing to be replayed, empty if there is.
    """

    rows: int = 0
    values: int = 0
    commands: tuple[tuple[float, str], ...] = ()
    problem: str = ""


def read_reel(file: Path) -> tuple[Reel, bytes]:
    """A log with the commands beside it, as it is printed."""
    try:
        if file.stat().st_size > _MOST_OF_TEXT:
            return _too_long(file)
        times, _, table = read_rows(file, _PLAYED)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return Reel(problem=f"{file.stem} cannot be replayed: {reason}"), b""
    # Rows of several channels may stand a little out of order.
    order = np.argsort(times, kind="stable")
    began = float(times[order[0]])
    events = np.column_stack((times[order] - began, np.clip(table[order], 0.0, 1.0)))
    commands = tuple((time - began, line) for time, line in _commands(file.with_suffix(COMMANDS_SUFFIX)))
    if events.nbytes > MOST_BYTES or len(commands) > MOST_COMMANDS:
        return _too_long(file)
    return Reel(len(events), table.shape[1], commands), events.astype("<f8").tobytes()


def _too_long(file: Path) -> tuple[Reel, bytes]:
    return Reel(problem=f"{file.stem} cannot be replayed: it is too long, a part of it can be"), b""


def _commands(file: Path) -> list[tuple[float, str]]:
    found = []
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            rows = opened.read(MOST_BYTES).splitlines()
    except OSError:
        return []
    for row in rows:
        stamp, _, line = row.partition(",")
        try:
            found.append((wall_time(stamp), line))
        except ValueError:
            continue
    return found


def main() -> None:
    """See the module."""
    step_back()
    reel, events = read_reel(Path(sys.argv[1]))
    sys.stdout.buffer.write(msgspec.json.encode(reel) + b"\n" + events)


if __name__ == "__main__":
    main()
