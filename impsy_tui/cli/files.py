"""What is meant by a word in a shell: a file, or the name of one in the folders here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from impsy_tui.cli.foreground import fail
from impsy_tui.engine.library import Library, LibraryProblem
from impsy_tui.networks.check import SUFFIXES
from impsy_tui.shipped import shipped_folder

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
    library = Library(Path("logs"), DATASETS, [Path("models"), shipped_folder("models")], lambda: ())
    try:
        return library.find(kind, word) if kind else library.find_any(word)
    except LibraryProblem as problem:
        fail(str(problem))
