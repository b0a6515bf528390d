"""Strip: three rows with mode, turn, cue and parameters, each in a separate column that never moves."""

from typing import Final

from rich.style import Style

from impsy_tui.console.drawing.lines import Line, Lines
from impsy_tui.console.drawing.slots import Forms, Slot, arrange, row
from impsy_tui.console.themes import Palette
from impsy_tui.console.widgets.strip import fields
from impsy_tui.console.widgets.strip.turns import focused_turn, turn_style
from impsy_tui.control.link import LinkState
from impsy_tui.control.messages import Snapshot

TURN_ROW: Final = (
    Slot("mode", 14),
    Slot("turn", 16),
    Slot("player", 12, least=60),
    Slot("cue", 12, least=56, grow=1),
    Slot("flags", 9, least=66),
    Slot("timer", 8, least=48, right=True),
)
"""First row: what a performer looks for first, in the colour of the turn."""
PARAMETER_ROW: Final = (
    Slot("temp", 19, grow=1),
    Slot("sigma", 20, grow=1),
    Slot("speed", 14, least=60, grow=1),
    Slot("threshold", 17, least=72, grow=1),
    Slot("thru", 5, least=40),
    Slot("surprise", 5, least=80, grow=1),
)
STATE_ROW: Final = (
    Slot("tempo", 17, least=60, grow=2),
    Slot("job", 16, grow=2),
    Slot("pending", 11, least=52),
    Slot("shaping", 14, least=76),
    Slot("log", 12),
    Slot("health", 10, grow=1),
    Slot("disk", 13, least=116),
    Slot("uptime", 12, least=116),
    Slot("link", 7, least=116),
)
"""Third row: time, jobs and health; dim unless something is wrong."""
_ONE_ROW: Final = (
    Slot("mode", 14),
    Slot("turn", 16),
    Slot("temp", 10, grow=1),
    Slot("log", 12, least=52),
    Slot("cue", 14, least=66, grow=3),
)
"""The only row of a window that is too low for three."""


class StatusStrip(Lines):
    """Three rows; one in a window that is too low."""

    DEFAULT_CSS = "StatusStrip { height: 3; width: 1fr; }"

    def __init__(self, palette: Palette, digits_every: int) -> None:
        super().__init__(palette, id="strip")
        self._digits_every = digits_every
        self._frame = 0
        self._slow: Snapshot | None = None
        self._last: tuple[Snapshot | None, LinkState, bool] = (None, LinkState.CONNECTING, False)
        self._thinks = True

    def toggle_thinking(self) -> None:
        """Shows or hides the surprise of the player."""
        self._thinks = not self._thinks
        self.redraw()

    def set_digits_every(self, frames: int) -> None:
        """Sets the number of frames between two changes of fast numbers."""
        self._digits_every = frames

    def show(self, snapshot: Snapshot | None, link: LinkState, *, locked: bool) -> None:
        """Shows a snapshot. Fast numbers change a few times a second only."""
        self._frame += 1
        is_due = self._slow is None or self._frame % self._digits_every == 0 or link is not self._last[1]
        if is_due:
            self._slow = snapshot
        elif _is_same(snapshot, self._last[0]) and locked == self._last[2]:
            return
        self._last = (snapshot, link, locked)
        self.redraw()

    def redraw(self) -> None:
        """Makes the rows."""
        snapshot, link, locked = self._last
        width, palette = self.size.width, self.palette
        rows: list[Line] = []
        if snapshot is not None and self._slow is not None:
            contents = _contents(snapshot, self._slow, palette, locked=locked)
            if not self._thinks:
                contents.pop("surprise", None)
            turn = turn_style(focused_turn(snapshot), palette)
            if self.size.height == 1:
                rows = [_turn_row(_ONE_ROW, contents, width, turn)]
            else:
                rows = [
                    _turn_row(TURN_ROW, contents, width, turn),
                    row(arrange(PARAMETER_ROW, width), contents, width, palette.ground),
                    row(arrange(STATE_ROW, width), contents, width, palette.ground),
                ]
        if link is not LinkState.UP:
            past = [tuple((text, palette.dim) for text, _ in line) for line in rows[1:]]
            rows = [_without_engine(snapshot, link, width, palette), *past]
        self.set_lines(rows)


def _is_same(snapshot: Snapshot | None, before: Snapshot | None) -> bool:
    """Returns True if nothing has changed that a performer waits for: turn, mode, player, parameters, cue."""
    if snapshot is None or before is None:
        return snapshot is before
    player, earlier = snapshot.focused, before.focused
    return (
        (player.name, player.turn, player.mode, player.paused)
        == (earlier.name, earlier.turn, earlier.mode, earlier.paused)
        and player.parameters == earlier.parameters
        and (snapshot.thru, snapshot.cue, snapshot.recording) == (before.thru, before.cue, before.recording)
        and len(snapshot.pending) == len(before.pending)
    )


def _contents(snapshot: Snapshot, slow: Snapshot, palette: Palette, *, locked: bool) -> dict[str, Forms]:
    return {
        **fields.turn_fields(snapshot, palette, locked=locked),
        **fields.parameter_fields(snapshot, palette),
        **fields.state_fields(snapshot, slow, palette),
    }


def _turn_row(slots: tuple[Slot, ...], contents: dict[str, Forms], width: int, turn: Style) -> Line:
    """Returns the first row, with everything in it on the colour of the turn except for blocks of alarms."""
    made = row(arrange(slots, width), contents, width, turn)
    return tuple((text, style if style.bold and _ground(style) != _ground(turn) else turn) for text, style in made)


def _ground(style: Style) -> tuple[object, bool]:
    return style.bgcolor, bool(style.reverse)


def _without_engine(snapshot: Snapshot | None, link: LinkState, width: int, palette: Palette) -> Line:
    if link is LinkState.CONNECTING:
        return ((" CONNECTING ", palette.warning_block),)
    if link is LinkState.LOST:
        label, text = " NO LINK ", "the link is lost or the engine hangs; this is how it was"
    elif link is LinkState.FOREIGN:
        label, text = " NO ENGINE ", "the engine is of another version: update the older of the two"
    elif snapshot is None:
        label, text = " NO ENGINE ", "no engine answers; this console comes back when one does"
    else:
        label, text = " NO ENGINE ", "the engine has ended; this is how it was"
    return ((f"{label} ○ {text}".ljust(width), palette.alarm_block),)
