"""Opens and closes pages and panes."""

from collections.abc import Callable
from typing import Any

from textual.app import App

from impsy_tui.console.engine_requests import EngineRequests
from impsy_tui.console.prompt_history import history_file
from impsy_tui.console.score.page import ScorePage
from impsy_tui.console.screens.files import FilesPage
from impsy_tui.console.screens.help import HelpPage
from impsy_tui.console.screens.page import Page, PageContext
from impsy_tui.console.screens.perform import PerformScreen
from impsy_tui.console.screens.rig_check import RigPage
from impsy_tui.console.screens.settings import SettingsPage


class Pages:
    """Opens the page of a word.

    Args:
        app: app with the screens.
        requests: interface to the engine.
        perform: screen below all pages.
        context: returns the present colours, keys and names.
        topic: returns the topic of the help.
    """

    def __init__(
        self,
        app: App[Any],
        requests: EngineRequests,
        perform: PerformScreen,
        context: Callable[[], PageContext],
        topic: Callable[[], str],
    ) -> None:
        self._app = app
        self._requests = requests
        self._perform = perform
        self._page_context = context
        self._topic = topic

    def show(self, name: str) -> None:
        """Opens or closes a page, or shows or hides a pane."""
        here = self._app.screen_stack[-1]
        if name == "guide" and isinstance(here, SettingsPage):
            here.action_guide()
            return
        if not isinstance(here, Page | PerformScreen):
            return  # a dialog waits for its answer
        match name:
            case "perform":
                self.to_perform()
            case "stage" | "events" | "side":
                self.to_perform()
                {
                    "stage": self._perform.toggle_stage,
                    "events": self._perform.cycle_events,
                    "side": self._perform.toggle_side,
                }[name]()
            case "thinking":
                self.to_perform()
                self._perform.meters.toggle_thinking()
                self._perform.strip.toggle_thinking()
            case "channels" | "pending" | "jobs":
                self.to_perform()
                self._perform.toggle_pane(name)
            case _:
                made = self._page(name)
                self.to_perform()
                if not isinstance(here, type(made)):
                    self._app.push_screen(made)

    def show_score(self, name: str) -> None:
        """Opens a score; the same score again is closed."""
        here = self._app.screen_stack[-1]
        if not isinstance(here, Page | PerformScreen):
            return  # a dialog wants its answer first
        self.to_perform()
        if not isinstance(here, ScorePage) or here.score.name != name:
            drafts = history_file().parent / "drafts"
            self._app.push_screen(ScorePage(self._page_context(), self._requests, name, drafts, self._help_above))

    def _help_above(self, topic: str) -> None:
        """Opens the help above the present page."""
        self._app.push_screen(HelpPage(self._page_context(), topic))

    def to_perform(self) -> None:
        """Closes all pages."""
        while len(self._app.screen_stack) > 1:
            self._app.pop_screen()

    def _page(self, name: str) -> Page:
        context = self._page_context()
        match name:
            case "files":
                return FilesPage(context, self._requests)
            case "settings" | "guide":
                return SettingsPage(context, self._requests, opens_setup=name == "guide")
            case "rig":
                return RigPage(context, self._requests)
            case _:
                return HelpPage(context, self._topic())
