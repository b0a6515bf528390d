"""What is meant by a word in a shell: a file, or the name of one in the folders here."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from impsy_tui.cli.output.progress import fail
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.check import SUFFIXES
from impsy_tui.paths import files_in, is_shipped, shipped_folder
from impsy_tui.text import some_names

DATASETS: Final = Path("datasets")
_SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = {"dataset": (".npz",), "model": SUFFIXES}


def find(word: str, kind: str = "") -> Path:
    """The file that is meant; the program ends where there is none.

    Args:
        word: a path, or a name in ``logs/``, ``datasets/``, ``models/`` or of a model that ships.
        kind: "dataset" or "model"; empty where a log will do as well.
    """
    path = Path(word)
    if path.is_file() and (not kind or path.suffix in _SUFFIXES[kind]):
        return path.absolute()
    if path.name != word:
        fail(f"{word}: there is no such file" if not path.is_file() else f"{word} is no {kind}")
    try:
        return _library().find(kind, word) if kind else _library().find_any(word)
    except UserError as problem:
        fail(str(problem))


def only_one() -> Path:
    """The only log, data set or model here; the program ends where there are several, or none."""
    own = [*files_in(Path("logs"), ".log"), *files_in(DATASETS, ".npz"), *_own_models()]
    if len(own) == 1:
        return own[0].absolute()
    return fail(f"which log, data set or model? {_listed(own)}")


def evaluated(words: Sequence[str]) -> list[Path]:
    """The models and the data set that are meant; what is left out is the only one there is."""
    models, dataset = list(words[:-1]), words[-1] if words else ""
    if not dataset or (not models and _is_model(dataset)):
        models, sets = list(words), files_in(DATASETS, ".npz")
        if len(sets) != 1:
            fail(f"on which data set? {_listed(sets)}")
        on = sets[0].absolute()
    else:
        on = find(dataset, "dataset")
    if models:
        return [*(find(name, "model") for name in models), on]
    own = _own_models()
    if len(own) != 1:
        fail(f"which model? {_listed(own)}")
    return [own[0].absolute(), on]


def _is_model(word: str) -> bool:
    """Whether a word names a model, and no data set."""
    for kind, result in (("dataset", False), ("model", True)):
        if Path(word).suffix in _SUFFIXES[kind]:
            return result
        try:
            _library().find(kind, word)
        except UserError:
            continue
        return result
    return False


def _library() -> UserFiles:
    return UserFiles(Path("logs"), DATASETS, [Path("models"), shipped_folder("models")], lambda: ())


def _own_models() -> list[Path]:
    """The user's models, one file of each."""
    files = files_in(Path("models"), *SUFFIXES)
    own = {file.stem: file for file in files if not is_shipped("models", file)}
    return list(own.values())


def _listed(files: Sequence[Path]) -> str:
    return f"There are: {some_names(sorted(file.stem for file in files))}" if files else "There is none yet"
