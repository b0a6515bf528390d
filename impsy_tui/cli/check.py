"""Shell command ``check``: a set list before the concert."""

from pathlib import Path
from typing import Annotated

import typer

from impsy_tui.cli.completion import set_lists
from impsy_tui.cli.example_files import config_file
from impsy_tui.cli.options import ConfigOption


def check(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[SET]",
            help="Set list: file or name.",
            show_default="the only set list in sets/",
            autocompletion=set_lists,
        ),
    ] = None,
    logdir: Annotated[
        Path, typer.Option("--logdir", "-l", help="Folder of the logs; its parent holds scenes.toml.")
    ] = Path("logs"),
    models: Annotated[Path, typer.Option("--models", "-m", help="Folder of the models.")] = Path("models"),
    datasets: Annotated[Path, typer.Option("--datasets", "-d", help="Folder of the datasets.")] = Path("datasets"),
    scenes: Annotated[Path | None, typer.Option("--scenes", help="Scene file.", show_default="scenes.toml")] = None,
    config: ConfigOption = None,
) -> None:
    """Check a set list: wrong lines, and names of models, scenes, cues and players that do not exist."""
    from impsy_tui.cli import set_list_check

    here = Path("config.toml")
    wanted = config_file(config) if config is not None else here if here.exists() else None
    set_list_check.check(
        set_list_check.found(file, logdir), set_list_check.SearchFolders(logdir, models, datasets, scenes, wanted)
    )
