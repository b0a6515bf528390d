"""Lines of a score that run: their pending commands, mistakes, and lines that are muted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from impsy_tui.control.states import PendingState
from impsy_tui.language.words import Mistake

_LATE_SNAPSHOTS: Final = 3


@dataclass(slots=True)
class ScoreLine:
    """State of one line.

    Attributes:
        numbers: numbers of the pending commands that the line left.
        muted: True if the line was stopped and waits to run again.
        mistake: why the engine or the parser refused the line.
    """

    numbers: tuple[int, ...] = ()
    muted: bool = False
    mistake: Mistake | None = None

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to show."""
        return not self.numbers and not self.muted and self.mistake is None


class RunningLines:
    """State of the lines of a score by row."""

    def __init__(self) -> None:
        self._lines: dict[int, ScoreLine] = {}
        self.pending: Mapping[int, PendingState] = {}
        """Pending commands of the engine by number."""
        self._fresh: dict[int, int] = {}
        """Snapshots that new numbers may still be missing from."""

    def __getitem__(self, row: int) -> ScoreLine:
        return self._lines.get(row, ScoreLine())

    @property
    def rows(self) -> tuple[int, ...]:
        """Rows of the lines that run, are muted or are wrong."""
        return tuple(sorted(self._lines))

    @property
    def running(self) -> tuple[int, ...]:
        """Rows of the lines that run."""
        return tuple(row for row in self.rows if self._lines[row].numbers)

    def started(self, row: int, numbers: Iterable[int]) -> None:
        """Notes the pending commands of a line that has just run."""
        self._lines[row] = ScoreLine(tuple(numbers))
        self._fresh |= dict.fromkeys(self._lines[row].numbers, _LATE_SNAPSHOTS)
        self._tidy()

    def adopt(self, lines: Sequence[str], pending: Iterable[PendingState]) -> None:
        """Marks lines whose commands are pending already, for example after the score was closed and opened again."""
        numbers: dict[str, list[int]] = {}
        for each in pending:
            numbers.setdefault(each.text, []).append(each.number)
        for row, line in enumerate(lines):
            if found := numbers.pop(line.strip(), None):
                self.started(row, found)

    def refused(self, row: int, mistake: Mistake) -> None:
        """Notes the mistake of a line; what the line started before goes on."""
        self._lines[row] = ScoreLine(self[row].numbers, self[row].muted, mistake)

    def edited(self, row: int) -> bool:
        """Removes the mistake of a line that was edited; returns True if there was one."""
        if self[row].mistake is None:
            return False
        self._lines[row].mistake = None
        self._tidy()
        return True

    def mute(self, row: int) -> tuple[int, ...]:
        """Notes that a line is muted; returns the numbers to cancel."""
        numbers = self[row].numbers
        self._lines[row] = ScoreLine((), True, self[row].mistake)
        return numbers

    def stop(self, row: int) -> tuple[int, ...]:
        """Notes that a line is stopped; returns the numbers to cancel."""
        numbers = self[row].numbers
        self._lines.pop(row, None)
        return numbers

    def show(self, pending: Iterable[PendingState]) -> bool:
        """Takes the pending commands of a snapshot; returns True if a mark has changed."""
        now = {each.number: each for each in pending}
        marks = {row: self.mark(row) for row in self._lines}
        self.pending = now
        self._fresh = {number: left - 1 for number, left in self._fresh.items() if left > 1 and number not in now}
        for line in self._lines.values():
            line.numbers = tuple(number for number in line.numbers if number in now or number in self._fresh)
        self._tidy()
        return marks != {row: self.mark(row) for row in self._lines}

    def move(self, moved: Callable[[int], int | None]) -> None:
        """Moves the states to other rows after an edit."""
        lines: dict[int, ScoreLine] = {}
        for row, line in self._lines.items():
            if (now := moved(row)) is not None:
                lines[now] = line
        self._lines = lines

    def mark(self, row: int) -> tuple[str, float]:
        """Returns the kind of mark of a line ("mistake", "running", "muted" or empty) and its phase, 0..1 or -1."""
        line = self[row]
        if line.mistake is not None:
            return "mistake", -1.0
        if line.numbers:
            found = [self.pending[number] for number in line.numbers if number in self.pending]
            shares = [each.share for each in found if each.share > 0.0]
            return "running", round(shares[0] * 7) / 7 if shares else -1.0
        return ("muted", -1.0) if line.muted else ("", -1.0)

    def _tidy(self) -> None:
        self._lines = {row: line for row, line in self._lines.items() if not line.is_empty}
