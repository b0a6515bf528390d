"""Recordings that agents learn from, and those that they are judged by."""

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
    """Recordings, standardised.

    Attributes:
        learned: each ``[frames, 55]``, to learn from.
        held_out: others, to judge by: the last fourth of the files, at least one; of a single one its last tenth.
        names: of the former.
        names_held_out: of the latter.
        left_out: why others are left out, a line each.
    """

    learned: tuple[np.ndarray, ...] = ()
    held_out: tuple[np.ndarray, ...] = ()
    names: tuple[str, ...] = ()
    names_held_out: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def read_recordings(paths: Sequence[Path], scaler: Scaler) -> Recordings:
    """Read recordings and hold some of them out.

    Args:
        paths: analysed recordings, or folders of such.
        scaler: of the synth that is to imitate them.

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
    """Reads recordings; of a folder, a bad one is left out.

    Args:
        paths: analysed recordings, or folders of such.

    Returns:
        The frames of each, ``[frames, 55]``, and why others are left out, a line each.

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
    """Files, and those in folders.

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
    """What a recording is called."""
    return next(file.name.removesuffix(suffix) for suffix in reversed(SUFFIXES) if file.name.endswith(suffix))
