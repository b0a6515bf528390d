"""Files for plots."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from impsy_tui.data.datasets import write_dataset
from impsy_tui.data.synthetic import performances

BEGIN = datetime(2026, 3, 1, 12)


def made_log(file: Path, faders: int = 8) -> Path:
    """Writes a log of musician and player with turns of five seconds; at most 400 events."""
    rows: list[tuple[float, str, np.ndarray]] = []
    for number, (source, events) in enumerate(
        zip(("interface", "rnn"), performances(2, 400, faders, 7), strict=True)
    ):
        at = np.cumsum(events[:, 0], dtype=float)
        rows += [
            (float(time), source, event[1:])
            for time, event in zip(at, events, strict=True)
            if int(time // 5) % 2 == number
        ]
    file.parent.mkdir(exist_ok=True)
    with file.open("w") as log:
        for time, source, values in sorted(rows, key=lambda row: row[0]):
            stamp = (BEGIN + timedelta(seconds=time)).isoformat(timespec="microseconds")
            log.write(f"{stamp},{source},{','.join(f'{value:.6f}' for value in values)}\n")
    return file


def made_dataset(file: Path, faders: int = 8, events: int = 600) -> Path:
    """Writes a dataset of two performances; the second one is longer."""
    file.parent.mkdir(exist_ok=True)
    one, other = performances(2, events, faders, 5)
    write_dataset(file, [one[: events // 2], other])
    return file
