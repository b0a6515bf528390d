"""Files page: logs, datasets and models, with their commands, and the file under the cursor next to the list."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import DataTable

from impsy_tui.console.command_targets import player_prefix
from impsy_tui.console.confirmations import IN_TRASH
from impsy_tui.console.drawing.file_rows import KINDS, WIDE, FileRow, cells, columns, merged
from impsy_tui.console.engine_requests import EngineRequests
from impsy_tui.console.screens.dialogs import Confirm
from impsy_tui.console.screens.page import Page, PageContext, fill
from impsy_tui.console.themes import Palette
from impsy_tui.console.view import View
from impsy_tui.console.widgets.file_details import FileDetails
from impsy_tui.control.answers import Files, LogPlot, Names
from impsy_tui.control.messages import Reply, Snapshot
from impsy_tui.language.program import quoted
from impsy_tui.ranges import EPOCHS, PATIENCE
from impsy_tui.text import counted

_CHANGING = ("delete", "rename", "restore", "undo", "redo", "dataset", "trash")
_PAUSE: Final = 0.12
"""Seconds for which the cursor stays on a log before the engine draws the log."""
_SCROLL_BAR: Final = 2
"""Cells of the scroll bar of the list."""


class FilesPage(Page):
    """List of all files, with keys for their commands."""

    KEYS: ClassVar[Mapping[str, str]] = {
        "n": "dataset",
        "t": "train",
        "l": "load",
        "a": "audition",
        "e": "export",
        "i": "import",
        "r": "rename",
        "d": "delete",
        "delete": "delete",
        "u": "reload",
        "1": "only('log')",
        "2": "only('dataset')",
        "3": "only('model')",
        "0": "only('')",
    }
    TITLE_TEXT = "FILES"
    topic = "files"
    KEYS_TEXT = (
        "n dataset · t train · a audition · l load · e export · i import\n"
        "r rename · d delete · 1 logs 2 datasets 3 models 0 all · u update · Esc"
    )
    HAS_FILTER = True

    def __init__(self, context: PageContext, requests: EngineRequests) -> None:
        super().__init__(context)
        self._requests = requests
        self._files: tuple[FileRow, ...] = ()
        self._listed = False
        self._only = ""
        self._ended_jobs: frozenset[int] | None = None
        self._snapshot: Snapshot | None = None
        self._details = FileDetails(context.palette)

    def content(self) -> ComposeResult:
        """Yields the list, and the file under the cursor next to it."""
        with Horizontal():
            table: DataTable[Text] = DataTable(cursor_type="row", zebra_stripes=False)
            yield table
            yield self._details

    def on_mount(self) -> None:
        """Requests the files."""
        self._look()

    def show(self, view: View) -> None:
        """Reads the list again after a job has ended."""
        super().show(view)
        self._snapshot = view.snapshot
        if view.snapshot is not None:
            ended = frozenset(job.number for job in view.snapshot.jobs if not job.is_running)
            if self._ended_jobs is not None and ended - self._ended_jobs:
                self._look()
            self._ended_jobs = ended

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        self.set_title("FILES · looking …")
        answer = await self._requests.ask("files")
        if isinstance(answer, Files):
            self._files, self._listed = merged(answer.files), True
            self.list_rows()
        else:
            self.set_title(f"FILES · {answer.text if isinstance(answer, Reply) else 'no answer'}")

    def list_rows(self) -> None:
        """Shows the rows of the chosen kind that the filter matches."""
        if self.left or not self._listed:
            return
        table = self.query_one(DataTable)
        chosen, before = self._chosen(), table.cursor_row
        of_kind = [row for row in self._files if not self._only or row.facts.kind == self._only]
        shown = [row for row in of_kind if self.filter.matches(*row.words)]
        wide = self.size.width >= WIDE
        space = self.size.width - self._details.outer_size.width - _SCROLL_BAR
        fill(table, columns(wide=wide), cells(shown, space, wide=wide))
        if chosen is not None and chosen in shown:
            table.move_cursor(row=shown.index(chosen))
        elif chosen is None and shown:  # a renamed file keeps its place, and the next file follows a deleted one
            table.move_cursor(row=min(before, len(shown) - 1))
        if not shown:
            self._details.show(None)
        counts = [sum(row.facts.kind == kind for row in self._files) for kind in KINDS]
        counted_files = (
            counted(count, noun) for count, noun in zip(counts, ("log", "dataset", "model"), strict=True)
        )
        self.set_title(f"FILES · {', '.join(counted_files)}")
        self.set_filter(len(shown), len(of_kind))

    def _chosen(self) -> FileRow | None:
        table = self.query_one(DataTable)
        if not table.row_count or not table.is_valid_row_index(table.cursor_row):
            return None
        key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value
        return next((row for row in self._files if row.key == key), None)

    def _need(self, kinds: Sequence[str], what: str) -> FileRow | None:
        row = self._chosen()
        if row is None or row.facts.kind not in kinds:
            self.set_title(f"FILES · choose a {' or a '.join(kinds)} to {what}")
            return None
        return row

    def action_only(self, kind: str) -> None:
        """Shows files of one kind, or all files."""
        self._only = kind
        self.list_rows()

    def action_reload(self) -> None:
        """Requests the files again."""
        self._look()

    def on_data_table_row_highlighted(self) -> None:
        """Shows the file under the cursor, a log with its plot."""
        if self.left:
            return
        row = self._chosen()
        self._details.show(row)
        if row is not None:
            self._draw(row)

    def on_data_table_row_selected(self) -> None:
        """Draws the selected log again, or auditions the selected model."""
        row = self._chosen()
        if row is None:
            return
        if row.facts.kind == "log":
            self._draw(row)
        elif row.facts.kind == "model":
            self._play_model("audition", row)
        else:
            self.action_train()

    @work(exclusive=True, group="draw")
    async def _draw(self, row: FileRow) -> None:
        if row.facts.kind != "log" or row.facts.problem:
            return
        await asyncio.sleep(_PAUSE)
        answer = await self._requests.ask("log", row.facts.name, self._details.columns)
        if self.left or self._chosen() != row:
            return
        if isinstance(answer, LogPlot):
            self._details.show(row, answer)
        elif isinstance(answer, Reply):
            self.set_title(f"FILES · {answer.text}")

    def action_load(self) -> None:
        """Loads the selected model."""
        if row := self._need(("model",), "load"):
            self._play_model("load", row)

    def action_audition(self) -> None:
        """Auditions the selected model in silence."""
        if row := self._need(("model",), "audition"):
            self._play_model("audition", row)

    @work
    async def _play_model(self, word: str, row: FileRow) -> None:
        """Loads or auditions a model for a player of its kind."""
        names = await self._requests.ask("names")
        agent = row.facts.name.endswith(".npz")
        is_ensemble = isinstance(names, Names) and row.stem in names.ensembles
        kind = "agent" if agent else "ensemble" if is_ensemble else "train"
        to = None
        if self._snapshot is not None:
            # Where no agent plays, a player of values becomes one.
            to = player_prefix(kind, self._snapshot) or (player_prefix("train", self._snapshot) if agent else None)
        self._run(f"{to or ''}{word} {quoted(row.stem)}")

    def action_dataset(self) -> None:
        """Puts the command that makes a dataset into the prompt."""
        row = self._chosen()
        self.begin(f"dataset {row.facts.dimension}" if row is not None and row.facts.dimension else "dataset")

    def action_train(self) -> None:
        """Puts the command that trains on the selected dataset into the prompt."""
        row = self._chosen()
        on = f" on {quoted(row.stem)}" if row is not None and row.facts.kind == "dataset" else ""
        self.begin(f"train s{on} epochs {EPOCHS.default} patience {PATIENCE.default}")

    def action_export(self) -> None:
        """Writes the selected log as a MIDI file."""
        if row := self._need(("log",), "export"):
            self._run(f"export {quoted(row.stem)}")

    def action_import(self) -> None:
        """Puts the command that makes a log of a MIDI file into the prompt."""
        self.begin("import ")

    def action_rename(self) -> None:
        """Puts the command that renames the file into the prompt."""
        if self._requests.locked:
            self.set_title("FILES · the stage lock is on: nothing is renamed")
        elif row := self._chosen():
            name = quoted(row.stem)
            self.begin(f"rename {row.facts.kind} {name} {name}")

    def action_delete(self) -> None:
        """Moves the file to the trash, after a confirmation."""
        if self._requests.locked:
            self.set_title("FILES · the stage lock is on: nothing is deleted")
        elif row := self._chosen():
            question = Confirm(f"Delete {row.facts.kind} {row.stem}?", IN_TRASH, "delete")
            line = f"delete {row.facts.kind} {quoted(row.stem)}"

            def answered(agreed: bool | None) -> None:
                if agreed:
                    self._run(line)

            self.app.push_screen(question, answered)

    def answered(self, level: str, text: str, line: str = "") -> None:
        """Shows the answer, and requests the files again."""
        super().answered(level, text, line)
        if line.startswith(_CHANGING):
            self._look()

    @work
    async def _run(self, line: str) -> None:
        self.set_title(f"FILES · {line} …")
        reply = await self._requests.carry_out(line)
        if reply.ok and line.startswith(_CHANGING):
            self._look()
        self.set_title(f"FILES · {reply.text}")

    def set_palette(self, palette: Palette) -> None:
        """Sets other colours."""
        super().set_palette(palette)
        self._details.set_palette(palette)
