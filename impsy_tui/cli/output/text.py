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
        text: text to print.
        fg: colour of the text.
        err: True to print to standard error.
        nl: True to end the line.
        clear: True to clear the screen first.
    """
    begin = _CLEAR if clear else ""
    typer.echo(begin + (typer.style(printable(text), fg=fg) if fg else printable(text)), err=err, nl=nl)
