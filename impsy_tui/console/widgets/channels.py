"""Channel panes: binding, traffic and problem of each channel."""

from typing import Final

from rich.style import Style

from impsy_tui.console.drawing.lines import Line, Pane, cut, heading, middle, span
from impsy_tui.console.themes import Palette
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import ChannelState
from impsy_tui.control.status_text import nudge_words

_FRESH: Final = 10.0
"""Seconds for which a new problem is highlighted."""


class ChannelPanes(Pane):
    """One pane for each channel, with as many lines as fit."""

    DEFAULT_CSS = "ChannelPanes { height: auto; width: 1fr; }"

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="channels")
        self._channels: tuple[ChannelState, ...] = ()

    def show(self, snapshot: Snapshot) -> None:
        """Shows the channels of a snapshot."""
        if len(snapshot.channels) != len(self._channels):
            self.styles.min_height = 1 + min(4, 2 * len(snapshot.channels))
        self._channels = snapshot.channels
        self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        width, height = self.size.width, self.size.height
        lines = [heading("CHANNELS", width, self.palette, focused=self.has_focus)]
        space = max(1, (height - 1) // max(1, len(self._channels)))
        for channel in self._channels:
            lines += _pane(channel, width, min(4, space), self.palette)
        if not self._channels:
            lines.append((("none: nothing can be heard", self.palette.alarm),))
        self.set_lines(lines)


def _pane(channel: ChannelState, width: int, space: int, palette: Palette) -> list[Line]:
    glyph, style = _state(channel, palette)
    name = f"{glyph} {channel.name} "
    if channel.nudge:
        name += f"{nudge_words(channel.nudge)} "
    bound = middle(_short(channel.bound), max(4, width - len(name)))
    if channel.state != "open":
        bound = cut(f"{channel.state.upper()} {channel.bound}", max(4, width - len(name)))
    first: Line = ((name, style), (bound, palette.dim if channel.state == "open" else style))
    problem = _problem(channel, width, palette)
    rates = f"{channel.received_rate:>4}/s in {channel.sent_rate:>4}/s out"
    if space == 1:
        alarm = problem and channel.problem_age < _FRESH
        return [
            (
                (name, style),
                (
                    cut("! " + channel.problem if alarm else rates.strip(), width - len(name)),
                    palette.warning if alarm else palette.text,
                ),
            )
        ]
    if space < 4:
        lines = [first, (("  " + cut(rates, width - 2), palette.text),)]
        if problem and (space == 3 or channel.problem_age < _FRESH):
            lines[1:] = [*lines[1:], problem] if space == 3 else [problem]
        return lines
    lines = [
        first,
        _way("in", channel.received_rate, channel.last_received, width, palette.input, palette),
        _way("out", channel.sent_rate, channel.last_sent, width, palette.prediction, palette),
    ]
    return [*lines, problem or ()]


def _state(channel: ChannelState, palette: Palette) -> tuple[str, Style]:
    match channel.state:
        case "open":
            return "●", palette.good
        case "waiting":
            return "◌", palette.warning
        case "closed":
            return "○", palette.dim
        case _:
            return "✗", palette.alarm


def _short(bound: str) -> str:
    """Returns a binding without the parts that all bindings have."""
    return bound.replace("127.0.0.1:", ":").replace(" → ", "→")


def _way(label: str, rate: int, last: str, width: int, style: Style, palette: Palette) -> Line:
    head = f"  {label:<3}{rate:>5}/s "
    return ((head, style if rate else palette.dim), (cut(last, max(0, width - len(head))), palette.dim))


def _problem(channel: ChannelState, width: int, palette: Palette) -> Line | None:
    if not channel.problem:
        return None
    age = f" {span(channel.problem_age)}"
    text = cut(f"  ! {channel.problem}", max(4, width - len(age)))
    fresh = channel.problem_age < _FRESH
    return ((text, palette.warning if fresh else palette.dim), (age, palette.dim))
