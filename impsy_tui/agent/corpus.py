"""Recordings as descriptors: CSV files in the format of RL-impro's corpora, one row per frame.

The first column numbers the frames. RL-impro gives it no name; this program names it after the frame rate.
"""

import gzip
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.lookup_table import columns, read_rows
from impsy_tui.paths import files_in

SUFFIXES: Final = (".csv", ".csv.gz")
FRAMES_A_SECOND: Final = 44_100 / 128
"""Frame rate of RL-impro's recordings, and of files without a frame rate."""

_RATE: Final = " frames/s"
_SLOWEST: Final = 10.0
_DIGITS: Final = "%.7g"


def read_corpus(path: Path) -> np.ndarray:
    """Reads the descriptors of a recording.

    Args:
        path: ``.csv`` or ``.csv.gz`` file.

    Returns:
        ``[frames, 55]`` in the order of ``NAMES`` at ``FRAMES_A_SECOND``; another frame rate is interpolated.

    Raises:
        UserError: the file cannot be read, or has other columns; the message names the file.
    """
    rows = read_rows(path)
    frames = columns(path, rows, NAMES)
    rate = _rate(rows.names[0])
    if rate == FRAMES_A_SECOND:
        return frames
    times = np.arange(len(frames)) / rate
    wanted = np.arange(0.0, times[-1] + 0.5 / FRAMES_A_SECOND, 1.0 / FRAMES_A_SECOND)
    return np.stack([np.interp(wanted, times, column) for column in frames.T], axis=1)


def _rate(name: str) -> float:
    """Returns the frame rate in the name of the first column."""
    with suppress(ValueError):
        if name.endswith(_RATE) and _SLOWEST <= (rate := float(name.removesuffix(_RATE))) <= 100_000.0:
            return rate
    return FRAMES_A_SECOND


def write_corpus(path: Path, frames: np.ndarray, rate: float = FRAMES_A_SECOND) -> None:
    """Writes the descriptors of a recording; an existing file is replaced after the new one is complete.

    Args:
        path: ``.csv`` or ``.csv.gz`` file.
        frames: ``[frames, 55]``.
        rate: frames per second.

    Raises:
        OSError: the file cannot be written.
    """
    new = path.with_name(f".{path.name}.new")
    numbered = np.column_stack([np.arange(len(frames)), frames])
    with gzip.open(new, "wt", 5, encoding="utf-8") if path.suffix == ".gz" else new.open("w") as file:
        formats = ["%d", *[_DIGITS] * frames.shape[1]]
        np.savetxt(file, numbered, formats, ",", header=",".join((f"{rate!r}{_RATE}", *NAMES)), comments="")
    os.replace(new, path)


def corpus_files(folder: Path) -> list[Path]:
    """Returns the analysed recordings of a folder, sorted."""
    return files_in(folder, *SUFFIXES)
