"""Agent part of a snapshot; see ``states.PlayerState``."""

import msgspec


class AgentState(msgspec.Struct, frozen=True):
    """State of an agent.

    Attributes:
        hear: heard descriptors as text.
        resting: True if the agent rests.
        level: level of the last heard frame in dBFS.
        heard: seconds since the last heard frame; -1 before the first.
        rate: heard frames per second.
        distance: distance of the synth's sound to the target, in deviations of the synth's sounds.
        distances: last distances, ten a second, the oldest first.
        musician: descriptors of the musician by the names of ``GROUPS``, each 0 to 1.
        own: the same of the agent's synth; from the look-up table if no channel hears the synth.
    """

    hear: str
    resting: bool
    level: float
    heard: float
    rate: int
    distance: float
    distances: tuple[float, ...]
    musician: tuple[tuple[float, ...], ...]
    own: tuple[tuple[float, ...], ...]


GROUPS = ("loudness", "centroid", "flatness", "chroma", "mfcc")
"""Groups of descriptors on the display, each a bar or a row of bars."""
