"""Settings page: current configuration, the source of each value, and editing of the file."""

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.widgets import DataTable, Label

from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.drawing.lines import cut
from impsy_tui.console.engine_requests import EngineRequests
from impsy_tui.console.screens.page import Page, PageContext, fill
from impsy_tui.console.screens.setup_questions import SetupDialog
from impsy_tui.control.answers import Setting, Settings
from impsy_tui.control.messages import Reply


class SettingsPage(Page):
    """List of all settings; Enter changes one."""

    KEYS: ClassVar[Mapping[str, str]] = {"c": "changed", "g": "guide", "u": "reload"}
    TITLE_TEXT = "SETTINGS"
    topic = "settings"
    HAS_FILTER = True
    KEYS_TEXT = "Enter changes it in its file · / filter · c only those set · g guide\nu update · : prompt · Esc back"

    def __init__(self, context: PageContext, requests: EngineRequests, *, opens_setup: bool = False) -> None:
        super().__init__(context)
        self._requests = requests
        self._opens_setup = opens_setup
        self._settings: tuple[Setting, ...] = ()
        self._changed_only = False
        self._file = ""

    def content(self) -> ComposeResult:
        """Yields the list and the description of the selected setting."""
        table: DataTable[Text] = DataTable(cursor_type="row", zebra_stripes=False)
        yield table
        yield Label("", classes="note", markup=False, id="about")

    def on_mount(self) -> None:
        """Requests the settings, and opens the guide if it was requested."""
        self._look()
        if self._opens_setup:
            self.action_guide()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        answer = await self._requests.ask("settings")
        if isinstance(answer, Settings):
            self._settings, self._file = answer.settings, answer.file
            self.list_rows()
        elif isinstance(answer, Reply):
            self.set_title(f"SETTINGS · {answer.text}")

    def list_rows(self) -> None:
        """Shows the settings that the filter matches."""
        if self.left:
            return
        table = self.query_one(DataTable)
        chosen = self._chosen()
        listed = [one for one in self._settings if not self._changed_only or one.origin != "default"]
        shown = [one for one in listed if self.filter.matches(one.key, one.value, one.help)]
        space = self._space
        rows = [(one.key, cut(one.value, space), cut(one.origin.rpartition("/")[2], space)) for one in shown]
        fill(table, ("setting", "in force", "from"), [(row[0], row) for row in rows])
        keys = [one.key for one in shown]
        if chosen is not None and chosen.key in keys:
            table.move_cursor(row=keys.index(chosen.key))
        self.set_title(f"SETTINGS · {self._file or 'no file'}")
        self.set_filter(len(shown), len(listed))

    @property
    def _space(self) -> int:
        """Most cells of a value in the list, so that its source is next to it."""
        return max(16, (self.size.width - 30) // 2)

    def _chosen(self) -> Setting | None:
        table = self.query_one(DataTable)
        if not table.row_count or not table.is_valid_row_index(table.cursor_row):
            return None
        key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value
        return next((one for one in self._settings if one.key == key), None)

    def on_data_table_row_highlighted(self) -> None:
        """Shows the description of the selected setting."""
        if self.left:
            return
        one = self._chosen()
        text = "" if one is None else f"{one.help}\nallowed: {one.allowed}; default {one.default}"
        if one is not None and width_of(one.value) > self._space:
            text += f"\nin force: {one.value}"  # the list has only its beginning
        self.query_one("#about", Label).update(text)

    def on_data_table_row_selected(self) -> None:
        """Puts the command that changes the setting into the prompt."""
        one = self._chosen()
        if one is not None:
            self.begin(f"set {one.key} {one.value}")

    def answered(self, level: str, text: str, line: str = "") -> None:
        """Shows the answer, and requests the settings again."""
        super().answered(level, text, line)
        if line.startswith("set "):
            self._look()

    def action_guide(self) -> None:
        """Opens the guide to a new configuration."""
        self.app.push_screen(SetupDialog(self._requests))

    def action_changed(self) -> None:
        """Shows only the settings of the file, or all settings."""
        self._changed_only = not self._changed_only
        self.list_rows()

    def action_reload(self) -> None:
        """Requests the settings again."""
        self._look()
