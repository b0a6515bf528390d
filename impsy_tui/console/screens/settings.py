"""Settings page: current configuration, the source of each value, and editing of the file."""

from collections.abc import Mapping
from typing import ClassVar, Final

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

_LEAST_VALUE: Final = 16
_PADDING: Final = 8
"""Cells around three columns, and of the scroll bar."""


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
        origins = [cut(one.origin.rpartition("/")[2], self.size.width // 3) for one in shown]
        # Values have all the room that keys and origins leave.
        others = sum(max(map(width_of, texts), default=0) for texts in ([one.key for one in shown], origins))
        space = max(_LEAST_VALUE, self.size.width - others - _PADDING)
        rows = [(one.key, cut(one.value, space), origin) for one, origin in zip(shown, origins, strict=True)]
        fill(table, ("setting", "in force", "from"), [(row[0], row) for row in rows])
        keys = [one.key for one in shown]
        if chosen is not None and chosen.key in keys:
            table.move_cursor(row=keys.index(chosen.key))
        self.set_title(f"SETTINGS · {self._file or 'no file'}")
        self.set_filter(len(shown), len(listed))

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
