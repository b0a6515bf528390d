"""The user's folders: regular files alone are read, and one bad entry hides no other."""

import os
import stat
from pathlib import Path
from typing import NamedTuple


class Found(NamedTuple):
    """What was looked for in a folder.

    Attributes:
        files: regular files, in order.
        left_out: why other entries of such a name are left out, a line each.
    """

    files: list[Path]
    left_out: list[str]


def look(folder: Path, *suffixes: str) -> Found:
    """Looks for the files of a folder whose names end so.

    A folder, a pipe, a device and a link to a missing file are left out. A pipe would be waited for, for ever.
    """
    found = Found([], [])
    try:
        with os.scandir(folder) as entries:
            named = sorted((entry for entry in entries if entry.name.endswith(suffixes)), key=lambda each: each.name)
    except FileNotFoundError:
        return found
    except OSError as error:
        return Found([], [f"{shown(str(folder))}: {error.strerror or error}"])
    for entry in named:
        if why := _why_not(entry):
            found.left_out.append(f"{shown(entry.name)}: {why}")
        else:
            found.files.append(folder / entry.name)
    return found


def files_in(folder: Path, *suffixes: str) -> list[Path]:
    """Returns the regular files of a folder whose names end so, in order."""
    return look(folder, *suffixes).files


def _why_not(entry: "os.DirEntry[str]") -> str:
    try:
        mode = entry.stat().st_mode
    except FileNotFoundError:
        return "a link to a file that is missing"
    except OSError as error:
        return error.strerror or str(error)
    if stat.S_ISREG(mode):
        return ""
    return "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"


def shown(name: str) -> str:
    """Returns a file name as text that every encoder takes: bytes that are not UTF-8 become ``\ufffd``."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


def can_be_typed(name: str) -> bool:
    """Returns whether a file name is UTF-8, so that a command can name it."""
    return shown(name) == name
