"""Runs the console in this terminal."""

from impsy_tui.console.app import ConsoleApp
from impsy_tui.console.keys.keymap import Keymap
from impsy_tui.console.options import ConsoleOptions
from impsy_tui.console.textual_internals import read_escapes_patiently, use_kitty_keyboard


def run_console(options: ConsoleOptions) -> str:
    """Runs the console until the performer leaves it.

    Returns:
        A line to print after the console.
    """
    read_escapes_patiently()
    use_kitty_keyboard(Keymap(options.wishes.keys).needs_kitty)
    app = ConsoleApp(options)
    result = app.run(mouse=options.wishes.mouse)
    return result or ""
