"""Runs the console in this terminal."""

from impsy_tui.console.app import ConsoleApp
from impsy_tui.console.keys.keymap import Keymap
from impsy_tui.console.options import ConsoleOptions
from impsy_tui.console.textual_internals import read_escapes_patiently, use_kitty_keyboard


def run_console(options: ConsoleOptions) -> str:
    """Run the console until it is left.

    Returns:
        A line to print where it was.
    """
    read_escapes_patiently()
    use_kitty_keyboard(Keymap(options.wishes.keys).needs_kitty)
    app = ConsoleApp(options)
    result = app.run(mouse=options.wishes.mouse)
    return result or ""
