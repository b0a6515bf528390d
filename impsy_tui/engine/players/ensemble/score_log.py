"""Log of an ensemble: the heard touches and a gesture score of all players."""

from collections.abc import Sequence
from pathlib import Path

from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.ensemble.touches.touch import HEADER, SUFFIX, Touch, wall_seconds, written


class ScoreLog:
    """Log of touches and gesture scores, written by the performance log.

    Args:
        log: Performance log that writes the files.
        scores: Folder of gesture scores.
        name: Name of the ensemble.
    """

    def __init__(self, log: PerformanceLog, scores: Path, name: str) -> None:
        self._log = log
        self._scores = scores
        self._name = name
        self._touches, self._score = log.sheet(), log.sheet()

    def begin(self) -> None:
        """Begins another file of touches, at the next touch; scores begin by ``begin_score``."""
        self._touches.begin(self._log.folder.absolute() / f"{self._log.stamp()}-{self._name}{SUFFIX}", HEADER)

    def begin_score(self, players: Sequence[str]) -> None:
        """Begins another score, of these players."""
        file = self._scores.absolute() / f"{self._log.stamp()}-{self._name}.csv"
        self._score.begin(file, ",".join(("time", *players)))

    def end(self) -> None:
        """Ends both files."""
        self._touches.end()
        self._score.end()

    def touch(self, touch: Touch) -> None:
        """Writes a touch, with its time on the log's monotonic clock."""
        self._touches.write(row_of(self._log, touch))

    def second(self, at: float, codes: Sequence[int]) -> None:
        """Writes the gesture codes of all players in a second."""
        stamp = self._log.wall(at).isoformat(timespec="milliseconds")
        self._score.write(f"{stamp},{','.join(map(str, codes))}")


def row_of(log: PerformanceLog, touch: Touch) -> str:
    """Returns the row of a touch, with its time on the log's monotonic clock."""
    return written(touch._replace(time=wall_seconds(log.wall(touch.time))))
