"""Maps of look-up tables: a point per row, rows that sound alike close together, coloured by a descriptor."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final, NamedTuple

import numpy as np

from impsy_tui.agent.descriptors.names import NAMES, descriptor_indices
from impsy_tui.agent.lookup_table import LookupTable
from impsy_tui.agent.projection import principal_components, standardised
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.plots.terminal import NARROWEST, Paper

METHODS: Final = ("pca", "tsne")
MOST_NEIGHBOURED: Final = 20_000
"""Most rows for t-SNE: more rows take hours."""

_SHADES: Final = (17, 18, 19, 25, 31, 37, 43, 79, 115, 151, 187, 229)
"""Colours of a 256-colour terminal, dark blue (low) to pale yellow (high): readable without colour vision."""
_DIGITS: Final = "0123456789"
_CURSOR: Final = "\x1b[1;7mX\x1b[0m"


@dataclass(frozen=True, slots=True)
class Map:
    """Look-up table projected onto a plane.

    Attributes:
        title: heading of the map.
        remark: meaning of the two axes.
        places: positions ``[rows, 2]``.
        values: ``[rows]`` values of the descriptor that colours the map.
        descriptor: name of that descriptor.
    """

    title: str
    remark: str
    places: np.ndarray
    values: np.ndarray
    descriptor: str


def map_of(name: str, table: LookupTable, descriptor: str, by: tuple[str, ...], method: str) -> Map:
    """Projects a look-up table onto a plane.

    Args:
        name: name of the table.
        table: look-up table.
        descriptor: descriptor that colours the map; of a category, its first descriptor.
        by: descriptors and categories that are compared; empty compares all descriptors.
        method: "pca", or "tsne" if scikit-learn is installed.

    Raises:
        UserError: the descriptor is unknown, the table has fewer than 3 rows, or the method is not available.
    """
    coloured = descriptor_indices([descriptor])[0]
    columns = descriptor_indices(by) if by else list(range(len(NAMES)))
    alike = table.descriptors[:, columns]
    if len(alike) < 3:
        raise UserError(f"{name} has {len(alike)} rows: a map needs at least 3")
    if method == "tsne":
        laid, remark = _neighbours(alike), "t-SNE: near points sound alike; long distances mean nothing"
    elif len(columns) == 1:
        laid = np.column_stack([standardised(alike)[:, 0], standardised(table.parameters)[:, 0]])
        remark = f"across {NAMES[columns[0]]}, up param-0"
    else:
        laid, shares = principal_components(alike)
        remark = f"principal components: {100 * shares[0]:.0f} % of the difference across, {100 * shares[1]:.0f} % up"
    title = f"{name}: {len(alike)} points by {', '.join(by) or 'all descriptors'}"
    return Map(title, remark, laid, table.descriptors[:, coloured], NAMES[coloured])


def _neighbours(alike: np.ndarray) -> np.ndarray:
    """Projects with t-SNE (L. van der Maaten, G. Hinton, 2008)."""
    if find_spec("sklearn") is None:
        raise UserError(needs_extra("tsne", "scikit-learn", "gestures"))
    if len(alike) > MOST_NEIGHBOURED:
        raise UserError(f"tsne takes at most {MOST_NEIGHBOURED} rows, this table has {len(alike)}: use --method pca")
    from sklearn.manifold import TSNE

    perplexity = min(30.0, (len(alike) - 1) / 3)
    laid: np.ndarray = TSNE(2, perplexity=perplexity, init="pca", random_state=1).fit_transform(standardised(alike))
    return laid


class Layout(NamedTuple):
    """Terminal cell of each row of a map.

    Attributes:
        width: columns.
        height: lines.
        cells: ``[rows]`` cell numbers, counted line by line.
    """

    width: int
    height: int
    cells: np.ndarray


def laid_out(drawn: Map, paper: Paper) -> Layout:
    """Returns the terminal cells of the rows of a map."""
    width, height = max(paper.width, NARROWEST) - 1, max((paper.height or 24) - 4, 8)
    low, high = drawn.places.min(axis=0), drawn.places.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    column = ((drawn.places[:, 0] - low[0]) / span[0] * (width - 1)).round().astype(int)
    line = ((high[1] - drawn.places[:, 1]) / span[1] * (height - 1)).round().astype(int)
    return Layout(width, height, line * width + column)


def draw(drawn: Map, paper: Paper, marked: int = -1) -> str:
    """Returns a map as text: the colour (or the digit) of a cell is the mean of the points in this cell.

    Args:
        drawn: map.
        paper: size and abilities of the terminal.
        marked: cell under the cursor; -1 for no cursor.
    """
    width, height, cell = laid_out(drawn, paper)
    counts = np.bincount(cell, minlength=width * height)
    means = np.bincount(cell, drawn.values, width * height) / np.maximum(counts, 1)
    least, most = float(drawn.values.min()), float(drawn.values.max())
    shares = (means - least) / (most - least if most > least else 1.0)
    cells = [_cell(share, paper) if count else " " for share, count in zip(shares, counts, strict=True)]
    if marked >= 0:
        cells[marked] = _CURSOR
    lines = ["".join(cells[at : at + width]).rstrip() for at in range(0, len(cells), width)]
    scale = "".join(_cell(step / 11, paper) for step in range(12))
    lines = [drawn.title, drawn.remark, *lines, f"{drawn.descriptor}  {least:.4g} {scale} {most:.4g}"]
    text = "\n".join(lines)
    return text.encode("ascii", "replace").decode() if paper.ascii else text


def _cell(share: float, paper: Paper) -> str:
    if paper.colours:
        return f"\x1b[38;5;{_SHADES[min(int(share * len(_SHADES)), len(_SHADES) - 1)]}m●\x1b[0m"
    return _DIGITS[min(int(share * len(_DIGITS)), len(_DIGITS) - 1)]
