"""Gesture scores: what each player of an ensemble did, second by second.

The files are those of C. Martin's Metatone project: CSV, a column ``time`` and a column a player, a row a second.
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

# Whoever reads scores speaks of gestures.
from impsy_tui.ensemble.gestures import GESTURES as GESTURES
from impsy_tui.ensemble.gestures import NAMES as NAMES
from impsy_tui.ensemble.gestures import NOTHING as NOTHING
from impsy_tui.ensemble.gestures import code_of
from impsy_tui.errors import UserError
from impsy_tui.paths import FoundFiles, find_files
from impsy_tui.toml_files import read_regular

MOST_PLAYERS: Final = 8
LONGEST_HOLD: Final = 5
"""Seconds that a gesture goes on where its player's row is missing: a gesture is told from the touches of so many."""
LONGEST_GAP: Final = 3600
"""Seconds."""
LARGEST_FILE: Final = 16 << 20
"""Bytes of a score: a day of eight players has three million."""
_OTHER_TABLES: Final = {
    ("player", "finger"): "touches: impsy-tui gestures classify makes a score of them",
    ("device_id", "x_pos"): "touches: impsy-tui gestures classify makes a score of them",
    ("target",): "the gestures that were asked for in a recording",
    ("centroid_x", "centroid_y"): "features of touches",
}
"""What other tables hold, by the names of their columns after the time."""
_FEW: Final = 10
"""Cells without a gesture that any score may have."""
_MOST_PROBLEMS: Final = 8
"""Told one by one."""

Codes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Score:
    """What each player did.

    Attributes:
        name: of the performance.
        players: their names.
        codes: gestures, ``[seconds, players]``, each 0..8.
        began: when, None if that is not known.
    """

    name: str
    players: tuple[str, ...]
    codes: Codes
    began: datetime | None = None

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True)
class ReadScore:
    """A score and what was wrong with its file: one line each, which says what was done about it."""

    score: Score
    remarks: tuple[str, ...]


def read_score(file: Path) -> ReadScore:
    """Read a score.

    ``time`` is a date and time, or seconds. A gesture is a code or a name. What is missing or unknown is taken for
    the gesture before, a gap of more than ``LONGEST_HOLD`` seconds for nothing.

    Raises:
        UserError: it cannot be read, or is no score.
    """
    try:
        text = read_regular(file, LARGEST_FILE).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except OSError as error:
        raise UserError(f"{file}: {error.strerror or error}") from None
    except (UnicodeError, csv.Error) as error:
        raise UserError(f"{file}: is no CSV file: {error}") from None
    players = _players(rows[0] if rows else [], file)
    reading = _Reading(players)
    for number, row in enumerate(rows[1:], 2):
        if any(row):
            reading.take(number, row, file)
    if not reading.codes:
        raise UserError(f"{file}: holds no seconds: a row each, after the first")
    if reading.unknown > max(reading.known, _FEW):
        cells = reading.unknown + reading.known
        raise UserError(f"{file}: is no gesture score: {reading.unknown} of its {cells} cells are no gesture")
    score = Score(file.stem, players, np.array(reading.codes, np.int8), reading.began)
    return ReadScore(score, tuple(reading.remarks()))


def _players(header: Sequence[str], file: Path) -> tuple[str, ...]:
    names = tuple(name.strip() for name in header)
    if len(names) < 2 or names[0].lower() != "time":
        raise UserError(f"{file}: is no gesture score: its first row is to be time and the names of the players")
    if what := _OTHER_TABLES.get(tuple(name.lower() for name in names[1:3])):
        raise UserError(f"{file}: is no gesture score: it holds {what}")
    if len(set(names)) != len(names) or "" in names:
        raise UserError(f"{file}: its players are to have names, and no two the same")
    return names[1:]


class _Reading:
    """Rows as they become seconds."""

    def __init__(self, players: tuple[str, ...]) -> None:
        self.codes: list[list[int]] = []
        self.began: datetime | None = None
        self.known = 0
        """Cells that are gestures."""
        self._players = players
        self._first: datetime | float | None = None
        self._gaps: list[str] = []
        self._unknown: dict[tuple[str, str], list[int]] = {}

    def take(self, number: int, row: Sequence[str], file: Path) -> None:
        """Take a row, numbered as in the file.

        Raises:
            UserError: its time is none, or too far from the one before.
        """
        second = self._second(number, row[0].strip(), file)
        missing = second - len(self.codes)
        if missing < 0:
            self._gaps.append(f"line {number}: a second that was there already: it is left out")
            return
        if missing > LONGEST_GAP:
            raise UserError(f"{file}, line {number}: {missing} seconds are missing before it: these are two scores")
        before = self.codes[-1] if self.codes else [NOTHING] * len(self._players)
        if missing:
            held = missing <= LONGEST_HOLD
            what = "what was played before goes on" if held else "nothing was played"
            self._gaps.append(f"line {number}: {_seconds(missing)} missing before it: taken as if {what}")
            filling = before if held else [NOTHING] * len(self._players)
            self.codes += [list(filling) for _ in range(missing)]
        cells = [*row[1 : 1 + len(self._players)], *[""] * (len(self._players) + 1 - len(row))]
        self.codes.append([self._code(number, *each) for each in zip(self._players, cells, before, strict=True)])

    def _second(self, number: int, text: str, file: Path) -> int:
        at = _time(text)
        if at is None:
            raise UserError(f"{file}, line {number}: {text!r} is no time: a date and time, or seconds")
        if self._first is None:
            self._first = at
            self.began = at if isinstance(at, datetime) else None
        if isinstance(at, datetime) and isinstance(self._first, datetime):
            return round((at - self._first).total_seconds())
        if isinstance(at, float) and isinstance(self._first, float):
            return round(at - self._first)
        raise UserError(f"{file}, line {number}: {text!r}: times are to be all of one kind")

    def _code(self, number: int, player: str, cell: str, before: int) -> int:
        code = code_of(cell)
        if code is None:
            self._unknown.setdefault((player, cell.strip()), []).append(number)
            return before
        self.known += 1
        return code

    @property
    def unknown(self) -> int:
        """Cells that hold something else than a gesture."""
        return sum(len(lines) for (_, cell), lines in self._unknown.items() if cell)

    def remarks(self) -> Iterator[str]:
        """What was wrong, and what was done about it."""
        yield from _at_most(self._gaps)
        allowed = f"a code of 0 to {GESTURES - 1}, or a name such as {NAMES[-2]}"
        unknown = []
        for (player, cell), lines in self._unknown.items():
            where = f"line {lines[0]}, {player}" + (f", and {len(lines) - 1} more" if len(lines) > 1 else "")
            what = f"{cell[:40]!r} is no gesture ({allowed})" if cell else "no gesture is there"
            unknown.append(f"{where}: {what}: taken as if what was played before goes on")
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
    """Write a score, its times as dates if it is known when it began, else as seconds.

    Raises:
        UserError: it cannot be written.
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
    """The scores of a folder, ``*.csv``, or of a file: itself.

    Raises:
        UserError: there are none.
    """
    if folder.is_file():
        return FoundFiles([folder], [])
    found = find_files(folder, ".csv")
    if not found.files:
        why = "; ".join(["there is no gesture score in it: *.csv, time and a column a player", *found.left_out])
        raise UserError(f"{folder}: {why}")
    return found


def read_scores(places: Sequence[Path], players: int = 0) -> tuple[list[Score], list[str]]:
    """Scores of two players or more, and what is to be said of them.

    Args:
        places: files, or folders of them.
        players: scores of so many players alone; 0 for any.

    Raises:
        UserError: a file named is no score, or there is none left.
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
            remarks.append(f"left out: {file.name}: {count} players: at most {MOST_PLAYERS} make a band")
        elif count > 1 and players in (0, count):
            scores.append(read.score)
    if not scores:
        wanted = f"{players} players" if players else "two players or more"
        nothing = f"no score of {wanted} is in {', '.join(map(str, places))}"
        raise UserError("; ".join([nothing, *_at_most(remarks)]))
    return scores, remarks
