"""Shell command ``plot``: drawings in the terminal or in a picture."""

import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import typer

from impsy_tui.cli.files import DATASETS, find, only_one
from impsy_tui.cli.output.progress import fail
from impsy_tui.cli.output.text import say
from impsy_tui.errors import UserError
from impsy_tui.language.parser import Mistake, parse_dimensions
from impsy_tui.plots import pictures, terminal
from impsy_tui.plots.request import PlotRequest
from impsy_tui.plots.sheets import sheet


class PlotOptions(NamedTuple):
    """Options of ``plot``; empty or None if not given."""

    on: str
    performance: int | None
    seed: int
    dimensions: str


def plot(target: str, output: Path | None, options: PlotOptions) -> None:
    """Draws a log, dataset or model in the terminal or into a picture."""
    if output is not None:
        if output.suffix not in pictures.SUFFIXES:
            fail(f"-o {output}: a picture must end in {' or '.join(pictures.SUFFIXES)}")
        if problem := pictures.missing():
            fail(problem)
    dimensions = parse_dimensions(options.dimensions) if options.dimensions else ()
    if isinstance(dimensions, Mistake):
        fail(f"--dimensions: {dimensions.message}")
    on_paper = paper()
    columns = on_paper.columns if output is None else pictures.COLUMNS
    try:
        file = find(target) if target else only_one()
        on = find(options.on, "dataset") if options.on else None
        wish = PlotRequest(columns, dimensions, options.performance, options.seed, on, DATASETS)
        drawn = sheet(file, wish)
        if output is not None:
            pictures.draw(drawn, output)
            say(f"drawn: {output}")
        else:
            typer.echo(terminal.draw(drawn, on_paper), color=on_paper.colours)
    except UserError as problem:
        fail(str(problem))


def paper() -> terminal.Paper:
    """Returns size and abilities of the standard output."""
    width, height = shutil.get_terminal_size((80, 24))
    shown = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    plain = not shown or "utf" not in (sys.stdout.encoding or "").lower()
    return terminal.Paper(width, height if shown else None, shown and not os.environ.get("NO_COLOR"), plain)
