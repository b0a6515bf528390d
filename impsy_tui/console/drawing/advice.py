"""Advice below the empty prompt until the first input arrives."""

from typing import Final

from impsy_tui.control.messages import Snapshot

_FIRST_EVENTS: Final = 40
"""Events after which the performer knows that input arrives."""
PLAY_OR_GIVE: Final = "nothing is heard yet: play something, or type give: the player begins"
NO_SOUND: Final = "no sound is heard yet: [audio] opens a microphone, replay plays a log with sound"


def how_to_begin(snapshot: Snapshot) -> str:
    """Returns advice for a performer who sees nothing move; empty once something is heard or played."""
    player = snapshot.focused
    if player.agent is not None:
        return NO_SOUND if player.agent.heard < 0.0 else ""
    first = next((channel for channel in snapshot.channels if channel.received), None)
    if first is not None:
        return f"✓ {first.name} receives: {first.last_received}" if first.received < _FIRST_EVENTS else ""
    silent = not any(channel.sent for channel in snapshot.channels)
    waits = player.mode == "callresponse" and player.turn == "you" and not player.paused and player.ensemble is None
    if not silent or not waits:
        return ""
    expected = next((one.expects for one in snapshot.channels if one.expects and one.state == "open"), "")
    return f"○ send {expected}, or type give: the player begins" if expected else PLAY_OR_GIVE
