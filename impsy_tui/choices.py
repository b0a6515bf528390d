"""Words that configuration, commands and shell options share: gestures, scales, model sizes, algorithms."""

from typing import Final

GESTURES: Final = (
    "nothing",
    "fast-taps",
    "slow-taps",
    "fast-swipe",
    "accelerating-fast-swipe",
    "very-slow-swipe",
    "big-swirl",
    "small-swirl",
    "combination",
)
"""Gestures on a touch-screen, by code."""

MESSAGES: Final = ("cc", "cc14", "nrpn", "note", "velocity", "bend", "program", "pressure", "turn")
"""First words of MIDI messages in mappings."""

FOLLOWERS: Final = tuple(f"p{number}" for number in range(2, 9))
"""Names of the followers of an ensemble."""

LEAD_STOPS: Final = ("rest", "play")
"""Behaviour of an ensemble without a playing lead."""

SCALES: Final = ("chromatic", "major", "minor", "pentatonic", "blues", "whole-tone")
"""Scales of the notes of an ensemble."""

DESCRIPTORS: Final = ("loudness", "centroid", "chroma", "mfcc", "specshape", "sinefeaturefreqs", "sinefeaturemags")
"""Descriptors that an agent can use, most of them categories; ``agent.descriptors.names`` lists all 55."""

TARGETS: Final = ("static", "changing", "mixed", "corpus", "mixed+corpus", "mixed+scattered")
"""Targets that an agent can learn to imitate; see ``agent.task``."""

WITH_CORPUS: Final = TARGETS[4]
"""Target of a training with recordings."""

ALGORITHMS: Final = ("ppo", "dqn", "a2c")
"""Algorithms of an agent's training."""

UNITS: Final = {"xxs": 16, "xs": 32, "s": 64, "m": 128, "l": 256, "xl": 512}
"""Units of each layer of an MDRNN by size."""

SIZE_OF_UNITS: Final = {units: size for size, units in UNITS.items()}
"""Size of an MDRNN by the units of a layer."""

EVOLVING_SIZES: Final = ("xs", "s")
"""Sizes of an MDRNN that can evolve next to a performance."""

SIZES: Final = tuple(UNITS)
"""Sizes of an MDRNN."""

AUTO: Final = "auto"
"""Instead of a size: the size with the lowest held-out loss, of those that the dataset supports."""

RESUME: Final = "resume"
"""Instead of a size: the last interrupted training."""

NEWEST: Final = "newest"
"""Instead of a model's name: the newest model, of the dimension that plays if there is one."""

PREVIOUS: Final = "previous"
"""Instead of a model's name: the model that the player had before."""

CURRENT: Final = "current"
"""Instead of a model's name: the model that plays."""

TRAINING_JOBS: Final = ("train", "evolve", "ensemble", "agent")
"""Kinds of jobs whose result is a model."""

KEEPING_JOBS: Final = ("train", "ensemble", "agent")
"""Kinds of jobs that can save a result before they end."""

EXPORTS: Final = ("mid", "csv")
"""Forms of an exported log: a MIDI file, and a table."""

GRIDS: Final = ("1/4", "1/8", "1/16", "1/32", "1/3", "1/6", "1/12", "1/24", "1/1", "1/2", "1/48", "1/64")
"""Note lengths of a grid, the likeliest first."""
