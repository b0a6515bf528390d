"""Recordings as descriptors: a row a frame, in the CSV files of RL-impro's corpora."""

import gzip
import os
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.listening.names import NAMES
from impsy_tui.listening.table import columns, read_rows

SUFFIXES: Final = (".csv", ".csv.gz")
_DIGITS: Final = "%.7g"


def read_corpus(path: Path) -> np.ndarray:
    """The descriptors of a recording.

    Args:
        path: of a ``.csv``, or of a packed ``.csv.gz``.

    Returns:
        ``[frames, 55]`` in the order of ``NAMES``.

    Raises:
        ListeningProblem: it cannot be read, or its columns are others; the message names the file.
    """
    return columns(path, read_rows(path), NAMES)


def write_corpus(path: Path, frames: np.ndarray) -> None:
    """Write the descriptors of a recording; a file that is there is replaced once all of it is written.

    Args:
        path: to write, ``.csv`` or ``.csv.gz``.
        frames: ``[frames, 55]``.

    Raises:
        OSError: it cannot be written.
    """
    new = path.with_name(f".{path.name}.new")
    numbered = np.column_stack([np.arange(len(frames)), frames])
    with gzip.open(new, "wt", 5, encoding="utf-8") if path.suffix == ".gz" else new.open("w") as file:
        formats = ["%d", *[_DIGITS] * frames.shape[1]]
        np.savetxt(file, numbered, formats, ",", header=",".join(("", *NAMES)), comments="")
    os.replace(new, path)


def corpus_files(folder: Path) -> list[Path]:
    """The analysed recordings in a folder, in order.

    Raises:
        OSError: it cannot be read.
    """
    return sorted(file for file in folder.iterdir() if file.name.endswith(SUFFIXES) and file.is_file())
