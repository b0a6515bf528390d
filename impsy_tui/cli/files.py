"""Files by path or name, for shell commands."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from impsy_tui.cli.output.progress import fail
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.check import SUFFIXES
from impsy_tui.paths import LOG_SUFFIXES, files_in, find_logs, is_shipped, shipped_folder
from impsy_tui.text import some_names

DATASETS: Final = Path("datasets")
_SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = {"log": LOG_SUFFIXES, "dataset": (".npz",), "model": SUFFIXES}


def find(word: str, kind: str = "") -> Path:
    """Returns a file by its path or name; exits with a message if there is none.

    Args:
        word: path, name in ``logs/``, ``datasets/`` or ``models/``, or name of a shipped model.
        kind: "log", "dataset" or "model"; empty for any kind.
    """
    path = Path(word)
    if path.is_file() and (not kind or path.name.endswith(_SUFFIXES[kind])):
        return path.absolute()
    if path.name != word:
        fail(f"{word}: no such file" if not path.is_file() else f"{word} is not a {kind}")
    try:
        return _library().find(kind, word) if kind else _library().find_any(word)
    except UserError as problem:
        fail(str(problem))


def only_one() -> Path:
    """Returns the only log, dataset or model of this folder; exits with a message if there is not exactly one."""
    own = [*find_logs(Path("logs")).files, *files_in(DATASETS, ".npz"), *_own_models()]
    if len(own) == 1:
        return own[0].absolute()
    return fail(f"Name a log, dataset or model. {_listed(own, 'the engine writes a log while you play')}")


def evaluated(words: Sequence[str]) -> list[Path]:
    """Returns models and a dataset by path or name; a missing one is the only one of this folder."""
    models, dataset = list(words[:-1]), words[-1] if words else ""
    if not dataset or (not models and _is_model(dataset)):
        models, sets = list(words), files_in(DATASETS, ".npz")
        if len(sets) != 1:
            fail(f"Name a dataset. {_listed(sets, 'impsy-tui dataset makes one from the logs')}")
        on = sets[0].absolute()
    else:
        on = find(dataset, "dataset")
    if models:
        return [*(find(name, "model") for name in models), on]
    own = _own_models()
    if len(own) != 1:
        fail(f"Name a model. {_listed(own, 'impsy-tui train makes one')}")
    return [own[0].absolute(), on]


def _is_model(word: str) -> bool:
    """Returns True if a word names a model and not a dataset."""
    for kind, result in (("dataset", False), ("model", True)):
        if Path(word).suffix in _SUFFIXES[kind]:
            return result
        try:
            _library().find(kind, word)
        except UserError:
            continue
        return result
    return False


def new_model_name(folder: Path, name: str) -> str:
    """Returns the name of a model that a training makes; exits with a message if it is not allowed or in use."""
    try:
        return _library(folder).new_model_name(name)
    except UserError as problem:
        fail(f"--as {name}: {problem}")


def _library(models: Path = Path("models")) -> UserFiles:
    return UserFiles(Path("logs"), DATASETS, [models, shipped_folder("models")], lambda: ())


def _own_models() -> list[Path]:
    """Returns one file of each model of the user."""
    files = files_in(Path("models"), *SUFFIXES)
    own = {file.stem: file for file in files if not is_shipped("models", file)}
    return list(own.values())


def _listed(files: Sequence[Path], remedy: str) -> str:
    return f"Here: {some_names(sorted(file.stem for file in files))}" if files else f"None here yet: {remedy}"
