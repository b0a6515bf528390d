"""Names for new models, so that no file of the user is overwritten."""

import itertools
from collections.abc import Collection
from pathlib import Path

from impsy_tui.mdrnn.model import SCALE, Shape
from impsy_tui.paths import shipped_names


def free_name(folder: Path, name: str, others: Collection[str] = ()) -> str:
    """Returns a name with -2, -3 and so on if a file of a folder, a shipped model or another given name has it."""
    taken = {*others, *shipped_names("models"), *(file.stem for file in folder.iterdir())}
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(one for one in names if one not in taken)


def model_name(shape: Shape) -> str:
    """Returns the file name, without suffix, that IMPSY gives such a network."""
    return (
        f"musicMDRNN-dim{shape.dimension}-layers{shape.layers}-units{shape.units}"
        f"-mixtures{shape.mixtures}-scale{SCALE:.0f}"
    )
