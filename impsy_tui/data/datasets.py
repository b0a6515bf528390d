"""Datasets in the format of IMPSY: ``.npz`` files with ``perfs``, an object array of float arrays.

The object array is a pickle, which is never unpickled: see ``object_array``.
"""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from impsy_tui.data.object_array import read_object_array
from impsy_tui.errors import UserError
from impsy_tui.toml_files import open_regular

LARGEST: Final = 256 << 20
"""Bytes, uncompressed. The reader refuses a larger dataset."""


def read_dataset(file: Path) -> list[np.ndarray]:
    """Returns the performances of a dataset.

    Args:
        file: ``.npz`` file of IMPSY or this program.

    Returns:
        One float32 array ``[events, dimension]`` for each performance with events; columns are dt in seconds, then
        the values.

    Raises:
        UserError: the file cannot be read, is not a dataset, or is not trusted.
    """
    try:
        with open_regular(file) as opened, zipfile.ZipFile(opened) as archive:
            if "perfs.npy" not in archive.namelist():
                raise UserError("has no performances (perfs)")
            entry = archive.getinfo("perfs.npy")
            if entry.file_size > LARGEST:
                raise UserError(f"is too large: {entry.file_size >> 20} MB, at most {LARGEST >> 20} MB")
            loaded = _read_array(archive.read(entry))
    except UserError:
        raise
    except MemoryError:
        raise UserError("is too large") from None
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror or error}") from None
    except zipfile.BadZipFile as error:
        raise UserError(f"cannot be read: {error}") from None
    except Exception as error:  # a damaged file can raise any error
        raise UserError(f"is damaged: {str(error)[:100] or type(error).__name__}") from None
    return _checked(loaded)


def _read_array(data: bytes) -> Any:
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, by_columns, dtype = read_header(stream)
    if dtype.hasobject:
        return read_object_array(stream)
    return np.frombuffer(data, dtype, offset=stream.tell()).reshape(shape, order="F" if by_columns else "C")


def _checked(loaded: Any) -> list[np.ndarray]:
    if not isinstance(loaded, np.ndarray) or not loaded.ndim:
        raise UserError("has no list of performances")
    performances: list[np.ndarray] = []
    dimension = total = 0
    for item in loaded if loaded.size else ():  # an empty array may have any number of rows
        if not isinstance(item, np.ndarray) or item.dtype.kind not in "fiuO":
            raise UserError("has a performance that is not an array of numbers")
        if item.size == 0:
            continue
        total += 4 * item.size
        if total > LARGEST:
            raise UserError("is too large")
        try:
            performance = np.ascontiguousarray(item, np.float32)
        except (TypeError, ValueError):
            raise UserError("has a performance that is not an array of numbers") from None
        if performance.ndim != 2 or performance.shape[1] < 2 or (dimension and performance.shape[1] != dimension):
            raise UserError("has performances of different dimensions")
        if not np.isfinite(performance).all():
            raise UserError("has values that are not finite numbers")
        dimension = performance.shape[1]
        performances.append(performance)
    return performances


def content_hash(performances: list[np.ndarray]) -> str:
    """Returns a hash of the content of a dataset; the order of the performances does not matter.

    Args:
        performances: float arrays ``[events, dimension]``.
    """
    each = sorted(
        hashlib.sha256(repr(one.shape).encode() + np.ascontiguousarray(one, "<f4").tobytes()).digest()
        for one in performances
        if len(one)
    )
    return hashlib.sha256(b"".join(each)).hexdigest()[:32]


def write_dataset(file: Path, performances: list[np.ndarray]) -> None:
    """Writes a dataset that IMPSY can read; an existing file is replaced after the new one is complete.

    Args:
        file: ``.npz`` file.
        performances: float arrays ``[events, dimension]``.

    Raises:
        OSError: the file cannot be written.
    """
    perfs = np.empty(len(performances), object)
    for index, performance in enumerate(performances):
        perfs[index] = performance.astype(np.float32)
    temporary = file.with_name(f".{file.name}.new")
    with temporary.open("wb") as new:
        np.savez(new, perfs=perfs)  # not compressed: compression would take half of the reading time
    temporary.replace(file)
