"""Last ten seconds of each dimension, of the musician and of the focused player."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from impsy_tui.console.drawing.lines import blocks
from impsy_tui.control.messages import Snapshot

SECONDS: Final = 10.0
SAMPLES: Final = 40
"""Samples in ten seconds."""
_SPARE: Final = 4
"""Samples of the newest column that is not complete, in the narrowest history."""
_STEP: Final = SECONDS / SAMPLES

_Sample = tuple[Sequence[float | None], Sequence[float | None], bool]
"""Vectors of the musician and of the player, and True if the player moved last."""


class GestureHistory:
    """Samples of both vectors, four a second; a reader with fewer columns gets every second or fourth sample.

    Attributes:
        count: samples since the start; a narrow history moves when it is divisible by the samples of a column.
    """

    def __init__(self) -> None:
        self._samples: deque[_Sample] = deque(maxlen=SAMPLES + _SPARE)
        self._next = 0.0
        self._focus = ""
        self.count = 0
        self._lines: dict[tuple[int, int, int], tuple[list[str], list[str]]] = {}
        """Lines of the present samples by dimension, columns and height; each change of a meter draws them."""

    def add(self, snapshot: Snapshot) -> None:
        """Takes a sample of a snapshot if one is due."""
        player = snapshot.focused
        if player.name != self._focus or not self._next - SAMPLES * _STEP <= snapshot.uptime < self._next + SECONDS:
            self._samples.clear()
            self._lines.clear()
            self._focus, self._next = player.name, snapshot.uptime
        if snapshot.uptime >= self._next:
            musician: Sequence[float | None] = snapshot.input if snapshot.input_age >= 0 else ()
            is_players = player.output_age >= 0 and not 0 <= snapshot.input_age < player.output_age
            self._samples.append((musician, player.place(player.output, snapshot.dimension - 1), is_players))
            self._next += _STEP
            self.count += 1
            self._lines.clear()

    def drawn(self, dimension: int, columns: int, high: int = 1) -> tuple[list[str], list[str]]:
        """Returns the last ten seconds of a dimension as lines of blocks: the musician's, and the player's."""
        if (found := self._lines.get((dimension, columns, high))) is not None:
            return found
        chosen = self._chosen(columns)
        both = [sample[0] for sample in chosen], [sample[1] for sample in chosen]
        musician, player = (
            [_line(vectors, dimension, columns, level, high) for level in range(high)] for vectors in both
        )
        self._lines[dimension, columns, high] = musician, player
        return musician, player

    def merged(self, dimension: int, columns: int) -> list[tuple[float | None, bool]]:
        """Returns the last ten seconds of a dimension, each value from the one who moved last.

        Args:
            dimension: index of the dimension.
            columns: cells; more than there are samples repeat some samples.

        Returns:
            A value for each cell, 0..1, None for no event yet, and True if it is the player's.
        """
        samples = list(self._samples)[-SAMPLES:]
        cells: list[tuple[float | None, bool]] = []
        for column in range(columns):
            index = column * SAMPLES // columns - (SAMPLES - len(samples))
            if index < 0:
                cells.append((None, False))
                continue
            musician, player, is_players = samples[index]
            vector = player if is_players else musician
            cells.append((vector[dimension] if dimension < len(vector) else None, is_players))
        return cells

    def _chosen(self, columns: int) -> list[_Sample]:
        """Returns the samples of the columns, the newest last."""
        every = max(1, SAMPLES // columns)
        newest = len(self._samples) - 1 - self.count % every
        return [self._samples[index] for index in range(newest, -1, -every)][:columns][::-1]


def _line(vectors: Sequence[Sequence[float | None]], dimension: int, columns: int, level: int, high: int) -> str:
    values = (vector[dimension] if dimension < len(vector) else None for vector in vectors)
    return "".join(block(value, level, high) for value in values).rjust(columns)


def block(value: float | None, level: int, high: int) -> str:
    """Returns the block of a value in one of the rows of its history; the last row is the lowest."""
    if value is None:
        return " "
    below = (high - 1 - level) / high
    share = (min(max(value, 0.0), 1.0) - below) * high
    return " " if share <= 0.0 and below else blocks((share,))
