"""Shell command ``examples``: shipped configurations, set lists and patches."""

import os
import shutil
import tomllib
from pathlib import Path
from typing import Annotated, Final

import typer

from impsy_tui.cli import completion
from impsy_tui.cli.output.progress import fail
from impsy_tui.cli.output.text import say

_KINDS: Final = (
    ("configurations: impsy-tui play -c NAME", "", ".toml"),
    ("set lists: cue NAME, typed in the console", "sets/", ".imp"),
    ("Pure Data patches: impsy-tui run -c NAME --sound NAME.pd", "pd/", ".pd"),
    ("Max patches", "max/", ".maxpat"),
    ("Sonic Pi buffers", "sonic-pi/", ".rb"),
    ("SuperCollider scripts", "supercollider/", ".scd"),
)
"""Kinds of example: heading, folder in ``configs/``, suffix."""
_NO_CONFIG: Final = """This folder has no config.toml. Use one of:
  impsy-tui play --demo    play a demo: a simulated musician and a shipped model
  impsy-tui init --guide   answer questions and write a config.toml for your devices
  impsy-tui init           write a commented config.toml
  -c NAME                  use an example (impsy-tui examples lists them) or your own file"""

_EARLIER_NAMES: Final = {"band": "ensemble"}
"""Names of examples in version 0.1.0."""


def examples(
    wanted: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...", help="Examples to copy into this folder.", autocompletion=completion.examples
        ),
    ] = None,
) -> None:
    """List the shipped configurations, set lists and patches, or copy some of them."""
    if not wanted:
        for title, folder, suffix in _KINDS:
            say(f"{title}")
            for path in _paths(folder, suffix):
                say(f"  {_name(path):<17} {_title(path)}".rstrip())
        say("impsy-tui examples NAME copies an example into this folder")
        return
    found = [_find(name) for name in wanted]
    for path in dict.fromkeys(path for paths in found for path in paths):
        _copy(path)


def config_file(named: Path | None) -> Path:
    """Returns a configuration file: the named file or example, or ``config.toml`` of this folder."""
    if named is not None:
        return named if os.path.exists(named) else shipped(named, "", ".toml") or named
    here = Path("config.toml")
    if not here.exists():
        fail(_NO_CONFIG)
    return here


def sound_file(named: Path) -> Path:
    """Returns a Pure Data patch: the named file or shipped patch."""
    return named if os.path.exists(named) else shipped(named, "pd/", ".pd") or named


def shipped(named: Path, folder: str, suffix: str) -> Path | None:
    """Returns an example by its name or path, such as ``ensemble`` or ``configs/ensemble.toml``, or None.

    Args:
        named: typed name or path.
        folder: folder in ``configs/``, with a slash at its end.
        suffix: suffix of the example.
    """
    from impsy_tui.paths import shipped_files, shipped_folder

    path = str(named).removeprefix("configs/").removeprefix(folder).removesuffix(suffix)
    path = f"{folder}{_EARLIER_NAMES.get(path, path)}{suffix}"
    return shipped_folder("configs") / path if path in shipped_files("configs") else None


def names() -> list[str]:
    """Returns the names of all examples."""
    return [_name(path) for _, folder, suffix in _KINDS for path in _paths(folder, suffix)]


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
    """Returns the paths of an example in ``configs/``: for a patch all patches, because patches use each other."""
    bare = name.removeprefix("configs/")
    bare = _EARLIER_NAMES.get(bare.removesuffix(".toml"), bare)
    for _, folder, suffix in _KINDS:
        paths = _paths(folder, suffix)
        if bare in (*paths, *map(_name, paths), *(Path(path).stem for path in paths)):
            stem = Path(bare).stem
            return paths if suffix == ".pd" else [f"{folder}{stem}{suffix}"]
    known = ", ".join(names())
    return fail(f"Cannot copy {name}: no such example. Examples: {known}")


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
