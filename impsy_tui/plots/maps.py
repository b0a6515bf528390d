"""Look-up tables on a map: a point for each row, near those that sound alike, coloured by a descriptor."""

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from impsy_tui.agent.descriptors.names import NAMES, descriptor_indices
from impsy_tui.agent.lookup_table import LookupTable
from impsy_tui.agent.projection import principal_components, standardised
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.plots import map_page, pictures
from impsy_tui.plots.terminal import NARROWEST, Paper

METHODS: Final = ("pca", "tsne")
MOST_NEIGHBOURED: Final = 20_000
"""Rows that t-SNE takes; more would take it hours."""

_SHADES: Final = (17, 18, 19, 25, 31, 37, 43, 79, 115, 151, 187, 229)
"""Of 256 colours, dark blue to pale yellow: lighter is more for every eye."""
_DIGITS: Final = "0123456789"
_CURSOR: Final = "\x1b[1;7mX\x1b[0m"
PICTURES: Final = (*pictures.SUFFIXES, ".html")


@dataclass(frozen=True, slots=True)
class Map:
    """A table on a plane.

    Attributes:
        title: of it.
        remark: what the directions are.
        places: ``[rows, 2]``.
        values: ``[rows]``, of the descriptor that colours it.
        descriptor: its name.
    """

    title: str
    remark: str
    places: np.ndarray
    values: np.ndarray
    descriptor: str


def map_of(name: str, table: LookupTable, descriptor: str, by: tuple[str, ...], method: str) -> Map:
    """Lay a table out.

    Args:
        name: of the table.
        table: it.
        descriptor: that colours it; of a category, the first.
        by: descriptors and categories in which rows are to be alike; all without any.
        method: "pca", or "tsne" where scikit-learn is installed.

    Raises:
        UserError: there is no such descriptor, or the method cannot be had here.
    """
    coloured = descriptor_indices([descriptor])[0]
    columns = descriptor_indices(by) if by else list(range(len(NAMES)))
    alike = table.descriptors[:, columns]
    if len(alike) < 3:
        raise UserError(f"{name} has {len(alike)} rows: there is nothing to lay out")
    if method == "tsne":
        laid, remark = _neighbours(alike), "t-SNE: who is near is alike, who is far is merely not"
    elif len(columns) == 1:
        laid = np.column_stack([standardised(alike)[:, 0], standardised(table.parameters)[:, 0]])
        remark = f"across {NAMES[columns[0]]}, up param-0"
    else:
        laid, shares = principal_components(alike)
        remark = f"principal components: {100 * shares[0]:.0f} % of the difference across, {100 * shares[1]:.0f} % up"
    title = f"{name}: {len(alike)} points by {', '.join(by) or 'all descriptors'}"
    return Map(title, remark, laid, table.descriptors[:, coloured], NAMES[coloured])


def _neighbours(alike: np.ndarray) -> np.ndarray:
    """t-SNE (L. van der Maaten, G. Hinton, 2008)."""
    if find_spec("sklearn") is None:
        raise UserError(needs_extra("tsne", "scikit-learn", "gestures"))
    if len(alike) > MOST_NEIGHBOURED:
        raise UserError(f"tsne takes {MOST_NEIGHBOURED} rows at most, this table has {len(alike)}: pca takes any")
    from sklearn.manifold import TSNE

    perplexity = min(30.0, (len(alike) - 1) / 3)
    laid: np.ndarray = TSNE(2, perplexity=perplexity, init="pca", random_state=1).fit_transform(standardised(alike))
    return laid


class Layout(NamedTuple):
    """Which cell of a terminal each row of a map is in.

    Attributes:
        width, height: in cells.
        cells: ``[rows]``, counted line by line.
    """

    width: int
    height: int
    cells: np.ndarray


def laid_out(drawn: Map, paper: Paper) -> Layout:
    """Where the rows of a map are on paper."""
    width, height = max(paper.width, NARROWEST) - 1, max((paper.height or 24) - 4, 8)
    low, high = drawn.places.min(axis=0), drawn.places.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    column = ((drawn.places[:, 0] - low[0]) / span[0] * (width - 1)).round().astype(int)
    line = ((high[1] - drawn.places[:, 1]) / span[1] * (height - 1)).round().astype(int)
    return Layout(width, height, line * width + column)


def draw(drawn: Map, paper: Paper, marked: int = -1) -> str:
    """A map as text: each cell has the colour, or without colours the digit, of the mean of the points in it.

    Args:
        drawn: it.
        paper: what it is drawn on.
        marked: a cell that a cursor is on; -1 for none.
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


def picture(drawn: Map, table: LookupTable, file: Path) -> None:
    """A map as a picture, or a page that tells what is under the pointer; one that is there is replaced.

    Raises:
        UserError: there is no matplotlib, or the file cannot be written.
    """
    if file.suffix == ".html":
        _replace(file, lambda new: new.write_text(map_page.page(drawn, table), encoding="utf-8"))
        return
    if problem := pictures.missing():
        raise UserError(problem)
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"font.size": 9, "svg.fonttype": "none", "axes.linewidth": 0.6}):
        figure = Figure(figsize=(8.0, 6.4), layout="constrained")
        axes = figure.subplots()
        shown = axes.scatter(
            drawn.places[:, 0], drawn.places[:, 1], c=drawn.values, s=9, cmap="cividis", linewidths=0
        )
        axes.set_title(f"{drawn.title}\n{drawn.remark}", loc="left", parse_math=False)
        axes.set(xticks=[], yticks=[])
        figure.colorbar(shown, label=drawn.descriptor)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # letters of a name that the font lacks
            _replace(file, lambda new: figure.savefig(new, format=file.suffix[1:], dpi=150))


def _replace(file: Path, write: Callable[[Path], object]) -> None:
    new = file.with_name(f".{file.name}.new")
    try:
        write(new)
        os.replace(new, file)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise UserError(f"{file}: {error.strerror or error}") from None
