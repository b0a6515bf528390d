"""Score page: an editor for a set list, whose lines, blocks and cues run while the music plays."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Label

from impsy_tui.console.drawing.compositor import TightCompositor
from impsy_tui.console.drawing.lines import one_line
from impsy_tui.console.engine_requests import EngineRequests
from impsy_tui.console.score.editor import ScoreEditor
from impsy_tui.console.score.keys import AFTER_ESCAPE, AT_ONCE, SCORE_KEYS
from impsy_tui.console.score.margin import Margin
from impsy_tui.console.score.meter_line import MeterLine
from impsy_tui.console.score.runner import ScoreRunner
from impsy_tui.console.score.running import RunningLines
from impsy_tui.console.score.saving import ScoreFile
from impsy_tui.console.score.structure import block_of, cue_of, is_command, is_heading
from impsy_tui.console.screens.help_topic import topic_at
from impsy_tui.console.screens.page import Page, PageContext
from impsy_tui.console.textual_internals import use_compositor
from impsy_tui.console.themes import Palette
from impsy_tui.console.view import View
from impsy_tui.console.widgets.ensemble.view import EnsembleView
from impsy_tui.console.widgets.meters import Meters
from impsy_tui.control.link import LinkState
from impsy_tui.key_actions import shown
from impsy_tui.language.completion import complete

FIRST_SCORE: Final = "score"
"""Name of a score if none is named and no set list is open."""
_SAVE_AFTER: Final = 0.7
"""Seconds without a key after which the text is saved."""
_ANSWER_STAYS: Final = 5.0
"""Seconds after which the keys stand in place of an answer again; an edit brings them back at once."""
_CERTAIN: Final = 10
"""Frames after which the text of another console is taken."""
_RETRY: Final = 20
"""Frames between two attempts to save."""
_KEYS_ROW: Final = "  ".join(f"{key} {what}" for key, what in (each.label for each in SCORE_KEYS) if key)


class ScorePage(Page):
    """Page with an editor in place of the prompt.

    Args:
        context: colours, keys and names.
        requests: interface to the engine.
        name: name of the set list.
        drafts: folder of drafts on this machine.
        show_help: shows the help about a topic.
    """

    AUTO_FOCUS = "#score-text"
    KEYS_TEXT: ClassVar[str] = (
        "\n".join(
            "  ".join(f"{shown(each.after_escape[0])} {each.label[1]}" for each in row if each.label[1])
            for row in (SCORE_KEYS[:8], SCORE_KEYS[8:])
        )
        + "  h help for the word  : prompt  Esc leaves"
    )

    def __init__(
        self,
        context: PageContext,
        requests: EngineRequests,
        name: str,
        drafts: Path,
        show_help: Callable[[str], None],
    ) -> None:
        super().__init__(context)
        use_compositor(self, TightCompositor)  # an edit sends the changed cells only
        self.score = ScoreFile(name, requests, drafts)
        self.running = RunningLines()
        self._requests = requests
        self._known = context.known
        self._show_help = show_help
        self.editor = ScoreEditor(
            self.palette, lambda: tuple(context.known().macros), lambda row: self.running[row].mistake
        )
        self._margin = Margin(self.palette, self.running.mark, lambda: self.editor.scroll_offset.y)
        self._meter_line = MeterLine(self.palette)
        self._meters = Meters(self.palette, context.digits_every, context.gestures)
        self._ensemble = EnsembleView(self.palette)
        self._ensemble.can_focus = False
        self._frame = 0
        self._has_adopted = False
        self._outdated = 0
        self._edits = 0
        self._reports = 0
        self._others: tuple[str, ...] = ()
        self._runner = ScoreRunner(
            self.running, requests, lambda: context.known().macros, self._report, self._marks_changed
        )
        self.prompt.display = False

    def compose(self) -> ComposeResult:
        """Strip, title, meters in one line, margin and editor, meters or ensemble at the side, keys, footer."""
        yield self._strip
        yield Label("", classes="title", markup=False)
        yield self._meter_line
        with Horizontal(id="score"):
            yield self._margin
            yield self.editor
            yield self._meters
            yield self._ensemble
        yield self._keys_bar
        yield self.prompt
        yield self.hint
        yield self._footer

    def on_mount(self) -> None:
        """Reads the score."""
        self.hint.set_idle(_KEYS_ROW)
        self.hint.idle()
        self.editor.read_only = True
        self.editor.focus()
        self.watch(self.editor, "scroll_y", self._redraw_margin, init=False)
        self._open()

    def action_reload(self) -> None:
        """Reads a score that could not be read before, and finds its lines that run: replies may be lost."""
        self._has_adopted = False
        if not self.score.is_open:
            self._open()

    @work(exclusive=True, group="open")
    async def _open(self) -> None:
        text = await self.score.open()
        if not self.score.is_open:
            self._report(self.score.problem, wrong=True)
            return
        self.editor.load(text)
        self.editor.read_only = False
        await self._requests.edit_set(self.score.name)
        self._say_title()
        if self.score.problem:
            self._report(self.score.problem, wrong=True)

    async def on_unmount(self) -> None:
        """Saves, and tells the engine that this console edits no score any more."""
        await self.score.save(self.editor.text)
        await self._requests.edit_set("")

    def _redraw_margin(self) -> None:
        self._margin.refresh()

    def _report(self, text: str, *, wrong: bool = False) -> None:
        """Shows an answer in place of the keys for some seconds."""
        self.hint.report(text, wrong=wrong)
        self._reports += 1
        report = self._reports
        self.set_timer(_ANSWER_STAYS, lambda: self.hint.idle() if report == self._reports else None)

    # Frames

    def show(self, view: View) -> None:
        """Shows a frame: strip, meters and the marks of running lines."""
        super().show(view)
        if view.snapshot is None or not self.score.is_open:
            return
        self._frame += 1
        # An ensemble plays touches: its only dimension is a number of a gesture.
        self.set_class(view.snapshot.focused.ensemble is not None, "-ensemble")
        for widget in (self._meters, self._meter_line, self._ensemble):
            if widget.display:
                widget.show(view.snapshot)
        if not self._has_adopted:
            self._has_adopted = True
            self.running.adopt(self.editor.lines, view.snapshot.pending)
        if self.running.show(view.snapshot.pending):
            self._margin.refresh()
        others = self.score.other_editors(view.snapshot)
        if others != self._others:
            self._others = others
            self._say_title()
        is_saved = self.score.is_saved(self.editor.text)
        retries = view.link is LinkState.UP and not self.score.changed_elsewhere
        if retries and self._frame % _RETRY == 0 and not is_saved:
            self._save()
        # A snapshot may be older than the last reply: the other text is certain after some frames.
        self._outdated = self._outdated + 1 if is_saved and self.score.is_outdated(view.snapshot) else 0
        if self._outdated == _CERTAIN:
            self._reload(self.editor.text)

    def _say_title(self) -> None:
        score = self.score
        title = f"SCORE {one_line(score.name)}"
        if score.changed_elsewhere:
            title += " · CHANGED BY ANOTHER CONSOLE: Esc a takes the other text, Esc w writes yours"
        elif score.problem:
            title += f" · NOT SAVED: {one_line(score.problem)}"
        elif not score.is_saved(self.editor.text):
            title += " · …"
        if self._others:
            title += f" · also edited by {', '.join(map(one_line, self._others))}"
        self.set_title(title)

    def set_palette(self, palette: Palette) -> None:
        """Sets other colours."""
        super().set_palette(palette)
        for widget in (self.editor, self._margin, self._meters):
            widget.set_palette(palette)

    # Keys

    async def take_key(self, event: events.Key) -> bool:
        """Runs a key at once, before the next key is read.

        Returns:
            False if the key belongs to the prompt or to the console.
        """
        if event.key in self._keymap.keys("help").split(","):
            self._help()
            return True
        if event.key in self._keymap.everywhere:
            return False
        if self.prompt.display:
            if event.key != "escape":
                return await super().take_key(event)
            if self.prompt.searches:
                self.prompt.leave_search()
            else:
                self.set_keys_mode(False)
            return True
        if self.keys_mode:
            await self._take_after_escape(event)
            return True
        if event.key == "escape":
            self.set_keys_mode(True)
        elif event.key in AT_ONCE:
            await self._act(AT_ONCE[event.key])
        elif event.key == "tab":
            self._complete()
        elif self.score.is_open:
            return await self.editor.take_key(event, event.character)
        return True

    async def _take_after_escape(self, event: events.Key) -> None:
        self.set_keys_mode(False)
        if event.key in self._keymap.keys("prompt").split(","):
            self.prompt.display = True
            self.set_focus(self.prompt.line)
        elif event.key == "escape":
            self.app.pop_screen()
        elif event.key in AFTER_ESCAPE:
            await self._act(AFTER_ESCAPE[event.key])
        elif event.key in AT_ONCE:
            await self._act(AT_ONCE[event.key])

    def set_keys_mode(self, on: bool) -> None:
        """Waits for one key after Esc, or goes back to the editor."""
        self._keys_bar.display = on
        self.prompt.display = False
        self.hint.display = not on
        self.set_focus(self.editor)

    def begin(self, line: str) -> None:
        """Puts a line into the prompt for editing."""
        self.prompt.display = True
        self.prompt.put(line)

    def answered(self, level: str, text: str, line: str = "") -> None:
        """Shows an answer, and goes back to the editor after a line of the prompt."""
        self._report(text, wrong=level == "error")
        if self.prompt.display and line and level != "error":
            self.set_keys_mode(False)

    async def _act(self, action: str) -> None:
        editor, row = self.editor, self.editor.row
        match action:
            case "run":
                self._run(cue_of(editor.lines, row) if is_heading(editor.lines[row]) else editor.selected_rows)
            case "run_block":
                self._run(block_of(editor.lines, row))
            case "run_cue":
                self._run(cue_of(editor.lines, row))
            case "stop":
                self._runner.stop(row)
            case "mute":
                self._mute(row)
            case "solo":
                self._start(self._runner.solo(row))
            case "raise_number" | "lower_number":
                if editor.step_number(action == "raise_number"):
                    self._run(range(editor.row, editor.row + 1))
                else:
                    self._report("no number is under the cursor")
            case "comment":
                editor.toggle_comment()
            case "duplicate":
                editor.duplicate()
            case "help":
                self._help()
            case "reload":
                self._reload()
            case "overwrite":
                self._overwrite()
        self._margin.refresh()

    def _help(self) -> None:
        """Opens the help at the command under the cursor; the score stays open below it."""
        row, column = self.editor.cursor_location
        self._show_help(topic_at(self.editor.lines[row], column, self._known().macros))

    def _complete(self) -> None:
        """Completes the word before the cursor, or shows what can follow."""
        row, column = self.editor.cursor_location
        line = self.editor.lines[row][:column]
        found = complete(line.lstrip(), self._known())
        indent = len(line) - len(line.lstrip())
        if len(found.options) == 1:
            self.editor.replace(found.options[0], (row, indent + found.start), (row, column))
        else:
            self.hint.complete(found, 0)

    # Running lines

    def _run(self, rows: range) -> None:
        """Runs the command lines of rows in order, and saves the score."""
        lines = self.editor.lines
        found = [row for row in rows if row < len(lines) and is_command(lines[row])]
        if not found:
            self._report("no command is here: write one, such as temp 1.2")
            return
        self.editor.flash(found)
        self._start(found)
        self._save()

    def _start(self, rows: Sequence[int]) -> None:
        lines = self.editor.lines
        self.run_worker(self._runner.start([(row, lines[row].strip()) for row in rows]), group="run")

    def _mute(self, row: int) -> None:
        if self.running[row].muted:
            self._run(range(row, row + 1))
        elif not self._runner.mute(row):
            self._report("nothing of this line is pending: only lines that run can be muted")

    def _marks_changed(self) -> None:
        self.editor.redraw()
        self._margin.refresh()

    # The file

    def on_score_editor_moved(self, message: ScoreEditor.Moved) -> None:
        """Moves the marks with their lines, and saves soon."""
        message.stop()
        self._runner.move(message.moved)
        if [row for row in message.rows if self.running.edited(row)]:
            self.editor.redraw()
        self._margin.refresh()
        self.hint.idle()
        self._edits += 1
        edit = self._edits
        self.set_timer(_SAVE_AFTER, lambda: self._save() if edit == self._edits else None)

    @work
    async def _save(self) -> None:
        await self.score.save(self.editor.text)
        self._say_title()

    @work(exclusive=True, group="reload")
    async def _reload(self, only_instead_of: str | None = None) -> None:
        """Takes the text of the file; what was typed meanwhile is never replaced."""
        text = await self.score.open()
        if only_instead_of is not None and self.editor.text != only_instead_of:
            self.score.changed_elsewhere = self.editor.text != text
        elif text != self.editor.text:
            self.editor.replace_all(text)
        self._say_title()

    @work
    async def _overwrite(self) -> None:
        await self.score.overwrite(self.editor.text)
        self._say_title()
