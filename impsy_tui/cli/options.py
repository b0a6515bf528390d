"""Options that several shell commands share."""

from pathlib import Path
from typing import Annotated

import typer

from impsy_tui.cli.completion import configurations, patches, themes

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="Configuration file, or name of an example.",
        show_default="config.toml",
        autocompletion=configurations,
    ),
]
ResumeOption = Annotated[
    bool | None,
    typer.Option(
        "--resume/--fresh",
        help="Start from the saved session, or from the configuration.",
        show_default="resume if the last engine was not shut down",
    ),
]
# The engine reports a folder or file that it cannot read, and starts without it.
LogdirOption = Annotated[Path, typer.Option("--logdir", "-l", readable=False, help="Folder of the performance logs.")]
SoundOption = Annotated[
    Path | None,
    typer.Option(
        readable=False, help="Pure Data patch started without a window.", show_default="none", autocompletion=patches
    ),
]
SocketOption = Annotated[
    Path | None,
    typer.Option(
        "--socket", readable=False, help="Control socket of the engine.", show_default="socket of this user"
    ),
]
LeanOption = Annotated[
    bool | None,
    typer.Option(
        "--lean/--full", help="Fewer frames and digits, for a slow link.", show_default="from the configuration"
    ),
]
ThemeOption = Annotated[
    str,
    typer.Option(
        help="Colour theme: amber, stage, contrast, projector, sixteen, or a file in themes/.",
        show_default="from the configuration",
        autocompletion=themes,
    ),
]
