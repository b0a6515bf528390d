"""Agent in focus: its input, the sound of its synth, their distance, and its next action."""

from typing import Final

from rich.style import Style

from impsy_tui.console.drawing.lines import Line, Lines, blocks, cut, heading
from impsy_tui.console.themes import Palette
from impsy_tui.console.widgets.jobs import curve
from impsy_tui.control.agent_state import GROUPS, AgentState
from impsy_tui.control.states import PlayerState

_LABEL: Final = 9
_LOST: Final = 2.0
"""Seconds after which the last heard descriptors count as lost."""
_NAMED_FROM: Final = 36
"""Width from which both bars of a line are named."""
_SCALE: Final = 2.0
"""Distance in deviations that fills its line."""


class AgentPane(Lines):
    """Target, heard sound, both sets of descriptors, and the distance over time."""

    DEFAULT_CSS = "AgentPane { height: auto; width: 1fr; }"

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="agent")
        self._player: PlayerState | None = None

    def show(self, player: PlayerState) -> None:
        """Shows the agent of a snapshot."""
        self._player = player
        self.redraw()
        if self.styles.height is None or self.styles.height.value != len(self._lines):
            self.styles.height = len(self._lines)

    def redraw(self) -> None:
        """Makes the lines."""
        if self._player is not None:
            self.set_lines(agent_lines(self._player, self.size.width, self.palette))


def agent_lines(player: PlayerState, width: int, palette: Palette) -> list[Line]:
    """Content of the pane."""
    if (agent := player.agent) is None:
        return []
    lines = [heading("AGENT", width, palette), _wants(player, width, palette), _hears(agent, width, palette)]
    lines.append(((cut(f"hears {agent.hear}", width), palette.dim),))
    your_name, its_name = (" you ", " its") if width >= _NAMED_FROM else (" ", "")
    cells = max(1, (width - _LABEL - len(your_name) - len(its_name)) // 2)
    for group, musician, own in zip(GROUPS, agent.musician or agent.own, agent.own, strict=False):
        yours = palette.input if agent.musician else palette.faint
        label = (f"{group:<{_LABEL}}", palette.dim)
        if len(musician) == 1:
            first = _bar(musician[0] if agent.musician else 0.0, cells, yours, palette)
            second = _bar(own[0], cells, palette.prediction, palette)
            lines.append((label, *first, (your_name, palette.dim), *second, (its_name, palette.dim)))
        else:
            shown = blocks(musician) if agent.musician else ""
            lines.append((label, (f"{shown:<{len(own)}}", yours), (" you", palette.dim)))
            lines.append(((" " * _LABEL, palette.ground), (blocks(own), palette.prediction), (" its", palette.dim)))
    line = curve(list(agent.distances), max(0, width - _LABEL - 5), (0.0, _SCALE))
    distance = f"{agent.distance:.2f}" if agent.distances else "-"
    lines.append(((f"{'distance':<{_LABEL}}", palette.dim), (f"{distance:<5}", palette.strong), (line, palette.text)))
    return lines


def _wants(player: PlayerState, width: int, palette: Palette) -> Line:
    pieces = [(str(player.parameters["aim"]).upper(), palette.strong), (" ", palette.ground)]
    if player.agent is not None and player.agent.resting:
        pieces += [(" RESTS ", palette.text_block), (" ", palette.ground)]
    if budget := player.number("budget"):
        used = sum(len(text) for text, _ in pieces)
        pieces.append((cut(f"budget {budget:g}", width - used), palette.text))
    return tuple(pieces)


def _hears(agent: AgentState, width: int, palette: Palette) -> Line:
    if agent.heard < 0.0:
        return ((cut("nothing is heard yet", width), palette.dim),)
    if agent.heard > _LOST:
        return ((cut(f" NOTHING HEARD for {agent.heard:.0f} s ", width), palette.warning_block),)
    return ((f"{agent.level:.0f} dBFS", palette.input), (f"  {agent.rate} frames/s", palette.dim))


def _bar(share: float, cells: int, style: Style, palette: Palette) -> Line:
    full = round(share * cells)
    return (("━" * full, style), ("─" * (cells - full), palette.faint))
