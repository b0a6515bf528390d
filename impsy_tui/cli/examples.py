"""The examples that come with the program: listed, copied, and found by name."""

import os
import shutil
import tomllib
from pathlib import Path
from typing import Annotated, Final

import typer

from impsy_tui.cli.output.progress import fail
from impsy_tui.cli.output.text import say

_KINDS: Final = (
    ("configurations: impsy-tui play -c NAME", "", ".toml"),
    ("set lists: cue NAME, typed in the console", "sets/", ".imp"),
    ("patches of Pure Data: impsy-tui run -c NAME --sound NAME.pd", "pd/", ".pd"),
    ("patches of Max", "max/", ".maxpat"),
    ("buffers of Sonic Pi", "sonic-pi/", ".rb"),
    ("scripts of SuperCollider", "supercollider/", ".scd"),
)
"""What is listed: a title, the folder in ``configs/``, and the ending."""
_NO_CONFIG: Final = """there is no config.toml here:
  impsy-tui play --demo    plays a demo: a simulated performer and a shipped model
  impsy-tui init --guide   asks what is plugged in, and makes a config.toml that fits
  impsy-tui init           makes a commented config.toml
  -c NAME                  takes an example (impsy-tui examples lists them) or a file of yours"""


def examples(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Examples to copy here.")] = None,
) -> None:
    """List the configurations, set lists and patches that come with the program, or copy some of them here."""
    if not names:
        for title, folder, suffix in _KINDS:
            say(f"{title}")
            for path in _paths(folder, suffix):
                say(f"  {_name(path):<17} {_title(path)}".rstrip())
        say("impsy-tui examples NAME copies one here")
        return
    found = [_find(name) for name in names]
    for path in dict.fromkeys(path for paths in found for path in paths):
        _copy(path)


def config_file(named: Path | None) -> Path:
    """The configuration that is meant: a file, the name of an example, or ``config.toml`` here."""
    if named is not None:
        return named if os.path.exists(named) else shipped(named, "", ".toml") or named
    here = Path("config.toml")
    if not here.exists():
        fail(_NO_CONFIG)
    return here


def sound_file(named: Path) -> Path:
    """The patch that is meant: a file, or the name of one that comes with the program."""
    return named if os.path.exists(named) else shipped(named, "pd/", ".pd") or named


def shipped(named: Path, folder: str, suffix: str) -> Path | None:
    """An example by its name or its path in a checkout, such as ``band`` or ``configs/band.toml``; None if none is.

    Args:
        named: what was typed.
        folder: in ``configs/``, with a slash.
        suffix: of such files.
    """
    from impsy_tui.paths import shipped_files, shipped_folder

    path = str(named).removeprefix("configs/").removeprefix(folder).removesuffix(suffix)
    path = f"{folder}{path}{suffix}"
    return shipped_folder("configs") / path if path in shipped_files("configs") else None


def _paths(folder: str, suffix: str) -> list[str]:
    from impsy_tui.paths import shipped_files

    return sorted(path for path in shipped_files("configs") if path == f"{folder}{Path(path).stem}{suffix}")


def _name(path: str) -> str:
    return Path(path).stem if path.endswith(".toml") else Path(path).name


def _title(path: str) -> str:
    from impsy_tui.paths import shipped_folder

    if not path.endswith(".toml"):
        return ""
    try:
        return str(tomllib.loads((shipped_folder("configs") / path).read_text(encoding="utf-8")).get("title", ""))
    except (OSError, ValueError):
        return ""


def _find(name: str) -> list[str]:
    """The paths in ``configs/`` of an example; a patch may need all the others."""
    bare = name.removeprefix("configs/")
    for _, folder, suffix in _KINDS:
        paths = _paths(folder, suffix)
        if bare in (*paths, *map(_name, paths), *(Path(path).stem for path in paths)):
            stem = Path(bare).stem
            return paths if suffix == ".pd" else [f"{folder}{stem}{suffix}"]
    known = ", ".join(_name(path) for _, folder, suffix in _KINDS for path in _paths(folder, suffix))
    return fail(f"no example is called {name}. There are: {known}")


def _copy(path: str) -> None:
    from impsy_tui.paths import shipped_folder

    made = Path(path)
    if made.exists():
        say(f"kept  {made}")
        return
    try:
        made.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shipped_folder("configs") / path, made)
    except OSError as error:
        fail(f"{error.filename or made}: {error.strerror}")
    say(f"made  {made}")
