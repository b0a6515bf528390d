"""What is written down of a band: the touches it heard, and a gesture score of everybody."""

from collections.abc import Sequence
from pathlib import Path

from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.ensemble.touches.touch import HEADER, SUFFIX, Touch, wall_seconds, written


class ScoreLog:
    """Two files at a time, through the performance log.

    Args:
        log: that writes them.
        scores: the folder of gesture scores.
        name: of the band.
    """

    def __init__(self, log: PerformanceLog, scores: Path, name: str) -> None:
        self._log = log
        self._scores = scores
        self._name = name
        self._touches, self._score = log.sheet(), log.sheet()

    def begin(self) -> None:
        """Begin another file of touches, at the next one; a score is begun apart."""
        self._touches.begin(self._log.folder.absolute() / f"{self._log.stamp()}-{self._name}{SUFFIX}", HEADER)

    def begin_score(self, players: Sequence[str]) -> None:
        """Begin another score, of these players."""
        file = self._scores.absolute() / f"{self._log.stamp()}-{self._name}.csv"
        self._score.begin(file, ",".join(("time", *players)))

    def touch(self, touch: Touch) -> None:
        """Somebody touched the surface; the time is on the log's monotonic clock."""
        self._touches.write(row_of(self._log, touch))

    def second(self, at: float, codes: Sequence[int]) -> None:
        """In a second, each player did this."""
        stamp = self._log.wall(at).isoformat(timespec="milliseconds")
        self._score.write(f"{stamp},{','.join(map(str, codes))}")


def row_of(log: PerformanceLog, touch: Touch) -> str:
    """The row of a touch whose time is on the log's monotonic clock."""
    return written(touch._replace(time=wall_seconds(log.wall(touch.time))))
