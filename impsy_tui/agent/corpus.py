"""Recordings as descriptors: a row a frame, in the CSV files of RL-impro's corpora.

Theirs number the frames in a column without a name. Ours name it after how many there are in a second.
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
"""Of RL-impro's recordings, and of any that does not say."""

_RATE: Final = " frames/s"
_SLOWEST: Final = 10.0
_DIGITS: Final = "%.7g"


def read_corpus(path: Path) -> np.ndarray:
    """The descriptors of a recording.

    Args:
        path: of a ``.csv``, or of a packed ``.csv.gz``.

    Returns:
        ``[frames, 55]`` in the order of ``NAMES``, ``FRAMES_A_SECOND``: of a recording that was analysed otherwise
        what lies between its frames.

    Raises:
        UserError: it cannot be read, or its columns are others; the message names the file.
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
    """Frames a second, by the name of the first column."""
    with suppress(ValueError):
        if name.endswith(_RATE) and _SLOWEST <= (told := float(name.removesuffix(_RATE))) <= 100_000.0:
            return told
    return FRAMES_A_SECOND


def write_corpus(path: Path, frames: np.ndarray, rate: float = FRAMES_A_SECOND) -> None:
    """Write the descriptors of a recording; a file that is there is replaced once all of it is written.

    Args:
        path: to write, ``.csv`` or ``.csv.gz``.
        frames: ``[frames, 55]``.
        rate: how many there are in a second.

    Raises:
        OSError: it cannot be written.
    """
    new = path.with_name(f".{path.name}.new")
    numbered = np.column_stack([np.arange(len(frames)), frames])
    with gzip.open(new, "wt", 5, encoding="utf-8") if path.suffix == ".gz" else new.open("w") as file:
        formats = ["%d", *[_DIGITS] * frames.shape[1]]
        np.savetxt(file, numbered, formats, ",", header=",".join((f"{rate!r}{_RATE}", *NAMES)), comments="")
    os.replace(new, path)


def corpus_files(folder: Path) -> list[Path]:
    """The analysed recordings in a folder, in order."""
    return files_in(folder, *SUFFIXES)
