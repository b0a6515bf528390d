"""Names for what is made: nothing of the user's is overwritten."""

import itertools
from collections.abc import Collection
from pathlib import Path


def free_name(folder: Path, name: str, others: Collection[str] = ()) -> str:
    """A name that no file in a folder has, and none of the others: itself, or with -2, -3 … behind it."""
    taken = {*others, *(file.stem for file in folder.iterdir())}
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(one for one in names if one not in taken)
