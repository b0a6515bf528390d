"""Logs, datasets and models of the user: found, described, renamed and deleted."""

import asyncio
import difflib
import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from impsy_tui import choices
from impsy_tui.agent.file import SUFFIX as AGENT_SUFFIX
from impsy_tui.control.answers import Names
from impsy_tui.engine.models.loader import ModelFolders, no_such
from impsy_tui.engine.models.trash import Trash
from impsy_tui.engine.runtime.subprocesses import ask_worker
from impsy_tui.ensemble.classifier import ARRAYS as CLASSIFIER_ARRAYS
from impsy_tui.ensemble.network import PREFIX as ENSEMBLE_PREFIX
from impsy_tui.ensemble.touches.touch import SUFFIX as TOUCHES_SUFFIX
from impsy_tui.ensemble.touches.touch import TARGETS as TARGETS_SUFFIX
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.check import SUFFIXES
from impsy_tui.mdrnn.model import SCALE
from impsy_tui.mdrnn.scale import scale_of
from impsy_tui.paths import (
    LOG_SUFFIXES,
    MIDI_SUFFIXES,
    files_in,
    find_logs,
    is_shipped,
    log_name,
    shipped_folder,
    shipped_names,
)
from impsy_tui.text import can_be_typed, is_plain_name, some_names
from impsy_tui.workers import draw_log, list_files
from impsy_tui.workers.read_log import COMMANDS_SUFFIX
from impsy_tui.workers.trash import Trashed

_SUFFIXES: Final = {"log": LOG_SUFFIXES, "dataset": (".npz",)}
_IN_WORDS: Final = {"dataset": "dataset"}
_LOG_ENDING: Final = re.compile(r"-\d+d-mdrnn$")
_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d", re.ASCII)
"""Begin of the names of all files of a performance: its time."""
_OF_TABLES: Final = (".csv", ".csv.gz")
_OF_A_MODEL: Final = (*SUFFIXES, ".toml")
"""Files of one model have the same name and stay together."""


class UserFiles:
    """Files of the user by name. A name cannot leave its folder.

    Attributes:
        sets: Folders of set lists, the user's first.

    Args:
        logs: Folder of performance logs.
        datasets: Folder of datasets.
        models: Folders of models, the user's first.
        in_use: Returns the files that must not change: the open log and the models that play.
    """

    def __init__(
        self, logs: Path, datasets: Path, models: Sequence[Path], in_use: Callable[[], Sequence[Path]]
    ) -> None:
        self.models = ModelFolders(models)
        self.agents = self.models.beside(AGENT_SUFFIX)
        self.classifiers = self.models.beside(AGENT_SUFFIX, arrays=CLASSIFIER_ARRAYS)
        self.ensembles = ModelFolders(models, ensembles=True)
        self.logs = logs.absolute()
        self.datasets = datasets.absolute()
        self.plots = self.datasets.parent / "plots"
        self.scores = self.datasets.parent / "scores"
        self.tables = self.datasets.parent / "tables"
        self.corpora = self.datasets.parent / "corpora"
        self.exchange = self.datasets.parent / "exchange"
        self.sets: tuple[Path, ...] = (self.logs.parent / "sets", shipped_folder("configs") / "sets")
        self.own_models = models[0].absolute()
        self.trash = Trash([self.logs, self.datasets, *(folder.resolve() for folder in models)])
        self._models = tuple(models)
        self._in_use = in_use

    async def names(self, number: int) -> Names:
        """Returns the names of all files, for completion."""

        def look() -> Names:
            sets = {file.stem for folder in self.sets for file in files_in(folder, ".imp")}
            return Names(
                number,
                _typed((*self.models.names(), *self.agents.names())),
                _typed(map(log_name, find_logs(self.logs).files)),
                _typed(file.stem for file in files_in(self.datasets, ".npz")),
                sets=_typed(sorted(sets)),
                ensembles=_typed(self.ensembles.names()),
                classifiers=_typed(self.classifiers.names()),
                tables=_typed(map(_table_name, files_in(self.tables, *_OF_TABLES))),
                corpora=_typed(folder.name for folder in _folders(self.corpora)),
                midi_files=_typed(file.name for file in files_in(self.exchange, *MIDI_SUFFIXES)),
                trash=_typed(self.trash.names()),
            )

        return await asyncio.get_running_loop().run_in_executor(None, look)

    async def describe(self, number: int) -> bytes:
        """Returns the descriptions of all files as a message.

        Raises:
            UserError: The worker does not answer.
        """
        models = tuple(folder.resolve() for folder in self._models)
        return await ask_worker(list_files.Request(number, self.logs, self.datasets, models))

    async def draw(self, number: int, name: str, columns: int) -> bytes:
        """Returns a plot of a log as a message.

        Raises:
            UserError: There is no such log, or the worker does not answer.
        """
        file = self.find("log", name)
        return await ask_worker(draw_log.Request(number, file, columns))

    def find(self, kind: str, name: str, *, exact: bool = False, dimension: int = 0) -> Path:
        """Returns a file by name.

        Args:
            kind: "log", "dataset" or "model".
            name: File name, with or without suffix, or the unique begin of a name.
            exact: True to refuse the begin of a name.
            dimension: Dimension of the model that ``newest`` and a size prefer; 0 for none.

        Raises:
            UserError: There is no such file.
        """
        if kind == "model":
            return self.models.find(name, exact=exact, dimension=dimension)
        folder, suffixes = (self.logs if kind == "log" else self.datasets), _SUFFIXES[kind]
        for file in (folder / name, *(folder / f"{name}{suffix}" for suffix in suffixes)):
            if is_plain_name(name) and file.name.endswith(suffixes) and file.is_file():
                return file
        files = find_logs(folder).files if kind == "log" else files_in(folder, *suffixes)
        begun = [each for each in files if is_plain_name(name) and each.name.startswith(name)]
        if len(begun) == 1 and not exact:
            return begun[0]
        names = list(map(_name, files))
        raise UserError(no_such(_IN_WORDS.get(kind, kind), name, names[::-1] if kind == "log" else names))

    def find_any(self, name: str) -> Path:
        """Returns a log, a dataset or a model by name, in this order, with or without suffix.

        Raises:
            UserError: There is none.
        """
        for exact, kind in itertools.product((True, False), (*_SUFFIXES, "model")):
            try:
                return self.find(kind, name, exact=exact)
            except UserError:
                continue
        known = [*map(_name, find_logs(self.logs).files), *map(_name, files_in(self.datasets, ".npz"))]
        known += self.models.names()
        begun = [each for each in known if name and each.startswith(name)]
        if len(begun) > 1:
            raise UserError(f"{name} begins the names of several files: {some_names(begun)}")
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UserError(f"no log, dataset or model is called {name}{hint}")

    def newest_log(self) -> Path:
        """Returns the newest log; during a performance, the open log.

        Raises:
            UserError: There is none.
        """
        files = find_logs(self.logs).files
        if not files:
            raise UserError(f"no log is in {self.logs} yet: play, or name a dataset or a model")
        return max(files, key=lambda file: file.stat().st_mtime)

    def newest_dataset(self, dimension: int) -> Path:
        """Returns the newest dataset of a dimension.

        Raises:
            UserError: There is none.
        """
        files = [file for file in files_in(self.datasets, ".npz") if f"-{dimension}d" in file.stem]
        if not files:
            raise UserError(
                f"no dataset of dimension {dimension} is in {self.datasets}: dataset {dimension} makes one"
            )
        return max(files, key=lambda file: file.stat().st_mtime)

    def scores_folder(self, name: str) -> Path:
        """Returns the folder of all gesture scores, or a folder in it.

        Raises:
            UserError: There is none.
        """
        folder = self.scores / name if name else self.scores
        if (name and not is_plain_name(name)) or not folder.is_dir():
            where = (
                f"no folder of gesture scores is called {name} in {self.scores}" if name else f"{folder} is not there"
            )
            raise UserError(f"{where}: scores are .csv files, time and a column a player")
        return folder

    def table(self, name: str) -> Path:
        """Returns a look-up table by name, with or without suffix; without a name, the newest.

        Raises:
            UserError: There is none.
        """
        files = files_in(self.tables, *_OF_TABLES)
        if name:
            files = [file for file in files if name in (file.name, _table_name(file))]
        if not files:
            which = f"no look-up table is called {name}" if name else "no look-up table is"
            raise UserError(f"{which} in {self.tables}: impsy-tui agent lookup makes one, in a shell")
        return max(files, key=lambda file: file.stat().st_mtime)

    def corpus(self, name: str) -> Path:
        """Returns a folder of analysed recordings.

        Raises:
            UserError: There is none.
        """
        folder = self.corpora / name
        if not is_plain_name(name) or not folder.is_dir():
            raise UserError(
                f"no corpus is called {name} in {self.corpora}: impsy-tui agent corpus makes one, in a shell"
            )
        return folder

    def midi_file(self, name: str) -> Path:
        """Returns a MIDI file in the folder of exchange by name, with or without suffix.

        Raises:
            UserError: There is none.
        """
        files = files_in(self.exchange, *MIDI_SUFFIXES)
        for file in files:
            if name in (file.name, file.stem):
                return file
        there = f"There: {some_names([file.name for file in files])}" if files else "Put a file there first"
        raise UserError(f"no MIDI file is called {name} in {self.exchange}. {there}")

    def new_model_name(self, name: str) -> str:
        """Returns the name of a model that a training makes, without suffix; empty for the usual name.

        Raises:
            UserError: The name is not allowed or in use.
        """
        stem = name.removesuffix(".tflite").removesuffix(".keras")
        if not stem:
            return ""
        if not is_plain_name(stem):
            raise UserError(f"{name} cannot be a name: no slashes, no dot in front, and not too long")
        _check_model_name(stem)
        if stem.startswith(ENSEMBLE_PREFIX) or scale_of(Path(f"{stem}.h5")) != SCALE:
            raise UserError(
                f"{stem} is like the name of another kind of model: choose one without {ENSEMBLE_PREFIX} and -scale"
            )
        if stem in self.models.names():
            raise UserError(f"{stem} exists already and is not overwritten: choose another name")
        return stem

    async def rename(self, kind: str, name: str, to: str, *, dimension: int = 0) -> str:
        """Renames a file; returns the reply.

        Args:
            kind: "log", "dataset" or "model".
            name: Name of the file; also a part of it, and of a model its size or ``newest``.
            to: New name.
            dimension: Dimension of the model that ``newest`` and a size prefer; 0 for none.

        Raises:
            UserError: The name is not allowed or in use, or the file cannot be renamed.
        """
        files = self._companions(kind, self._find_own(kind, name, exact=False, dimension=dimension))
        stem = to.removesuffix(".gz").removesuffix(".log") if kind == "log" else to.removesuffix(files[0].suffix)
        kept = _LOG_ENDING.search(_name(files[0])) if kind == "log" else None
        if kept and not _LOG_ENDING.search(stem):
            stem += kept[0]  # datasets find logs by this ending
        if kind == "model" and (scale := scale_of(files[0])) != scale_of(Path(f"{stem}.h5")):
            stem += f"-scale{scale:g}"  # the scale of the model's values
        if kind == "model" and files[0].stem.startswith(ENSEMBLE_PREFIX) and not stem.startswith(ENSEMBLE_PREFIX):
            stem = ENSEMBLE_PREFIX + stem  # the prefix distinguishes ensembles
        if not is_plain_name(stem):
            raise UserError(f"{to} cannot be a name: no slashes, no dot in front, and not too long")
        if kind == "model":
            _check_model_name(stem)
        pairs = [(file, file.with_name(stem + _suffix(file))) for file in files]
        if any(new.exists() for _, new in pairs):
            raise UserError(f"{stem} exists already and is not overwritten: choose another name")
        await _off_the_loop(lambda: [old.rename(new) for old, new in pairs])
        return f"{kind} {_name(files[0])} is now {stem}"

    async def delete(self, kind: str, name: str) -> tuple[str, Trashed]:
        """Moves a file and its companions into the trash; returns the reply and the moved entry.

        Raises:
            UserError: The file is in use or shipped, or cannot be moved.
        """
        files = self._companions(kind, self._find_own(kind, name))
        if kind == "log":
            files += _touches_of(files[0])
        trashed = await self.trash.put(kind, files)
        others = f" with {', '.join(file.name for file in files[1:])}" if len(files) > 1 else ""
        return f"{kind} {trashed.name} is in the trash{others}: undo or restore brings it back", trashed

    def _companions(self, kind: str, file: Path) -> list[Path]:
        """Returns a file and its companions; refuses shipped files and files in use."""
        if kind == "model" and is_shipped("models", file):
            raise UserError(f"{file.stem} comes with the program and stays as it is")
        belonging = {"log": (COMMANDS_SUFFIX,), "model": _OF_A_MODEL}.get(kind, ())
        suffixes = dict.fromkeys((_suffix(file), *belonging))
        files = [made for suffix in suffixes if (made := file.with_name(_name(file) + suffix)).is_file()]
        if kind == "model":  # a user's .keras may have the name of a shipped .tflite
            files = [each for each in files if not is_shipped("models", each)]
        if {used.resolve() for used in self._in_use()} & {each.resolve() for each in files}:
            why = "it is being written" if kind == "log" else "it plays now"
            raise UserError(f"{_name(file)} stays as it is: {why}")
        return files

    def _find_own(self, kind: str, name: str, *, exact: bool = True, dimension: int = 0) -> Path:
        if kind != "model":
            return self.find(kind, name, exact=exact, dimension=dimension)
        all_models = self.models.beside(*SUFFIXES, AGENT_SUFFIX)
        return all_models.find(name, exact=exact, dimension=dimension)


def _check_model_name(stem: str) -> None:
    """Refuses names of shipped models, and words that stand for other models.

    Raises:
        UserError: The name is not allowed.
    """
    if stem in shipped_names("models"):
        raise UserError(f"{stem} is the name of a model that comes with the program: choose another")
    if stem in (meant := (choices.NEWEST, choices.PREVIOUS, choices.CURRENT)):
        raise UserError(f"{stem} stands for a model already, as do {', '.join(meant)}: choose another name")


def _touches_of(log: Path) -> list[Path]:
    """Returns the touches of a performance if ``log`` is its last log; labelled recordings are kept."""
    stamp = _STAMP.match(log.name)
    if stamp is None:
        return []
    touches = files_in(log.parent, TOUCHES_SUFFIX, f"{TOUCHES_SUFFIX}.gz")
    touches = [file for file in touches if file.name.startswith(stamp[0])]
    labelled = [file for file in touches if _targets_of(file).exists()]
    alone = not any(file != log and file.name.startswith(stamp[0]) for file in find_logs(log.parent).files)
    return [file for file in touches if file not in labelled] if alone else []


def _targets_of(touches: Path) -> Path:
    return touches.with_name(touches.name.removesuffix(".gz").removesuffix(TOUCHES_SUFFIX) + TARGETS_SUFFIX)


def _suffix(file: Path) -> str:
    return file.name.removeprefix(_name(file))


def _name(file: Path) -> str:
    return log_name(file) if file.name.endswith(LOG_SUFFIXES) else file.stem


def _typed(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(can_be_typed, names))


def _folders(place: Path) -> list[Path]:
    try:
        return sorted(folder for folder in place.iterdir() if folder.is_dir())
    except OSError:
        return []


def _table_name(file: Path) -> str:
    return file.name.removesuffix(".gz").removesuffix(".csv")


async def _off_the_loop(work: Callable[[], object]) -> None:
    """Runs file operations in a thread, because a card may be slow."""
    try:
        await asyncio.get_running_loop().run_in_executor(None, work)
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}") from None
