"""Agent part of a snapshot; see ``states.PlayerState``."""

import msgspec


class AgentState(msgspec.Struct, frozen=True):
    """State of an agent.

    Attributes:
        hear: what matters to it, in words.
        resting: whether it does.
        level: of what it heard last, dBFS.
        heard: seconds since then, -1 for nothing yet.
        rate: frames heard in a second.
        distance: between its synth and what it aims for, in deviations of the synth's sounds.
        distances: ten a second, the oldest first.
        musician, own: what is heard, ``GROUPS`` by name, each value from 0 to 1; of its own synth what the table
            says where nobody listens to it.
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
