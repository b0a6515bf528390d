"""End of the console: its last line, and its end after the terminal was closed."""

import getpass
import os
import socket
import threading
from typing import Final

from impsy_tui.control.link import LinkState
from impsy_tui.control.remote import RemoteSocket
from impsy_tui.installation import program

_ENDING: Final = 1.5
"""Longest time in seconds of an orderly end after the terminal was closed."""


def console_name() -> str:
    """Returns user, machine and terminal of this console, for other consoles."""
    try:
        terminal = os.ttyname(0).removeprefix("/dev/")
    except OSError:
        terminal = str(os.getpid())
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()} {terminal}"


def last_line(state: LinkState, remote: RemoteSocket | None = None, *, ends_engine: bool) -> str:
    """Returns the line that the shell shows after the console: the command that finds the engine again.

    Args:
        state: state of the link to the engine.
        remote: connection to the machine of the engine; None for this machine.
        ends_engine: True if this console shut the engine down.
    """
    if ends_engine:
        return "the engine was shut down"
    attach = f"{program()} attach"
    if remote is not None:
        attach += f" --remote {remote.address.quoted}"
    if state is LinkState.DOWN:
        where = "" if remote is None else f" on {remote.address.host}"
        return f"no engine runs{where}: {program() if remote is None else attach} starts one"
    if state is LinkState.LOST:
        return f"the link was lost, the engine may play on: {attach} comes back to it"
    return f"the engine plays on: {attach} comes back to it"


def end_soon() -> None:
    """Ends the process even if a write to the terminal never returns."""
    ending = threading.Timer(_ENDING, os._exit, (0,))
    ending.daemon = True
    ending.start()
