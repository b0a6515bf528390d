"""Settings: the configuration in force, where each value came from, and changing it in its file."""

from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Label

from impsy_tui.console.desk import Desk
from impsy_tui.console.keymap import Keymap
from impsy_tui.console.screens.dialogs import Ask
from impsy_tui.console.screens.guide import Guide
from impsy_tui.console.screens.page import Page, as_shown
from impsy_tui.console.themes import Palette
from impsy_tui.console.widgets.lines import cut
from impsy_tui.control.messages import Reply, Setting, Settings


class SettingsPage(Page):
    """Every setting; Enter changes one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "changed", show=False),
        Binding("g", "guide", show=False),
        Binding("u", "reload", show=False),
    ]
    TITLE_TEXT = "SETTINGS"
    KEYS_TEXT = "Enter changes it in its file · c only those set · g guide · u update · Esc back"

    def __init__(
        self, palette: Palette, keymap: Keymap, digits_every: int, desk: Desk, *, guided: bool = False
    ) -> None:
        super().__init__(palette, keymap, digits_every)
        self._desk = desk
        self._guided = guided
        self._settings: tuple[Setting, ...] = ()
        self._changed_only = False
        self._file = ""

    def content(self) -> ComposeResult:
        """The list, and what the setting under the cursor is."""
        table: DataTable[Text] = DataTable(cursor_type="row", zebra_stripes=False)
        for column in ("setting", "in force", "from"):
            table.add_column(column, key=column)
        yield table
        yield Label("", classes="note", markup=False, id="about")

    def on_mount(self) -> None:
        """Look at once, and begin the guide where that was asked for."""
        self.query_one(DataTable).focus()
        self._look()
        if self._guided:
            self.action_guide()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        answer = await self._desk.ask("settings")
        if isinstance(answer, Settings):
            self._settings, self._file = answer.settings, answer.file
            self._list()
        elif isinstance(answer, Reply):
            self.set_title(f"SETTINGS · {answer.text}")

    def _list(self) -> None:
        if self.left:
            return
        table = self.query_one(DataTable)
        chosen = self._chosen()
        table.clear()
        shown = [one for one in self._settings if not self._changed_only or one.origin != "default"]
        room = max(16, (self.size.width - 30) // 2)
        for one in shown:
            origin = one.origin.rpartition("/")[2]
            table.add_row(*map(as_shown, (one.key, cut(one.value, room), cut(origin, room))), key=one.key)
        keys = [one.key for one in shown]
        if chosen is not None and chosen.key in keys:
            table.move_cursor(row=keys.index(chosen.key))
        self.set_title(f"SETTINGS · {self._file or 'no file'}")

    def _chosen(self) -> Setting | None:
        table = self.query_one(DataTable)
        if not table.row_count or not table.is_valid_row_index(table.cursor_row):
            return None
        key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value
        return next((one for one in self._settings if one.key == key), None)

    def on_data_table_row_highlighted(self) -> None:
        """Say what it is."""
        if self.left:
            return
        one = self._chosen()
        text = "" if one is None else f"{one.help}\nallowed: {one.allowed}; default {one.default}"
        self.query_one("#about", Label).update(text)

    def on_data_table_row_selected(self) -> None:
        """Change it."""
        one = self._chosen()
        if one is None:
            return

        self.app.push_screen(self._dialog(one))

    def _dialog(self, one: Setting) -> Ask:
        async def accept(value: str) -> str:
            if value == one.value:
                return ""
            reply = await self._desk.carry_out(f"set {one.key} {value}")
            if not reply.ok:
                return reply.text
            self._look()
            self._desk.say("reply", reply.text)
            return ""

        return Ask(one.key, f"{one.help}\nallowed: {one.allowed}", one.value, accept)

    def action_guide(self) -> None:
        """What is plugged in, question by question, and a new file of the answers."""
        self.app.push_screen(Guide(self._desk))

    def action_changed(self) -> None:
        """Only those that are set, or all."""
        self._changed_only = not self._changed_only
        self._list()

    def action_reload(self) -> None:
        """Look again."""
        self._look()
