"""Worker that makes datasets from logs."""

from functools import partial
from typing import Final

import numpy as np

from impsy_tui.data.checks import Scale
from impsy_tui.data.collate import ENOUGH, Collated, collate, dimensions, log_files
from impsy_tui.data.datasets import write_dataset
from impsy_tui.text import counted
from impsy_tui.workers.jobs import run_job
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter
from impsy_tui.workers.requests import DatasetRequest as Request

_MOST_NAMED: Final = 5
"""Greatest number of skipped logs that are listed one by one."""
_BARS: Final = "·▁▂▃▄▅▆▇█"


def run(request: Request) -> None:
    """Makes the datasets of a request."""
    run_job(partial(_make_all, request), request.datasets)


def _make_all(request: Request, reporter: Reporter) -> Finished | Failed:
    wanted = [request.dimension] if request.dimension else dimensions(request.logs)
    made = [_make(request, dimension, reporter) for dimension in wanted]
    files = [file for file, _ in made if file]
    text = (
        "; ".join(text for _, text in made) or f"no logs are in {request.logs}: the engine writes them while you play"
    )
    return Finished(text, files[-1]) if files else Failed(text)


def _make(request: Request, dimension: int, reporter: Reporter) -> tuple[str, str]:
    """Makes one dataset; returns its file (empty without data) and the report."""
    found = log_files(request.logs, dimension)
    stage = f"{dimension}d"
    scale = None if request.high is None else Scale(request.low, request.high)
    collated = collate(
        found.files,
        dimension,
        lambda done, of: reporter.say(Progress(stage, done, of)),
        scale=scale,
        patterns=request.patterns,
    )
    collated.left_out[:0] = found.left_out
    if not collated.performances:
        return "", "; ".join([f"no events of dimension {dimension} are in {request.logs}", *_left_out(collated)])
    datasets = request.datasets
    datasets.mkdir(parents=True, exist_ok=True)
    file = datasets / (request.name or f"training-dataset-{dimension}d.npz")
    reporter.say(Progress(f"{stage}: writing"))
    write_dataset(file, collated.performances)
    return str(file), f"{file.stem}: {report(collated)}"


def report(collated: Collated) -> str:
    """Returns the content of a dataset in one line, with a warning if it is too small."""
    parts = [
        counted(collated.events, "event"),
        f"{collated.seconds / 60:.1f} min",
        counted(len(collated.performances), "performance"),
        "dt {:.3f} to {:.3f} s, half below {:.3f}".format(*collated.gaps()[[0, 2, 1]]),
        f"{_bars(collated.histogram())} (1 ms to 10 s)",
    ]
    if collated.skipped:
        parts.append(f"{counted(collated.skipped, 'row')} made no sense and were left out")
    if collated.outside:
        parts.append(f"{counted(collated.outside, 'event')} outside 0..1 left out")
    if collated.set_back:
        parts.append(f"a clock was set back {counted(collated.set_back, 'time')}: performances are divided there")
    if collated.long_gaps:
        parts.append(f"{counted(collated.long_gaps, 'gap')} of more than an hour: performances are divided there")
    if collated.scaled:
        parts.append(f"{counted(collated.scaled, 'log')} of raw values scaled to 0..1")
    if still := collated.still:
        parts.append(f"never moves: {' '.join(f'x{number}' for number in still)}")
    parts.append(
        "enough to train on" if collated.events >= ENOUGH else f"little to train on: {ENOUGH} events are a start"
    )
    return "; ".join([", ".join(parts), *_left_out(collated)])


def _left_out(collated: Collated) -> list[str]:
    """Returns the skipped logs as text."""
    lines = [f"left out: {each}" for each in collated.left_out[:_MOST_NAMED]]
    more = len(collated.left_out) - len(lines)
    return [*lines, f"and {counted(more, 'log')} more left out"] if more else lines


def _bars(counts: np.ndarray) -> str:
    """Returns a bar for each count: none for 0, a low one for very few."""
    heights = np.ceil(counts / max(1, counts.max()) * (len(_BARS) - 1)).astype(int)
    return "".join(_BARS[height] for height in heights)
