"""Data sets as IMPSY keeps them: ``.npz`` files with ``perfs``, an object array of float arrays.

Object arrays are pickles, and a pickle can do anything. So they are read with an unpickler that
knows NumPy arrays of numbers and nothing else; a file that holds anything else is refused.
"""

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np

LARGEST: Final = 8 << 30
"""Bytes, uncompressed. A larger data set is refused."""

_ALLOWED: Final = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("_codecs", "encode"),  # how raw bytes are written in protocol 2 pickles
    ("__builtin__", "bytes"),  # and how none are, in a performance without events
}


class DatasetProblem(Exception):
    """A data set that cannot be read; the message says why."""


class _NumbersOnly(pickle.Unpickler):
    """Builds NumPy arrays, and refuses everything else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise DatasetProblem(f"holds {module}.{name}, which is no array of numbers: it is not trusted")
        return super().find_class(module, name)


def read_dataset(file: Path) -> list[np.ndarray]:
    """The performances of a data set.

    Args:
        file: a ``.npz`` that IMPSY or this program has written.

    Returns:
        One float32 array ``[events, dimension]`` a performance, columns dt in seconds, then the
        values; those without events are left out.

    Raises:
        DatasetProblem: it cannot be read, or is not trusted.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entry = archive.getinfo("perfs.npy")
            if entry.file_size > LARGEST:
                raise DatasetProblem("is too large")
            loaded = _read_array(archive.read(entry))
    except DatasetProblem:
        raise
    except KeyError:
        raise DatasetProblem("holds no performances (perfs)") from None
    except (OSError, zipfile.BadZipFile, ValueError, EOFError, pickle.UnpicklingError, IndexError) as error:
        raise DatasetProblem(f"cannot be read: {error}") from None
    except Exception as error:  # a pickle that is damaged can fail in any way
        raise DatasetProblem(f"is damaged: {type(error).__name__}") from None
    return _checked(loaded)


def _read_array(data: bytes) -> Any:
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, by_columns, dtype = read_header(stream)
    if dtype.hasobject:
        return _NumbersOnly(stream).load()
    return np.frombuffer(data, dtype, offset=stream.tell()).reshape(shape, order="F" if by_columns else "C")


def _checked(loaded: Any) -> list[np.ndarray]:
    if not isinstance(loaded, np.ndarray) or not loaded.ndim:
        raise DatasetProblem("holds no list of performances")
    performances = []
    dimension = 0
    for item in loaded:
        if not isinstance(item, np.ndarray) or item.dtype.kind not in "fiuO":
            raise DatasetProblem("holds a performance that is no array of numbers")
        if item.size == 0:
            continue
        try:
            performance = np.ascontiguousarray(item, np.float32)
        except (TypeError, ValueError):
            raise DatasetProblem("holds a performance that is no array of numbers") from None
        if performance.ndim != 2 or performance.shape[1] < 2 or (dimension and performance.shape[1] != dimension):
            raise DatasetProblem("holds performances of different dimensions")
        if not np.isfinite(performance).all():
            raise DatasetProblem("holds values that are no numbers")
        dimension = performance.shape[1]
        performances.append(performance)
    return performances


def write_dataset(file: Path, performances: list[np.ndarray]) -> None:
    """Write a data set that IMPSY reads.

    Args:
        file: to write, ``.npz``.
        performances: float arrays ``[events, dimension]``.

    Raises:
        OSError: it cannot be written.
    """
    perfs = np.empty(len(performances), object)
    for index, performance in enumerate(performances):
        perfs[index] = performance.astype(np.float32)
    # Half a data set, left by a job that was cancelled, is never taken for one.
    temporary = file.with_name(f".{file.name}.new")
    with temporary.open("wb") as new:
        np.savez(new, perfs=perfs)  # not compressed: that takes half as long as all the reading
    temporary.replace(file)
