"""Labelled recordings: touches of a musician who played requested gestures."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.gestures import IGNORED, NOTHING, code_of
from impsy_tui.ensemble.touches.features import FEATURES, features, seconds_of
from impsy_tui.ensemble.touches.touch import SUFFIX, TARGETS, read_touches, wall_seconds
from impsy_tui.errors import UserError
from impsy_tui.paths import files_in
from impsy_tui.toml_files import open_text

FOLDS: Final = 5
GAP: Final = 5.0
"""Seconds. Windows that are closer than this contain the same touches."""
_LABELS: Final = ("gesture", "target")
_FREQ: Final = FEATURES.index("freq")


@dataclass(frozen=True, slots=True)
class LabelledRecording:
    """Labelled recording.

    Attributes:
        name: name of the recording.
        seconds: time of each row, float64 ``[rows]``.
        features: ``[rows, 8]``, columns ``FEATURES``.
        labels: requested gesture ``[rows]``.
        remarks: problems of the file, one line each.
    """

    name: str
    seconds: NDArray[np.float64]
    features: NDArray[np.float64]
    labels: NDArray[np.int8]
    remarks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)


def labelled_files(places: Sequence[Path]) -> list[Path]:
    """Returns the labelled recordings among these files and in these folders.

    In a folder these are touches with a file of targets, and tables of features.

    Raises:
        UserError: there is no labelled recording.
    """
    found = [file for place in places for file in (_in_folder(place) if place.is_dir() else [place])]
    if not found:
        raise UserError(
            f"no labelled recording is in {', '.join(map(str, places))}: needed are touches (…{SUFFIX}) with the "
            f"requested gestures next to them (…{TARGETS}), or a table of features"
        )
    return list(dict.fromkeys(found))


def _in_folder(folder: Path) -> Iterator[Path]:
    for file in files_in(folder, ".csv"):
        if file.name.endswith(SUFFIX):
            if targets_of(file).is_file():
                yield file
        elif not file.name.endswith(TARGETS) and _is_table(file):
            yield file


def _is_table(file: Path) -> bool:
    try:
        with open_text(file) as lines:
            header = [name.strip() for name in lines.readline(1 << 12).split(",")]
    except OSError:
        return False
    return tuple(header[1:9]) == FEATURES


def read_all(
    places: Sequence[Path], on_file: Callable[[int, int], None]
) -> tuple[list[LabelledRecording], list[str]]:
    """Reads labelled recordings; an invalid file of a folder is left out.

    Args:
        places: files, or folders of them.
        on_file: called with the number of read files and the number of all files.

    Returns:
        The recordings, and one line for each that is left out, with the reason.

    Raises:
        UserError: a named file cannot be read, or no recording is left.
    """
    files = labelled_files(places)
    found, left_out = [], []
    for number, file in enumerate(files):
        on_file(number, len(files))
        try:
            found.append(read_labelled(file))
        except UserError as problem:
            if file in places:
                raise
            left_out.append(f"left out: {problem}")
    if not found:
        raise UserError("; ".join(left_out))
    return found, left_out


def targets_of(touches: Path) -> Path:
    """Returns the file of targets for a file of touches."""
    return touches.with_name(touches.name.removesuffix(SUFFIX) + TARGETS)


def read_labelled(file: Path) -> LabelledRecording:
    """Reads a labelled recording.

    The file is a table with one row a second (time, the eight features, and ``gesture`` or ``target``), or a file of
    touches ``…-touches.csv``. Touches need the file ``…-gesturetargets.csv`` with ``time,target``: the gesture
    requested from this time on, 100 for none. A second without touches is the gesture "nothing".

    Raises:
        UserError: the file cannot be read or has no rows.
    """
    try:
        found = _read_table(file) if _is_table(file) else _read_recording(file)
    except OSError as error:
        raise UserError(f"{error.filename or file}: {error.strerror or error}") from None
    except csv.Error as problem:
        raise UserError(str(problem)) from None
    if not len(found):
        raise UserError("; ".join([f"{file}: holds no gesture that was asked for", *found.remarks]))
    return found


def _read_table(file: Path) -> LabelledRecording:
    with open_text(file, newline="") as lines:
        rows = csv.reader(line.replace("\0", "") for line in lines)
        header = [name.strip().lower() for name in next(rows)]
        if len(header) < 10 or header[9] not in _LABELS:
            raise UserError(f"{file}: a table of features ends in a column {' or '.join(_LABELS)}")
        seconds, values, labels, skipped = [], [], [], 0
        for row in rows:
            try:
                second, eight = wall_seconds(datetime.fromisoformat(row[0])), [float(text) for text in row[1:9]]
                label = _label(row[9])
            except (ValueError, IndexError):
                skipped += 1
                continue
            if label is None or not np.isfinite(eight).all():
                skipped += 1
            elif label != IGNORED:
                seconds.append(second)
                values.append(eight)
                labels.append(label)
    found = np.array(values, float).reshape(-1, len(FEATURES))
    return LabelledRecording(
        file.stem, np.array(seconds, float), found, np.array(labels, np.int8), _remarks(file, skipped)
    )


def _read_recording(file: Path) -> LabelledRecording:
    targets = targets_of(file)
    if not file.name.endswith(SUFFIX) or targets == file:
        raise UserError(f"{file}: is neither a table of features nor touches, whose name would end in {SUFFIX}")
    changes, skipped = _targets(targets)
    recording = read_touches(file)
    if recording.jumps:
        raise UserError(f"{file}: its clock was changed: the requested gestures cannot be matched")
    moments = seconds_of(*recording.span())
    places = np.searchsorted([second for second, _ in changes], moments, side="right") - 1
    # before the first label, no gesture was requested
    asked = np.array([label for _, label in changes] + [IGNORED])[places]
    moments, asked = moments[asked != IGNORED], asked[asked != IGNORED]
    parts = [features(touches, moments) for touches in recording.players.values()]
    found, labels = np.concatenate(parts), np.tile(asked, len(parts)).astype(np.int8)
    labels[found[:, _FREQ] == 0] = NOTHING
    remarks = (*recording.remarks, *_remarks(targets, skipped))
    return LabelledRecording(recording.name, np.tile(moments, len(parts)), found, labels, remarks)


def _targets(file: Path) -> tuple[list[tuple[float, int]], int]:
    """Returns the times of the requested gestures in order, and the number of invalid rows."""
    found, skipped = [], 0
    with open_text(file, newline="") as lines:
        for row in list(csv.reader(line.replace("\0", "") for line in lines))[1:]:
            try:
                second, label = wall_seconds(datetime.fromisoformat(row[0].strip())), _label(row[1])
            except (ValueError, IndexError):
                label = None
            if label is None:
                skipped += 1
            else:
                found.append((second, label))
    if not found:
        raise UserError(f"{file}: has no requested gesture: its rows must be time,target")
    return sorted(found), skipped


def _label(text: str) -> int | None:
    return IGNORED if text.strip() == str(IGNORED) else code_of(text)


def _remarks(file: Path, skipped: int) -> tuple[str, ...]:
    return (f"{file.name}: {skipped} rows made no sense and were left out",) if skipped else ()


def folds(recording: LabelledRecording) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yields the folds of a cross-validation: a fifth of each stretch of one gesture is held out.

    Yields:
        Rows for training, none of them within five seconds of a held-out row, and the held-out rows.
    """
    ends = [*(np.flatnonzero(np.diff(recording.labels)) + 1).tolist(), len(recording)]
    fold = np.zeros(len(recording), int)
    begin = 0
    for end in ends:
        fold[begin:end] = np.arange(end - begin) * FOLDS // (end - begin)
        begin = end
    for number in range(FOLDS):
        held_out = np.flatnonzero(fold == number)
        if not len(held_out):
            continue
        away = np.abs(recording.seconds[:, np.newaxis] - recording.seconds[held_out]).min(axis=1)
        yield np.flatnonzero((fold != number) & (away >= GAP)), held_out
