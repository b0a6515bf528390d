"""Draws sheets as PNG or SVG."""

import os
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.plots.facts import PLAYER, YOU, Curve, Histogram, Series, Sheet, gap_name

SUFFIXES: Final = (".png", ".svg")
COLUMNS: Final = 1200
"""Columns of time: more could not be distinguished on a page."""

_COLOURS: Final = {YOU: "#0072b2", PLAYER: "#d55e00"}
"""Blue and vermilion differ for every eye, and in grey."""
_WIDTH: Final = 10.0
_VALUE: Final = 0.62
_BELOW: Final = 2.2
_HIGHEST: Final = 60.0
"""Greatest height of a picture in inches."""


def missing() -> str:
    """Returns the reason why pictures cannot be drawn on this machine; empty if they can."""
    if find_spec("matplotlib") is None:
        return needs_extra("drawing pictures", "matplotlib", "plot")
    return ""


def draw(sheet: Sheet, file: Path) -> None:
    """Draws a sheet into a file.

    Args:
        sheet: plots.
        file: path with suffix ``.png`` or ``.svg``; an existing file is replaced.

    Raises:
        UserError: matplotlib is not installed, or the file cannot be written.
    """
    if problem := missing():
        raise UserError(problem)
    import matplotlib as mpl
    from matplotlib.figure import Figure

    below = [sheet.curve is not None, sheet.histogram is not None, sheet.moves is not None]
    values = max((len(series.names) for series in sheet.series), default=0)
    heights = [min(_HIGHEST, 0.9 + _VALUE * values)] * bool(values) + [_BELOW] * any(below)
    style = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "svg.fonttype": "none"}
    with mpl.rc_context({**style, "axes.linewidth": 0.6}):
        figure = Figure(figsize=(_WIDTH, sum(heights) + 0.7), layout="constrained")
        figure.suptitle(sheet.title, parse_math=False, fontweight="bold", x=0.01, ha="left")
        parts = iter(figure.subfigures(1 + len(heights), 1, height_ratios=[0.2, *heights], squeeze=False).flat)
        next(parts).text(0.01, 0.5, sheet.remark, color="0.35", parse_math=False, va="center")
        if sheet.series:
            _series(next(parts), sheet.series)
        if any(below):
            axes = iter(next(parts).subplots(1, sum(below), squeeze=False).flat)
            if sheet.curve:
                _curve(next(axes), sheet.curve)
            if sheet.histogram:
                _histogram(next(axes), sheet.histogram)
            if sheet.moves is not None:
                _moves(next(axes), sheet.series[0].names, sheet.moves)
        write(figure, file)


def write(figure: Any, file: Path) -> None:
    """Writes a figure into a file in the format of its suffix.

    Raises:
        UserError: the file cannot be written.
    """
    # An incomplete picture never replaces a file.
    new = file.with_name(f".{file.name}.new")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # letters of a name that the font lacks
            figure.savefig(new, format=file.suffix[1:], dpi=150)
        os.replace(new, file)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise UserError(f"{file}: {error.strerror or error}") from None


def _series(part: Any, series: tuple[Series, ...]) -> None:
    rows = len(series[0].names)
    grid = part.subplots(rows, len(series), sharex=True, sharey=True, squeeze=False)
    for column, each in enumerate(series):
        low, high = each.limits
        for row, axes in enumerate(grid[:, column]):
            for track in each.tracks:
                at = np.linspace(0, each.seconds, len(track.low))
                line = np.column_stack([track.low[:, row], track.high[:, row]]).ravel()
                axes.plot(np.repeat(at, 2), line, color=_COLOURS[track.who], linewidth=0.9, solid_joinstyle="round")
            if each.now is not None:
                axes.axvline(each.now, color="0.5", linewidth=0.8, linestyle=":")
            axes.set_ylim(low - 0.06 * (high - low), high + 0.06 * (high - low))
            axes.set_yticks([low, high], [f"{low:.3g}", f"{high:.3g}"])
            axes.tick_params(length=2, labelsize=7, labelcolor="0.4")
            if not column:
                axes.set_ylabel(each.names[row], rotation=0, ha="right", va="center", labelpad=2)
        ticks = each.ticks(10 // len(series))
        axes.set_xlim(0, each.seconds)
        axes.set_xticks([at for at, _ in ticks], [name for _, name in ticks])
        grid[0, column].set_title(each.title, loc="left", fontsize=9, parse_math=False)
    whos = dict.fromkeys(track.who for each in series for track in each.tracks)
    handles = [grid[0, 0].plot([], [], color=_COLOURS[who], label=who)[0] for who in whos]
    part.legend(handles=handles, loc="outside upper right", ncols=len(whos), frameon=False)


def _histogram(axes: Any, histogram: Histogram) -> None:
    edges = histogram.edges
    for who, counts in histogram.counts.items():
        axes.stairs(counts, edges, color=_COLOURS[who], fill=who == YOU, alpha=0.8 if who == YOU else 1, label=who)
        axes.axvline(histogram.spread[who][1], color=_COLOURS[who], linewidth=0.8, linestyle=":")
    axes.set_xscale("log")
    axes.set_xlim(edges[0], edges[-1])
    decades = edges[::10]
    axes.set_xticks(decades, [gap_name(edge) for edge in decades])
    axes.minorticks_off()
    axes.set_title("dt: time between events (dotted: median)", loc="left", fontsize=9)
    axes.set_ylabel("events")
    axes.legend(frameon=False)


def _moves(axes: Any, names: tuple[str, ...], moves: np.ndarray) -> None:
    places = np.arange(len(names))
    axes.bar(places, 100 * moves, color=_COLOURS[YOU], alpha=0.8, width=0.7)
    step = -(-len(names) // 16)
    axes.set_xticks(places[::step], names[::step])
    axes.set_title("events that move each value", loc="left", fontsize=9)
    axes.set_ylabel("% of your events")


def _curve(axes: Any, curve: Curve) -> None:
    epochs = np.arange(1, len(curve.loss) + 1)
    axes.plot(epochs, curve.loss, color=_COLOURS[YOU], label="training")
    if curve.held_out:
        axes.plot(epochs, curve.held_out, color=_COLOURS[PLAYER], label="held out")
    axes.set_title("loss", loc="left", fontsize=9)
    axes.set_xlabel("epoch")
    axes.set_ylabel("nats an event")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(frameon=False)
