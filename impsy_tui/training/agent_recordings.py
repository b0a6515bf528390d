"""Recordings that agents learn from, and those that they are judged by."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.corpus.held_out import cut
from impsy_tui.listening import ListeningProblem
from impsy_tui.listening.corpus import SUFFIXES, corpus_files, read_corpus
from impsy_tui.listening.seek import Scaler

_SHARE: Final = 4


@dataclass(frozen=True)
class Recordings:
    """Recordings, standardised.

    Attributes:
        learned: each ``[frames, 55]``, to learn from.
        held_out: others, to judge by: the last fourth of the files, at least one; of a single one its last tenth.
        names: of the former.
        names_held_out: of the latter.
    """

    learned: tuple[np.ndarray, ...] = ()
    held_out: tuple[np.ndarray, ...] = ()
    names: tuple[str, ...] = ()
    names_held_out: tuple[str, ...] = ()


def read_recordings(paths: Sequence[Path], scaler: Scaler) -> Recordings:
    """Read recordings and hold some of them out.

    Args:
        paths: analysed recordings, or folders of such.
        scaler: of the synth that is to imitate them.

    Raises:
        ListeningProblem: one cannot be read, or a folder has none.
        OSError: a folder cannot be read.
    """
    files = recording_files(paths)
    frames = [scaler.standardised(read_corpus(file)) for file in files]
    names = [recording_name(file) for file in files]
    if not files:
        return Recordings()
    if len(files) == 1:
        middle = cut(len(frames[0]))
        return Recordings((frames[0][:middle],), (frames[0][middle:],), (names[0],), (names[0],))
    first = len(files) - max(len(files) // _SHARE, 1)
    return Recordings(tuple(frames[:first]), tuple(frames[first:]), tuple(names[:first]), tuple(names[first:]))


def recording_files(paths: Sequence[Path]) -> list[Path]:
    """Files, and those in folders.

    Raises:
        ListeningProblem: a folder has none.
        OSError: it cannot be read.
    """
    files: list[Path] = []
    for path in paths:
        found = corpus_files(path) if path.is_dir() else [path]
        if not found:
            raise ListeningProblem(f"{path} has no analysed recordings ({', '.join(SUFFIXES)})")
        files += found
    return files


def recording_name(file: Path) -> str:
    """What a recording is called."""
    return next(file.name.removesuffix(suffix) for suffix in reversed(SUFFIXES) if file.name.endswith(suffix))
