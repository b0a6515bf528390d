"""Meters: for each dimension a bar of the musician's value and a bar of the player's value."""

from collections.abc import Iterator, Mapping
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size

from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.drawing.drawn_widget import DrawnWidget
from impsy_tui.console.drawing.lines import blocks, cut_off, filled, middle, one_line, padded, short_model
from impsy_tui.console.drawing.meter_layout import lay_out
from impsy_tui.console.drawing.meter_states import NO_SPREAD, OTHERS, MeterState, meter_states
from impsy_tui.console.themes import Palette
from impsy_tui.console.widgets.gesture_history import SAMPLES as HISTORY_SAMPLES
from impsy_tui.console.widgets.gesture_history import GestureHistory
from impsy_tui.control.messages import Snapshot

_PARTS: Final = " ▏▎▍▌▋▊▉"
_MARKS: Final = {
    "muted": "M",
    "solo": "S",
    "held": "H",
    "range": "R",
    "inverted": "I",
    "routed": "T",
    "given": "G",
    OTHERS: "-",
}
_SPREAD: Final = "╌"
_LONGEST_HEAD: Final = "next in 99.99 s"
_SPREADS_EVERY: Final = 1.0
"""Seconds between two changes of the deviations: they move with each prediction, and a slow link must keep up."""
_WEIGHTS: Final = 2
"""Cells at the right for the weights of the mixture, with the space before them."""
_SHORT_MODEL: Final = 24
"""Greatest width of a short name."""
_LEAST_MODEL: Final = 6
"""Cells from which there is room for the name of the model."""


class Meters(DrawnWidget, can_focus=True):
    """All meters in one widget, drawn line by line; only changed cells are drawn again.

    Args:
        palette: colours.
        digits_every: frames between two changes of the numbers.
        history: last ten seconds of each dimension.
    """

    DEFAULT_CSS = "Meters { height: 1fr; width: 1fr; }"

    def __init__(self, palette: Palette, digits_every: int, history: GestureHistory) -> None:
        super().__init__(id="meters")
        self._palette = palette
        self._digits_every = digits_every
        self._meters: list[MeterState] = []
        self._names: tuple[str, ...] = ()
        self._head = ""
        self._layout_of = (0, 0, 0)
        self._layout = lay_out(1, 1, 1, 1)
        self._frame = 0
        self._history = history
        self._sample = 0
        self._model = "", ""
        """Name of the model, in full and short."""
        self._thinks = True
        self._has_weights = False
        self._weights: tuple[str, ...] = ()
        self._spread_at: tuple[float, Mapping[str, object]] = (-_SPREADS_EVERY, {})

    def set_palette(self, palette: Palette) -> None:
        """Sets other colours."""
        self._palette = palette
        self.refresh()

    def toggle_thinking(self) -> None:
        """Shows or hides the deviations of the next prediction and the weights of the mixture."""
        self._thinks = not self._thinks
        self._weights = ()
        self._meters = [meter._replace(spread=NO_SPREAD) for meter in self._meters]
        self._spread_at = (-_SPREADS_EVERY, {})
        self.refresh()

    def set_digits_every(self, frames: int) -> None:
        """Sets the number of frames between two changes of the numbers."""
        self._digits_every = frames

    def show(self, snapshot: Snapshot) -> None:
        """Shows a snapshot; unchanged meters are not drawn."""
        self._frame += 1
        digits = self._frame % self._digits_every == 0
        count = snapshot.dimension - 1
        names = tuple(
            one_line(snapshot.names[index]) if index < len(snapshot.names) else f"x{index + 1}"
            for index in range(count)
        )
        if count != len(self._meters) or names != self._names:
            self._names = names
            self._meters = [MeterState()] * count
            self._layout_of = (0, 0, 0)
            digits = True
        if self._arrange():
            self.refresh()
            digits = True
        spreads = digits and self._is_spread_due(snapshot)
        changed = [*self._show_head(snapshot, digits), *self._show_history()]
        changed += self._show_weights(snapshot) if spreads else []
        meters = meter_states(
            snapshot, self._layout.bar, self._meters, digits=digits, spreads=spreads, shows_spread=self._thinks
        )
        for index, meter in enumerate(meters):
            before = self._meters[index]
            if meter != before:
                self._meters[index] = meter
                if index < self._layout.shown:
                    changed += self._changed(index, before, meter)
        if changed:
            self.redraw_cells(*changed)

    def _is_spread_due(self, snapshot: Snapshot) -> bool:
        """Returns True once a second, and twice a second while parameters of the player change."""
        now, parameters = snapshot.uptime, snapshot.focused.parameters
        before, drawn = self._spread_at
        if now - before < _SPREADS_EVERY / (1 if parameters == drawn else 2) and now >= before:
            return False
        self._spread_at = (now, parameters)
        return True

    def _show_weights(self, snapshot: Snapshot) -> list[Region]:
        """Returns the region of the weights if they have changed: the largest at the top."""
        weights = sorted(snapshot.focused.weights, reverse=True) if self._thinks else []
        rows = max(0, self.size.height - 1) if self._has_weights else 0
        shown = tuple(blocks((weight,)) for weight in weights[:rows])
        if shown == self._weights:
            return []
        rows = max(len(shown), len(self._weights))
        self._weights = shown
        return [Region(self.size.width - 1, 1, 1, rows)]

    def _arrange(self) -> bool:
        """Makes a new layout if the size or the number of meters has changed; returns True if it has."""
        key = (len(self._meters), self.size.width, self.size.height)
        if key == self._layout_of:
            return False
        self._layout_of = key
        longest = max(map(width_of, self._names), default=1)
        width, height = key[1], max(1, key[2] - 1)
        self._layout = lay_out(key[0], width - _WEIGHTS, height, longest)
        if self._layout.rows == 1:
            self._layout = lay_out(key[0], width, height, longest)
        self._has_weights = self._layout.columns * (self._layout.width + 2) - 2 <= width - _WEIGHTS
        return True

    def _show_head(self, snapshot: Snapshot, digits: bool) -> list[Region]:
        """Makes the head with each change of the numbers; returns its region if it has changed."""
        player = snapshot.focused
        if not digits:
            return []
        if self._layout.shown < len(self._meters):
            head = f"{len(self._meters) - self._layout.shown} more: widen the window"
        elif snapshot.audition is not None:
            head = f"◇ audition {snapshot.audition.model}"
        elif player.upcoming:
            head = f"next in {player.upcoming_in:.2f} s" if player.upcoming_in < 100 else "next: later"
        else:
            head = ""
        model = player.model_words(), player.model_words(lambda name: short_model(name, _SHORT_MODEL))
        if (head, model) == (self._head, self._model):
            return []
        self._head, self._model = head, model
        return [Region(0, 0, self.size.width, 1)]

    def _show_history(self) -> list[Region]:
        """Returns the regions of the histories when a column is complete."""
        layout, sample = self._layout, self._history.count
        if not layout.history or sample == self._sample:
            return []
        every = HISTORY_SAMPLES // layout.history
        is_moved = sample // every != self._sample // every
        self._sample = sample
        if not is_moved:
            return []
        places = map(layout.place, range(layout.shown))
        return [Region(x + layout.history_at, y + 1, layout.history, 2 * layout.thick) for x, y in places]

    def _changed(self, index: int, before: MeterState, meter: MeterState) -> Iterator[Region]:
        """Yields the regions of a meter in which two states differ."""
        layout = self._layout
        x, y = layout.place(index)
        y += 1
        bar, thick = x + layout.bar_at, layout.thick
        if layout.rows == 1:
            yield Region(x, y, layout.width, 1)
            return
        if before.mark != meter.mark:
            yield Region(x, y + thick, layout.name, 1)
        for line, old, new, redrawn in (
            (0, before.input, meter.input, before.input_stale != meter.input_stale),
            (
                thick,
                before.prediction,
                meter.prediction,
                before.prediction_stale != meter.prediction_stale or before.approach != meter.approach,
            ),
        ):
            if redrawn:
                yield Region(bar, y + line, layout.bar, thick)
            elif old != new:
                first, last = min(old, new) // 8, min(max(old, new) // 8, layout.bar - 1)
                yield Region(bar + first, y + line, last - first + 1, thick)
        if before.spread != meter.spread:
            ends = [cell for cell in (*before.spread, *meter.spread) if cell >= 0]
            yield Region(bar + min(ends), y + thick, max(ends) - min(ends) + 1, thick)
        for old, new in ((before.marker, meter.marker), (before.audition, meter.audition)):
            if old != new:
                for cell in (old, new):
                    if cell >= 0:
                        yield Region(bar + cell, y + thick, 1, thick)
        for line, old_text, new_text in (
            (0, (before.input_text, before.input_stale), (meter.input_text, meter.input_stale)),
            (
                thick,
                (before.prediction_text, before.prediction_stale),
                (meter.prediction_text, meter.prediction_stale),
            ),
        ):
            if old_text != new_text:
                yield Region(x + layout.value_at, y + line, 4, 1)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Returns the height of the container."""
        return container.height

    def segments(self, y: int) -> list[Segment]:
        """Returns a line."""
        width, ground = self.width, self._palette.ground
        if y == 0:
            return filled(self._legend(), width, ground)
        meters, part = self._layout.at(y - 1) if self._meters else ([], 0)
        segments: list[Segment] = []
        at = 0
        for index in meters:
            x, _ = self._layout.place(index)
            if x > at:
                segments.append(Segment(" " * (x - at), ground))
            if self._layout.rows == 1:
                self._dense(segments, index)
            else:
                self._tall(segments, index, part)
            at = x + self._layout.width
        if y > len(self._weights):
            return filled(segments, width, ground)
        return [*filled(segments, width - 1, ground), Segment(self._weights[y - 1], self._palette.upcoming)]

    def _legend(self) -> list[Segment]:
        """Returns the line above the meters: what the colours are, the next event, and the model at the right."""
        palette, width = self._palette, self.width
        upper, lower = ("▀ ", "▄ ") if self._layout.rows == 1 else ("", "")
        pieces = [
            Segment(f"{upper}you", palette.input),
            Segment("  ", palette.ground),
            Segment(f"{lower}player", palette.prediction),
            Segment(f"  {self._head}", palette.upcoming),
        ]
        space = width - sum(width_of(text) for text, _, _ in pieces) - 2
        if space >= _LEAST_MODEL:
            full, short = map(one_line, self._model)
            # The same name in every turn, with and without the time of the next event.
            steady = space - max(0, len(_LONGEST_HEAD) - width_of(self._head))
            model = full if width_of(full) <= steady else middle(short, space)
            pieces.append(Segment(" " * (space + 2 - width_of(model)), palette.ground))
            pieces.append(Segment(model, palette.dim))
        return pieces

    def _tall(self, segments: list[Segment], index: int, part: int) -> None:
        layout, palette, meter = self._layout, self._palette, self._meters[index]
        which, line = divmod(part, layout.thick)
        over: dict[int, tuple[str, Style]] = {}
        if which == 0:
            head, ink = cut_off(self._names[index], layout.name - 1), palette.strong
            kind, length, text, stale = "input", meter.input, meter.input_text, meter.input_stale
        elif which == 1:
            head = {"inverted": "inv"}.get(meter.mark, meter.mark)[: layout.name - 1]
            ink = palette.dim if meter.mark == OTHERS else palette.warning
            kind, length, text = "prediction", meter.prediction, meter.prediction_text
            stale, over = meter.prediction_stale, _marks_over(meter, palette)
        else:
            segments.append(Segment(" " * layout.width, palette.ground))
            return
        if line:
            head = text = ""  # they stand in the first line of a bar
        segments.append(Segment(padded(head, layout.name), ink))
        self._bar(segments, length, kind, stale, over)
        style = palette.prediction if which else palette.input
        segments.append(Segment(f" {text:>4}", palette.dim if stale else style))
        if columns := layout.history:
            segments.append(Segment(f" {self._history.drawn(index, columns, layout.thick)[which][line]}", style))

    def _bar(
        self, segments: list[Segment], eighths: int, kind: str, stale: bool, over: dict[int, tuple[str, Style]]
    ) -> None:
        width, palette = self._layout.bar, self._palette
        full, rest = divmod(eighths, 8)
        filled, track = palette.bar(kind, stale=stale)
        if palette.glyphs:
            glyph = "▒" if stale else "█" if kind == "input" else "▓"
            cells = glyph * full + "·" * (width - full)
            segments += _overlaid([Segment(cells, palette.ground)], over)
            return
        parts = [Segment("█" * min(full, width), filled)]
        if rest and full < width:
            parts.append(Segment(_PARTS[rest], track))
            full += 1
        parts.append(self._empty(width - full, track))
        segments += _overlaid(parts, over)

    def _empty(self, cells: int, track: Style) -> Segment:
        """Returns the empty part of a bar; as dots if the theme has no colour for it."""
        return Segment("·" * cells, self._palette.faint) if self._palette.dots else Segment(" " * cells, track)

    def _dense(self, segments: list[Segment], index: int) -> None:
        layout, palette, meter = self._layout, self._palette, self._meters[index]
        mark = _MARKS.get(meter.mark, "")
        name = cut_off(self._names[index], layout.name - 1 - len(mark))
        segments.append(Segment(padded(f"{name}{mark}", layout.name), _ink(meter.mark, palette)))
        ends = sorted((min(layout.bar, round(meter.input / 8)), min(layout.bar, round(meter.prediction / 8))))
        input_longer = meter.input > meter.prediction
        upper = "input_stale" if meter.input_stale else "input"
        lower = "prediction_stale" if meter.prediction_stale else "prediction"
        if palette.glyphs:
            cells = "█" * ends[0] + ("▀" if input_longer else "▄") * (ends[1] - ends[0])
            segments.append(Segment(cells.ljust(layout.bar, "·"), palette.ground))
        else:
            one = palette.halves(upper, "track") if input_longer else palette.halves("track", lower)
            segments.append(Segment("▀" * ends[0], palette.halves(upper, lower)))
            segments.append(Segment("▀" * (ends[1] - ends[0]), one))
            segments.append(self._empty(layout.bar - ends[1], palette.halves("track", "track")))
        if layout.values == 2:
            segments.append(Segment(f" {meter.input_text:>4}", palette.input))
        if layout.values:
            segments.append(Segment(f" {meter.prediction_text:>4}", palette.prediction))


def _marks_over(meter: MeterState, palette: Palette) -> dict[int, tuple[str, Style]]:
    """Returns the marks that stand over the bar of a prediction, by cell."""
    over: dict[int, tuple[str, Style]] = {}
    if meter.spread != NO_SPREAD:
        over = dict.fromkeys(range(meter.spread[0], meter.spread[1] + 1), (_SPREAD, palette.marker))
    if meter.marker >= 0:
        over[meter.marker] = (meter.approach, palette.marker)
    if meter.audition >= 0:
        over[meter.audition] = ("◇", palette.marker)
    return over


def _ink(mark: str, palette: Palette) -> Style:
    return palette.dim if mark == OTHERS else palette.warning if mark else palette.text


def _overlaid(parts: list[Segment], over: dict[int, tuple[str, Style]]) -> list[Segment]:
    """Returns segments with single cells replaced."""
    if not over:
        return parts
    done: list[Segment] = []
    at = 0
    for text, style, _ in parts:
        rest_at = 0
        for cell in sorted(over):
            if at <= cell < at + len(text):
                glyph, ink = over[cell]
                if cell - at > rest_at:
                    done.append(Segment(text[rest_at : cell - at], style))
                ground = style.bgcolor if style is not None else None
                shown = Style(color=ink.color, bgcolor=ground, bold=True) if _full(style) else ink
                done.append(Segment(glyph, shown))
                rest_at = cell - at + 1
        if text[rest_at:]:
            done.append(Segment(text[rest_at:], style))
        at += len(text)
    return done


def _full(style: Style | None) -> bool:
    """Returns True if a bar fills the whole cell in this style."""
    return style is not None and style.color is not None and style.color == style.bgcolor
