"""Whom a command about a model is for: a band plays no models of values, and nobody else plays those of bands."""

from typing import Final

from impsy_tui.control.messages import Snapshot

_OF_BANDS: Final = ("ensemble", "gestures")


def whom(kind: str, snapshot: Snapshot) -> str | None:
    """What stands before a command about what a job of this kind makes; None where it is for nobody here."""
    players = snapshot.players
    if kind in _OF_BANDS:
        return next((f"@{player.name} " for player in players if player.ensemble is not None), None)
    if kind == "agent" and snapshot.focused.agent is None:
        return next((f"@{player.name} " for player in players if player.agent is not None), None)
    if snapshot.focused.ensemble is None:
        return ""
    return next((f"@{player.name} " for player in players if player.ensemble is None), None)
