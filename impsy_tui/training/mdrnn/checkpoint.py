"""Checkpoints: files of arrays in the models' folder, from which an unfinished training continues."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from impsy_tui.errors import UserError
from impsy_tui.model_files.npz import read_npz
from impsy_tui.paths import files_in
from impsy_tui.training.mdrnn.fit import FitProgress

_SUFFIX: Final = ".unfinished.npz"
_LARGEST: Final = 1 << 30
"""Greatest size in bytes: more than four times the weights of the largest network."""
_LISTS: Final = ("weights", "averages", "optimizer", "best")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Interrupted training.

    Attributes:
        file: file of the checkpoint.
        wishes: options of the training by name.
        progress: state of the training.
        left_out: one line for each newer checkpoint that cannot be used, with the reason.
    """

    file: Path
    wishes: dict[str, Any]
    progress: FitProgress
    left_out: tuple[str, ...] = ()


def checkpoint_path(folder: Path, name: str) -> Path:
    """Returns the file of the unfinished training of a model of this name."""
    return folder / f".{name}{_SUFFIX}"


def write_checkpoint(unfinished: Checkpoint) -> None:
    """Writes a checkpoint, in place of the earlier one."""
    progress = unfinished.progress
    arrays = {f"{name}_{number}": array for name in _LISTS for number, array in enumerate(getattr(progress, name))}
    facts = {
        "wishes": unfinished.wishes,
        "best_loss": progress.best_loss,
        "best_likelihood": progress.best_likelihood,
        "best_epoch": progress.best_epoch,
        "curve": progress.curve,
        **{name: len(getattr(progress, name)) for name in _LISTS},
    }
    file = unfinished.file
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = _being_written(file)
    with temporary.open("wb") as new:
        np.savez(new, facts=np.frombuffer(json.dumps(facts).encode(), np.uint8), **arrays)
    temporary.replace(file)


def forget(file: Path) -> None:
    """Deletes the checkpoint of a training, and temporary files of a killed training."""
    file.unlink(missing_ok=True)
    _being_written(file).unlink(missing_ok=True)


def newest_unfinished(folder: Path) -> Checkpoint:
    """Returns the training in this folder that was interrupted last.

    Raises:
        UserError: there is no checkpoint, or it cannot be read.
    """
    left_out: list[str] = []
    for file in sorted(files_in(folder, _SUFFIX), key=_written, reverse=True):
        try:
            return replace(_read(file), left_out=tuple(left_out))
        except UserError as problem:
            left_out.append(str(problem))
    nothing = f"no training in {folder} was interrupted: there is nothing to resume"
    raise UserError("; ".join(left_out) or nothing)


def _written(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _read(file: Path) -> Checkpoint:
    try:
        kept = read_npz(file, _LARGEST)
        facts = json.loads(kept["facts"].tobytes())
        lists = {name: [kept[f"{name}_{number}"] for number in range(facts[name])] for name in _LISTS}
        if "best_likelihood" not in facts:
            raise UserError("it was made by an earlier version of the program")
        curve = [(float(loss), float(held_out)) for loss, held_out in facts["curve"]]
        progress = FitProgress(
            **lists,
            best_loss=float(facts["best_loss"]),
            best_likelihood=float(facts["best_likelihood"]),
            best_epoch=int(facts["best_epoch"]),
            curve=curve,
        )
        return Checkpoint(file, dict(facts["wishes"]), progress)
    except (UserError, OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise UserError(f"{file.name} cannot be read, so the training cannot continue: {error}") from None


def _being_written(file: Path) -> Path:
    return file.with_name(f"{file.name}.new")
