"""The worker that makes data sets: ``python -m impsy_tui.jobs.dataset LOGS DATASETS DIMENSION|all [NAME]``."""

import sys
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.corpus.collate import ENOUGH, Collated, collate, dimensions, log_files
from impsy_tui.corpus.datasets import write_dataset
from impsy_tui.jobs.manners import step_back
from impsy_tui.jobs.messages import Failed, Finished, Progress, Reporter

_BARS: Final = " ▁▂▃▄▅▆▇█"


def main() -> None:
    """See the module."""
    step_back()
    logs, datasets, wanted, *name = sys.argv[1:]
    reporter = Reporter()
    try:
        made = [
            _make(Path(logs), Path(datasets), dimension, name[0] if name else "", reporter)
            for dimension in ([int(wanted)] if wanted != "all" else dimensions(Path(logs)))
        ]
    except OSError as error:
        reporter.say(Failed(f"{error.filename or datasets}: {error.strerror}"))
        return
    files = [file for file, _ in made if file]
    text = "; ".join(text for _, text in made) or f"no logs are in {logs}"
    reporter.say(Finished(text, files[-1]) if files else Failed(text))


def _make(logs: Path, datasets: Path, dimension: int, name: str, reporter: Reporter) -> tuple[str, str]:
    """One data set: its file, empty if there is nothing for one, and what to say of it."""
    files = log_files(logs, dimension)
    stage = f"{dimension}d"
    collated = collate(files, dimension, lambda done, of: reporter.say(Progress(stage, done, of)))
    if not collated.performances:
        return "", f"no events of dimension {dimension} are in {logs}"
    datasets.mkdir(parents=True, exist_ok=True)
    file = datasets / (name or f"training-dataset-{dimension}d.npz")
    reporter.say(Progress(f"{stage}: writing"))
    write_dataset(file, collated.performances)
    return str(file), f"{file.stem}: {report(collated)}"


def report(collated: Collated) -> str:
    """What is in a data set, and whether it is enough, in a line."""
    parts = [
        f"{collated.events} events",
        f"{collated.seconds / 60:.1f} min",
        f"{len(collated.performances)} performances",
        "dt {:.3f} to {:.3f} s, half below {:.3f}".format(*collated.gaps()[[0, 2, 1]]),
        f"1 ms {_bars(collated.histogram())} 10 s",
    ]
    if collated.skipped:
        parts.append(f"{collated.skipped} rows made no sense and were left out")
    if still := collated.still:
        parts.append(f"never moves: {' '.join(f'x{number}' for number in still)}")
    parts.append(
        "enough to train on" if collated.events >= ENOUGH else f"little to train on: {ENOUGH} events are a start"
    )
    return ", ".join(parts)


def _bars(counts: np.ndarray) -> str:
    """A bar for each count; none for nothing, a low one for very few."""
    heights = np.ceil(counts / max(1, counts.max()) * (len(_BARS) - 1)).astype(int)
    return "".join(_BARS[height] for height in heights)


if __name__ == "__main__":
    main()
