"""Reader of foreign ``.npz`` archives: no object in them runs code, and damaged archives are refused."""

import os
import struct
import zipfile
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from impsy_tui.errors import UserError
from impsy_tui.toml_files import open_regular

SUFFIX: Final = ".npz"
_END: Final = struct.Struct("<4s16x4s8xI6x")
"""Last records of an archive without a comment: locator of an archive above 4 GB, end, bytes of its directory."""
_LONGEST_DIRECTORY: Final = 1 << 16
"""Most bytes of a directory that is read: the engine reads names while it plays."""


def array_names(file: Path) -> frozenset[str]:
    """Returns the names of the arrays of an archive; no array is read.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file is not an archive, or is damaged.
    """
    try:
        with open_regular(file) as opened:
            opened.seek(max(0, os.fstat(opened.fileno()).st_size - _END.size))
            locator, end, length = _END.unpack(opened.read())
            if locator == b"PK\x06\x07" or end != b"PK\x05\x06" or length > _LONGEST_DIRECTORY:
                raise ValueError("it is not an archive of few arrays")
            with zipfile.ZipFile(opened) as archive:
                return frozenset(name.removesuffix(".npy") for name in archive.namelist())
    except OSError:
        raise
    except Exception as error:  # a damaged file can fail in any way
        raise ValueError(f"is damaged: {str(error)[:100] or type(error).__name__}") from None


def array_shape(file: Path, name: str) -> tuple[int, ...]:
    """Returns the shape of an array of an archive; its numbers are not read.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file is not an archive with this array, or is damaged.
    """
    try:
        with open_regular(file) as opened, zipfile.ZipFile(opened) as archive, archive.open(f"{name}.npy") as array:
            np.lib.format.read_magic(array)
            return np.lib.format.read_array_header_1_0(array)[0]
    except OSError:
        raise
    except Exception as error:  # a damaged file can fail in any way
        raise ValueError(f"is damaged: {str(error)[:100] or type(error).__name__}") from None


def read_npz(source: Path | BinaryIO, largest: int) -> dict[str, np.ndarray[Any, Any]]:
    """Returns the arrays of an archive by name.

    Args:
        source: File, or its content.
        largest: Most bytes of all arrays together.

    Raises:
        OSError: The file cannot be read.
        UserError: The arrays are too large.
        ValueError: The file is not an archive of arrays, is damaged, or holds objects.
    """
    if isinstance(source, Path):
        with open_regular(source) as opened:
            return read_npz(opened, largest)
    try:
        with zipfile.ZipFile(source) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > largest:
                raise UserError(f"is larger than {largest >> 20} MB")
        source.seek(0)
        with np.load(source, allow_pickle=False) as loaded:
            arrays: dict[str, Any] = {name: loaded[name] for name in loaded.files}
    except (OSError, UserError):
        raise
    except ValueError as error:
        if "pickle" in str(error):  # NumPy advises to load the file unsafely
            raise ValueError("it is damaged, or holds other things than arrays of numbers") from None
        raise
    except Exception as error:  # a damaged file can fail in any way
        raise ValueError(f"is damaged: {str(error)[:100] or type(error).__name__}") from None
    if strange := next((name for name, array in arrays.items() if not isinstance(array, np.ndarray)), None):
        raise ValueError(f"holds {strange[:40]}, which is not an array")
    return arrays
