"""Stage view: turn, temperature and cue in large letters, and the last ten seconds of each dimension."""

from itertools import groupby
from typing import Final

from rich.style import Style
from textual.widget import Widget

from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.drawing.large_text import large, large_width
from impsy_tui.console.drawing.lines import Line, Lines, Piece, cut_off, one_line, padded
from impsy_tui.console.themes import Palette
from impsy_tui.console.widgets.gesture_history import GestureHistory, block
from impsy_tui.console.widgets.strip.moved_parameters import moved_parameters
from impsy_tui.console.widgets.strip.turns import focused_turn, turn_ink
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import CueState, PlayerState
from impsy_tui.parameters import AIM

_LARGE_FROM: Final = (150, 36)
"""Size of the window from which letters have twice the size."""
_DENSE: Final = 3
"""Most rows of a history that has no free row above it."""
_SHORTEST_NAME, _LONGEST_NAME = 3, 8


class StageView(Lines):
    """Takes the place of the meters and panes."""

    DEFAULT_CSS = "StageView { height: 1fr; width: 1fr; display: none; }"

    def __init__(self, palette: Palette, history: GestureHistory) -> None:
        super().__init__(palette, id="stage")
        self._history = history
        self._snapshot: Snapshot | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Shows a snapshot."""
        self._snapshot = snapshot
        self.redraw()

    def redraw(self) -> None:
        """Makes the rows."""
        snapshot, width, height = self._snapshot, self.size.width, self.size.height
        if snapshot is None or not width:
            return
        # The view of an ensemble takes a part of the height.
        height_of_all = self.parent.size.height if isinstance(self.parent, Widget) else height
        scale = 2 if width >= _LARGE_FROM[0] and height_of_all >= _LARGE_FROM[1] else 1
        player, palette = snapshot.focused, self.palette
        whose = focused_turn(snapshot)
        turn, value, color = whose.word, _value(player), turn_ink(whose, palette)
        if player.agent is not None and large_width(f"{turn}  {value}", scale) > width:
            value = ""  # the line below has it
        if large_width(f"{turn}  {value}", scale) > width:
            turn = turn[: max(1, width // (8 * scale) - len(value))]
        gap = max(0, width - large_width(turn, scale) - large_width(value, scale))
        lines: list[Line] = [()]
        for left, right in zip(large(turn, scale), large(value, scale), strict=True):
            wide = left.ljust(large_width(turn, scale) + gap)
            lines.append(((wide, color), (right, palette.strong)))
        lines.append(_target(snapshot, palette, width))
        # Empty without a set list, so that nothing moves when one begins; in small letters more of the name fits.
        cue = snapshot.cue
        name = "" if cue is None else cue.cue or cue.set
        lines += [((text, palette.strong),) for text in large(name[: width // 8])]
        lines.append((("" if cue is None else _following(cue), palette.text),))
        is_ensemble = player.ensemble is not None  # its own view, with its gestures, is below
        if not is_ensemble:
            lines += self._past(snapshot, height - len(lines), width)
        self.styles.height = len(lines) if is_ensemble else "1fr"
        self.set_lines(lines)

    def _past(self, snapshot: Snapshot, height: int, width: int) -> list[Line]:
        """Returns the history of each dimension, as high as there is room for, or side by side."""
        count = snapshot.dimension - 1
        names = [*snapshot.names, *(f"x{index + 1}" for index in range(len(snapshot.names), count))]
        longest = min(max(_SHORTEST_NAME, *map(width_of, names)), _LONGEST_NAME)
        columns = max(1, -(-count // max(1, height)))
        cells = (width - 2 * (columns - 1)) // columns - longest - 1
        if height < 1 or cells < 1:
            return []
        down = -(-count // columns)
        high = max(1, height // down)
        free = int(high > _DENSE)
        rows: list[list[Piece]] = [[] for _ in range(down * high)]
        for index in range(count):
            history = self._history.merged(index, cells)
            for level in range(high):
                row = rows[index % down * high + level]
                if row:
                    row.append(("  ", self.palette.ground))
                shown = cut_off(one_line(names[index]), longest) if level == high - 1 else ""
                row.append((padded(shown, longest + 1), self.palette.strong))
                for is_player, run in groupby(history, key=lambda one: one[1]):
                    blocks = "".join(block(value, level - free, high - free) for value, _ in run)
                    row.append(self._players(blocks) if is_player else (blocks, self.palette.input))
        return [tuple(row) for row in rows]

    def _players(self, blocks: str) -> Piece:
        """Returns blocks of the player; without colours they are fainter than those of the musician."""
        if self.palette.glyphs:
            return blocks.replace("█", "▓"), Style(dim=True)
        return blocks, self.palette.prediction


def _value(player: PlayerState) -> str:
    return str(player.parameters[AIM.name]).upper() if player.agent is not None else f"{player.number('temp'):.2f}"


def _target(snapshot: Snapshot, palette: Palette, width: int) -> Line:
    mode = snapshot.focused.mode
    moved, label = moved_parameters(snapshot).get("temp"), "temp"
    if snapshot.focused.agent is not None:
        label = f"aim {snapshot.focused.parameters[AIM.name]}"
    elif moved is not None:
        label += " pattern" if moved.value is None else f" → {moved.value:g} in {moved.seconds:.0f}s"
    return ((mode, palette.dim), (label.rjust(max(0, width - len(mode))), palette.dim))


def _following(cue: CueState) -> str:
    following = f"next: {cue.following}" if cue.following else "last cue"
    return f"cue {cue.number} of {cue.of}  {following}"
