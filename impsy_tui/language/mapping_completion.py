"""Words of a mapping that can follow: ``map knobs cc 1 7 -> x3``."""

from collections.abc import Sequence
from typing import Final

from impsy_tui.choices import MESSAGES
from impsy_tui.language.program import quoted
from impsy_tui.parameters import PARAMETERS

MAPPING: Final = ("map", "unmap")
"""Commands with a mapping."""
ARROW: Final = "->"
"""Sign between what plays and what is played."""
_OSC: Final = "osc"
_CONTROLS: Final = ("cc", _OSC)
"""First words of controls that can move a parameter."""
_MAPPABLE: Final = tuple(one.name for one in PARAMETERS.values() if one.is_mappable)


def next_words(before: Sequence[str], places: Sequence[str], dimensions: Sequence[str]) -> Sequence[str]:
    """Returns the words that can follow.

    Args:
        before: words of the command before, its name first.
        places: names of inputs and outputs.
        dimensions: names of the dimensions.
    """
    name, *words = before
    messages = (*map(quoted, places), *MESSAGES, _OSC)
    if not words:
        return (*messages, *dimensions, "reset" if name == "map" else ARROW)
    source, arrow = words[: words.index(ARROW)] if ARROW in words else words, ARROW in words
    if words[-1] in places:
        return (*MESSAGES, _OSC)
    if arrow:
        if source and source[0] in dimensions:
            return messages if words[-1] == ARROW else ()
        return dimensions if words[-1] == ARROW else ()
    if words[-1] in dimensions:
        return (ARROW, *_MAPPABLE) if len(words) == 1 else ()
    is_complete = len(words) > 2 or (words[0] == _OSC and len(words) > 1)
    return (ARROW, *(_MAPPABLE if words[0] in _CONTROLS else ())) if is_complete else ()
