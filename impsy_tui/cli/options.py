"""Options that several commands of the shell have."""

from pathlib import Path
from typing import Annotated

import typer

ResumeOption = Annotated[
    bool | None,
    typer.Option(
        "--resume/--fresh",
        help="Resume the saved session, or begin with the configuration.",
        show_default="resume a session that did not end with shutdown",
    ),
]
# A folder or a file that cannot be read is reported by the engine, which starts all the same.
LogdirOption = Annotated[Path, typer.Option("--logdir", "-l", readable=False, help="Folder of the performance logs.")]
SoundOption = Annotated[
    Path | None, typer.Option(readable=False, help="A Pure Data patch to run along, without a window.")
]
SocketOption = Annotated[Path | None, typer.Option("--socket", readable=False, help="Control socket of the engine.")]
LeanOption = Annotated[bool | None, typer.Option("--lean/--full", help="Fewer frames and digits, for bad links.")]
ThemeOption = Annotated[str, typer.Option(help="Colours: amber, stage, contrast, sixteen, or a file in themes/.")]
