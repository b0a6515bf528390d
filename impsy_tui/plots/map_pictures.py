"""Files that show a map of a look-up table: a picture, or one HTML page that loads nothing else."""

import html
import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.agent.lookup_table import LookupTable
from impsy_tui.errors import UserError
from impsy_tui.plots import pictures
from impsy_tui.plots.maps import Map

SUFFIXES: Final = (*pictures.SUFFIXES, ".html")
_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ margin: 0; background: #111; color: #ddd; font: 14px monospace; }}
body {{ display: flex; flex-direction: column; height: 100vh; }}
header, footer {{ padding: 6px 10px; white-space: pre-wrap; }}
canvas {{ flex: 1; min-height: 0; width: 100%; }}
</style>
<header>{title}
{remark}; coloured by {descriptor}, {least} to {most}</header>
<canvas></canvas>
<footer>&nbsp;</footer>
<script>
const points = {points};
const canvas = document.querySelector("canvas"), said = document.querySelector("footer");
const colour = share => `hsl(${{230 - 180 * share}} 75% ${{25 + 50 * share}}%)`;
const at = ([x, y]) => [10 + x * (canvas.width - 20), 10 + (1 - y) * (canvas.height - 20)];
function draw(chosen) {{
  canvas.width = canvas.clientWidth; canvas.height = canvas.clientHeight;
  const on = canvas.getContext("2d");
  for (const point of points) {{
    on.fillStyle = colour(point[2]);
    on.fillRect(at(point)[0] - 2, at(point)[1] - 2, 4, 4);
  }}
  if (chosen) {{ on.strokeStyle = "#fff"; on.strokeRect(at(chosen)[0] - 5, at(chosen)[1] - 5, 10, 10); }}
}}
canvas.onpointermove = event => {{
  let nearest = null, least = Infinity;
  for (const point of points) {{
    const [x, y] = at(point), far = (x - event.offsetX) ** 2 + (y - event.offsetY) ** 2;
    if (far < least) {{ least = far; nearest = point; }}
  }}
  draw(nearest);
  said.textContent = `{descriptor} ${{nearest[3]}}   parameters ${{nearest.slice(4).join(" ")}}`;
}};
onresize = () => draw(null);
draw(null);
</script>
</html>
"""


def draw_picture(drawn: Map, table: LookupTable, file: Path) -> None:
    """Draws a map into a picture, or into a page that shows the values of the point under the mouse pointer.

    Args:
        drawn: map.
        table: look-up table of the map.
        file: file to write or replace; its suffix is one of ``SUFFIXES``.

    Raises:
        UserError: matplotlib is not installed, or the file cannot be written.
    """
    if file.suffix == ".html":
        _replace(file, lambda new: new.write_text(html_page(drawn, table), encoding="utf-8"))
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
            warnings.simplefilter("ignore")  # the font may lack letters of a name
            _replace(file, lambda new: figure.savefig(new, format=file.suffix[1:], dpi=150))


def html_page(drawn: Map, table: LookupTable) -> str:
    """Returns a page that draws the points and shows the values of the point under the mouse pointer."""
    low, high = drawn.places.min(axis=0), drawn.places.max(axis=0)
    places = (drawn.places - low) / np.where(high > low, high - low, 1.0)
    least, most = float(drawn.values.min()), float(drawn.values.max())
    shares = (drawn.values - least) / (most - least if most > least else 1.0)
    points = [
        [
            *(round(number, 4) for number in (*place, share)),
            float(f"{value:.5g}"),
            *(round(each, 4) for each in parameters),
        ]
        for place, share, value, parameters in zip(
            places.tolist(), shares.tolist(), drawn.values.tolist(), table.parameters.tolist(), strict=True
        )
    ]
    return _PAGE.format(
        title=html.escape(drawn.title),
        remark=html.escape(drawn.remark),
        descriptor=html.escape(drawn.descriptor),
        least=f"{least:.4g}",
        most=f"{most:.4g}",
        points=json.dumps(points, separators=(",", ":")),
    )


def _replace(file: Path, write: Callable[[Path], object]) -> None:
    new = file.with_name(f".{file.name}.new")
    try:
        write(new)
        os.replace(new, file)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise UserError(f"{file}: {error.strerror or error}") from None
