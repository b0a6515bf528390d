"""Shell commands ``send``, ``status`` and ``shutdown``, addressed to the running engine."""

from pathlib import Path
from typing import Annotated

import typer

from impsy_tui.cli.completion import command_words
from impsy_tui.cli.options import SocketOption
from impsy_tui.cli.output.progress import fail
from impsy_tui.cli.output.text import say
from impsy_tui.errors import NoEngineError

_Force = Annotated[bool, typer.Option("--force", help="Override the stage lock.")]


def send(
    command: Annotated[
        list[str], typer.Argument(help="Command of the console, such as mode battle.", autocompletion=command_words)
    ],
    force: _Force = False,
    socket: SocketOption = None,
) -> None:
    """Send a command to the running engine and print its reply."""
    from impsy_tui.control.client import connected

    line = " ".join(command)
    try:
        with connected(socket) as client:
            reply = client.command(line, force=force)
    except NoEngineError as problem:
        fail(str(problem))
    if reply.ok:
        say(reply.text)
        return
    if reply.start >= 0:
        pointer = " " * reply.start + "^" * max(1, reply.end - reply.start)
        say(f"{line}\n{pointer}", err=True)
    fail(reply.text)


def _watch(socket: Path | None) -> None:
    """Prints the state of the engine until Ctrl-C or its end."""
    from impsy_tui.control.client import connected
    from impsy_tui.control.messages import Snapshot
    from impsy_tui.control.status_text import live_lines

    try:
        with connected(socket) as client:
            client.subscribe(10.0, events=False)
            for snapshot in client.messages():
                if isinstance(snapshot, Snapshot):
                    say("\n".join(live_lines(snapshot)) + "\n\nCtrl-C quits", clear=True)
    except NoEngineError as problem:
        fail(str(problem))
    except KeyboardInterrupt:
        say()


def status(
    as_json: Annotated[bool, typer.Option("--json", help="JSON output.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Live output until Ctrl-C.")] = False,
    socket: SocketOption = None,
) -> None:
    """Show the state of the running engine."""
    from impsy_tui.cli.output.status_json import status_json
    from impsy_tui.control.client import connected
    from impsy_tui.control.socket_path import socket_of_sudo_user
    from impsy_tui.control.status_text import status_lines

    if watch:
        _watch(socket)
        return
    try:
        with connected(socket or socket_of_sudo_user()) as client:
            snapshot = client.snapshot()
    except NoEngineError as problem:
        fail(str(problem))
    if as_json:
        say(status_json(snapshot))
    else:
        say("\n".join(status_lines(snapshot)))


def shutdown(force: _Force = False, socket: SocketOption = None) -> None:
    """End the running engine: silence its notes and close its log."""
    from impsy_tui.control.client import connected

    try:
        with connected(socket) as client:
            reply = client.command("shutdown", force=force)
    except NoEngineError as problem:
        fail(str(problem))
    if not reply.ok:
        fail(reply.text)
    say(reply.text)
