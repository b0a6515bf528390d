"""Validated ``.npz`` files of arrays; reading them never runs code."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.errors import UserError
from impsy_tui.model_files.npz import read_npz

SUFFIX: Final = ".npz"
LARGEST: Final = 64 << 20
"""Bytes, uncompressed."""

Arrays = dict[str, NDArray[Any]]


def read_arrays(file: Path, kinds: Mapping[str, tuple[str, int]], what: str) -> Arrays:
    """Returns the arrays of a file.

    Args:
        file: ``.npz`` file.
        kinds: required arrays by name: the letter of NumPy's kind, and the number of axes.
        what: name of the file format, for messages.

    Raises:
        UserError: the file cannot be read, or an array is missing or of another kind.
    """
    if os.path.exists(file) and not os.path.isfile(file):
        raise UserError(f"{file}: is not a file")  # reading a pipe would block
    try:
        found = read_npz(file, LARGEST)
        arrays: Arrays = {name: found[name] for name in kinds}
    except OSError as error:
        raise UserError(f"{file}: {error.strerror or error}") from None
    except (UserError, ValueError, KeyError) as error:
        raise UserError(f"{file}: is not a {what}: {error}") from None
    for name, (kind, axes) in kinds.items():
        if arrays[name].dtype.kind != kind or arrays[name].ndim != axes:
            raise UserError(f"{file}: is not a {what}: its array {name} has another type")
    return arrays


def write_arrays(file: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes a file of arrays; an existing file is replaced after the new one is complete.

    Raises:
        OSError: the file cannot be written.
    """
    temporary = file.with_name(f".{file.name}.new")
    with temporary.open("wb") as new:
        np.savez_compressed(new, **arrays)  # type: ignore[arg-type]
    temporary.replace(file)
