"""Facts, rows and pictures of performance logs."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from impsy_tui.data.checks import steady
from impsy_tui.toml_files import open_content, open_text

_LONGEST: Final = 366 * 86_400.0
"""Longest duration of a log in seconds; a longer one means that the clock was set."""
_OUT_OF_ORDER: Final = 60.0
_CHUNK: Final = 1 << 20
_SOUGHT: Final = 10_000
"""Largest number of descriptor rows before the first event."""
_LONGEST_ROW: Final = 1 << 16


class LogFacts(NamedTuple):
    """Summary of a log.

    Attributes:
        rows: number of lines.
        seconds: duration from the first row to the last, -1 if the clock was set.
        dimension: length of an event: dt and the values; 0 if the first row is not valid, or no event is found.
    """

    rows: int
    seconds: float
    dimension: int


def log_facts(file: Path) -> LogFacts:
    """Returns the summary of a log.

    Raises:
        OSError: the file cannot be read.
    """
    rows = 0
    with open_content(file) as log:
        first = event = log.readline(_LONGEST_ROW)
        sought = 0
        while b",feats," in event and sought < _SOUGHT:  # descriptors of sound
            event, sought = log.readline(_LONGEST_ROW), sought + 1
        log.seek(0)
        last = b"\n"
        final = b""
        while chunk := log.read(_CHUNK):
            rows += chunk.count(b"\n")
            last = chunk
            final = chunk if len(chunk) >= _LONGEST_ROW else final[-_LONGEST_ROW:] + chunk
        rows += not last.endswith(b"\n")
    begin = _time(first)
    # A power cut may have truncated the last row.
    end = next((time for row in reversed(final.splitlines()) if (time := _time(row))), None)
    seconds = (end - begin).total_seconds() if begin and end else 0.0
    seconds = max(0.0, seconds) if -_OUT_OF_ORDER < seconds <= _LONGEST else -1.0
    of_events = begin and event and b",feats," not in event
    return LogFacts(rows, seconds, max(0, event.count(b",") - 1) + 1 if of_events else 0)


def _time(row: bytes) -> datetime | None:
    try:
        return datetime.fromisoformat(row.partition(b",")[0].decode("utf-8-sig")).replace(tzinfo=UTC)
    except ValueError:
        return None


def read_rows(file: Path, sources: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the valid rows of some sources.

    Args:
        file: performance log.
        sources: names of sources, such as "interface" and "rnn".

    Returns:
        Times in seconds, ``[rows]``, as if local time were UTC, so that summer time has no effect. The index of each
        row's source, ``[rows]``. The values, ``[rows, values]``, as many as in the first row.

    Raises:
        OSError: the file cannot be read.
        ValueError: no row is valid.
    """
    times, found, rows = [], [], []
    width = 0
    with open_text(file) as log:
        for line in log:
            stamp, _, rest = line.partition(",")
            source, _, numbers = rest.partition(",")
            if source not in sources:
                continue
            try:
                time = wall_time(stamp)
                values = [float(x) for x in numbers.split(",")]
            except ValueError:
                continue
            if not all(map(math.isfinite, values)):
                continue
            width = width or len(values)
            if len(values) == width:
                times.append(time)
                found.append(sources.index(source))
                rows.append(values)
    if not rows:
        raise ValueError("it has no events")
    return np.array(times), np.array(found), np.array(rows)


def wall_time(stamp: str) -> float:
    """Returns the seconds from 1970 to a time in a log, as if it were UTC.

    Raises:
        ValueError: the text is not a time.
    """
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()


class Picture(NamedTuple):
    """Picture of a log in columns of equal duration.

    Attributes:
        seconds: duration of the log.
        rows: number of events.
        values: mean of each dimension in each column, ``[columns, values]``; a column without events repeats the
            column before, NaN before the first event.
        played: number of events of the musician and of patterns in each column, ``[columns]``.
        predicted: number of events of the player in each column, ``[columns]``.
    """

    seconds: float
    rows: int
    values: np.ndarray
    played: np.ndarray
    predicted: np.ndarray


def draw_log(file: Path, columns: int) -> Picture:
    """Returns the picture of a log.

    Args:
        file: performance log.
        columns: number of columns, above 0.

    Raises:
        OSError: the file cannot be read.
        ValueError: no row is valid.
    """
    at, sources, table = read_rows(file, ("interface", "rnn", "pattern"))
    at = steady(at)
    by_player = sources == 1
    width = table.shape[1]
    at -= at.min()
    seconds = float(at.max())
    column = np.clip((at / max(seconds, 1e-9) * columns).astype(int), 0, columns - 1)
    counts = np.bincount(column, minlength=columns)
    sums = np.stack([np.bincount(column, table[:, i], columns) for i in range(width)], axis=1)
    with np.errstate(invalid="ignore"):
        means = np.divide(sums, counts[:, None])
    for index in range(1, columns):
        if not counts[index]:
            means[index] = means[index - 1]
    return Picture(
        seconds,
        len(table),
        means,
        np.bincount(column[~by_player], minlength=columns),
        np.bincount(column[by_player], minlength=columns),
    )
