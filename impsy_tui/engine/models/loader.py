"""Model folders, and loading of models while others play."""

import asyncio
import difflib
import filecmp
import hashlib
import json
import os
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from impsy_tui import choices
from impsy_tui.agent.file import ARRAYS as AGENT_ARRAYS
from impsy_tui.agent.file import SUFFIX as NPZ
from impsy_tui.engine.runtime.realtime_priority import undisturbed
from impsy_tui.engine.runtime.subprocesses import ask_worker, scratch_file
from impsy_tui.ensemble.network import PREFIX as ENSEMBLE_PREFIX
from impsy_tui.ensemble.network import EnsembleNetwork
from impsy_tui.ensemble.opening import open_ensemble
from impsy_tui.errors import HelperTimeoutError, UnsupportedModelError, UserError
from impsy_tui.mdrnn import check
from impsy_tui.mdrnn.check import SUFFIXES, Report
from impsy_tui.mdrnn.lstm import NumpyNetwork, Weights
from impsy_tui.mdrnn.model import Network
from impsy_tui.mdrnn.scale import with_scale_of_file
from impsy_tui.mdrnn.tflite import TfliteNetwork
from impsy_tui.model_files.interpreter import silenced_stderr
from impsy_tui.model_files.metadata import ModelMetadata, read_metadata
from impsy_tui.model_files.npz import array_names
from impsy_tui.model_files.shape import shape_of_file
from impsy_tui.paths import files_in, is_shipped, user_folder
from impsy_tui.text import some_names
from impsy_tui.toml_files import open_regular, read_regular

CHECK_SECONDS: Final = 20.0
"""Time limit of the check of a file."""

LARGEST_FILE: Final = 1 << 28
"""Bytes of the largest model file: weights and the state of the training."""
SHIPPED: Final = "shipped"
"""Origin of a model that comes with the program."""
_WARM_UP: Final = 3
_SHORTEST_PART: Final = 3
"""Characters of a part of a name that stands for a model."""


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """Model that is ready to play.

    Attributes:
        network: Network after its first slow steps, with a cleared state.
        name: Name for the performer.
        file: File of the model.
        notes: Metadata of the model.
        remark: Remark about the loading for the performer; empty for none.
    """

    network: Network
    name: str
    file: Path
    notes: ModelMetadata
    remark: str = ""


class ModelFolders:
    """Folders in which models are found by name, in order.

    Args:
        folders: Folders of models; missing folders are skipped.
        ensembles: True to list models of ensembles, False to list all others.
        suffixes: Suffixes of model files, in the order of preference.
        arrays: Arrays of the wanted ``.npz`` files: clips, classifiers and agents have the same suffix.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        ensembles: bool = False,
        suffixes: Sequence[str] = SUFFIXES,
        arrays: Collection[str] = AGENT_ARRAYS,
    ) -> None:
        self._arrays = arrays
        self._ensembles = ensembles
        self._suffixes = tuple(suffixes)
        self._folders = tuple(dict.fromkeys(map(_resolved, folders)))

    def beside(self, *suffixes: str, arrays: Collection[str] = AGENT_ARRAYS) -> "ModelFolders":
        """Returns the same folders for files with other suffixes; see the arguments of the class."""
        return ModelFolders(self._folders, suffixes=suffixes, arrays=arrays)

    def names(self) -> list[str]:
        """Returns the names of all models, in the form that ``find`` takes."""
        files = (file for folder in self._folders for file in files_in(folder, *self._suffixes))
        names = dict.fromkeys(
            file.stem for file in files if not file.name.startswith(".") and self._is_wanted(file, is_damaged=False)
        )
        return sorted(name for name in names if name.startswith(ENSEMBLE_PREFIX) is self._ensembles)

    def find(self, name: str, *, exact: bool = False, dimension: int = 0) -> Path:
        """Returns the file of a model.

        Args:
            name: File name, with or without suffix (without: ``.tflite`` first). Other names are tried in this order.
                ``newest``, a size (for the newest model of this size), the unique beginning of a name, a unique part
                of a name.
            exact: True to accept file names only.
            dimension: Dimension that ``newest`` and a size prefer; 0 for none.

        Raises:
            UserError: There is no such model.
        """
        for folder in self._folders:
            for suffix in ("", *self._suffixes):
                file = folder / f"{name}{suffix}"
                # A name cannot leave its folder.
                if file.suffix in self._suffixes and file.parent == folder and file.name not in ("", ".."):
                    try:
                        if file.is_file() and self._is_wanted(file, is_damaged=True):
                            return file
                    except (OSError, ValueError):
                        break
        names = self.names()
        if not exact and (found := self._spoken(name, names, dimension)) is not None:
            return self.find(found, exact=True)
        raise UserError(no_such("model", name, names))

    def written_file(self, file: Path | None) -> str:
        """Returns a file as a configuration names it; empty for none."""
        if file is None:
            return ""
        try:
            by_name = self.find(file.name, exact=True)
        except UserError:
            return str(file)
        return file.name if by_name == file else str(file)

    def _is_wanted(self, file: Path, *, is_damaged: bool) -> bool:
        """Returns True if a file is of the wanted kind; ``is_damaged`` is the result for a damaged ``.npz`` file."""
        try:
            return file.suffix != NPZ or array_names(file).issuperset(self._arrays)
        except (OSError, ValueError):
            return is_damaged

    def _spoken(self, name: str, names: Sequence[str], dimension: int) -> str | None:
        """Returns the model that a word stands for; None without one, or with several."""
        if name == choices.NEWEST or name in choices.SIZES:
            shapes = {each: self._shape(each) for each in names}
            of_size = [each for each, (_, units) in shapes.items() if units == choices.UNITS.get(name)]
            fitting = names if name == choices.NEWEST else of_size
            # A model of unknown dimension may be the newest: loading it tells whether it fits.
            preferred = [each for each in fitting if dimension and shapes[each][0] in (dimension, 0)]
            if fitting:
                return max(preferred or fitting, key=self._changed)
        begun = [each for each in names if name and each.startswith(name)]
        parts = begun or _with_part(name, names)
        return parts[0] if len(parts) == 1 else None

    def _shape(self, name: str) -> tuple[int, int]:
        """Returns dimension and units of a model; 0 if unknown."""
        try:
            return shape_of_file(self.find(name, exact=True))
        except UserError:
            return 0, 0

    def origin(self, file: Path) -> str:
        """Returns the folder of a model in words, if another folder has another model of its name; else empty.

        It reads the files, so call it in a thread.
        """
        others = (other / f"{file.stem}{suffix}" for other in self._folders for suffix in self._suffixes)
        if not any(_is_other(file, other) for other in others):
            return ""
        folder = file.parent
        if is_shipped("models", file):
            return SHIPPED
        here = Path.cwd()
        return f"{folder.relative_to(here) if folder.is_relative_to(here) else folder}/"

    def _changed(self, name: str) -> float:
        """Returns the time of the last change of a model, in seconds since 1970; 0 if it has gone."""
        try:
            return self.find(name, exact=True).stat().st_mtime
        except (OSError, UserError):
            return 0.0


def _is_other(file: Path, other: Path) -> bool:
    """Returns True if another folder has another model of the same name."""
    try:
        same = other.parent == _resolved(file.parent) or (
            other.suffix == file.suffix and filecmp.cmp(file, other, shallow=False)
        )
        return other.is_file() and not same
    except OSError:
        return False


def _resolved(folder: Path) -> Path:
    """Returns a folder without links in its path; an invalid path or a circle of links is not changed."""
    try:
        return Path(os.path.realpath(folder))
    except (OSError, ValueError):
        return folder.absolute()


def _with_part(name: str, names: Sequence[str]) -> list[str]:
    """Returns the names that contain a part; a shorter part is more likely a slip."""
    return [each for each in names if name in each] if len(name) >= _SHORTEST_PART else []


def no_such(kind: str, name: str, names: Sequence[str]) -> str:
    """Returns the message for a name without a file, with the names that exist."""
    begun = [each for each in names if name and each.startswith(name)]
    if len(begun) > 1:
        return f"{name} begins the names of several {kind}s: {some_names(begun)}"
    parts = _with_part(name, names)
    if len(parts) > 1:
        return f"{name} is in the names of several {kind}s: {some_names(parts)}"
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean {near[0]}?" if near else "."
    there = f"There are: {some_names(names)}" if names else "There is none yet"
    return f"no {kind} is called {name}{hint} {there}"


async def load_model(file: Path, *, quiet: bool = False) -> LoadedModel:
    """Loads a model while others play.

    A separate process with a time limit opens a new file, and any Keras file, first. A damaged file may loop for ever
    or end the process.

    Args:
        file: Model file.
        quiet: True to close standard error meanwhile, because the interpreter prints a greeting there.

    Raises:
        UserError: The model cannot be played; the message gives the reason.
    """
    loop = asyncio.get_running_loop()
    seen = SeenFiles()
    digest = await loop.run_in_executor(None, _digest, file)
    if file.suffix == ".tflite" and digest in seen:
        try:
            return await loop.run_in_executor(None, _open_tflite, file, quiet)
        except UnsupportedModelError:
            pass  # the runtime has changed since the check
    with scratch_file() as answer:
        await _check(file, answer)
        report = await loop.run_in_executor(None, Report, answer)
    if report.weights is not None:
        remark = "" if report.source == file.name else f"played from {report.source}: it needs Flex operations"
        notes = await loop.run_in_executor(None, read_metadata, file)
        network = await loop.run_in_executor(None, _network, report.weights, file)
        return LoadedModel(network, file.stem, file, notes, remark)
    loaded = await loop.run_in_executor(None, _open_tflite, file, quiet)
    await loop.run_in_executor(None, seen.add, digest)
    return loaded


async def load_ensemble(file: Path, *, quiet: bool = False) -> EnsembleNetwork:
    """Loads the network of an ensemble; see ``load_model``.

    Raises:
        UserError: The network cannot be played.
    """
    loop = asyncio.get_running_loop()
    seen = SeenFiles()
    digest = await loop.run_in_executor(None, _digest, file)
    if digest in seen:
        return await loop.run_in_executor(None, _open_ensemble, file, quiet)
    network = await loop.run_in_executor(None, open_ensemble, file, CHECK_SECONDS)
    await loop.run_in_executor(None, seen.add, digest)
    return network


def _open_ensemble(file: Path, quiet: bool) -> EnsembleNetwork:
    with silenced_stderr() if quiet else nullcontext(), undisturbed():
        return EnsembleNetwork(file)


def _open_tflite(file: Path, quiet: bool) -> LoadedModel:
    with silenced_stderr() if quiet else nullcontext(), undisturbed():
        network = _warm(with_scale_of_file(TfliteNetwork(file), file))
    return LoadedModel(network, file.stem, file, read_metadata(file))


def _network(weights: Weights, file: Path) -> Network:
    return _warm(with_scale_of_file(NumpyNetwork(weights), file))


def _warm(network: Network) -> Network:
    # The first steps are slow.
    for _ in range(_WARM_UP):
        network.step([0.1] * network.shape.dimension)
    network.reset()
    return network


async def _check(file: Path, answer: BinaryIO) -> None:
    try:
        await ask_worker(check.Request(file), patience=CHECK_SECONDS, output=answer)
    except HelperTimeoutError:
        raise UserError(
            f"could not be opened within {CHECK_SECONDS:.0f} s: the machine is busy, or the file is damaged"
        ) from None
    except UserError as problem:
        raise UserError(f"could not be checked, the file may be damaged: {problem}") from None


def _digest(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise UserError(f"is too large: at most {LARGEST_FILE >> 20} MB")
        with open_regular(file) as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror or error}") from None


_LARGEST_CACHE: Final = 1 << 20


class SeenFiles:
    """Digests of ``.tflite`` files that passed the check."""

    _MOST = 200

    def __init__(self) -> None:
        self._file = user_folder("XDG_CACHE_HOME", ".cache") / "impsy-tui" / "seen-models.json"
        try:
            digests = json.loads(read_regular(self._file, _LARGEST_CACHE))
            self._digests = [str(digest) for digest in digests]
        except (OSError, ValueError, TypeError, RecursionError):
            self._digests = []

    def __contains__(self, digest: str) -> bool:
        return digest in self._digests

    def add(self, digest: str) -> None:
        """Stores a digest; if that fails, the file is checked again next time."""
        self._digests = [*(d for d in self._digests if d != digest), digest][-self._MOST :]
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            new = self._file.with_suffix(".new")
            new.write_text(json.dumps(self._digests))
            new.replace(self._file)
        except OSError:
            pass
