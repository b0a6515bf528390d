"""Shipped configurations, set lists and patches, found by their names."""

import os
from pathlib import Path
from typing import Final

from impsy_tui.cli.output.progress import fail
from impsy_tui.paths import shipped_files, shipped_folder

KINDS: Final = (
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


def config_file(named: Path | None) -> Path:
    """Returns a configuration file: the named file or example, or ``config.toml`` of this folder."""
    if named is not None:
        is_own = os.path.exists(named) and not named.is_dir()  # an example may have a folder with its name
        return named if is_own else find_shipped(named, "", ".toml") or named
    here = Path("config.toml")
    if not here.exists():
        fail(_NO_CONFIG)
    return here


def sound_file(named: Path) -> Path:
    """Returns a Pure Data patch: the named file or shipped patch."""
    return named if os.path.exists(named) else find_shipped(named, "pd/", ".pd") or named


def find_shipped(named: Path, folder: str, suffix: str) -> Path | None:
    """Returns an example by its name or path, such as ``ensemble`` or ``configs/ensemble.toml``, or None.

    Args:
        named: typed name or path.
        folder: folder in ``configs/``, with a slash at its end.
        suffix: suffix of the example.
    """
    path = str(named).removeprefix("configs/").removeprefix(folder).removesuffix(suffix)
    path = f"{folder}{_EARLIER_NAMES.get(path, path)}{suffix}"
    return shipped_folder("configs") / path if path in shipped_files("configs") else None


def example_names() -> list[str]:
    """Returns the names of all examples."""
    return [example_name(path) for _, folder, suffix in KINDS for path in example_paths(folder, suffix)]


def example_paths(folder: str, suffix: str) -> list[str]:
    """Returns the paths of the examples of a kind in ``configs/``."""
    return sorted(path for path in shipped_files("configs") if path == f"{folder}{Path(path).stem}{suffix}")


def example_name(path: str) -> str:
    """Returns the name of an example that the shell shows."""
    return Path(path).stem if path.endswith(".toml") else Path(path).name


def find_example(name: str) -> list[str]:
    """Returns the paths of an example in ``configs/``: for a patch all patches, because patches use each other."""
    bare = name.removeprefix("configs/")
    bare = _EARLIER_NAMES.get(bare.removesuffix(".toml"), bare)
    for _, folder, suffix in KINDS:
        paths = example_paths(folder, suffix)
        if bare in (*paths, *map(example_name, paths), *(Path(path).stem for path in paths)):
            stem = Path(bare).stem
            return paths if suffix == ".pd" else [f"{folder}{stem}{suffix}"]
    known = ", ".join(example_names())
    return fail(f"Cannot copy {name}: no such example. Examples: {known}")
