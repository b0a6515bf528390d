"""Shell command ``examples``: shipped configurations, set lists and patches."""

import shutil
import tomllib
from pathlib import Path
from typing import Annotated

import typer

from impsy_tui.cli import completion
from impsy_tui.cli.example_files import KINDS, example_name, example_paths, find_example
from impsy_tui.cli.output.progress import fail
from impsy_tui.cli.output.tables import show_table
from impsy_tui.cli.output.text import say
from impsy_tui.workers.messages import Table


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
        for title, folder, suffix in KINDS:
            say(f"{title}")
            rows = tuple((example_name(path), _title(path)) for path in example_paths(folder, suffix))
            show_table(Table((), rows), indent=2)
        say("impsy-tui examples NAME copies an example into this folder")
        return
    found = [find_example(name) for name in wanted]
    for path in dict.fromkeys(path for paths in found for path in paths):
        _copy(path)


def _title(path: str) -> str:
    from impsy_tui.paths import shipped_folder

    if not path.endswith(".toml"):
        return ""
    try:
        return str(tomllib.loads((shipped_folder("configs") / path).read_text(encoding="utf-8")).get("title", ""))
    except (OSError, ValueError):
        return ""


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
