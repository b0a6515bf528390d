"""The files that come with the program: models, configurations, patches, set lists and themes.

An installed package has them in its own folder. A checkout has them among the user's files: there the list
of the files that the wheel takes, in ``pyproject.toml``, tells them apart.
"""

import filecmp
import tomllib
from functools import cache
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_INSTALLED: Final = _PACKAGE / "shipped"
REPLACES_SHIPPED: Final = "a file of yours: the model of this name that comes with impsy-tui does not play"
_WHEEL: Final = ("tool", "hatch", "build", "targets", "wheel", "force-include")


def shipped_folder(kind: str) -> Path:
    """Returns the folder that holds shipped files; in a checkout it holds the user's files too.

    Args:
        kind: "models", "configs" or "themes".
    """
    installed = _INSTALLED / kind
    return installed if installed.is_dir() else _PACKAGE.parent / kind


def checkout() -> Path | None:
    """The folder of the checkout that this program runs from; None if it runs from an installed package."""
    folder = _PACKAGE.parent
    return folder if (folder / "pyproject.toml").is_file() else None


@cache
def shipped_files(kind: str) -> frozenset[str]:
    """Returns the paths of the shipped files of a kind, relative to their folder: ``sets/first.imp``."""
    folder, here = shipped_folder(kind), checkout()
    if here is not None and not folder.is_relative_to(_INSTALLED):
        table = tomllib.loads((here / "pyproject.toml").read_text(encoding="utf-8"))
        for key in _WHEEL:
            table = table.get(key, {})
        if table:
            return frozenset(path.removeprefix(f"{kind}/") for path in table if path.startswith(f"{kind}/"))
    return frozenset(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def shipped_names(kind: str) -> frozenset[str]:
    """Returns the names of the shipped files of a kind, without folder and suffix."""
    return frozenset(Path(path).stem for path in shipped_files(kind))


def is_shipped(kind: str, file: Path) -> bool:
    """Returns whether a file of a kind comes with the program."""
    folder = shipped_folder(kind).resolve()
    place = file.parent.resolve() / file.name
    return place.is_relative_to(folder) and str(place.relative_to(folder)) in shipped_files(kind)


def replaces_shipped(file: Path) -> bool:
    """Returns whether a model has the name of a shipped one and is another; reads both files."""
    shipped = shipped_folder("models") / file.name
    try:
        return (
            file.name in shipped_files("models")
            and not is_shipped("models", file)
            and not filecmp.cmp(file, shipped, shallow=False)
        )
    except OSError:
        return False
