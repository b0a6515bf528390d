"""Exact search for the nearest row of a table, by parameters or by descriptors, in NumPy."""

from typing import Final

import numpy as np

SMALL: Final = 2048
"""Number of rows up to which comparing all of them is fastest."""

_SEED: Final = 1
_PRODUCTS: Final = 1 << 22  # products in one block of queries and rows: 32 MB


class ParameterIndex:
    """Index of the rows of a table by their parameters.

    On a full grid each parameter is looked up separately; other tables are searched.

    Args:
        parameters: ``[rows, N]``, each from 0 to 1.
    """

    def __init__(self, parameters: np.ndarray) -> None:
        self._axes = [np.unique(column) for column in parameters.T]
        self.on_grid = int(np.prod([len(axis) for axis in self._axes])) == len(parameters)
        shape = [len(axis) for axis in self._axes]
        if self.on_grid:
            self._middles = [(axis[1:] + axis[:-1]) / 2 for axis in self._axes]
            self._strides = np.cumprod([1, *shape[:0:-1]])[::-1]
            places = [np.searchsorted(axis, column) for axis, column in zip(self._axes, parameters.T, strict=True)]
            cells = np.stack(places, axis=1) @ self._strides
            self.on_grid = len(np.unique(cells)) == len(parameters)  # two rows may belong to one point
        if self.on_grid:
            self._rows = np.empty(len(parameters), int)
            self._rows[cells] = np.arange(len(parameters))
        else:
            self._nearest = NearestRows(parameters)

    def rows(self, parameters: np.ndarray) -> np.ndarray:
        """Returns the row nearest to each of the parameters ``[queries, N]``, ``[queries]``."""
        if not self.on_grid:
            return self._nearest.rows(parameters)
        cells = np.zeros(len(parameters), int)
        for middles, stride, column in zip(self._middles, self._strides, parameters.T, strict=True):
            cells += np.searchsorted(middles, column) * stride
        return self._rows[cells]


class NearestRows:
    """Search for the row at the least Euclidean distance; among equal distances the first row wins.

    Large tables are divided into cells around some of their rows. The search skips a cell whose nearest possible row
    is farther than a row already found, so the result is exact.

    Args:
        rows: ``[rows, columns]``, standardised.
    """

    def __init__(self, rows: np.ndarray) -> None:
        self._all = np.ascontiguousarray(rows, float)
        self._norms = np.einsum("ij,ij->i", self._all, self._all)
        self._cells = len(rows) > SMALL
        if self._cells:
            self._divide()

    def _divide(self) -> None:
        count = int(2 * len(self._all) ** 0.5)
        chosen = np.random.default_rng(_SEED).choice(len(self._all), count, replace=False)
        self._centres = self._all[chosen]
        owners = _compared(self._all, self._centres, np.einsum("ij,ij->i", self._centres, self._centres))
        # A stable sort keeps the order of the rows in a cell.
        self._order = np.argsort(owners, kind="stable")
        self._sorted = self._all[self._order]
        self._ends = np.searchsorted(owners[self._order], np.arange(count + 1))
        distances = np.sqrt(((self._all - self._centres[owners]) ** 2).sum(1))
        self._radii = np.zeros(count)
        np.maximum.at(self._radii, owners, distances)

    def row(self, query: np.ndarray) -> int:
        """Returns the row nearest to one query ``[columns]``."""
        if not self._cells:
            return int(((self._all - query) ** 2).sum(1).argmin())
        from_centres = np.sqrt(((self._centres - query) ** 2).sum(1))
        least = from_centres - self._radii
        # The cell of the nearest centre first: one of its rows is at least as near as the centre.
        first = int(from_centres.argmin())
        best, found = self._in_cell(first, query)
        for cell in np.argsort(least).tolist():
            # The tolerance covers the rounding error of the square roots.
            if least[cell] ** 2 > best * (1 + 1e-9) + 1e-12 and least[cell] > 0:
                break
            if cell == first:
                continue
            distance, row = self._in_cell(cell, query)
            if distance < best or (distance == best and row < found):
                best, found = distance, row
        return found

    def rows(self, queries: np.ndarray) -> np.ndarray:
        """Returns the row nearest to each query ``[queries, columns]``, ``[queries]``; compares all rows."""
        return _compared(np.asarray(queries, float), self._all, self._norms)

    def _in_cell(self, cell: int, query: np.ndarray) -> tuple[float, int]:
        begin, end = self._ends[cell], self._ends[cell + 1]
        if begin == end:
            return np.inf, len(self._all)
        distances = ((self._sorted[begin:end] - query) ** 2).sum(1)
        place = int(distances.argmin())
        return float(distances[place]), int(self._order[begin + place])


def _compared(queries: np.ndarray, rows: np.ndarray, norms: np.ndarray) -> np.ndarray:
    """Returns the row nearest to each query: the minimum of ``|row|² - 2 row·query``, computed in blocks."""
    found = np.empty(len(queries), int)
    block = max(_PRODUCTS // max(len(rows), 1), 1)
    for begin in range(0, len(queries), block):
        part = queries[begin : begin + block]
        found[begin : begin + block] = (norms - 2 * part @ rows.T).argmin(1)
    return found
