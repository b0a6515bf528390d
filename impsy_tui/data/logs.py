"""Performance logs, read whole."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from impsy_tui.data.checks import steady
from impsy_tui.toml_files import open_regular, open_text

_LONGEST: Final = 366 * 86_400.0
"""Seconds that a log may take; where it seems to take more, its clock was set."""
_OUT_OF_ORDER: Final = 60.0
_CHUNK: Final = 1 << 20
_SOUGHT: Final = 10_000
"""Rows of sound that may stand before the first event."""
_LONGEST_ROW: Final = 1 << 16


class LogFacts(NamedTuple):
    """What a log holds, without reading all of it.

    Attributes:
        rows: lines.
        seconds: from the first row to the last, -1 if its clock was set.
        dimension: values and one for time, 0 if the first row makes no sense, or if no event follows what was heard.
    """

    rows: int
    seconds: float
    dimension: int


def log_facts(file: Path) -> LogFacts:
    """Facts of a log.

    Raises:
        OSError: it cannot be read.
    """
    rows = 0
    with open_regular(file) as log:
        first = event = log.readline(_LONGEST_ROW)
        sought = 0
        while b",feats," in event and sought < _SOUGHT:  # descriptors of sound, which an agent heard
            event, sought = log.readline(_LONGEST_ROW), sought + 1
        log.seek(0)
        last = b"\n"
        while chunk := log.read(_CHUNK):
            rows += chunk.count(b"\n")
            last = chunk
        rows += not last.endswith(b"\n")
        log.seek(max(0, log.tell() - _LONGEST_ROW))
        final = log.read().splitlines()
    begin = _time(first)
    # The last row may have been cut off by a power cut.
    end = next((time for row in reversed(final) if (time := _time(row))), None)
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
    """The rows of a log that come from these sources; what makes no sense is left out.

    Args:
        file: the log.
        sources: "interface", "rnn" …

    Returns:
        Times in seconds, as if local time were UTC (clocks are put back in autumn), shape ``[rows]``; for
        each the index of its source, ``[rows]``; and ``[rows, values]``, as many values as the first row has.

    Raises:
        OSError: it cannot be read.
        ValueError: it holds no rows that make sense.
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
        raise ValueError("no events are in it")
    return np.array(times), np.array(found), np.array(rows)


def wall_time(stamp: str) -> float:
    """Seconds since 1970 of a time as logs have it, as if it were UTC.

    Raises:
        ValueError: it is no time.
    """
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()


class Picture(NamedTuple):
    """A log, drawn over time in columns of equal length.

    Attributes:
        seconds: how long it is.
        rows: in all.
        values: ``[columns, values]``: the mean of each value in each column, or where nothing
            was played the one before; NaN before the first.
        played: ``[columns]``: events of the musician in each.
        predicted: ``[columns]``: events of the player in each.
    """

    seconds: float
    rows: int
    values: np.ndarray
    played: np.ndarray
    predicted: np.ndarray


def draw_log(file: Path, columns: int) -> Picture:
    """Draw a log.

    Args:
        file: the log.
        columns: how many.

    Raises:
        OSError: it cannot be read.
        ValueError: it holds no rows that make sense.
    """
    at, sources, table = read_rows(file, ("interface", "rnn"))
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
