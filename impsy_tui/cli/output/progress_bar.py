"""Progress of a worker in a shell, drawn by Rich. Imported late: most commands do not need Rich."""

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from impsy_tui.text import printable
from impsy_tui.workers.messages import Progress


class ProgressDisplay:
    """Progress bar on a terminal; elsewhere one line per epoch."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, markup=False)
        self._bar = Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)
        self._line = ""

    def __enter__(self) -> "ProgressDisplay":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, progress: Progress) -> None:
        """Moves the bar; prints the losses of an epoch once."""
        self._bar.update(
            self._task, description=printable(progress.stage), total=progress.of or None, completed=progress.done
        )
        line = _epoch_line(progress)
        if line and line != self._line:
            self._line = line
            self._console.print(printable(line), soft_wrap=True)


def _epoch_line(progress: Progress) -> str:
    """Returns the losses of an epoch; empty for progress of another kind."""
    if progress.loss is None:
        return ""
    parts = [f"{progress.stage} {progress.done}/{progress.of}", f"loss {progress.loss:.3f}"]
    if progress.validation is not None:
        parts.append(f"held out {progress.validation:.3f}")
    if progress.left is not None:
        parts.append(f"at most {progress.left // 60:.0f}:{progress.left % 60:02.0f} left")
    return "  ".join(parts)
