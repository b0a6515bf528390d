"""Archives of NumPy arrays, ``.npz``, from anywhere: nothing in them can act, and whatever is damaged is refused."""

import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from impsy_tui.errors import UserError


def read_npz(source: Path | BinaryIO, largest: int) -> dict[str, np.ndarray[Any, Any]]:
    """Returns the arrays of an archive by name.

    Args:
        source: the file, or its content.
        largest: bytes that all arrays may take together.

    Raises:
        OSError: it cannot be read.
        UserError: its arrays take too much.
        ValueError: it is no such archive, is damaged, or holds objects.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > largest:
                raise UserError(f"is larger than {largest >> 20} MB")
        with np.load(source, allow_pickle=False) as loaded:
            arrays: dict[str, Any] = {name: loaded[name] for name in loaded.files}
    except (OSError, ValueError, UserError):
        raise
    except Exception as error:  # a damaged file can fail in any way
        raise ValueError(f"is damaged: {str(error)[:100] or type(error).__name__}") from None
    if strange := next((name for name, array in arrays.items() if not isinstance(array, np.ndarray)), None):
        raise ValueError(f"holds {strange[:40]}, which is no array")
    return arrays
