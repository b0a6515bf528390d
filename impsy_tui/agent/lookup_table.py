"""Look-up tables: descriptors of a synth at each point of a grid of its parameters.

A table is a CSV file in RL-impro's format, with a header and one row per point. A row has the parameters ``param-0``
and so on (0 to 1), then the 55 descriptors.
"""

import csv
import gzip
import io
import os
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, TextIO

import numpy as np

from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.errors import UserError, first_line
from impsy_tui.toml_files import open_regular

_PARAMETER: Final = "param-"
_DIGITS: Final = "%.12g"
MOST_PARAMETERS: Final = 16
_LONGEST_LINE: Final = 1 << 16
LARGEST: Final = 2 << 30
"""Bytes, compressed or not. The reader refuses a larger file."""


@dataclass(frozen=True, slots=True)
class LookupTable:
    """Look-up table of a synth.

    Attributes:
        parameters: ``[rows, N]``, from 0 to 1.
        descriptors: mean descriptors of each point, ``[rows, 55]``, in the order of ``names``.
        names: names of the descriptors.
    """

    parameters: np.ndarray
    descriptors: np.ndarray
    names: tuple[str, ...] = NAMES


class Rows(NamedTuple):
    """Content of a CSV file of numbers.

    Attributes:
        names: names of the columns.
        values: ``[rows, columns]``, finite.
    """

    names: tuple[str, ...]
    values: np.ndarray


def read_table(path: Path) -> LookupTable:
    """Reads a look-up table.

    Args:
        path: ``.csv`` or ``.csv.gz`` file.

    Raises:
        UserError: the file cannot be read, or has other columns; the message names the file.
    """
    names, values = read_rows(path)
    count = sum(name.startswith(_PARAMETER) for name in names)
    if not count:
        raise UserError(f"{path.name} has no parameters ({_PARAMETER}0 …): it is not a look-up table")
    if count > MOST_PARAMETERS:
        raise UserError(f"{path.name} has {count} parameters, more than {MOST_PARAMETERS}")
    of_parameters = [f"{_PARAMETER}{number}" for number in range(count)]
    parameters = columns(path, Rows(names, values), of_parameters)
    if parameters.min() < 0.0 or parameters.max() > 1.0:
        raise UserError(f"{path.name} has parameters that are not from 0 to 1")
    return LookupTable(parameters, columns(path, Rows(names, values), NAMES))


def write_table(path: Path, table: LookupTable) -> None:
    """Writes a look-up table; an existing file is replaced after the new one is complete.

    Args:
        path: ``.csv`` file.
        table: look-up table.

    Raises:
        OSError: the file cannot be written.
    """
    header = [f"{_PARAMETER}{number}" for number in range(table.parameters.shape[1])] + list(table.names)
    new = path.with_name(f".{path.name}.new")
    with new.open("w", encoding="utf-8") as file:
        np.savetxt(
            file,
            np.hstack([table.parameters, table.descriptors]),
            _DIGITS,
            ",",
            header=",".join(header),
            comments="",
        )
    os.replace(new, path)


def read_rows(path: Path) -> Rows:
    """Reads a CSV file of numbers with a header.

    Raises:
        UserError: the file cannot be read, is empty, or is not a table of finite numbers.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UserError(f"{path.name} is larger than {LARGEST >> 30} GB")
        with (
            gzip.open(open_regular(path), "rt", encoding="utf-8-sig")
            if path.suffix == ".gz"
            else io.TextIOWrapper(open_regular(path), encoding="utf-8-sig") as file,
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")  # an empty file is reported below
            lines = _bounded(file, path)
            names = tuple(next(csv.reader([next(lines, "")]), []))
            values = np.loadtxt(lines, delimiter=",", ndmin=2)
    except ValueError as error:  # also for bytes that are not text
        raise UserError(f"{path.name} is not a table of numbers: {first_line(error)}") from None
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise UserError(f"{path}: {getattr(error, 'strerror', None) or first_line(error)}") from None
    if not values.size:
        raise UserError(f"{path.name} holds no rows")
    if values.shape[1] != len(names):
        raise UserError(f"{path.name} names {len(names)} columns and has {values.shape[1]}")
    bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(bad):
        raise UserError(f"{path.name}, line {bad[0] + 2}: a value is not a finite number")
    return Rows(names, values)


def _bounded(file: TextIO, path: Path) -> Iterator[str]:
    """Yields lines within limits: a small compressed file may hold any number of zeros."""
    left = LARGEST
    while line := file.readline(_LONGEST_LINE):
        left -= len(line)
        if left < 0 or len(line) == _LONGEST_LINE:
            most = f"at most {LARGEST >> 30} GB, {_LONGEST_LINE} letters a line"
            raise UserError(f"{path.name} is too large: {most}")
        yield line


def columns(path: Path, rows: Rows, wanted: "tuple[str, ...] | list[str]") -> np.ndarray:
    """Returns columns by name, ``[rows, wanted]``.

    Raises:
        UserError: a column is missing.
    """
    places = {name: place for place, name in enumerate(rows.names)}
    missing = [name for name in wanted if name not in places]
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise UserError(f"{path.name} lacks the columns {', '.join(missing[:3])}{more}")
    return np.ascontiguousarray(rows.values[:, [places[name] for name in wanted]])
