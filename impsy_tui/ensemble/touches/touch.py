"""Touches: what fingers did on a surface, live and in files.

A file is CSV, named ``…-touches.csv``, one touch a row: ``time,player,finger,x,y,velocity``, x and y from 0 to 1 of
the surface, y downwards, velocity in widths of it. Files of C. Martin's Metatone project are read as well:
``time,device_id,x_pos,y_pos,velocity``, in points of a screen of 1024 x 768.
"""

import csv
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from impsy_tui.errors import UserError
from impsy_tui.text import counted
from impsy_tui.toml_files import check_regular, open_text

WIDTH: Final = 1024.0
HEIGHT: Final = 768.0
"""Points. Features are told in them, as in the literature, whatever the surface is."""
EDGE: Final = 0.1
"""A finger that slides off the surface is told so far outside, at most; it is taken to be at its edge."""
FASTEST: Final = 16.0
"""Widths that a finger can move from one touch to the next; more is no movement."""
SUFFIX: Final = "-touches.csv"
TARGETS: Final = "-gesturetargets.csv"
"""What ends the name of the file that tells which gesture was asked for, beside the touches."""
TARGETS_HEADER: Final = "time,target"
_OUT_OF_ORDER: Final = 60.0
_LONGEST_PAUSE: Final = 3600.0
"""Seconds. A touch that is further before or after the one in the row above is of a clock that was set."""
_GAP: Final = 10.0
"""Seconds that are taken in place of such a jump: no gesture reaches over them."""

LARGEST_FILE: Final = 128 << 20
"""Bytes of a file of touches: hours of eight players."""
_COLUMNS: Final = ("time", "player", "finger", "x", "y", "velocity")
_METATONE: Final = ("time", "device_id", "x_pos", "y_pos", "velocity")
_EPOCH: Final = datetime(1970, 1, 1)


class Touch(NamedTuple):
    """One finger, once.

    Attributes:
        time: seconds, on any clock that goes on.
        player: who.
        finger: tells the fingers of one player apart, 0 where nobody knows.
        x: 0 left to 1 right.
        y: 0 top to 1 bottom.
        velocity: 0 where the finger came down, else how far it has moved since its touch before, in widths of the
            surface; or a pressure, of surfaces that tell one.
    """

    time: float
    player: str
    finger: int
    x: float
    y: float
    velocity: float


@dataclass(frozen=True, slots=True)
class Touches:
    """The touches of one player, in the order of time, in arrays of one length.

    Attributes:
        times: float64, seconds since 1970, as the clock on the wall showed.
        fingers: int64.
        x: float64, 0..1.
        y: float64, 0..1.
        velocities: float64, from 0, in widths of the surface.
    """

    times: NDArray[np.float64]
    fingers: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    velocities: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.times)

    def __getitem__(self, rows: Any) -> "Touches":
        return Touches(self.times[rows], self.fingers[rows], self.x[rows], self.y[rows], self.velocities[rows])


@dataclass(slots=True)
class TouchRecording:
    """What a file of touches holds.

    Attributes:
        name: of the performance.
        players: their touches, by name, in the order of their first touch.
        skipped: how many rows were left out, by what was wrong with them.
        jumps: how often its clock was set, or nothing was touched for more than an hour; these gaps are closed.
    """

    name: str
    players: Mapping[str, Touches]
    skipped: Counter[str] = field(default_factory=Counter)
    jumps: int = 0

    @property
    def remarks(self) -> list[str]:
        """What was left out and why, a line each."""
        remarks = [f"{_counted(count)} left out: {why}" for why, count in sorted(self.skipped.items())]
        if self.jumps:
            remarks.append(
                f"its clock was set, or nothing was touched for more than an hour, {counted(self.jumps, 'time')}: "
                f"taken as {_GAP:g} seconds"
            )
        return remarks

    def span(self) -> tuple[float, float]:
        """When the first touch was and when the last.

        Raises:
            ValueError: there is none.
        """
        times = [touches.times for touches in self.players.values() if len(touches)]
        return float(min(each[0] for each in times)), float(max(each[-1] for each in times))


def placed(x: float, y: float) -> tuple[float, float]:
    """A place on the surface: one that is just outside is moved to the edge.

    Raises:
        UserError: it is further outside, or nowhere.
    """
    for axis, place in (("x", x), ("y", y)):
        if not -EDGE <= place <= 1.0 + EDGE:
            raise UserError(f"{axis} is outside of the surface")
    return min(1.0, max(0.0, x)), min(1.0, max(0.0, y))


def moving(velocity: float) -> float:
    """A velocity that makes sense.

    Raises:
        UserError: it does not.
    """
    if not 0.0 <= velocity <= FASTEST:
        raise UserError("the velocity is below 0" if velocity < 0 else "the velocity is no velocity")
    return velocity


def wall_seconds(when: datetime) -> float:
    """Seconds since 1970 as the clock on the wall shows them, whatever the time zone."""
    return (when.replace(tzinfo=None) - _EPOCH).total_seconds()


def wall_time(seconds: float) -> datetime:
    """The time on the wall that ``wall_seconds`` was told."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def read_touches(file: Path) -> TouchRecording:
    """Read a file of touches.

    Rows that make no sense are left out, and counted by what is wrong with them.

    Raises:
        UserError: it cannot be read, is no such file, or holds no touch.
    """
    try:
        check_regular(file, LARGEST_FILE)
        with open_text(file, newline="") as lines:
            rows = csv.reader(line.replace("\0", "") for line in lines)
            header = tuple(name.strip().lower() for name in next(rows, []))
            if header not in (_COLUMNS, _METATONE):
                raise UserError(f"{file}: is no file of touches: its first row is to be {','.join(_COLUMNS)}")
            recording = _recording(file, rows, _read_metatone if header == _METATONE else _read_ours)
    except OSError as error:
        raise UserError(f"{file}: {error.strerror or error}") from None
    except csv.Error as error:
        raise UserError(f"{file}: is no CSV file: {error}") from None
    if not recording.players:
        raise UserError("; ".join([f"{file}: holds no touches", *recording.remarks]))
    return recording


def _recording(file: Path, rows: Iterable[Sequence[str]], read: Any) -> TouchRecording:
    found: dict[str, list[tuple[float, int, float, float, float]]] = {}
    skipped: Counter[str] = Counter()
    last: float | None = None
    offset, jumps = 0.0, 0
    for row in rows:
        if not any(row):
            continue
        try:
            touch = read(row)
        except UserError as problem:
            skipped[str(problem)] += 1
        else:
            gap = 0.0 if last is None else touch.time - last
            if not -_OUT_OF_ORDER <= gap <= _LONGEST_PAUSE:
                offset, jumps = offset + _GAP - gap, jumps + 1
            last = touch.time
            found.setdefault(touch.player, []).append((touch.time + offset, *touch[2:]))
    name = file.name.removesuffix(SUFFIX).removesuffix(".csv")
    return TouchRecording(name, {player: _in_order(rows) for player, rows in found.items()}, skipped, jumps)


def _in_order(rows: Sequence[tuple[float, ...]]) -> Touches:
    columns = np.array(rows, float)
    columns = columns[np.argsort(columns[:, 0], kind="stable")]
    times, fingers, x, y, velocities = np.ascontiguousarray(columns.T)
    return Touches(times, fingers.astype(np.int64), x, y, velocities)


def _read_ours(row: Sequence[str]) -> Touch:
    if len(row) < len(_COLUMNS):
        raise UserError("a row cut short")
    x, y, velocity = _numbers(row[3:6])
    try:
        finger = int(row[2])
    except ValueError:
        raise UserError("a finger that is no whole number") from None
    if abs(finger) >= 1 << 31:
        raise UserError("a finger that is no whole number")
    return Touch(_time(row[0]), _player(row[1]), finger, *placed(x, y), moving(velocity))


def _read_metatone(row: Sequence[str]) -> Touch:
    if len(row) < len(_METATONE):
        raise UserError("a row cut short")
    x, y, velocity = _numbers(row[2:5])
    return Touch(_time(row[0]), _player(row[1]), 0, *placed(x / WIDTH, y / HEIGHT), moving(velocity / WIDTH))


def _time(text: str) -> float:
    try:
        return wall_seconds(datetime.fromisoformat(text.strip()))
    except ValueError:
        raise UserError("a time that is none") from None


def _player(text: str) -> str:
    if not (name := text.strip()):
        raise UserError("a touch of nobody")
    return name


def _numbers(texts: Sequence[str]) -> list[float]:
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        raise UserError("a value that is no number") from None
    if not all(map(math.isfinite, numbers)):
        raise UserError("a value that is no number")
    return numbers


def written(touch: Touch) -> str:
    """The row of a touch whose time is in seconds since 1970 on the wall, without its end."""
    stamp = wall_time(touch.time).isoformat(timespec="microseconds")
    player = touch.player
    if any(letter in player for letter in ',"\r\n'):
        player = '"' + player.replace('"', '""') + '"'
    return f"{stamp},{player},{touch.finger},{touch.x!r},{touch.y!r},{touch.velocity!r}"


HEADER: Final = ",".join(_COLUMNS)
"""The first row of a file of touches."""


def write_touches(file: Path, recording: TouchRecording) -> None:
    """Write a file of touches, in the order of time.

    Raises:
        UserError: it cannot be written.
    """
    temporary = file.with_name(f".{file.name}.new")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as lines:
            lines.write(HEADER + "\n")
            lines.writelines(f"{written(touch)}\n" for touch in in_time(recording))
        temporary.replace(file)
    except OSError as error:
        raise UserError(f"{file}: {error.strerror or error}") from None


def in_time(recording: TouchRecording) -> Iterator[Touch]:
    """All touches of all players, in the order of time."""
    touches = [
        Touch(time, player, finger, x, y, velocity)
        for player, of in recording.players.items()
        for time, finger, x, y, velocity in zip(
            of.times.tolist(), of.fingers.tolist(), of.x.tolist(), of.y.tolist(), of.velocities.tolist(), strict=True
        )
    ]
    return iter(sorted(touches, key=lambda touch: touch.time))


def _counted(count: int) -> str:
    return "a row" if count == 1 else f"{count} rows"
