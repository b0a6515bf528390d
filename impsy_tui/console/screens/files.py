"""Files page: logs, datasets and models, with their commands and a plot."""

import time
from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.widgets import DataTable

from impsy_tui.console.command_targets import player_prefix
from impsy_tui.console.confirmations import IN_TRASH
from impsy_tui.console.drawing.lines import amount, middle, span
from impsy_tui.console.engine_requests import EngineRequests
from impsy_tui.console.screens.dialogs import Confirm
from impsy_tui.console.screens.page import Page, PageContext, fill
from impsy_tui.console.themes import Palette
from impsy_tui.console.view import View
from impsy_tui.console.widgets.performance_plot import PerformancePlot
from impsy_tui.control.answers import FileFacts, Files, LogPlot, Names
from impsy_tui.control.messages import Reply, Snapshot
from impsy_tui.language.program import quoted
from impsy_tui.paths import log_name
from impsy_tui.ranges import EPOCHS, PATIENCE
from impsy_tui.text import counted

_SIZES = {16: "xxs", 32: "xs", 64: "s", 128: "m", 256: "l", 512: "xl"}
_COLUMNS = ("kind", "name", "dim", "events", "length, loss", "size", "date")
_WIDE = 100
"""Width in cells from which dates show the year."""
_KINDS = ("log", "dataset", "model")
_CHANGING = ("delete", "rename", "restore", "undo", "redo", "dataset", "trash")


class FilesPage(Page):
    """List of all files, with keys for their commands."""

    KEYS: ClassVar[Mapping[str, str]] = {
        "n": "dataset",
        "t": "train",
        "l": "load",
        "a": "audition",
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
    KEYS_TEXT = (
        "Enter draws a log · n dataset · t train · a audition · l load · r rename\n"
        "d delete · 1 logs 2 datasets 3 models 0 all · u update · : prompt · Esc"
    )

    def __init__(self, context: PageContext, requests: EngineRequests) -> None:
        super().__init__(context)
        self._requests = requests
        self._files: tuple[FileFacts, ...] = ()
        self._only = ""
        self._ended_jobs: frozenset[int] | None = None
        self._snapshot: Snapshot | None = None
        self._picture = PerformancePlot(context.palette)

    def content(self) -> ComposeResult:
        """Yields the list, and a plot below it."""
        table: DataTable[Text] = DataTable(cursor_type="row", zebra_stripes=False)
        yield table
        yield self._picture

    def on_mount(self) -> None:
        """Requests the files."""
        self._picture.display = False
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
            self._files = tuple(sorted(answer.files, key=lambda facts: (_KINDS.index(facts.kind), -facts.time)))
            self._list()
        else:
            self.set_title(f"FILES · {answer.text if isinstance(answer, Reply) else 'no answer'}")

    def _list(self) -> None:
        if self.left:
            return
        table = self.query_one(DataTable)
        chosen = self._chosen()
        shown = [facts for facts in self._files if not self._only or facts.kind == self._only]
        wide = self.size.width >= _WIDE
        space = max(12, self.size.width - (68 if wide else 60))
        fill(table, _COLUMNS, [(_key(facts), _row(facts, space, wide=wide)) for facts in shown])
        if chosen is not None and chosen in shown:
            table.move_cursor(row=shown.index(chosen))
        counts = [sum(facts.kind == kind for facts in self._files) for kind in _KINDS]
        counted_files = (
            counted(count, noun) for count, noun in zip(counts, ("log", "dataset", "model"), strict=True)
        )
        self.set_title(f"FILES · {', '.join(counted_files)}")

    def _chosen(self) -> FileFacts | None:
        table = self.query_one(DataTable)
        if not table.row_count or not table.is_valid_row_index(table.cursor_row):
            return None
        key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value
        return next((facts for facts in self._files if _key(facts) == key), None)

    def _need(self, kinds: Sequence[str], what: str) -> FileFacts | None:
        facts = self._chosen()
        if facts is None or facts.kind not in kinds:
            self.set_title(f"FILES · choose a {' or a '.join(kinds)} to {what}")
            return None
        return facts

    def action_only(self, kind: str) -> None:
        """Shows files of one kind, or all files."""
        self._only = kind
        self._list()

    def action_reload(self) -> None:
        """Requests the files again."""
        self._look()

    def on_data_table_row_selected(self) -> None:
        """Draws the selected log, or auditions the selected model."""
        facts = self._chosen()
        if facts is None:
            return
        if facts.kind == "log":
            self._draw(facts)
        elif facts.kind == "model":
            self._play_model("audition", facts)
        else:
            self.action_train()

    @work(exclusive=True, group="draw")
    async def _draw(self, facts: FileFacts) -> None:
        self.set_title(f"FILES · drawing {facts.name} …")
        answer = await self._requests.ask("log", facts.name, max(10, self.size.width - 12))
        if self.left:
            return
        if isinstance(answer, LogPlot):
            self._picture.display = True
            self._picture.show(answer)
            self.set_title(f"FILES · {answer.name}: {answer.rows} events in {span(answer.seconds)}")
        elif isinstance(answer, Reply):
            self.set_title(f"FILES · {answer.text}")

    def action_load(self) -> None:
        """Loads the selected model."""
        if facts := self._need(("model",), "load"):
            self._play_model("load", facts)

    def action_audition(self) -> None:
        """Auditions the selected model in silence."""
        if facts := self._need(("model",), "audition"):
            self._play_model("audition", facts)

    @work
    async def _play_model(self, word: str, facts: FileFacts) -> None:
        """Loads or auditions a model for a player of its kind."""
        name = _stem(facts)
        names = await self._requests.ask("names")
        agent = facts.name.endswith(".npz")
        kind = "agent" if agent else "ensemble" if isinstance(names, Names) and name in names.ensembles else "train"
        to = None
        if self._snapshot is not None:
            # Where no agent plays, a player of values becomes one.
            to = player_prefix(kind, self._snapshot) or (player_prefix("train", self._snapshot) if agent else None)
        self._run(f"{to or ''}{word} {quoted(name)}")

    def action_dataset(self) -> None:
        """Puts the command that makes a dataset into the prompt."""
        facts = self._chosen()
        self.begin(f"dataset {facts.dimension}" if facts is not None and facts.dimension else "dataset")

    def action_train(self) -> None:
        """Puts the command that trains on the selected dataset into the prompt."""
        facts = self._chosen()
        on = f" on {quoted(_stem(facts))}" if facts is not None and facts.kind == "dataset" else ""
        self.begin(f"train s{on} epochs {EPOCHS.default} patience {PATIENCE.default}")

    def action_rename(self) -> None:
        """Puts the command that renames the file into the prompt."""
        if self._requests.locked:
            self.set_title("FILES · the stage lock is on: nothing is renamed")
        elif facts := self._chosen():
            name = quoted(_stem(facts))
            self.begin(f"rename {facts.kind} {name} {name}")

    def action_delete(self) -> None:
        """Moves the file to the trash, after a confirmation."""
        if self._requests.locked:
            self.set_title("FILES · the stage lock is on: nothing is deleted")
        elif facts := self._chosen():
            question = Confirm(f"Delete {facts.kind} {_stem(facts)}?", IN_TRASH, "delete")
            line = f"delete {facts.kind} {quoted(_stem(facts))}"

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
        self._picture.set_palette(palette)


def _key(facts: FileFacts) -> str:
    return f"{facts.kind} {facts.folder}/{facts.name}"


def _row(facts: FileFacts, space: int, *, wide: bool) -> tuple[str, ...]:
    name = _stem(facts)
    if facts.problem:
        name = f"✗ {name}: {facts.problem}"
    size = _SIZES.get(facts.units, "")
    kind = f"{facts.kind} {size}" if size else facts.kind
    return (
        kind,
        middle(name, space),
        str(facts.dimension or ""),
        str(facts.rows) if facts.rows >= 0 else "",
        span(facts.seconds) if facts.seconds >= 0 else "" if facts.loss is None else f"{facts.loss:.3f} nats",
        amount(facts.size),
        time.strftime("%Y-%m-%d %H:%M" if wide else "%m-%d %H:%M", time.localtime(facts.time)),
    )


def _stem(facts: FileFacts) -> str:
    return log_name(facts.name) if facts.kind == "log" else facts.name.rpartition(".")[0]
