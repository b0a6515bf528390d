"""What a snapshot says of an agent; see ``states.PlayerState``."""

import msgspec


class AgentState(msgspec.Struct, frozen=True):
    """How an agent is doing.

    Attributes:
        aim: one of ``parameters.AIM.choices``.
        steer: one of ``parameters.STEER.choices``.
        hear: what matters to it, in words.
        budget: how far its parameters may move in a second, 0 for as far as they like.
        smooth: seconds.
        rest: dBFS, below which it rests; 0 for never.
        resting: whether it does.
        level: of what it heard last, dBFS.
        heard: seconds since then, -1 for nothing yet.
        rate: frames heard in a second.
        distance: between its synth and what it aims for, in deviations of the synth's sounds.
        distances: ten a second, the oldest first.
        musician, own: what is heard, ``GROUPS`` by name, each value from 0 to 1; of its own synth what the table
            says where nobody listens to it.
    """

    aim: str
    steer: str
    hear: str
    budget: float
    smooth: float
    rest: float
    resting: bool
    level: float
    heard: float
    rate: int
    distance: float
    distances: tuple[float, ...]
    musician: tuple[tuple[float, ...], ...]
    own: tuple[tuple[float, ...], ...]


GROUPS = ("loudness", "centroid", "flatness", "chroma", "mfcc")
"""Descriptors as they are shown, each a bar or a row of them."""
