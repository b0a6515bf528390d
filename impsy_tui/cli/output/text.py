"""Printing in a shell: text from outside never reaches the terminal unescaped."""

from typing import Final

import typer

from impsy_tui.text import printable

_CLEAR: Final = "\x1b[H\x1b[J"


def say(
    text: str = "",
    *,
    fg: str | None = None,
    err: bool = False,
    nl: bool = True,
    clear: bool = False,
) -> None:
    """Prints a text with its control characters escaped.

    Args:
        text: to print.
        fg: its colour.
        err: print to the standard error.
        nl: end the line.
        clear: clear the screen before.
    """
    begin = _CLEAR if clear else ""
    typer.echo(begin + (typer.style(printable(text), fg=fg) if fg else printable(text)), err=err, nl=nl)
