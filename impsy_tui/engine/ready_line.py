"""Line that an engine prints as soon as input is accepted."""

from collections.abc import Sequence

from impsy_tui.channels.base import Channel
from impsy_tui.engine.players.session import Session


def ready_line(session: Session, channels: Sequence[Channel]) -> str:
    """Returns a line that begins with ``ready``: the players, the channels, and each state that needs attention."""
    parts = []
    for player in session.players.values():
        predictor = player.behaviour.predictor
        who = "" if session.alone else f"{player.name}: "
        who += "DUMMY player (no model)" if predictor.kind == "dummy" else f"{predictor.name} ({predictor.runtime})"
        parts += [f"{who}, dimension {predictor.dimension}", player.behaviour.mode.name]
    parts += [f"{ensemble.name}: {ensemble.describe()}" for ensemble in session.ensembles.values()]
    for channel in channels:
        status = channel.status()
        state = "" if status.state == "open" else f" {status.state.upper()}"
        parts.append(f"{status.name}{state} {status.bound}")
    return "ready: " + " · ".join(parts)
