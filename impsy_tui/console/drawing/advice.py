"""Advice below the empty prompt until the first input arrives."""

from typing import Final

from impsy_tui.control.messages import Snapshot

PLAY_OR_GIVE: Final = "nothing is heard yet: play something, or type give: the player begins"
NO_SOUND: Final = "no sound is heard yet: [audio] opens a microphone, replay plays a log with sound"


def how_to_begin(snapshot: Snapshot) -> str:
    """Returns advice for a performer who sees nothing move; empty once something is heard or played."""
    player = snapshot.focused
    if player.agent is not None:
        return NO_SOUND if player.agent.heard < 0.0 else ""
    silent = not any(channel.received or channel.sent for channel in snapshot.channels)
    waits = player.mode == "callresponse" and player.turn == "you" and not player.paused and player.ensemble is None
    return PLAY_OR_GIVE if silent and waits else ""
