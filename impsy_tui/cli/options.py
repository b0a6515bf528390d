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
SocketOption = Annotated[Path | None, typer.Option("--socket", help="Control socket of the engine.")]
LeanOption = Annotated[bool | None, typer.Option("--lean/--full", help="Fewer frames and digits, for bad links.")]
ThemeOption = Annotated[str, typer.Option(help="Colours: amber, stage, contrast, sixteen, or a file in themes/.")]
