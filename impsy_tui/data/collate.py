"""Performance logs into data sets."""

import re
import warnings
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from impsy_tui.data.checks import Scale, are_raw, breaks, likely_scale, outside
from impsy_tui.paths import FoundFiles, files_in, find_files
from impsy_tui.ranges import DIMENSION
from impsy_tui.text import shown_name
from impsy_tui.toml_files import open_regular

_CHUNK: Final = 1 << 20
_STAMP: Final = 26
"""Characters of ``2019-01-17T12:37:38.109979``."""
_PUNCTUATION: Final = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":", 19: "."}
_SOURCES: Final = {name: np.frombuffer(f",{name},".encode(), np.uint8) for name in ("rnn", "interface")}
"""Who wrote a row, as it stands after the time. The shortest first."""
_LOG_NAME: Final = re.compile(r"-(\d+)d-mdrnn\.log$", re.ASCII)
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_MOST: Final = float(np.finfo(np.float32).max)
"""No value is larger: it could not be kept."""

ENOUGH: Final = 2000
"""Events below which a model learns little but noise."""


class _Rows(NamedTuple):
    """Some rows of a log: microseconds since 1970, values ``[rows, values]``, and how many were no good."""

    times: np.ndarray
    values: np.ndarray
    skipped: int


@dataclass(slots=True)
class Collated:
    """The performances of one dimension.

    Attributes:
        dimension: values and one for time.
        performances: float32 ``[events, dimension]``, columns dt in seconds, then the values.
        files: logs that were read.
        skipped: rows of the musician's that made no sense.
        outside: events with values outside of 0 to 1, of logs that hold few of them.
        set_back, long_gaps: how often a clock was set back, and how often nothing was played for more than an hour;
            there a performance is divided.
        scaled: logs of raw values that were scaled to 0 to 1.
        left_out: logs that were left out, and why, a line each.
    """

    dimension: int
    performances: list[np.ndarray] = field(default_factory=list)
    files: int = 0
    skipped: int = 0
    outside: int = 0
    set_back: int = 0
    long_gaps: int = 0
    scaled: int = 0
    left_out: list[str] = field(default_factory=list)

    @property
    def events(self) -> int:
        """Events in all."""
        return sum(map(len, self.performances))

    @property
    def seconds(self) -> float:
        """What they took in all."""
        return float(sum(performance[:, 0].sum(dtype=float) for performance in self.performances))

    @property
    def still(self) -> list[int]:
        """Numbers, from 1, of the values that never change."""
        if not self.performances:
            return []
        low = np.min([performance[:, 1:].min(axis=0) for performance in self.performances], axis=0)
        high = np.max([performance[:, 1:].max(axis=0) for performance in self.performances], axis=0)
        return (np.flatnonzero(high - low < 1e-6) + 1).tolist()

    def histogram(self) -> np.ndarray:
        """How many dt fall into each of 16 parts of 1 ms to 10 s, equal in their logarithm, and beyond."""
        gaps = np.concatenate([performance[:, 0] for performance in self.performances]).astype(float)
        places = np.log10(np.clip(gaps, 1e-3, 9.999)) + 3.0
        return np.bincount((places * 4.0).astype(int), minlength=16)

    def gaps(self) -> np.ndarray:
        """dt at 5, 50 and 95 %."""
        gaps = np.concatenate([performance[:, 0] for performance in self.performances])
        return np.asarray(np.percentile(gaps, [5, 50, 95]))


def log_files(folder: Path, dimension: int) -> FoundFiles:
    """The logs of a dimension, oldest first."""
    return find_files(folder, f"-{dimension}d-mdrnn.log")


def dimensions(folder: Path) -> list[int]:
    """Every dimension that a log in a folder has."""
    return sorted({found for file in files_in(folder, ".log") if (found := named_dimension(file)) in DIMENSION})


def named_dimension(file: Path) -> int:
    """The dimension in the name of a log, 0 where there is none."""
    found = _LOG_NAME.search(file.name)
    return int(found[1]) if found else 0


def collate(
    files: list[Path],
    dimension: int,
    progress: Callable[[int, int], None] = lambda done, of: None,
    chunk: int = _CHUNK,
    scale: Scale | None = None,
) -> Collated:
    """Read logs. Only the musician's rows count, with the first values of each.

    Rows that are too short or make no sense are left out, and so is the first of each log, which
    has no time before it. A performance is divided where the clock was set. A log that cannot be read, or whose
    values are outside of 0 to 1, is left out.

    Args:
        files: the logs.
        dimension: of the events.
        progress: told bytes read, and bytes in all.
        chunk: bytes read at a time, about.
        scale: the range of raw values in logs that are not 0 to 1.
    """
    collated = Collated(dimension)
    of = sum(map(_size, files))
    done = 0
    for file in files:
        before = done
        parts: list[_Rows] = []
        try:
            for size, rows in _read(file, dimension - 1, chunk, "interface"):
                done += size
                progress(done, of)
                parts.append(_Rows(rows.times, rows.values.astype(np.float32), rows.skipped))
        except OSError as error:
            collated.left_out.append(f"{shown_name(file.name)}: {error.strerror or error}")
            done = before + _size(file)
            continue
        collated.files += 1
        collated.skipped += sum(rows.skipped for rows in parts)
        if parts:
            times, values = (np.concatenate(column) for column in list(zip(*parts, strict=True))[:2])
            _take(collated, file, times, values, scale)
    return collated


def _take(collated: Collated, file: Path, times: np.ndarray, values: np.ndarray, scale: Scale | None) -> None:
    """Takes what a log holds, as performances."""
    if are_raw(values) and scale is not None:
        values = scale.scaled(values)
        collated.scaled += 1
    if are_raw(values):
        likely = likely_scale(values)
        collated.left_out.append(
            f"{shown_name(file.name)}: its values are {values.min():g} to {values.max():g}, outside 0..1; "
            f"dataset {collated.dimension} {likely} scales them "
            f"(in a shell -D {collated.dimension} --low {likely.low:g} --high {likely.high:g})"
        )
        return
    wrong = outside(values)
    collated.outside += int(wrong.sum())
    times, values = times[~wrong], np.clip(values[~wrong], 0.0, 1.0)
    gaps = np.diff(times, prepend=times[:1]) / 1e6
    at = breaks(gaps)
    collated.set_back += int((gaps[at] < 0).sum())
    collated.long_gaps += int((gaps[at] > 0).sum())
    events = np.column_stack((gaps.astype(np.float32), values))
    # The first event, and the first one after a break, has no time before it.
    collated.performances += [piece[1:] for piece in np.split(events, at) if len(piece) > 1]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def rows_of(file: Path, source: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """All rows of one source that make sense.

    Args:
        file: a log.
        source: "interface" or "rnn".
        count: of the values that are read of each row.

    Returns:
        Microseconds since 1970, int64 ``[rows]``, in the order of the file, and the first values
        of each, float64 ``[rows, count]``.

    Raises:
        OSError: it cannot be read.
    """
    read = [rows for _, rows in _read(file, count, _CHUNK, source)]
    times = [rows.times for rows in read] or [np.empty(0, np.int64)]
    return np.concatenate(times), np.concatenate([rows.values for rows in read] or [np.empty((0, count))])


def _read(file: Path, count: int, size: int, source: str) -> Iterator[tuple[int, _Rows]]:
    """The rows of a source, some bytes at a time, with the number of bytes they took."""
    with open_regular(file) as log:
        while chunk := log.read(size):
            chunk += log.readline()
            text = chunk.removeprefix(BOM_UTF8)
            yield len(chunk), _fast(text, count, source) or _careful(text, count, source)


def _fast(chunk: bytes, count: int, source: str) -> _Rows | None:
    """Rows exactly as this program and IMPSY write them, without a step of Python a row; None if any is not so."""
    if not chunk.endswith(b"\n"):
        chunk += b"\n"
    data = np.frombuffer(chunk, np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    # A blank is skipped by NumPy where Python sees a field with nothing in it.
    if np.count_nonzero(data <= ord(" ")) != len(ends):
        return None
    starts = np.concatenate(([0], ends[:-1] + 1))
    shortest, longest = _SOURCES.values()
    if (ends - starts).min() < _STAMP + len(shortest):
        return None
    # A row may end before the longest source would.
    words = data[np.minimum(starts[:, None] + np.arange(_STAMP, _STAMP + len(longest)), len(data) - 1)]
    by = {name: (words[:, : len(word)] == word).all(axis=1) for name, word in _SOURCES.items()}
    if not np.logical_or(*by.values()).all():
        return None
    ours, begin = by[source], _STAMP + len(_SOURCES[source])
    starts, ends = starts[ours], ends[ours]
    if not len(starts):
        return _Rows(np.empty(0, np.int64), np.empty((0, count)), 0)
    if (ends - starts).min() <= begin:
        return None
    letters = data[starts[:, None] + np.arange(_STAMP)]
    if not _stamps(letters):
        return None
    stamps = letters.view(f"S{_STAMP}")[:, 0]
    commas = np.cumsum(data == ord(","), dtype=np.int64)
    counts = commas[ends - 1] - commas[starts + begin - 1] + 1
    inside = np.zeros(len(data) + 1, np.int8)
    inside[starts + begin] += 1
    inside[ends + 1] -= 1
    text = data.copy()
    text[ends] = ord(",")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what cannot be read is told by a warning
            times = stamps.astype("M8[us]").astype(np.int64)
            numbers = np.fromstring(text[np.cumsum(inside[:-1], dtype=np.int8).view(bool)].tobytes()[:-1], sep=",")
    except (ValueError, Warning):
        return None
    if numbers.size != counts.sum():
        return None
    long_enough = counts >= count
    offsets = np.concatenate(([0], np.cumsum(counts)[:-1]))[long_enough]
    values = numbers[offsets[:, None] + np.arange(count)]
    finite = (np.abs(values) <= _MOST).all(axis=1)
    kept = times[long_enough][finite]
    return _Rows(kept, values[finite], len(starts) - len(kept))


def _stamps(letters: np.ndarray) -> bool:
    """Whether all of these are times in exactly the one form; NumPy and Python differ in what else they read."""
    digits = np.ones(_STAMP, bool)
    for place, character in _PUNCTUATION.items():
        digits[place] = False
        if not (letters[:, place] == ord(character)).all():
            return False
    numbers = letters[:, digits]
    return bool(((numbers >= ord("0")) & (numbers <= ord("9"))).all() and (numbers[:, 0] > ord("0")).all())


def _careful(chunk: bytes, count: int, source: str) -> _Rows:
    """Rows one by one, each as it may be."""
    times, values, skipped = [], [], 0
    for line in _LINE_END.split(chunk.decode(errors="replace").replace("\0", "")):
        row = line.split(",")
        if len(row) < 2 or row[1].strip() != source:
            continue
        try:
            stamp = datetime.fromisoformat(row[0].strip()).replace(tzinfo=None)
            numbers = [float(number) for number in row[2 : 2 + count]]
        except ValueError:
            skipped += 1
            continue
        if len(numbers) < count or not all(abs(number) <= _MOST for number in numbers):
            skipped += 1
            continue
        times.append(np.datetime64(stamp, "us").astype(np.int64))
        values.append(numbers)
    return _Rows(np.array(times, np.int64), np.array(values, float).reshape(-1, count), skipped)
