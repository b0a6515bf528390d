"""Names and categories of the 55 descriptors, in the order of every frame, table and corpus.

Names and order are those of RL-impro's tables. ``loudness-dB`` is a misnomer of those tables: its scale is linear.
"""

from collections.abc import Sequence
from typing import Final

from impsy_tui.errors import UserError

PITCHES: Final = ("A", "A#", "B", "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#")
SINES: Final = 10
COEFFICIENTS: Final = 13

CATEGORIES: Final[dict[str, tuple[str, ...]]] = {
    "loudness": ("loudness-dBFS", "loudness-TP", "loudness-dB"),
    "mfcc": tuple(f"mfcc-{number}" for number in range(COEFFICIENTS)),
    "chroma": tuple(f"chroma-{pitch}" for pitch in PITCHES),
    "specshape": tuple(
        f"specshape-{name}" for name in ("centroid", "spread", "skewness", "kurtosis", "rolloff", "flatness", "crest")
    ),
    "sinefeaturefreqs": tuple(f"sinefeaturefreqs-{number}" for number in range(SINES)),
    "sinefeaturemags": tuple(f"sinefeaturemags-{number}" for number in range(SINES)),
}
"""Names of the descriptors by category, in order."""

NAMES: Final = tuple(name for names in CATEGORIES.values() for name in names)
"""Names of all 55 descriptors, in order."""

_SHORT: Final = tuple(name.removeprefix("specshape-") for name in CATEGORIES["specshape"])
_PLACES: Final = {name: place for place, name in enumerate(NAMES)}


def descriptor_indices(wanted: Sequence[str]) -> list[int]:
    """Returns the indices of descriptors in a frame.

    Args:
        wanted: names of descriptors (``specshape-centroid``, or ``centroid`` for short), or of categories
            (all their descriptors).

    Returns:
        Sorted indices without repetition, 0 to 54.

    Raises:
        UserError: there is no such descriptor.
    """
    found: set[int] = set()
    for word in wanted:
        names = CATEGORIES.get(word) or tuple(name for name in (word, f"specshape-{word}") if name in _PLACES)
        if not names:
            import difflib  # only for mistakes: importing it would slow every start

            near = difflib.get_close_matches(word, (*CATEGORIES, *NAMES, *_SHORT), n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise UserError(
                f"no descriptor is called {word}: {hint}the categories are {', '.join(CATEGORIES)}, "
                f"single ones such as {NAMES[0]}, centroid and {NAMES[-1]}"
            )
        found.update(_PLACES[name] for name in names)
    return sorted(found)
