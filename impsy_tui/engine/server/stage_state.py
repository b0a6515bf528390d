"""State for the page of the performer."""

from typing import Any

from impsy_tui.control.messages import Snapshot
from impsy_tui.parameters import MODE, SIGMA, TEMP


def stage_state(snapshot: Snapshot) -> dict[str, Any]:
    """Returns the part of a snapshot that the page of the performer shows."""
    count = len(snapshot.input)
    return {
        "title": snapshot.title,
        "names": snapshot.names,
        "input": snapshot.input,
        "focus": snapshot.focus,
        "loading": snapshot.loading,
        "locked": snapshot.locked,
        "scenes": snapshot.scenes,
        "scene": snapshot.scene,
        "cue": snapshot.cue,
        "players": [
            {
                "name": player.name,
                "model": player.model,
                MODE.name: player.mode,
                "turn": player.turn,
                "paused": player.paused,
                "sliders": {one.name: player.parameters.get(one.name) for one in (TEMP, SIGMA)},
                "output": player.place(player.output, count),
            }
            for player in snapshot.players
        ],
    }
