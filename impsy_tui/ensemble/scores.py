"""Gesture scores: the gesture of each player of an ensemble, second by second.

The format is that of C. Martin's Metatone project: CSV with a column ``time``, one column per player, one row per
second.
"""

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.gestures import GESTURES as GESTURES
from impsy_tui.ensemble.gestures import NAMES as NAMES
from impsy_tui.ensemble.gestures import NOTHING as NOTHING
from impsy_tui.ensemble.gestures import code_of
from impsy_tui.errors import UserError
from impsy_tui.paths import FoundFiles, find_files
from impsy_tui.toml_files import read_regular

MOST_PLAYERS: Final = 8
LONGEST_HOLD: Final = 5
"""Seconds that a gesture lasts over missing rows: the window of the classifier."""
LONGEST_GAP: Final = 3600
"""Seconds of missing rows in one score."""
LARGEST_FILE: Final = 16 << 20
"""Bytes. A day of eight players takes three million."""
_OTHER_TABLES: Final = {
    ("player", "finger"): "touches: impsy-tui gestures classify makes a score of them",
    ("device_id", "x_pos"): "touches: impsy-tui gestures classify makes a score of them",
    ("target",): "the gestures that were asked for in a recording",
    ("centroid_x", "centroid_y"): "features of touches",
}
"""Other tables by the names of their columns after the time."""
_FEW: Final = 10
"""Cells without a valid gesture that every score may have."""
_MOST_PROBLEMS: Final = 8
"""Problems of one kind that are reported one by one."""

Codes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Score:
    """Gestures of an ensemble.

    Attributes:
        name: name of the performance.
        players: names of the players.
        codes: gesture codes 0 to 8, ``[seconds, players]``.
        began: date and time of the first second, None if unknown.
    """

    name: str
    players: tuple[str, ...]
    codes: Codes
    began: datetime | None = None

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True)
class ReadScore:
    """Score of a file, and one line for each problem of the file."""

    score: Score
    remarks: tuple[str, ...]


def read_score(file: Path) -> ReadScore:
    """Reads a score.

    ``time`` is a date and time, or seconds. A gesture is a code or a name. A missing or unknown gesture becomes
    the gesture before; a gap of more than ``LONGEST_HOLD`` seconds becomes nothing.

    Raises:
        UserError: the file cannot be read, or is not a score.
    """
    try:
        text = read_regular(file, LARGEST_FILE).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except OSError as error:
        raise UserError(f"{file}: {error.strerror or error}") from None
    except (UnicodeError, csv.Error) as error:
        raise UserError(f"{file}: is not a CSV file: {error}") from None
    players = _players(rows[0] if rows else [], file)
    reading = _Reading(players)
    for number, row in enumerate(rows[1:], 2):
        if any(row):
            reading.take(number, row, file)
    if not reading.codes:
        raise UserError(f"{file}: has no rows after the first: write one row per second")
    if reading.unknown > max(reading.known, _FEW):
        cells = reading.unknown + reading.known
        raise UserError(f"{file}: is not a gesture score: {reading.unknown} of its {cells} cells are not gestures")
    score = Score(file.stem, players, np.array(reading.codes, np.int8), reading.began)
    return ReadScore(score, tuple(reading.remarks()))


def _players(header: Sequence[str], file: Path) -> tuple[str, ...]:
    names = tuple(name.strip() for name in header)
    if len(names) < 2 or names[0].lower() != "time":
        raise UserError(f"{file}: is not a gesture score: its first row must be time and the names of the players")
    if what := _OTHER_TABLES.get(tuple(name.lower() for name in names[1:3])):
        raise UserError(f"{file}: is not a gesture score: it holds {what}")
    if len(set(names)) != len(names) or "" in names:
        raise UserError(f"{file}: names of players must not be empty or repeated")
    return names[1:]


class _Reading:
    """Rows of a file as seconds of a score."""

    def __init__(self, players: tuple[str, ...]) -> None:
        self.codes: list[list[int]] = []
        self.began: datetime | None = None
        self.known = 0
        """Number of cells with a gesture."""
        self._players = players
        self._first: datetime | float | None = None
        self._gaps: list[str] = []
        self._unknown: dict[tuple[str, str], list[int]] = {}

    def take(self, number: int, row: Sequence[str], file: Path) -> None:
        """Takes a row.

        Raises:
            UserError: the time of the row is not valid, or too far from the time before.
        """
        second = self._second(number, row[0].strip(), file)
        missing = second - len(self.codes)
        if missing < 0:
            self._gaps.append(f"line {number}: this second is there already: the row is left out")
            return
        if missing > LONGEST_GAP:
            raise UserError(
                f"{file}, line {number}: {missing} seconds are missing before it (at most {LONGEST_GAP}): "
                "divide the file"
            )
        before = self.codes[-1] if self.codes else [NOTHING] * len(self._players)
        if missing:
            held = missing <= LONGEST_HOLD
            what = "the gesture before continues" if held else "nothing was played"
            self._gaps.append(f"line {number}: {_seconds(missing)} missing before it: taken as if {what}")
            filling = before if held else [NOTHING] * len(self._players)
            self.codes += [list(filling) for _ in range(missing)]
        cells = [*row[1 : 1 + len(self._players)], *[""] * (len(self._players) + 1 - len(row))]
        self.codes.append([self._code(number, *each) for each in zip(self._players, cells, before, strict=True)])

    def _second(self, number: int, text: str, file: Path) -> int:
        at = _time(text)
        if at is None:
            raise UserError(f"{file}, line {number}: {text!r} is not a time: write a date and time, or seconds")
        if self._first is None:
            self._first = at
            self.began = at if isinstance(at, datetime) else None
        if isinstance(at, datetime) and isinstance(self._first, datetime):
            return round((at - self._first).total_seconds())
        if isinstance(at, float) and isinstance(self._first, float):
            return round(at - self._first)
        raise UserError(f"{file}, line {number}: {text!r}: all times must be dates, or all must be seconds")

    def _code(self, number: int, player: str, cell: str, before: int) -> int:
        code = code_of(cell)
        if code is None:
            self._unknown.setdefault((player, cell.strip()), []).append(number)
            return before
        self.known += 1
        return code

    @property
    def unknown(self) -> int:
        """Number of cells with another text than a gesture."""
        return sum(len(lines) for (_, cell), lines in self._unknown.items() if cell)

    def remarks(self) -> Iterator[str]:
        """Yields one line for each problem and its correction."""
        yield from _at_most(self._gaps)
        allowed = f"a code of 0 to {GESTURES - 1}, or a name such as {NAMES[-2]}"
        unknown = []
        for (player, cell), lines in self._unknown.items():
            where = f"line {lines[0]}, {player}" + (f", and {len(lines) - 1} more" if len(lines) > 1 else "")
            what = f"{cell[:40]!r} is not a gesture ({allowed})" if cell else "the gesture is missing"
            unknown.append(f"{where}: {what}: taken as if the gesture before continues")
        yield from _at_most(unknown)


def _at_most(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_MOST_PROBLEMS]
    if (more := len(lines) - _MOST_PROBLEMS) > 0:
        yield f"and {more} more of this kind"


def _seconds(count: int) -> str:
    return "a second is" if count == 1 else f"{count} seconds are"


def _time(text: str) -> datetime | float | None:
    try:
        seconds = float(text)
        return seconds if math.isfinite(seconds) else None
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def write_score(file: Path, score: Score) -> None:
    """Writes a score; times are dates if the beginning is known, else seconds.

    Raises:
        UserError: the file cannot be written.
    """
    try:
        with file.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.writer(lines, lineterminator="\n")
            writer.writerow(["time", *score.players])
            for second, codes in enumerate(score.codes.tolist()):
                at = second if score.began is None else score.began + timedelta(seconds=second)
                writer.writerow([at, *codes])
    except OSError as error:
        raise UserError(f"{file}: {error.strerror or error}") from None


def score_files(folder: Path) -> FoundFiles:
    """Returns the ``*.csv`` files of a folder, or the file itself.

    Raises:
        UserError: the folder has no such file.
    """
    if folder.is_file():
        return FoundFiles([folder], [])
    found = find_files(folder, ".csv")
    if not found.files:
        why = "; ".join(["no gesture score is in it (*.csv: time and one column per player)", *found.left_out])
        raise UserError(f"{folder}: {why}")
    return found


def read_scores(places: Sequence[Path], players: int = 0) -> tuple[list[Score], list[str]]:
    """Returns the scores of two players or more, and one line for each problem.

    Args:
        places: score files or folders of score files.
        players: number of players of a score; 0 for any number.

    Raises:
        UserError: a file is not a score, or no score is left.
    """
    found = [score_files(place) for place in places]
    scores: list[Score] = []
    remarks = [f"left out: {remark}" for each in found for remark in each.left_out]
    for file in (file for each in found for file in each.files):
        try:
            read = read_score(file)
        except UserError as problem:
            if file in places:
                raise
            remarks.append(f"left out: {problem}")
            continue
        remarks += [f"{file.name}, {remark}" for remark in read.remarks]
        count = len(read.score.players)
        if count > MOST_PLAYERS:
            remarks.append(f"left out: {file.name}: {count} players are too many (at most {MOST_PLAYERS})")
        elif count > 1 and players in (0, count):
            scores.append(read.score)
    if not scores:
        wanted = f"{players} players" if players else "two players or more"
        nothing = f"no score of {wanted} is in {', '.join(map(str, places))}"
        raise UserError("; ".join([nothing, *_at_most(remarks)]))
    return scores, remarks
