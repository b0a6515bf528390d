"""Jobs pane: progress, losses and results of the workers."""

from collections.abc import Sequence
from typing import Final

from impsy_tui import choices
from impsy_tui.console.drawing.lines import Line, Pane, blocks, cut, heading, span, wrapped
from impsy_tui.console.themes import Palette
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import JobState

_MOST: Final = 3
_LEAST: Final = 2
"""Lines of the pane in which the first line of a job stands, with no word about the rest."""


class JobsPane(Pane):
    """Pane of the running jobs, and of the last ended job if no other was started after it."""

    DEFAULT_CSS = "JobsPane { height: 1fr; width: 1fr; }"

    def __init__(self, palette: Palette, key: str = "") -> None:
        super().__init__(palette, id="jobs", key=key)
        self._jobs: tuple[JobState, ...] = ()

    def show(self, snapshot: Snapshot) -> None:
        """Shows the jobs of a snapshot."""
        if snapshot.jobs != self._jobs:
            self._jobs = snapshot.jobs
            self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        width = self.size.width
        lines = [heading("JOBS", width, self.palette, key=self.key, focused=self.has_focus)]
        shown = chosen(self._jobs)
        for job in shown:
            lines += _job(job, width, self.palette)
        if len(lines) > self.size.height > _LEAST:
            lines[self.size.height - 1 :] = [(("… F6 shows all", self.palette.dim),)]
        if not shown:
            lines.append((("none: dataset 9, train s", self.palette.dim),))
        self.set_lines(lines)


def chosen(jobs: Sequence[JobState]) -> list[JobState]:
    """Returns the jobs that are shown: those that run, and the last that ended if none was started after it."""
    running = [job for job in jobs if job.is_running]
    newest = max((job.number for job in running), default=0)
    ended = [job for job in jobs if not job.is_running and job.number > newest][-1:]
    return [*reversed(running), *ended][:_MOST]


def _job(job: JobState, width: int, palette: Palette) -> list[Line]:
    glyph, style = {
        "running": ("⚙", palette.strong),
        "stopping": ("■", palette.warning),
        "finished": ("✓", palette.good),
        "failed": ("✗", palette.alarm),
    }.get(job.state, ("○", palette.dim))
    lines: list[Line] = [((f"{glyph} {job.number} {cut(f'{job.kind} {job.name}', width - 5)}", style),)]
    if not job.is_running:
        style = palette.alarm if job.state == "failed" else palette.text
        return lines + [((part, style),) for part in wrapped(job.text, width, indent="  ", hanging="  ")]
    share = f" {job.done}/{job.of}" if job.of else f" {job.done}" if job.done else ""
    left = f", {span(job.left)} left" if job.left is not None else f", {span(job.age)}"
    lines.append((("  " + cut(f"{job.stage}{share}{left}", width - 2), palette.text),))
    if job.of:
        cells = max(1, width - 2)
        full = round(cells * min(1.0, job.done / job.of))
        lines.append((("  ", palette.ground), ("━" * full, palette.good), ("─" * (cells - full), palette.faint)))
    if job.loss is not None:
        held = "" if job.validation is None else f"  held out {job.validation:.3f}"
        lines.append((("  " + cut(f"loss {job.loss:.3f}{held} {job.unit}", width - 2), palette.text),))
    if len(job.curve) > 1:
        lines.append((("  ", palette.ground), (curve([point[0] for point in job.curve], width - 2), palette.input)))
        lines.append(
            (("  ", palette.ground), (curve([point[1] for point in job.curve], width - 2), palette.prediction))
        )
    if job.state == "running":
        hint = "keep job: end and save · cancel job" if job.kind in choices.KEEPING_JOBS else "cancel job ends it"
        lines.append((("  " + cut(hint, width - 2), palette.dim),))
    return lines


def curve(values: list[float], width: int, within: tuple[float, float] | None = None) -> str:
    """Returns numbers over time as a line of blocks, scaled to their own limits or to a range."""
    if width < 1 or not values:
        return ""
    if len(values) > width:
        values = [values[int(index * len(values) / width)] for index in range(width)]
    low, high = within or (min(values), max(values))
    reach = (high - low) or 1.0
    return blocks([(value - low) / reach for value in values])
