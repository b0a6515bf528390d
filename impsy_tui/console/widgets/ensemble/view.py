"""Ensemble: gestures of its players, features of the lead, measures of the group, map of the touches."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Final

from rich.style import Style

from impsy_tui import choices
from impsy_tui.console.drawing.lines import Line, Lines, Piece, cut, heading, padded, span
from impsy_tui.console.themes import Palette
from impsy_tui.console.widgets.ensemble.touch_map import LEAST_COLUMNS, LEAST_ROWS, TouchMap
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import EnsembleState
from impsy_tui.parameters import ACTIVITY, CLASSIFIER, CLIPS

_GLYPHS: Final = "·:./»-Oo#"
"""Glyph of each gesture, by code; glyphs differ without colour."""
_SHORT: Final = (
    "nothing",
    "fast taps",
    "slow taps",
    "swipe",
    "accelerating",
    "slow swipe",
    "big swirl",
    "small swirl",
    "combination",
)
_GROUPS: Final = ("none", "taps", "swipes", "swirls", "comb")
_NAME: Final = 5
_WORD: Final = 12
_LONG: Final = 23
"""Cells of the longest name of a gesture."""
_WIDE: Final = 90
_MINUTE: Final = 60
_TABLE: Final = 44
"""Cells of the table of the changes between gestures."""
_GAP: Final = 3


class EnsembleView(Lines, can_focus=True):
    """One line for each player, and the measures of the group below."""

    DEFAULT_CSS = "EnsembleView { height: 1fr; width: 1fr; }"

    def __init__(self, palette: Palette, key: str = "") -> None:
        super().__init__(palette, id="ensemble")
        self._key = key
        self._ensemble: EnsembleState | None = None
        self._parameters: Mapping[str, object] = {}
        self._map = TouchMap()

    def show(self, snapshot: Snapshot) -> None:
        """Shows the focused ensemble."""
        player = snapshot.focused
        if player.ensemble is None:
            return
        is_moved = self._map.add(player.ensemble, snapshot.uptime)
        if is_moved or (player.ensemble, player.parameters) != (self._ensemble, self._parameters):
            self._ensemble, self._parameters = player.ensemble, player.parameters
            self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        ensemble, width, height = self._ensemble, self.size.width, self.size.height
        if ensemble is None:
            return
        title = f"ENSEMBLE ◇ audition {ensemble.auditioned}" if ensemble.auditioned else "ENSEMBLE"
        lines = [heading(cut(title, width), width, self.palette, key=self._key), *self._players(ensemble, width)]
        legend = self._legend(width)
        for block in ([self._together(ensemble)], self._lead(ensemble)):
            if len(lines) + len(block) <= height:
                lines += block
        lines += self._surface(ensemble, width, height - len(lines) - len(legend))
        if len(lines) + len(legend) <= height:
            lines += legend
        self.set_lines(lines)

    def _surface(self, ensemble: EnsembleState, width: int, height: int) -> list[Line]:
        """Returns the map of the touches, with the changes between gestures next to it if there is room."""
        changes = self._matrix(ensemble)
        if height < LEAST_ROWS or width < LEAST_COLUMNS:
            return changes if height >= len(changes) else []
        is_beside = width >= _TABLE + _GAP + 2 * LEAST_COLUMNS
        lines = self._map.lines(width - _TABLE - _GAP if is_beside else width, height, self.palette)
        if not is_beside:
            return lines
        gap: Piece = (" " * _GAP, self.palette.ground)
        return [(*line, gap, *row) for line, row in zip_longest(lines, changes, fillvalue=())]

    def _players(self, ensemble: EnsembleState, width: int) -> list[Line]:
        word = _LONG if width >= _WIDE else _WORD
        names = _names(width)
        lines = []
        for number, (player, code) in enumerate(zip(ensemble.players, ensemble.gestures, strict=True)):
            forced = "!" if player in ensemble.forced else " "
            name = (padded(player, _NAME) + forced, self.palette.input if number == 0 else self.palette.prediction)
            gesture = (padded(names[code], word) + " ", self._ink(code))
            marked = self._in_silence(ensemble, number)
            past = ensemble.seconds[number] if number < len(ensemble.seconds) else ""
            space = width - _NAME - 2 - word - sum(len(text) for text, _ in marked)
            lines.append((name, gesture, *marked, *self._minute(past, space)))
        return lines

    def _in_silence(self, ensemble: EnsembleState, number: int) -> list[Piece]:
        """Returns the gesture of a player by the auditioned model."""
        if not ensemble.auditioned or not number or number > len(ensemble.in_silence):
            return [("  " + " " * _WORD, self.palette.ground)] if ensemble.auditioned else []
        return [(f"◇{padded(_SHORT[ensemble.in_silence[number - 1]], _WORD)} ", self.palette.marker)]

    def _minute(self, seconds: str, width: int) -> list[Piece]:
        """Returns the last minute from left to right; a cell shows the newest of its seconds."""
        width = max(1, width)
        first = _MINUTE - len(seconds)
        pieces: list[tuple[str, Style]] = []
        for cell in range(width):
            second = (cell + 1) * _MINUTE // width - 1 - first
            if second < 0:
                glyph, style = " ", self.palette.ground
            else:
                code = int(seconds[second])
                glyph, style = _GLYPHS[code], self._ink(code)
            if pieces and pieces[-1][1] is style:
                pieces[-1] = (pieces[-1][0] + glyph, style)
            else:
                pieces.append((glyph, style))
        return list(pieces)

    def _ink(self, code: int) -> Style:
        palette = self.palette
        return (
            palette.dim,
            palette.input,
            palette.input,
            palette.good,
            palette.good,
            palette.upcoming,
            palette.upcoming,
            palette.upcoming,
            palette.warning,
        )[code]

    def _together(self, ensemble: EnsembleState) -> Line:
        palette = self.palette
        arrow = "↑" if ensemble.rise > 0.05 else "↓" if ensemble.rise < -0.05 else " "
        pieces: list[Piece] = [
            ("flux ", palette.dim),
            (f"{ensemble.flux:.2f}{arrow} ", palette.strong),
            ("entropy ", palette.dim),
            (f"{ensemble.entropy:.2f} ", palette.strong),
            (f" {ensemble.state} ", palette.text),
        ]
        idea: list[Piece] = [("NEW IDEA", palette.text_block)] if ensemble.new_idea else []
        shown = ACTIVITY.shown(self._parameters.get(ACTIVITY.name, ACTIVITY.default))
        activity: list[Piece] = [(" activity ", palette.dim), (shown, palette.strong), (" ", palette.ground)]
        if sum(len(text) for text, _ in (*pieces, *activity, *idea)) <= self.size.width:
            pieces += activity
        pieces += idea
        return tuple(pieces)

    def _lead(self, ensemble: EnsembleState) -> list[Line]:
        palette = self.palette
        x, y, across, down, touches, moved, downs, speed = ensemble.features
        if ensemble.lead_age < 0:
            how: Piece = ("no touch on the surface yet", palette.dim)
        elif ensemble.resting:
            how = (" THE ENSEMBLE RESTS ", palette.warning_block)
        else:
            how = (f"touched {span(ensemble.lead_age)} ago", palette.dim)
        where = f"{x:.0f},{y:.0f} ±{across:.0f},{down:.0f}  " if touches else ""
        clips, classifier = (self._parameters.get(one.name, "") for one in (CLIPS, CLASSIFIER))
        counts = f"{touches:.0f} touches  {downs:.0f} down  speed {speed:.1f}  {moved:.0f} moved"
        settings = f"clips {clips}  "
        source = cut(f"  by {classifier}", max(0, self.size.width - len(settings) - len(how[0])))
        return [
            (("lead ", palette.dim), (cut(where + counts, self.size.width - len("lead ")), palette.text)),
            ((settings, palette.dim), how, (source, palette.dim)),
        ]

    def _matrix(self, ensemble: EnsembleState) -> list[Line]:
        """Returns the matrix of changes between groups of gestures in fifteen seconds; unchanged groups are dim."""
        palette, count = self.palette, len(_GROUPS)
        head = "".join(f"{name:>7}" for name in _GROUPS)
        lines: list[Line] = [((f"{'from / to':<9}{head}", palette.dim),)]
        for row, name in enumerate(_GROUPS):
            cells: list[Piece] = [(f"{name:<9}", palette.dim)]
            for column, times in enumerate(ensemble.transitions[row * count : (row + 1) * count]):
                style = palette.faint if not times else palette.dim if row == column else palette.strong
                cells.append((f"{times:>7}", style))
            lines.append(tuple(cells))
        return lines

    def _legend(self, width: int) -> list[Line]:
        lines: list[Line] = []
        rest = [f"{glyph} {name}" for glyph, name in zip(_GLYPHS, _names(width), strict=True)][1:]
        while rest:
            shown = 1
            while shown < len(rest) and len("  ".join(rest[: shown + 1])) <= width:
                shown += 1
            lines.append(((cut("  ".join(rest[:shown]), width), self.palette.dim),))
            rest = rest[shown:]
        return lines


def _names(width: int) -> Sequence[str]:
    """Returns the names of the gestures: those of commands, or short ones if there is little room."""
    return choices.GESTURES if width >= _WIDE else _SHORT
