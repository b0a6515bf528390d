"""Recordings for the training and the evaluation of agents."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.agent.corpus import SUFFIXES, corpus_files, read_corpus
from impsy_tui.agent.seek import Scaler
from impsy_tui.data.held_out import cut
from impsy_tui.errors import UserError

_SHARE: Final = 4


@dataclass(frozen=True)
class Recordings:
    """Standardised recordings.

    Attributes:
        learned: frames ``[frames, 55]`` of each recording for training.
        held_out: recordings for evaluation: the last quarter of the files, or the last tenth of a single file.
        names: names of the recordings for training.
        names_held_out: names of the recordings for evaluation.
        left_out: one line for each recording that is left out, with the reason.
    """

    learned: tuple[np.ndarray, ...] = ()
    held_out: tuple[np.ndarray, ...] = ()
    names: tuple[str, ...] = ()
    names_held_out: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def read_recordings(paths: Sequence[Path], scaler: Scaler) -> Recordings:
    """Reads recordings and holds some of them out.

    Args:
        paths: analysed recordings, or folders of them.
        scaler: scaler of the synth.

    Raises:
        UserError: a file that is named cannot be read, or a folder has none.
    """
    files, left_out = read_files(paths)
    frames = [scaler.standardised(each) for each in files.values()]
    names = [recording_name(file) for file in files]
    if not files:
        return Recordings()
    left = tuple(left_out)
    if len(files) == 1:
        middle = cut(len(frames[0]))
        return Recordings((frames[0][:middle],), (frames[0][middle:],), (names[0],), (names[0],), left)
    first = len(files) - max(len(files) // _SHARE, 1)
    return Recordings(tuple(frames[:first]), tuple(frames[first:]), tuple(names[:first]), tuple(names[first:]), left)


def read_files(paths: Sequence[Path]) -> tuple[dict[Path, np.ndarray], list[str]]:
    """Reads recordings; an invalid file of a folder is left out.

    Args:
        paths: analysed recordings, or folders of them.

    Returns:
        The frames ``[frames, 55]`` of each, and one line for each that is left out, with the reason.

    Raises:
        UserError: a file that is named cannot be read, a folder has none, or none is left.
    """
    found, left_out = {}, []
    for file in recording_files(paths):
        try:
            found[file] = read_corpus(file)
        except UserError as problem:
            if file in paths:
                raise
            left_out.append(str(problem))
    if left_out and not found:
        raise UserError("; ".join(left_out))
    return found, left_out


def recording_files(paths: Sequence[Path]) -> list[Path]:
    """Returns files, and the files of folders.

    Raises:
        UserError: a folder has none.
    """
    files: list[Path] = []
    for path in paths:
        found = corpus_files(path) if path.is_dir() else [path]
        if not found:
            raise UserError(f"{path} has no analysed recordings ({', '.join(SUFFIXES)})")
        files += found
    return files


def recording_name(file: Path) -> str:
    """Returns the name of a recording."""
    return next(file.name.removesuffix(suffix) for suffix in reversed(SUFFIXES) if file.name.endswith(suffix))
