"""Collation of performance logs to datasets."""

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np

from impsy_tui.data.checks import Scale, are_raw, breaks, likely_scale, outside
from impsy_tui.paths import FoundFiles, find_logs, log_name
from impsy_tui.ranges import DIMENSION
from impsy_tui.text import shown_name
from impsy_tui.toml_files import open_content

_CHUNK: Final = 1 << 20
_STAMP: Final = 26
"""Number of characters of ``2019-01-17T12:37:38.109979``."""
_PAIRS: Final = (0, 2, 5, 8, 11, 14, 17)
"""Places of the two-digit numbers of a time."""
_MONTHS: Final = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_PUNCTUATION: Final = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":", 19: "."}
_SOURCES: Final = {name: np.frombuffer(f",{name},".encode(), np.uint8) for name in ("rnn", "interface", "pattern")}
"""Text of each source after the time of a row."""
_MUSICIAN: Final = ("interface",)
_WITH_PATTERNS: Final = ("interface", "pattern")
LOG_NAME: Final = re.compile(r"-(\d+)d-mdrnn$", re.ASCII)
"""End of the name of a log, without suffix; its group is the dimension."""
_NUMBERS: Final = msgspec.json.Decoder(list[float])
"""Reader of numbers between commas: twice as fast as that of NumPy."""
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_MOST: Final = float(np.finfo(np.float32).max)
"""Largest valid value: a float32 holds it."""

ENOUGH: Final = 2000
"""Smallest number of events for a useful model."""


class _Rows(NamedTuple):
    """Rows of a log: microseconds since 1970 ``[rows]``, values ``[rows, values]``, number of invalid rows."""

    times: np.ndarray
    values: np.ndarray
    skipped: int


@dataclass(slots=True)
class Collated:
    """Performances of one dimension.

    Attributes:
        dimension: length of an event: dt and the values x1..xn.
        performances: float32 ``[events, dimension]``; columns are dt in seconds, then the values.
        files: number of logs.
        skipped: number of invalid rows of the musician.
        outside: number of events outside 0 to 1, in logs with few of them.
        set_back: number of times that a clock was set back; the performance is divided there.
        long_gaps: number of gaps of more than an hour; the performance is divided there.
        scaled: number of logs of raw values that were scaled to 0 to 1.
        left_out: one line for each log that was not used.
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
        """Number of events."""
        return sum(map(len, self.performances))

    @property
    def seconds(self) -> float:
        """Duration of all performances in seconds."""
        return float(sum(performance[:, 0].sum(dtype=float) for performance in self.performances))

    @property
    def still(self) -> list[int]:
        """Numbers, from 1, of the dimensions that never change."""
        if not self.performances:
            return []
        low = np.min([performance[:, 1:].min(axis=0) for performance in self.performances], axis=0)
        high = np.max([performance[:, 1:].max(axis=0) for performance in self.performances], axis=0)
        return (np.flatnonzero(high - low < 1e-6) + 1).tolist()

    def histogram(self) -> np.ndarray:
        """Returns the number of dt in each of 16 logarithmic bins from 1 ms to 10 s, ``[16]``."""
        gaps = np.concatenate([performance[:, 0] for performance in self.performances]).astype(float)
        places = np.log10(np.clip(gaps, 1e-3, 9.999)) + 3.0
        return np.bincount((places * 4.0).astype(int), minlength=16)

    def gaps(self) -> np.ndarray:
        """Returns the percentiles 5, 50 and 95 of dt in seconds, ``[3]``."""
        gaps = np.concatenate([performance[:, 0] for performance in self.performances])
        return np.asarray(np.percentile(gaps, [5, 50, 95]))


def log_files(folder: Path, dimension: int) -> FoundFiles:
    """Returns the logs of a dimension, the oldest first."""
    return find_logs(folder, f"-{dimension}d-mdrnn")


def dimensions(folder: Path) -> list[int]:
    """Returns the dimensions of the logs in a folder, sorted."""
    return sorted({found for file in find_logs(folder).files if (found := named_dimension(file)) in DIMENSION})


def named_dimension(file: Path) -> int:
    """Returns the dimension in the name of a log, 0 for another name."""
    found = LOG_NAME.search(log_name(file))
    return int(found[1]) if found else 0


def collate(
    files: list[Path],
    dimension: int,
    progress: Callable[[int, int], None] = lambda done, of: None,
    chunk: int = _CHUNK,
    scale: Scale | None = None,
    *,
    patterns: bool = False,
) -> Collated:
    """Reads the musician's events of some logs.

    Invalid and short rows are ignored. The first event of a log has no dt and is removed. A performance is divided
    where the clock was set. A log that cannot be read, or has values outside 0 to 1, is not used.

    Args:
        files: performance logs.
        dimension: length of an event.
        progress: called with the number of bytes of the files read so far, and of all files.
        chunk: approximate number of bytes read at once.
        scale: range of raw values, for logs outside 0 to 1.
        patterns: True to include the events that patterns played.
    """
    collated = Collated(dimension)
    of = sum(map(_size, files))
    done = 0
    for file in files:
        end = done + _size(file)
        parts: list[_Rows] = []
        try:
            for size, rows in _read(file, dimension - 1, chunk, _WITH_PATTERNS if patterns else _MUSICIAN):
                done += size
                progress(min(done, end), of)  # the content of a compressed log is larger
                parts.append(_Rows(rows.times, rows.values.astype(np.float32), rows.skipped))
        except OSError as error:
            collated.left_out.append(f"{shown_name(file.name)}: {error.strerror or error}")
            continue
        finally:
            done = end
        collated.files += 1
        collated.skipped += sum(rows.skipped for rows in parts)
        if parts:
            times, values = (np.concatenate(column) for column in list(zip(*parts, strict=True))[:2])
            _take(collated, file, times, values, scale)
    return collated


def _take(collated: Collated, file: Path, times: np.ndarray, values: np.ndarray, scale: Scale | None) -> None:
    """Adds the events of a log as performances."""
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
    # The first event, and the first one after a division, has no dt.
    collated.performances += [piece[1:] for piece in np.split(events, at) if len(piece) > 1]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def rows_of(file: Path, source: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the valid rows of one source.

    Args:
        file: performance log.
        source: "interface" or "rnn".
        count: number of values of each row.

    Returns:
        Microseconds since 1970, int64 ``[rows]``, in the order of the file, and the first values
        of each row, float64 ``[rows, count]``.

    Raises:
        OSError: the file cannot be read.
    """
    read = [rows for _, rows in _read(file, count, _CHUNK, (source,))]
    times = [rows.times for rows in read] or [np.empty(0, np.int64)]
    return np.concatenate(times), np.concatenate([rows.values for rows in read] or [np.empty((0, count))])


def _read(file: Path, count: int, size: int, sources: Sequence[str]) -> Iterator[tuple[int, _Rows]]:
    """Yields the number of bytes and the rows of some sources, chunk by chunk."""
    with open_content(file) as log:
        while chunk := log.read(size):
            chunk += log.readline()
            text = chunk.removeprefix(BOM_UTF8)
            yield len(chunk), _fast(text, count, sources) or _careful(text, count, sources)


def _fast(chunk: bytes, count: int, sources: Sequence[str]) -> _Rows | None:
    """Returns rows in the exact format of this program and IMPSY, with NumPy and msgspec; None for other formats."""
    if not chunk.endswith(b"\n"):
        chunk += b"\n"
    data = np.frombuffer(chunk, np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    # NumPy skips blanks; Python reads an empty field.
    if np.count_nonzero(data <= ord(" ")) != len(ends):
        return None
    starts = np.concatenate(([0], ends[:-1] + 1))
    shortest, *_, longest = sorted(map(len, _SOURCES.values()))
    if (ends - starts).min() < _STAMP + shortest:
        return None
    # A row may end before the longest source would.
    words = data[np.minimum(starts[:, None] + np.arange(_STAMP, _STAMP + longest), len(data) - 1)]
    by = {name: (words[:, : len(word)] == word).all(axis=1) for name, word in _SOURCES.items()}
    if not np.logical_or.reduce(tuple(by.values())).all():
        return None
    ours = np.logical_or.reduce([by[name] for name in sources])
    lengths = np.select([by[name] for name in sources], [len(_SOURCES[name]) for name in sources])
    starts, ends, begins = starts[ours], ends[ours], (starts + _STAMP + lengths)[ours]
    if not len(starts):
        return _Rows(np.empty(0, np.int64), np.empty((0, count)), 0)
    if (ends <= begins).any():
        return None
    letters = data[starts[:, None] + np.arange(_STAMP)]
    if not _stamps(letters):
        return None
    stamps = letters.view(f"S{_STAMP}")[:, 0]
    commas = np.flatnonzero(data == ord(","))
    counts = np.searchsorted(commas, ends) - np.searchsorted(commas, begins) + 1
    text = b",".join([chunk[first:end] for first, end in zip(begins.tolist(), ends.tolist(), strict=True)])
    try:
        times = stamps.astype("M8[us]").astype(np.int64)
        numbers = np.array(_NUMBERS.decode(b"[%b]" % text))
    except (ValueError, msgspec.DecodeError):
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
    """Returns True if all times exist and have the exact form.

    NumPy and Python differ for other forms, and NumPy crashes for a time that does not exist among 500 or more.
    """
    digits = np.ones(_STAMP, bool)
    for place, character in _PUNCTUATION.items():
        digits[place] = False
        if not (letters[:, place] == ord(character)).all():
            return False
    numbers = letters[:, digits]
    if not (((numbers >= ord("0")) & (numbers <= ord("9"))).all() and (numbers[:, 0] > ord("0")).all()):
        return False
    century, rest, month, day, hour, minute, second = (
        (letters[:, at].astype(np.int64) - ord("0")) * 10 + letters[:, at + 1] - ord("0") for at in _PAIRS
    )
    if not (
        ((month >= 1) & (month <= 12)).all() and (hour < 24).all() and (minute < 60).all() and (second < 60).all()
    ):
        return False
    leap = (rest % 4 == 0) & ((rest != 0) | (century % 4 == 0))
    return bool(((day >= 1) & (day <= _MONTHS[month] + (leap & (month == 2)))).all())


def _careful(chunk: bytes, count: int, sources: Sequence[str]) -> _Rows:
    """Returns rows in any valid form, one by one."""
    times, values, skipped = [], [], 0
    for line in _LINE_END.split(chunk.decode(errors="replace").replace("\0", "")):
        row = line.split(",")
        if len(row) < 2 or row[1].strip() not in sources:
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
