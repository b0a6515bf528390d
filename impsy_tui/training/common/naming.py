"""Names for new models, so that no file of the user is overwritten."""

import itertools
import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

from impsy_tui.choices import SIZE_OF_UNITS
from impsy_tui.ensemble.network import PREFIX
from impsy_tui.mdrnn.model import SCALE, Shape
from impsy_tui.paths import shipped_names

_LONGEST: Final = 40
"""Characters: a number and suffixes follow, and a file name has at most 255 bytes."""
_SCALE: Final = re.compile(r"-scale(?=\d)")
"""Part of a file name that tells the scale of a network."""
_STRANGE: Final = re.compile(r"[^\w.-]+")
"""Characters that a word of a command does not have."""


def free_name(folder: Path, name: str, others: Collection[str] = ()) -> str:
    """Returns a name with -2, -3 and so on if a file of a folder, a shipped model or another given name has it."""
    taken = {*others, *shipped_names("models"), *(file.stem for file in folder.iterdir())}
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(one for one in names if one not in taken)


def model_name(source: str, shape: Shape) -> str:
    """Returns the usual name of a new model: its dataset and its size.

    Args:
        source: name of the dataset.
        shape: shape of the network.
    """
    plain = plain_source(source).removeprefix(PREFIX)
    return f"{_SCALE.sub('-', plain)}-{SIZE_OF_UNITS.get(shape.units, f'units{shape.units}')}"


def plain_source(source: str) -> str:
    """Returns the name of a source as a part of a file name that needs no quotes in a command."""
    return _STRANGE.sub("-", source)[:_LONGEST].strip("-.") or "model"


def network_name(shape: Shape) -> str:
    """Returns the name of a network in Keras files, as IMPSY names it."""
    return (
        f"musicMDRNN-dim{shape.dimension}-layers{shape.layers}-units{shape.units}"
        f"-mixtures{shape.mixtures}-scale{SCALE:.0f}"
    )
