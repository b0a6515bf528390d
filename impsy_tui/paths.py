"""Files that come with the program, and the regular files of the user's folders.

Shipped files are models, configurations, patches, set lists and themes. An installed package has them in its own
folder. A checkout has them among the user's files: the file list of the wheel in ``pyproject.toml`` separates them.
"""

import filecmp
import itertools
import os
import stat
import tomllib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from impsy_tui.text import shown_name

_PACKAGE: Final = Path(__file__).resolve().parent
_INSTALLED: Final = _PACKAGE / "shipped"
REPLACES_SHIPPED: Final = "a file of yours: the model of this name that comes with impsy-tui does not play"
_WHEEL: Final = ("tool", "hatch", "build", "targets", "wheel", "force-include")


def user_folder(variable: str, usual: str) -> Path:
    """Returns a folder of this user; for a user without a home, a folder that does not exist.

    Args:
        variable: variable of the XDG specification.
        usual: the folder in the home that is used without the variable.
    """
    named, home = os.environ.get(variable, ""), os.path.expanduser("~")
    if named.startswith("/"):
        return Path(named)
    return Path(home if home.startswith("/") else "/nonexistent", usual)


def shipped_folder(kind: str) -> Path:
    """Returns the folder that holds shipped files; in a checkout it holds the user's files too.

    Args:
        kind: "models", "configs" or "themes".
    """
    installed = _INSTALLED / kind
    return installed if installed.is_dir() else _PACKAGE.parent / kind


def checkout() -> Path | None:
    """Returns the folder of the checkout that this program runs from; None for an installed package."""
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
    """Returns True if a file of a kind comes with the program."""
    folder = shipped_folder(kind).resolve()
    place = file.parent.resolve() / file.name
    return place.is_relative_to(folder) and str(place.relative_to(folder)) in shipped_files(kind)


def replaces_shipped(file: Path) -> bool:
    """Returns True if a model has the name of a shipped model and other content; reads both files."""
    shipped = shipped_folder("models") / file.name
    try:
        return (
            file.name in shipped_files("models")
            and not is_shipped("models", file)
            and not filecmp.cmp(file, shipped, shallow=False)
        )
    except OSError:
        return False


LOG_SUFFIXES: Final = (".log", ".log.gz")
"""Suffixes of a performance log: plain, and compressed."""

MIDI_SUFFIXES: Final = (".mid", ".midi")
"""Suffixes of MIDI files."""


class FoundFiles(NamedTuple):
    """Files of a folder with a wanted suffix.

    Attributes:
        files: regular files, in order.
        left_out: reasons why other entries with the suffix are left out, one line each.
    """

    files: list[Path]
    left_out: list[str]


def find_files(folder: Path, *suffixes: str) -> FoundFiles:
    """Returns the regular files of a folder with one of these suffixes.

    Folders, pipes, devices and links to missing files are left out: a reader of a pipe waits for ever.
    """
    found = FoundFiles([], [])
    try:
        with os.scandir(folder) as entries:
            named = sorted((entry for entry in entries if entry.name.endswith(suffixes)), key=lambda each: each.name)
    except FileNotFoundError:
        return found
    except OSError as error:
        return FoundFiles([], [f"{shown_name(str(folder))}: {error.strerror or error}"])
    for entry in named:
        if why := _reason_to_skip(entry):
            found.left_out.append(f"{shown_name(entry.name)}: {why}")
        else:
            found.files.append(folder / entry.name)
    return found


def files_in(folder: Path, *suffixes: str) -> list[Path]:
    """Returns the regular files of a folder with one of these suffixes, in order."""
    return find_files(folder, *suffixes).files


def find_logs(folder: Path, ending: str = "") -> FoundFiles:
    """Returns the performance logs of a folder, plain and compressed, the oldest first.

    A power cut during the compression leaves both forms: the plain one counts.

    Args:
        folder: Folder of the logs.
        ending: End of the names, without suffix.
    """
    found = find_files(folder, *(f"{ending}{suffix}" for suffix in LOG_SUFFIXES))
    plain = {file.name for file in found.files}
    return FoundFiles(
        [file for file in found.files if file.suffix != ".gz" or file.stem not in plain], found.left_out
    )


def free_file(folder: Path, name: str, ending: str) -> Path:
    """Returns a file of a folder that does not exist, nor compressed: ``name.mid``, then ``name-2.mid`` and so on.

    Args:
        folder: The folder.
        name: Begin of the name.
        ending: End of the name, with the suffix.
    """
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    files = (folder / f"{one}{ending}" for one in names)
    return next(file for file in files if not (file.exists() or file.with_name(f"{file.name}.gz").exists()))


def log_name(file: str | Path) -> str:
    """Returns the name of a performance log without its folder and suffix."""
    name = Path(file).name
    return name.removesuffix(next((suffix for suffix in LOG_SUFFIXES[::-1] if name.endswith(suffix)), ""))


def _reason_to_skip(entry: "os.DirEntry[str]") -> str:
    try:
        mode = entry.stat().st_mode
    except FileNotFoundError:
        return "a link to a file that is missing"
    except OSError as error:
        return error.strerror or str(error)
    if stat.S_ISREG(mode):
        return ""
    return "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
