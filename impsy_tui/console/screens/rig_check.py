"""Rig check page: every port, disk, model, socket and clock before the concert."""

from collections.abc import Mapping
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll

from impsy_tui.console.drawing.lines import Line, Lines, wrapped
from impsy_tui.console.engine_requests import EngineRequests
from impsy_tui.console.screens.page import Page, PageContext
from impsy_tui.console.themes import Palette
from impsy_tui.control.answers import Check, Rig
from impsy_tui.control.messages import Reply

_GLYPHS: Final = {"ok": "✓", "warning": "!", "error": "✗"}


class Checks(Lines):
    """List of the checks; a long one takes several lines."""

    DEFAULT_CSS = "Checks { height: auto; width: 1fr; }"

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="checks")
        self._checks: tuple[Check, ...] = ()

    def show(self, checks: tuple[Check, ...]) -> None:
        """Shows the results."""
        self._checks = checks
        self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        palette, width = self.palette, self.size.width
        styles = {"ok": palette.good, "warning": palette.warning, "error": palette.alarm}
        lines: list[Line] = []
        for check in self._checks:
            style = styles[check.state]
            head = f" {_GLYPHS[check.state]} {check.name:<10} "
            for text in wrapped(check.text, width - 14):
                lines.append(((head, style), (text, palette.text if check.state == "ok" else style)))
                head = " " * len(head)
        self.styles.height = max(1, len(lines))
        self.set_lines(lines)


class RigPage(Page):
    """Page of the checks, which run when the page opens and on request."""

    KEYS: ClassVar[Mapping[str, str]] = {"u": "reload", "enter": "reload"}
    TITLE_TEXT = "RIG CHECK"
    topic = "rig"
    KEYS_TEXT = "u update · : prompt · Esc back"

    def __init__(self, context: PageContext, requests: EngineRequests) -> None:
        super().__init__(context)
        self._requests = requests
        self._checks = Checks(context.palette)

    def content(self) -> ComposeResult:
        """Yields the list of checks."""
        with VerticalScroll():
            yield self._checks

    def on_mount(self) -> None:
        """Runs the checks."""
        self._look()

    def action_reload(self) -> None:
        """Runs the checks again."""
        self._look()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        self.set_title("RIG CHECK · looking …")
        answer = await self._requests.ask("rig")
        if self.left:
            return
        if isinstance(answer, Rig):
            self._checks.show(answer.checks)
            bad = [check.name for check in answer.checks if check.state != "ok"]
            self.set_title(f"RIG CHECK · look at {', '.join(bad)}" if bad else "RIG CHECK · everything is ready")
        elif isinstance(answer, Reply):
            self.set_title(f"RIG CHECK · {answer.text}")
            self._checks.show((Check("engine", "error", answer.text),))
