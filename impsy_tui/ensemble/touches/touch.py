"""Touches of fingers on a surface, live and in files.

A file is CSV, named ``…-touches.csv``, with one touch per row: ``time,player,finger,x,y,velocity``. X and y are from
0 to 1 of the surface, y downwards, and velocity is in widths of the surface. Files of C. Martin's Metatone project
can be read too: ``time,device_id,x_pos,y_pos,velocity``, in points of a screen of 1024 x 768.
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
"""Points. Features are measured in points of this surface, as in the literature."""
EDGE: Final = 0.1
"""Largest distance outside the surface at which a touch is moved to the edge."""
FASTEST: Final = 16.0
"""Largest distance in widths from one touch to the next."""
SUFFIX: Final = "-touches.csv"
TARGETS: Final = "-gesturetargets.csv"
"""End of the name of the file of requested gestures next to the touches."""
TARGETS_HEADER: Final = "time,target"
_OUT_OF_ORDER: Final = 60.0
_LONGEST_PAUSE: Final = 3600.0
"""Seconds. A larger difference to the row before means that the clock was set."""
_GAP: Final = 10.0
"""Seconds that replace such a jump: longer than the window of a gesture."""

LARGEST_FILE: Final = 128 << 20
"""Bytes. Hours of eight players take this."""
_COLUMNS: Final = ("time", "player", "finger", "x", "y", "velocity")
_METATONE: Final = ("time", "device_id", "x_pos", "y_pos", "velocity")
_EPOCH: Final = datetime(1970, 1, 1)


class Touch(NamedTuple):
    """Touch of one finger.

    Attributes:
        time: seconds, on any steady clock.
        player: name of the player.
        finger: number of the finger, 0 if unknown.
        x: 0 (left) to 1 (right).
        y: 0 (top) to 1 (bottom).
        velocity: 0 for a touch-down, else the distance from the touch before in widths of the surface, at most
            ``FASTEST``. Of a surface that sends pressure, the pressure.
    """

    time: float
    player: str
    finger: int
    x: float
    y: float
    velocity: float


@dataclass(frozen=True, slots=True)
class Touches:
    """Touches of one player in order of time; all arrays ``[touches]``.

    Attributes:
        times: float64, seconds since 1970 in local time.
        fingers: int64.
        x: float64, 0 to 1.
        y: float64, 0 to 1.
        velocities: float64, 0 or more, in widths of the surface.
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
    """Content of a file of touches.

    Attributes:
        name: name of the performance.
        players: touches by name of the player, in order of the first touch.
        skipped: number of ignored rows by problem.
        jumps: number of closed gaps: the clock was set, or there was no touch for more than an hour.
    """

    name: str
    players: Mapping[str, Touches]
    skipped: Counter[str] = field(default_factory=Counter)
    jumps: int = 0

    @property
    def remarks(self) -> list[str]:
        """Lines that report ignored rows and closed gaps."""
        remarks = [f"{_counted(count)} left out: {why}" for why, count in sorted(self.skipped.items())]
        if self.jumps:
            remarks.append(
                f"its clock was set, or nothing was touched for more than an hour, {counted(self.jumps, 'time')}: "
                f"taken as {_GAP:g} seconds"
            )
        return remarks

    def span(self) -> tuple[float, float]:
        """Returns the times of the first and the last touch.

        Raises:
            ValueError: there are no touches.
        """
        times = [touches.times for touches in self.players.values() if len(touches)]
        return float(min(each[0] for each in times)), float(max(each[-1] for each in times))


def placed(x: float, y: float) -> tuple[float, float]:
    """Returns a place on the surface, 0 to 1; a place at most ``EDGE`` outside is moved to the edge.

    Raises:
        UserError: the place is farther outside, or not a number.
    """
    for axis, place in (("x", x), ("y", y)):
        if not -EDGE <= place <= 1.0 + EDGE:
            raise UserError(f"{axis} is outside of the surface")
    return min(1.0, max(0.0, x)), min(1.0, max(0.0, y))


def moving(velocity: float) -> float:
    """Returns a velocity if it is from 0 to ``FASTEST``.

    Raises:
        UserError: the velocity is out of range.
    """
    if not 0.0 <= velocity <= FASTEST:
        raise UserError(f"the velocity is out of range (0 to {FASTEST:g})")
    return velocity


def wall_seconds(when: datetime) -> float:
    """Returns the seconds from 1970 to a local time, without the time zone."""
    return (when.replace(tzinfo=None) - _EPOCH).total_seconds()


def wall_time(seconds: float) -> datetime:
    """Returns the local time of ``wall_seconds``."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def read_touches(file: Path) -> TouchRecording:
    """Reads a file of touches; invalid rows are ignored and counted by problem.

    Raises:
        UserError: the file cannot be read, is not a file of touches, or has no valid touch.
    """
    try:
        check_regular(file, LARGEST_FILE)
        with open_text(file, newline="") as lines:
            rows = csv.reader(line.replace("\0", "") for line in lines)
            header = tuple(name.strip().lower() for name in next(rows, []))
            if header not in (_COLUMNS, _METATONE):
                raise UserError(f"{file}: is not a file of touches: its first row must be {','.join(_COLUMNS)}")
            recording = _recording(file, rows, _read_metatone if header == _METATONE else _read_ours)
    except OSError as error:
        raise UserError(f"{file}: {error.strerror or error}") from None
    except csv.Error as error:
        raise UserError(f"{file}: is not a CSV file: {error}") from None
    if not recording.players:
        raise UserError("; ".join([f"{file}: has no touches", *recording.remarks]))
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
    name = file.name.removesuffix(".gz").removesuffix(SUFFIX).removesuffix(".csv")
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
        raise UserError("a finger that is not a whole number") from None
    if abs(finger) >= 1 << 31:
        raise UserError("a finger that is not a whole number")
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
        raise UserError("an invalid time") from None


def _player(text: str) -> str:
    if not (name := text.strip()):
        raise UserError("a touch without a player")
    return name


def _numbers(texts: Sequence[str]) -> list[float]:
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        raise UserError("a value that is not a number") from None
    if not all(map(math.isfinite, numbers)):
        raise UserError("a value that is not a number")
    return numbers


def written(touch: Touch) -> str:
    """Returns the CSV row of a touch without line end; its time must be in ``wall_seconds``."""
    stamp = wall_time(touch.time).isoformat(timespec="microseconds")
    player = touch.player
    if any(letter in player for letter in ',"\r\n'):
        player = '"' + player.replace('"', '""') + '"'
    return f"{stamp},{player},{touch.finger},{touch.x!r},{touch.y!r},{touch.velocity!r}"


HEADER: Final = ",".join(_COLUMNS)
"""First row of a file of touches."""


def write_touches(file: Path, recording: TouchRecording) -> None:
    """Writes a file of touches in order of time.

    Raises:
        UserError: the file cannot be written.
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
    """Returns the touches of all players in order of time."""
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
