"""Scheduled commands, musical time and replay: their words in the strip, and the pending pane."""

from rich.style import Style
from textual.widget import Widget

from impsy_tui.console.drawing.lines import Line, Pane, Piece, cut, heading, span
from impsy_tui.console.drawing.slots import Forms
from impsy_tui.console.themes import Palette
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import CueState, PendingState, ReplayState, TempoState
from impsy_tui.parameters import CLOCK_IN, CLOCK_LINK, CLOCK_OUT, HAND_OVER, QUANTISE, SWING, TEMPO


def cue_forms(cue: CueState, style: Style) -> Forms:
    """Returns the position in the set list, and the next cue."""
    place, name = f"{cue.number}/{cue.of} ", cue.cue or cue.set
    after = f"→ {cue.following}" if cue.following else "■ last"
    texts = (
        f"cue {place}{name} {after}",
        f"{place}{name} {after}",
        f"{place}{cut(name, 7)} {cut(after, 11)}",
        f"{place}{after}",
    )
    return tuple(((text, style),) for text in texts)


def replay_forms(replay: ReplayState, style: Style) -> Forms:
    """Returns name, position, length and speed of the replay."""
    times = f"{span(replay.position)}/{span(replay.length)}"
    speed = f" {replay.speed:g}x" if replay.speed != 1.0 else ""
    names = (f" {replay.name} ", f" {cut(replay.name, 14)} ", " ")
    return tuple(((f"REPLAY{name}{times}{speed}", style),) for name in names)


def tempo_forms(snapshot: Snapshot, tempo: TempoState, palette: Palette) -> Forms:
    """Returns tempo, clock, grid and swing, with the bar and beat if there is room."""
    follows, grid, swing, hand_over = map(snapshot.value, (CLOCK_IN, QUANTISE, SWING, HAND_OVER))
    beat = (f"  {int(tempo.beat // 4) + 1}.{int(tempo.beat % 4) + 1}", palette.dim)
    pieces: list[Piece] = [(f"{snapshot.value(TEMPO):.4g}", palette.strong), (" bpm", palette.dim)]
    if follows:
        said, style = (" CLOCK LOST ", palette.warning_block) if tempo.lost else (" clock", palette.good)
        said = said if tempo.runs or tempo.lost else " clock stopped"
        pieces.append((said, style))
    elif snapshot.value(CLOCK_LINK):
        said = f" link {tempo.peers}" if tempo.runs else f" link {tempo.peers} stopped"
        pieces.append((said, palette.good if tempo.peers else palette.dim))
    if snapshot.value(CLOCK_OUT):
        pieces.append((" clock out", palette.dim))
    least = tuple(pieces)
    if grid:
        pieces += [(f" {grid}", palette.strong)]
        least = tuple(pieces)
        if swing != SWING.default:
            pieces.append((f" swing {SWING.shown(swing)}", palette.text))
    if hand_over != HAND_OVER.default:
        pieces.append((f" over on {hand_over}", palette.text))
    forms = [(*pieces, beat), tuple(pieces), (*least, beat), least]
    return (*forms, (pieces[2],)) if follows else tuple(forms)


class PendingPane(Pane):
    """Pending commands, the soonest first, the progress of ramps, and cycle and step of patterns."""

    DEFAULT_CSS = "PendingPane { height: 4; width: 1fr; }"

    def __init__(self, palette: Palette, key: str = "") -> None:
        super().__init__(palette, id="pending", key=key)
        self._pending: tuple[PendingState, ...] = ()

    def show(self, snapshot: Snapshot) -> None:
        """Shows the pending commands of a snapshot."""
        if snapshot.pending != self._pending:
            self._pending = snapshot.pending
            self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        width, palette = self.size.width, self.palette
        shown = [one for one in self._pending if self.filter.matches(f"{one.number}", one.text)]
        ordered = sorted(shown, key=lambda one: (one.due < 0, one.due, one.number))
        space = self._space()
        title = f"PENDING {self.filter.label(len(shown), len(self._pending))}".rstrip()
        if space == 1 < len(shown):
            title += f" 1 of {len(shown)}"
        lines = [heading(cut(title, width), width, palette, key=self.key, focused=self.has_focus)]
        blocks = [_pending_lines(one, width, palette) for one in ordered]
        if sum(map(len, blocks)) > space:  # the separate line of the progress is left out first
            blocks = [block[:1] for block in blocks]
        for block in blocks:
            lines += block
        if (more := len(blocks) - space) > 0 and space > 1:
            lines[space:] = [((f"  and {more + 1} more: what lists them", palette.dim),)]
        del lines[space + 1 :]
        if not self._pending:
            lines.append((("none: over after every at", palette.dim),))
        self.set_lines(lines)

    def _space(self) -> int:
        """Returns the lines below the title that are on the screen: panes above may leave only some."""
        height = self.size.height
        if isinstance(self.parent, Widget):
            height = min(height, self.parent.size.height - self.virtual_region.y)
        return max(1, height - 1)


def _pending_lines(one: PendingState, width: int, palette: Palette) -> list[Line]:
    due = f" {span(one.due + 0.5)}" if one.due >= 0 else f" {cut(one.step, 12)}" if one.step else ""
    number = f"{one.number}{due} "
    lines: list[Line] = [((number, palette.strong), (cut(one.text, width - len(number)), palette.text))]
    if one.kind in ("over", "pattern"):
        cycle = f"{one.cycle + 1} " if one.kind == "pattern" else ""
        cells = max(1, width - 2 - len(cycle))
        full = round(cells * min(1.0, max(0.0, one.share)))
        lines.append(
            (
                (f"  {cycle}", palette.dim),
                ("━" * full, palette.prediction),
                ("─" * (cells - full), palette.faint),
            )
        )
    return lines
