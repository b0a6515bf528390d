"""The line that an engine prints when it accepts input."""

from collections.abc import Sequence

from impsy_tui.channels.base import Channel
from impsy_tui.engine.players.session import Session


def ready_line(session: Session, channels: Sequence[Channel]) -> str:
    """Returns a line that begins with ``ready``: the players, the channels, and each state that needs attention."""
    parts = []
    for seat in session.seats.values():
        player = seat.part.player
        who = "" if session.alone else f"{seat.name}: "
        who += "DUMMY player (no model)" if player.kind == "dummy" else f"{player.name} ({player.runtime})"
        parts += [f"{who}, dimension {player.dimension}", seat.part.mode.name]
    parts += [f"{band.name}: {band.describe()}" for band in session.bands.values()]
    for channel in channels:
        status = channel.status()
        state = "" if status.state == "open" else f" {status.state.upper()}"
        parts.append(f"{status.name}{state} {status.bound}")
    return "ready: " + " · ".join(parts)
