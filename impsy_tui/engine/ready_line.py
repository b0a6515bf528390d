"""Texts of a started engine: the ready line and the greeting of clients."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from impsy_tui import __version__
from impsy_tui.channels.base import Channel
from impsy_tui.control.messages import ConsoleSettings, EngineStart, Hello
from impsy_tui.engine.options import EngineOptions
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.session import Session


def ready_line(session: Session, channels: Sequence[Channel], origin: Callable[[Player], str]) -> str:
    """Returns a line that begins with ``ready``: the players, the channels, and each state that needs attention.

    Args:
        session: Session with the players.
        channels: Open channels.
        origin: Returns the folder of a player's model, if another folder has a model of its name.
    """
    parts = []
    for player in session.players.values():
        predictor = player.behaviour.predictor
        who = "" if session.alone else f"{player.name}: "
        who += "DUMMY player (no model)" if predictor.kind == "dummy" else f"{predictor.name} ({predictor.runtime})"
        who += f" from {folder}" if (folder := origin(player)) else ""
        parts += [f"{who}, dimension {predictor.dimension}", player.behaviour.mode.name]
    parts += [f"{ensemble.name}: {ensemble.describe()}" for ensemble in session.ensembles.values()]
    for channel in channels:
        status = channel.status()
        state = "" if status.state == "open" else f" {status.state.upper()}"
        parts.append(f"{status.name}{state} {status.bound}")
    return "ready: " + " · ".join(parts)


def greeting(options: EngineOptions) -> Hello:
    """Returns the first message to a client: version, process, console settings, and arguments for a restart."""
    console = options.config.console
    settings = ConsoleSettings(console.theme, console.lean, console.mouse, console.animation, dict(console.keys))
    output = (options.logs / "engine.out").absolute()
    start = EngineStart(options.arguments, os.getcwd(), str(output), _prints_into(output))
    return Hello(version=__version__, pid=os.getpid(), console=settings, start=start)


def _prints_into(file: Path) -> bool:
    """True if standard error is this file."""
    try:
        return os.path.samestat(os.fstat(2), file.stat())
    except OSError:
        return False
