"""Scheduled commands: third line of the strip, and the pending pane."""

from typing import Final

from impsy_tui.console.drawing.items import Item
from impsy_tui.console.drawing.lines import Line, Pane, Piece, cut, heading, span
from impsy_tui.console.themes import Palette
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import CueState, PendingState, ReplayState, TempoState
from impsy_tui.parameters import HAND_OVER, SWING

_MOST: Final = 6
"""Greatest number of listed commands."""


def staging(snapshot: Snapshot, slow: Snapshot, palette: Palette) -> list[Item]:
    """Returns the items for set list, musical time, replay and recording.

    Args:
        snapshot: newest snapshot.
        slow: earlier snapshot, for numbers that change all the time.
        palette: colours.
    """
    items = []
    if snapshot.cue is not None:
        items.append(_cue(snapshot.cue, palette))
    if snapshot.replay is not None:
        items.append(_replay(slow.replay or snapshot.replay, palette))
    if snapshot.recording:
        items.append(Item(1, (((" REC CMDS ", palette.alarm_block),),)))
    if snapshot.tempo is not None:
        items.append(_tempo(snapshot.tempo, palette))
    return items


def pending(snapshot: Snapshot, palette: Palette) -> list[Item]:
    """Returns the number of pending commands."""
    if not snapshot.pending:
        return []
    count = (f"{len(snapshot.pending)}", palette.strong)
    return [Item(2, ((count, (" pending", palette.dim)),))]


def _cue(cue: CueState, palette: Palette) -> Item:
    place = (f"{cue.number}/{cue.of} ", palette.dim)
    name = (cue.cue or cue.set, palette.strong)
    following = (f" → {cue.following}" if cue.following else " ■ last", palette.text)
    short = (cut(cue.cue or cue.set, 16), palette.strong)
    after = (f" → {cut(cue.following, 12)}" if cue.following else " ■", palette.text)
    return Item(0, ((("cue ", palette.dim), place, name, following), (place, short, after), (place, short)))


def _replay(replay: ReplayState, palette: Palette) -> Item:
    times = f"{span(replay.position)}/{span(replay.length)}"
    speed = f" {replay.speed:g}x" if replay.speed != 1.0 else ""
    block: Piece = (" REPLAY ", palette.input_block)
    return Item(
        1,
        (
            (block, (f" {replay.name} ", palette.text), (times + speed, palette.strong)),
            (block, (f" {cut(replay.name, 14)} ", palette.text), (times + speed, palette.strong)),
            (block, (f" {times}{speed}", palette.strong)),
        ),
    )


def _tempo(tempo: TempoState, palette: Palette) -> Item:
    beat = f"{int(tempo.beat // 4) + 1}.{int(tempo.beat % 4) + 1}"
    pieces: list[Piece] = [(f"{tempo.beats:.4g}", palette.strong), (" bpm", palette.dim)]
    if tempo.source == "clock":
        said, style = (" CLOCK LOST ", palette.warning_block) if tempo.lost else (" clock", palette.good)
        pieces.append((said if tempo.runs or tempo.lost else " clock stopped", style))
    if tempo.sends:
        pieces.append((" clock out", palette.dim))
    least = tuple(pieces)
    if tempo.grid:
        pieces += [(f" {tempo.grid}", palette.strong)]
        least = tuple(pieces)
        if tempo.swing != SWING.default:
            pieces.append((f" swing {SWING.shown(tempo.swing)}", palette.text))
    if tempo.hand_over != HAND_OVER.default:
        pieces.append((f" over on {tempo.hand_over}", palette.text))
    return Item(2, ((*pieces, (f"  {beat}", palette.dim)), tuple(pieces), least))


class PendingPane(Pane):
    """Pending commands, the soonest first, and the progress of ramps."""

    DEFAULT_CSS = "PendingPane { height: auto; width: 1fr; }"

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="pending")
        self._pending: tuple[PendingState, ...] = ()

    def show(self, snapshot: Snapshot) -> None:
        """Shows the pending commands of a snapshot."""
        if snapshot.pending != self._pending:
            self._pending = snapshot.pending
            self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        width, palette = self.size.width, self.palette
        lines = [heading("PENDING", width, palette, focused=self.has_focus)]
        ordered = sorted(self._pending, key=lambda one: (one.due < 0, one.due, one.number))
        for one in ordered[:_MOST]:
            lines += _pending_lines(one, width, palette)
        if (more := len(ordered) - _MOST) > 0:
            lines.append(((f"  and {more} more: what lists them", palette.dim),))
        if not ordered:
            lines.append((("nothing; over, after, every, at", palette.dim),))
        self.styles.height = len(lines)
        self.set_lines(lines)


def _pending_lines(one: PendingState, width: int, palette: Palette) -> list[Line]:
    due = f" {span(one.due + 0.5)}" if one.due >= 0 else ""
    number = f"{one.number}{due} "
    lines: list[Line] = [((number, palette.strong), (cut(one.text, width - len(number)), palette.text))]
    if one.kind == "over":
        cells = max(1, width - 2)
        full = round(cells * min(1.0, max(0.0, one.share)))
        lines.append(
            (("  ", palette.ground), ("━" * full, palette.prediction), ("─" * (cells - full), palette.faint))
        )
    return lines
