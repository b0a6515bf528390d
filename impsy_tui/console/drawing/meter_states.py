"""States of the meters: lengths of bars, markers and values of each dimension."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from impsy_tui.control.messages import Snapshot

STALE: Final = 2.0
"""Seconds after which a value that does not move is dimmed."""
OTHERS: Final = "other"
"""Mark of a dimension that the focused player does not play."""
NO_SPREAD: Final = (-1, -1)
_FAR, _NEAR, _NOW = "╎", "│", "┃"
_SOON: Final = 0.8
"""Seconds from which the next prediction is near."""
_AT_ONCE: Final = 0.15


class MeterState(NamedTuple):
    """State of one meter; equal states look the same.

    Attributes:
        input, prediction: lengths of the bars in eighths of a cell.
        input_stale, prediction_stale: True for a dimmed bar.
        marker: cell of the next prediction; -1 for none.
        approach: glyph of the marker.
        audition: cell of the auditioned player's value; -1 for none.
        input_text, prediction_text: values as text.
        mark: one word for the shaping of the dimension.
        spread: first and last cell of one deviation around the next prediction; -1 for none.
    """

    input: int = 0
    prediction: int = 0
    input_stale: bool = True
    prediction_stale: bool = True
    marker: int = -1
    approach: str = _FAR
    audition: int = -1
    input_text: str = ""
    prediction_text: str = ""
    mark: str = ""
    spread: tuple[int, int] = NO_SPREAD


def meter_states(
    snapshot: Snapshot, width: int, before: Sequence[MeterState], *, digits: bool, spreads: bool, shows_spread: bool
) -> list[MeterState]:
    """Returns the states of all meters.

    Args:
        snapshot: newest snapshot.
        width: cells of a bar.
        before: states until now, one for each dimension.
        digits: True to write the values again.
        spreads: True to draw the deviations again.
        shows_spread: False to draw no deviations.
    """
    player, audition = snapshot.focused, snapshot.audition
    input_stale = not 0 <= snapshot.input_age < STALE
    output_stale = not 0 <= player.output_age < STALE
    approach = _NOW if player.upcoming_in < _AT_ONCE else _NEAR if player.upcoming_in < _SOON else _FAR
    count = len(before)
    played, coming = player.place(player.output, count), player.place(player.upcoming, count)
    auditioned = audition.place(audition.output, count) if audition is not None else [None] * count
    own = frozenset(player.plays)
    deviations = player.place(player.spread if shows_spread else (), count)
    states = []
    for index, old in enumerate(before):
        value = snapshot.input[index] if index < len(snapshot.input) else 0.0
        output, follows, in_silence = played[index], coming[index], auditioned[index]
        mark = snapshot.marks[index] if index < len(snapshot.marks) else ""
        if own and index not in own:
            mark = OTHERS
        states.append(
            MeterState(
                _eighths(value, width),
                _eighths(output or 0.0, width),
                input_stale,
                output_stale,
                -1 if follows is None or mark == "muted" else _cell(follows, width),
                approach if player.upcoming else _FAR,
                -1 if in_silence is None else _cell(in_silence, width),
                f"{value:.2f}" if digits else old.input_text,
                ("" if output is None else f"{output:.2f}") if digits else old.prediction_text,
                mark,
                _spread(follows, deviations[index], width) if spreads else old.spread,
            )
        )
    return states


def _spread(value: float | None, deviation: float | None, width: int) -> tuple[int, int]:
    """Returns the cells of one deviation around a value; none if it stays in one cell."""
    if value is None or deviation is None:
        return NO_SPREAD
    first, last = _cell(value - deviation, width), _cell(value + deviation, width)
    return (first, last) if first < last else NO_SPREAD


def _eighths(value: float, width: int) -> int:
    return round(min(max(value, 0.0), 1.0) * width * 8)


def _cell(value: float, width: int) -> int:
    return min(int(min(max(value, 0.0), 1.0) * width), width - 1)
