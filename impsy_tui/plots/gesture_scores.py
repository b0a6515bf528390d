"""Gesture scores as in the literature: a step line a player, the lead in red; in a terminal or as a picture."""

from pathlib import Path
from typing import Any, Final

import numpy as np

from impsy_tui.ensemble.scores import GESTURES, NAMES, Score
from impsy_tui.errors import UserError
from impsy_tui.plots.canvas import BRAILLE, Canvas
from impsy_tui.plots.pictures import missing, write
from impsy_tui.plots.terminal import NARROWEST, Paper

SUFFIXES: Final = (".png", ".svg", ".pdf")
_LEAD: Final = "#d62728"
_FOLLOWERS: Final = ("#1f77b4", "#2ca02c", "#9467bd", "#8c564b", "#e377c2", "#17becf", "#7f7f7f")
_INK: Final = (91, 96, 92, 93, 94, 95, 37, 90)
_MOST_LABEL: Final = 12
_LINES: Final = 4
"""Lines of a player in a terminal: a line has four dots, so that every gesture has a different height."""


def draw_picture(score: Score, file: Path, lead: int = 0) -> None:
    """Draws a score into a file; an existing file is replaced.

    Args:
        score: gesture score.
        file: path with one of ``SUFFIXES``.
        lead: index of the lead.

    Raises:
        UserError: matplotlib is not installed, or the file cannot be written.
    """
    if problem := missing():
        raise UserError(problem)
    import matplotlib as mpl
    from matplotlib.figure import Figure

    title = f"{score.name}: {score.players[lead]} leads"
    style = {"font.size": 8, "axes.spines.top": False, "axes.spines.right": False, "svg.fonttype": "none"}
    with mpl.rc_context(style):
        figure = Figure(figsize=(10.0, 0.8 + 1.25 * len(score.players)), layout="constrained")
        figure.suptitle(title, parse_math=False, fontweight="bold", x=0.01, ha="left")
        rows = figure.subplots(len(score.players), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        edges = np.arange(len(score) + 1) / 60
        colours = iter(_FOLLOWERS)
        for player, axes in enumerate(rows):
            colour = _LEAD if player == lead else next(colours, _FOLLOWERS[-1])
            axes.stairs(score.codes[:, player], edges, baseline=None, color=colour, linewidth=1.0)
            axes.set_ylim(-0.4, GESTURES - 0.6)
            axes.set_yticks(range(GESTURES), NAMES, fontsize=5)
            axes.tick_params(length=2)
            axes.set_title(score.players[player], loc="left", fontsize=8, color=colour, parse_math=False)
        rows[-1].set_xlim(0, edges[-1])
        rows[-1].set_xlabel("minutes")
        write(figure, file)


def draw_text(score: Score, paper: Paper, lead: int = 0) -> str:
    """Returns a score as text, no line wider than the paper.

    Args:
        score: gesture score.
        paper: size and abilities of the terminal.
        lead: index of the lead.
    """
    label = min(_MOST_LABEL, max(map(len, score.players))) + 1
    width = max(paper.width, NARROWEST) - label
    lines = [f"{score.name}: {len(score)} s, {score.players[lead]} leads; from 0 ({NAMES[0]}) up to 8 ({NAMES[-1]})"]
    inks = iter(_INK[1:])
    for player, name in enumerate(score.players):
        ink = _INK[0] if player == lead else next(inks)
        drawn = _steps(score.codes[:, player], width, ink, paper)
        shown = "".join(character if character.isprintable() else "?" for character in name)[: label - 1]
        lines += [f"{shown if row == 1 else '':<{label}}{line}" for row, line in enumerate(drawn)]
    end = f"{len(score) // 60}:{len(score) % 60:02d}"
    lines.append(" " * label + "0:00" + end.rjust(width - 4))
    text = "\n".join(line.rstrip() for line in lines)
    return text.encode("ascii", "replace").decode() if paper.ascii else text


def _steps(codes: Any, width: int, ink: int, paper: Paper) -> list[str]:
    canvas = Canvas(width, _LINES, (0, len(codes)), (0, GESTURES - 1))
    x = np.repeat(np.arange(len(codes) + 1), 2)[1:-1].tolist()
    canvas.line(x, np.repeat(codes, 2).tolist(), "*" if paper.ascii else BRAILLE, ink)
    return canvas.lines(colours=paper.colours)
