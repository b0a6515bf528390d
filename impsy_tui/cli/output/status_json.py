"""JSON text of a snapshot for scripts."""

from typing import Any, Final

import msgspec

from impsy_tui.control.messages import Snapshot
from impsy_tui.parameters import (
    AGENT,
    CLASSIFIER,
    CLIPS,
    CLOCK_IN,
    CLOCK_LINK,
    CLOCK_OUT,
    HAND_OVER,
    MDRNN,
    QUANTISE,
    SWING,
    TEMPO,
    THRU,
    parameters_of,
)

_EARLIER_NAMES: Final = {one.earlier or one.name: one.name for one in parameters_of(MDRNN) if one.within is not None}
_AGENT_NAMES: Final = tuple(one.name for one in parameters_of(AGENT) if one.example)


def status_json(snapshot: Snapshot) -> str:
    """Returns a snapshot as JSON text.

    Scripts of version 0.1.0 find the names that they know next to the present ones.
    """
    state: dict[str, Any] = msgspec.to_builtins(snapshot)
    state[THRU.name] = snapshot.thru
    if (tempo := state["tempo"]) is not None:
        tempo |= {one.keys[-1]: snapshot.value(one) or "" for one in (TEMPO, QUANTISE, SWING, HAND_OVER)}
        source = "clock" if snapshot.value(CLOCK_IN) else "link" if snapshot.value(CLOCK_LINK) else "own"
        tempo |= {"source": source, "sends": snapshot.value(CLOCK_OUT)}
    state["heard"] = state["received"]
    state["guided"] = state["gesture_recording"]
    for player in state["players"]:
        parameters = player["parameters"]
        player["band"] = ensemble = player["ensemble"]
        if ensemble is not None:
            ensemble |= {CLIPS.name: parameters[CLIPS.name], "told_by": parameters[CLASSIFIER.name]}
        for earlier, name in _EARLIER_NAMES.items():
            player[earlier] = parameters.get(name) or 0.0
        if player["agent"] is not None:
            player["agent"] |= {name: parameters[name] for name in _AGENT_NAMES if name in parameters}
    return msgspec.json.format(msgspec.json.encode(state)).decode()
