"""Channel panes: binding, traffic, problem and targets of each channel."""

from collections.abc import Sequence
from typing import Final

from rich.style import Style
from textual.widget import Widget

from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.drawing.lines import Line, Lines, Pane, Piece, cut, heading, middle, padded, span, wrapped
from impsy_tui.console.drawing.slots import Forms, Slot, arrange, row
from impsy_tui.console.themes import Palette
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import ChannelState, TargetState
from impsy_tui.control.status_text import nudge_words

MOST_LINES: Final = 3
"""Channels that get a line in a window without room for the panes."""
_CHANNEL_LINE: Final = (
    Slot("name", 12),
    Slot("rates", 20, least=34),
    Slot("bound", 22, least=56, grow=1),
    Slot("last", 24, least=78, grow=2),
)
_MOST_ROWS: Final = 4
_LEAST: Final = 2
"""Lines of the panes with next to no room."""
_SHARE: Final = 0.45
"""Share of the side that the panes of the channels may take."""
_TARGET: Final = 21
"""Least cells of a target."""
_VALUE: Final = 7
"""Cells of the last value of a target, with a space before it."""
_FRESH: Final = 10.0
"""Seconds for which a new problem is highlighted."""


class ChannelPanes(Pane):
    """One pane for each channel, with as many lines and targets as fit."""

    DEFAULT_CSS = "ChannelPanes { height: 1; width: 1fr; }"

    def __init__(self, palette: Palette, key: str = "") -> None:
        super().__init__(palette, id="channels", key=key)
        self._channels: tuple[ChannelState, ...] = ()
        self._rows = 1
        """Lines of each channel, without targets."""

    def show(self, snapshot: Snapshot, most: int) -> None:
        """Shows the channels of a snapshot.

        Args:
            snapshot: snapshot.
            most: most lines of the pane.
        """
        self._channels = snapshot.channels
        count = max(1, len(self._channels))
        self._rows = max(1, min(_MOST_ROWS, int(self.side_height * _SHARE) // count, (most - 1) // count))
        if targets := sum(_target_rows(channel, self.size.width) for channel in self._channels):
            self._rows = next((rows for rows in range(self._rows, 1, -1) if 1 + rows * count + targets <= most), 1)
        height = 1 + self._rows * count + targets
        if self._rows < _MOST_ROWS:  # lines that are too few for all channels, for those that do not work
            height = max(height, min(height + count - 1, most))
        height = min(height, max(_LEAST, most))
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height
        self.redraw()

    @property
    def side_height(self) -> int:
        """Lines of the side of the screen."""
        return self.parent.size.height if isinstance(self.parent, Widget) else self.size.height

    def redraw(self) -> None:
        """Makes the lines."""
        width, height = self.size.width, self.size.height
        space = max(1, min(self._rows, (height - 1) // max(1, len(self._channels))))
        left = height - 1 - space * len(self._channels)
        title, channels = "CHANNELS", self._channels
        if left < 0:  # those that do not work come first
            title = f"CHANNELS · {-left} more"
            channels = tuple(sorted(channels, key=lambda one: one.state == "open"))
        lines = [heading(title, width, self.palette, key=self.key, focused=self.has_focus)]
        spare = max(0, left - sum(_target_rows(channel, width) for channel in channels))
        for channel in channels:
            more = min(spare, max(0, 1 + len(_reason(channel, width)) - space))
            spare, left = spare - more, left - more
            targets = _targets(channel, width, left, self.palette)
            left -= len(targets)
            lines += _pane(channel, width, space + more, self.palette, targets)
        if not self._channels:
            lines.append((("none: nothing can be heard", self.palette.alarm),))
        self.set_lines(lines)


class ChannelLines(Lines):
    """One line a channel, for windows without room for the panes."""

    DEFAULT_CSS = "ChannelLines { height: 1; width: 1fr; }"

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="channel-lines")
        self._channels: tuple[ChannelState, ...] = ()

    def show(self, snapshot: Snapshot) -> None:
        """Shows the channels of a snapshot."""
        if len(snapshot.channels) != len(self._channels):
            self.styles.height = min(MOST_LINES, max(1, len(snapshot.channels)))
        self._channels = snapshot.channels
        self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        width, palette = self.size.width, self.palette
        places = arrange(_CHANNEL_LINE, width)
        lines = [row(places, _line_fields(channel, palette), width, palette.ground) for channel in self._channels]
        if (more := len(lines) - MOST_LINES) > 0:
            alarms = sum(channel.state != "open" for channel in self._channels[MOST_LINES - 1 :])
            text = f"and {more + 1} more channels" + (f", {alarms} of them not open" if alarms else "")
            lines[MOST_LINES - 1 :] = [((text, palette.warning if alarms else palette.dim),)]
        if not lines:
            lines.append((("no channel: nothing can be heard", palette.alarm),))
        self.set_lines(lines)


def _line_fields(channel: ChannelState, palette: Palette) -> dict[str, Forms]:
    glyph, style = _state(channel, palette)
    wrong = channel.problem and (channel.state != "open" or 0 <= channel.problem_age < _FRESH)
    bound, quiet = _short(channel.bound), palette.dim if channel.state == "open" else style
    if channel.nudge:
        bound = f"{nudge_words(channel.nudge)} {bound}"
    if channel.state != "open":
        bound = f"{channel.state.upper()} {bound}"
    newest = channel.last_sent or channel.last_received
    last = f"! {channel.problem}" if wrong else newest
    return {
        "name": (((f"{glyph} {channel.name}", style),),),
        "rates": (((f"{channel.received_rate:>4} in {channel.sent_rate:>4} out /s", palette.text),),),
        "bound": (((bound, quiet),),),
        "last": (((last, palette.warning if wrong else palette.dim),),) if last else (),
    }


def _pane(channel: ChannelState, width: int, space: int, palette: Palette, targets: Sequence[Line]) -> list[Line]:
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
        if channel.state != "open":
            return [first, *targets]
        alarm = problem and channel.problem_age < _FRESH
        text = cut("! " + channel.problem if alarm else rates.strip(), width - len(name))
        return [((name, style), (text, palette.warning if alarm else palette.text)), *targets]
    if parts := _reason(channel, width):  # nothing passes: the problem gets all lines
        if len(parts) >= space:
            parts[space - 2 :] = [cut(" ".join([parts[space - 2], *map(str.strip, parts[space - 1 :])]), width - 2)]
        why: list[Line] = [((f"  {part}", palette.warning),) for part in parts]
        return [first, *why, *[()] * (space - 1 - len(why)), *targets]
    if space < 4:
        lines = [first, (("  " + cut(rates, width - 2), palette.text),)]
        if problem and (space == 3 or channel.problem_age < _FRESH):
            lines[1:] = [*lines[1:], problem] if space == 3 else [problem]
        return [*lines, *targets]
    lines = [
        first,
        _way("in", channel.received_rate, channel.last_received, width, palette.input, palette),
        _way("out", channel.sent_rate, channel.last_sent, width, palette.prediction, palette),
    ]
    return [*lines, *targets, problem or ()]


def _reason(channel: ChannelState, width: int) -> list[str]:
    """Returns the lines of the problem of a channel that does not work."""
    is_off = channel.state != "open" and channel.problem
    return wrapped(f"! {channel.problem}", width - 2, hanging="  ") if is_off else []


def _target_rows(channel: ChannelState, width: int) -> int:
    """Returns the lines of all targets of a channel."""
    return -(-len(channel.targets) // _target_columns(channel, width)) + (1 if channel.more_targets else 0)


def _target_columns(channel: ChannelState, width: int) -> int:
    """Returns the columns of the targets of a channel: few targets have wide columns."""
    return max(1, min(len(channel.targets), width // _TARGET))


def _targets(channel: ChannelState, width: int, most: int, palette: Palette) -> list[Line]:
    """Returns the lines of the targets, column by column; the last line has the number of those that do not fit."""
    columns = _target_columns(channel, width)
    targets, more = channel.targets, channel.more_targets
    rows = min(most, _target_rows(channel, width))
    if rows < 1:
        return []
    if more or rows * columns < len(targets):
        rows -= 1
        more += max(0, len(targets) - rows * columns)
        targets = targets[: rows * columns]
    label = max((len(f"x{one.number}") for one in targets), default=2) + 2
    longest = max((width_of(one.target) for one in targets), default=0)
    cells = [_target(one, label, longest, width // columns, palette) for one in targets]
    rows = -(-len(cells) // columns)
    lines: list[Line] = [tuple(piece for cell in cells[row::rows] for piece in cell) for row in range(rows)]
    return [*lines, ((f"  {more} more: bindings", palette.dim),)] if more else lines


def _target(target: TargetState, label: int, longest: int, width: int, palette: Palette) -> list[Piece]:
    """Returns the dimension, the target and the last value in a cell of a fixed width."""
    space = min(width, max(label + 1 + longest + _VALUE, _TARGET)) - label - 1 - _VALUE
    return [
        (padded(f"  x{target.number}", label + 1), palette.text),
        (padded(cut(target.target, space), space), palette.dim),
        (f"{target.value or '-':>{_VALUE}}", palette.prediction if target.value else palette.dim),
        (" " * (width - label - 1 - space - _VALUE), palette.ground),
    ]


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
