"""Names for what is made: nothing of the user's is overwritten."""

import itertools
from collections.abc import Collection
from pathlib import Path

from impsy_tui.paths import shipped_names


def free_name(folder: Path, name: str, others: Collection[str] = ()) -> str:
    """A name that no file in a folder, no shipped model and none of the others has: itself, or with -2 … added."""
    taken = {*others, *shipped_names("models"), *(file.stem for file in folder.iterdir())}
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(one for one in names if one not in taken)
