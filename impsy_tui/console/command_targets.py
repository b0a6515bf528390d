"""Choice of the player for a command about a model: ensembles play only ensemble models."""

from typing import Final

from impsy_tui.control.messages import Snapshot

_ENSEMBLE_KINDS: Final = ("ensemble", "gestures")


def player_prefix(kind: str, snapshot: Snapshot) -> str | None:
    """Returns the ``@player`` prefix for the result of a job; None if no player can use it."""
    players = snapshot.players
    if kind in _ENSEMBLE_KINDS:
        return next((f"@{player.name} " for player in players if player.ensemble is not None), None)
    if kind == "agent" and snapshot.focused.agent is None:
        return next((f"@{player.name} " for player in players if player.agent is not None), None)
    if snapshot.focused.ensemble is None:
        return ""
    return next((f"@{player.name} " for player in players if player.ensemble is None), None)
