"""Looking at a set list before the gig."""

from pathlib import Path
from typing import Annotated

import typer

from impsy_tui.cli.examples import config_file


def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="[SET]", help="A set list: a file, or a name as cue takes it.")
    ] = None,
    logdir: Annotated[
        Path, typer.Option("--logdir", "-l", help="Folder of the logs; scenes.toml lies beside it.")
    ] = Path("logs"),
    models: Annotated[Path, typer.Option("--models", "-m", help="Folder of the models.")] = Path("models"),
    datasets: Annotated[Path, typer.Option("--datasets", "-d", help="Folder of the data sets.")] = Path("datasets"),
    scenes: Annotated[
        Path | None, typer.Option("--scenes", help="File of the scenes.", show_default="scenes.toml")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="Configuration, for players and outputs.", show_default="config.toml"),
    ] = None,
) -> None:
    """Check a set list: what cannot be read, and the models, scenes, cues, players … it names that are not there."""
    from impsy_tui.cli import set_list_check

    here = Path("config.toml")
    wanted = config_file(config) if config is not None else here if here.exists() else None
    set_list_check.check(
        set_list_check.found(file, logdir), set_list_check.SearchFolders(logdir, models, datasets, scenes, wanted)
    )
