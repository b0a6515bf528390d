"""Files of arrays of numbers and words, ``.npz``: nothing in them can act, and nothing in them is trusted."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.errors import UserError
from impsy_tui.npz import read_npz

SUFFIX: Final = ".npz"
LARGEST: Final = 64 << 20
"""Bytes, uncompressed."""

Arrays = dict[str, NDArray[Any]]


def read_arrays(file: Path, kinds: Mapping[str, tuple[str, int]], what: str) -> Arrays:
    """Read a file of arrays.

    Args:
        file: ``.npz``.
        kinds: of each array that is to be in it: the letter of NumPy's kind of its numbers, and how many axes it has.
        what: the file ought to be, for the performer.

    Raises:
        UserError: it cannot be read, or does not hold these.
    """
    if os.path.exists(file) and not os.path.isfile(file):
        raise UserError(f"{file}: is not a file")  # a pipe would keep its reader waiting
    try:
        found = read_npz(file, LARGEST)
        arrays: Arrays = {name: found[name] for name in kinds}
    except OSError as error:
        raise UserError(f"{file}: {error.strerror or error}") from None
    except (UserError, ValueError, KeyError) as error:
        raise UserError(f"{file}: is no {what}: {error}") from None
    for name, (kind, axes) in kinds.items():
        if arrays[name].dtype.kind != kind or arrays[name].ndim != axes:
            raise UserError(f"{file}: is no {what}: {name} is not what it ought to be")
    return arrays


def write_arrays(file: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a file of arrays, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    temporary = file.with_name(f".{file.name}.new")
    with temporary.open("wb") as new:
        np.savez_compressed(new, **arrays)  # type: ignore[arg-type]
    temporary.replace(file)
