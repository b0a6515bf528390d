"""Agent part of a snapshot."""

from typing import Final

import numpy as np

from impsy_tui.agent.descriptors.names import CATEGORIES, NAMES, descriptor_indices
from impsy_tui.agent.seek import Scaler
from impsy_tui.control.agent_state import GROUPS, AgentState
from impsy_tui.engine.players.agent import AgentBehaviour

_SHOWN: Final = {
    "loudness": ["loudness-dBFS"],
    "centroid": ["centroid"],
    "flatness": ["flatness"],
    "chroma": ["chroma"],
    "mfcc": ["mfcc"],
}
_PLACES: Final = [descriptor_indices(_SHOWN[group]) for group in GROUPS]
_CHROMA: Final = _PLACES[GROUPS.index("chroma")]
_LEAST: Final = 1e-9
_WIDTH: Final = 3.0
"""Range of a meter: standard deviations above and below the mean of the synth's sounds."""
_MOST_WORDS: Final = 4


def agent_state(behaviour: AgentBehaviour, now: float) -> AgentState:
    """Returns the state of an agent."""
    status, player = behaviour.status, behaviour.predictor
    feats = status.heard
    scaler = player.model.known.scaler
    return AgentState(
        hear=_in_words(player.matters),
        resting=status.resting,
        level=float(feats.musician[0]) if feats is not None else -157.0,
        heard=now - status.received_at if feats is not None else -1.0,
        rate=status.rate.rate(now),
        distance=status.distance,
        distances=tuple(status.distances),
        musician=_grouped(scaler.standardised(feats.musician), scaler) if feats is not None else (),
        own=_grouped(player.sounds, scaler),
    )


def _grouped(standardised: np.ndarray, scaler: Scaler) -> tuple[tuple[float, ...], ...]:
    standardised = np.nan_to_num(standardised)
    shares = np.clip(standardised / (2.0 * _WIDTH) + 0.5, 0.0, 1.0)
    # The meter of chroma shows the strongest pitch class, not the deviation from the mean.
    chroma = np.clip((standardised * scaler.deviation + scaler.mean)[_CHROMA], 0.0, None)
    shares[_CHROMA] = chroma / max(float(chroma.max()), _LEAST)
    return tuple(tuple(np.round(shares[group], 3).tolist()) for group in _PLACES)


def _in_words(matters: tuple[str, ...]) -> str:
    """Returns descriptors in few words: whole categories by their names."""
    words, left = [], list(matters)
    for category, names in CATEGORIES.items():
        if all(name in left for name in names):
            words.append(category)
            left = [name for name in left if name not in names]
    words += [name.removeprefix("specshape-") for name in left]
    more = len(words) - _MOST_WORDS
    return (
        "all"
        if len(matters) == len(NAMES)
        else " ".join(words[:_MOST_WORDS]) + (f" and {more} more" if more > 0 else "")
    )
