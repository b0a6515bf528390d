"""Turns an asciicast whose events paint the whole screen into an animated SVG:  cast_svg.py CAST SVG"""

import json
import sys
from collections.abc import Iterator
from html import escape
from itertools import zip_longest
from pathlib import Path
from typing import Final, NamedTuple

from rich.color import Color
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

CLEAR: Final = "\x1b[H\x1b[2J"
_WIDTH: Final = 8
"""Width of a character, in pixels of the picture."""
_HEIGHT: Final = 17
_BASE: Final = 13
"""Distance of the letters' feet from the upper edge of a row."""
_BORDER: Final = 10
_LAST: Final = 3.0
"""Seconds that the last picture stays."""
_LONGEST_PAUSE: Final = 2.0
_FONT: Final = "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace"
_THEME: Final = TerminalTheme(
    (0, 0, 0),
    (208, 208, 208),
    [
        *((0, 0, 0), (205, 49, 49), (13, 188, 121), (229, 229, 16)),
        *((36, 114, 200), (188, 63, 188), (17, 168, 205), (204, 204, 204)),
    ],
    [
        *((102, 102, 102), (241, 76, 76), (35, 209, 139), (245, 245, 67)),
        *((59, 142, 234), (214, 112, 214), (41, 184, 219), (255, 255, 255)),
    ],
)


class Look(NamedTuple):
    """Colours and weight of some characters."""

    colour: str
    background: str
    is_bold: bool


class Drawing:
    """Rows of the screen and parts of rows, each drawn once, and their colours."""

    def __init__(self) -> None:
        self._rows: dict[str, str] = {}
        self._parts: dict[str, str] = {}
        self._classes: dict[str, str] = {}

    def row(self, row: str, y: int) -> str:
        """Returns the element of a row with its escape sequences, ``y`` pixels below the first."""
        if name := self._rows.get(row):
            return f'<use href="#{name}" y="{y - int(name.split("-")[1])}"/>'
        name = self._rows[row] = f"r{len(self._rows)}-{y}"
        return f'<g id="{name}" transform="translate(0 {y + _BASE})">{self._drawn(row)}</g>'

    def styles(self) -> str:
        """Returns the rules of all colours that the rows have."""
        return "".join(f".{name}{{{rule}}}" for rule, name in self._classes.items())

    def _drawn(self, row: str) -> str:
        areas: dict[str, str] = {}
        letters, column = [], 0
        for look, text in _pieces(row):
            count, left = len(text), column + len(text) - len(text.lstrip())
            shown = text.strip()
            if look.background:
                name = self._class(f"fill:{look.background}")
                width = count * _WIDTH
                areas[name] = areas.get(name, "") + f"M{column * _WIDTH} {-_BASE}h{width}v{_HEIGHT}h-{width}z"
            if shown:
                name = self._class(f"fill:{look.colour}" + (";font-weight:bold" if look.is_bold else ""))
                length = f' textLength="{len(shown) * _WIDTH}"' if len(shown) > 2 else ""
                place = f'class="{name}" x="{left * _WIDTH}"{length}'
                letters.append(self._part("text", place, f">{escape(shown, quote=False)}</text>"))
            column += count
        fills = [self._part("path", f'class="{name}" d="{path}"', "/>") for name, path in areas.items()]
        return "".join([*fills, *letters])

    def _part(self, element: str, attributes: str, rest: str) -> str:
        """Returns an element, or a reference if it is drawn already."""
        if name := self._parts.get(attributes + rest):
            return f'<use href="#{name}"/>'
        name = self._parts[attributes + rest] = f"p{len(self._parts)}"
        return f'<{element} id="{name}" {attributes}{rest}'

    def _class(self, rule: str) -> str:
        return self._classes.setdefault(rule, f"c{len(self._classes)}")


def _pieces(row: str) -> Iterator[tuple[Look, str]]:
    """Yields the pieces of a row that look the same."""
    text = Text.from_ansi(row)
    looks = [_look(Style())] * len(text.plain)
    for span in text.spans:
        style = span.style if isinstance(span.style, Style) else Style.parse(span.style)
        looks[span.start : span.end] = [_look(style)] * (min(span.end, len(looks)) - span.start)
    start = 0
    for end in range(1, len(looks) + 1):
        if end == len(looks) or looks[end] != looks[start]:
            yield looks[start], text.plain[start:end]
            start = end


def _look(style: Style) -> Look:
    front, back = _hex(style.color, is_front=True), _hex(style.bgcolor, is_front=False)
    if style.reverse:
        front, back = back, front
    if style.dim:
        front = _mixed(front)
    return Look(front, "" if back == _hex(None, is_front=False) else back, bool(style.bold))


def _hex(colour: Color | None, is_front: bool) -> str:
    chosen = colour or Color.default()
    return chosen.get_truecolor(_THEME, foreground=is_front).hex


def _mixed(colour: str) -> str:
    """Returns a colour halfway to the background."""
    parts = zip((int(colour[at : at + 2], 16) for at in (1, 3, 5)), _THEME.background_color, strict=True)
    return "#" + "".join(f"{(one + other) // 2:02x}" for one, other in parts)


def svg(cast: str) -> str:
    """Returns the animated picture of an asciicast.

    Each line of the screen is a column of all rows that this line shows, one below the other. The column moves so
    that one row is visible.

    Args:
        cast: asciicast of version 2, in which each event begins with ``CLEAR`` and paints the whole screen.
    """
    first, *events = map(json.loads, cast.splitlines())
    width, height = first["width"] * _WIDTH, first["height"] * _HEIGHT
    strips: list[list[tuple[float, str]]] = [[] for _ in range(first["height"])]
    now, before = 0.0, 0.0
    for number, (moment, kind, painted) in enumerate(events):
        if kind != "o" or not painted.startswith(CLEAR):
            raise ValueError(f"event {number + 1} does not paint the whole screen")
        now += min(moment - before, _LONGEST_PAUSE)
        before = moment
        for strip, row in zip_longest(strips, painted.removeprefix(CLEAR).split("\r\n"), fillvalue=""):
            if not strip or strip[-1][1] != row:
                strip.append((now, row))
    drawing, seconds = Drawing(), now + _LAST
    films = "".join(_film(drawing, line, strip, seconds) for line, strip in enumerate(strips))
    outer_width, outer_height = width + 2 * _BORDER, height + 2 * _BORDER
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {outer_width} {outer_height}" '
        f'width="{outer_width}" height="{outer_height}" role="img">\n<title>{escape(first["title"])}</title>\n'
        f"<style>text{{font:13.3px {_FONT};white-space:pre}}"
        f".f{{animation:{seconds:.2f}s steps(1,end) infinite}}{drawing.styles()}</style>\n"
        f'<rect width="100%" height="100%" rx="6" fill="{_hex(None, is_front=False)}"/>\n'
        f'<svg x="{_BORDER}" y="{_BORDER}" width="{width}" height="{height}">\n{films}</svg>\n</svg>\n'
    )


def _film(drawing: Drawing, line: int, strip: list[tuple[float, str]], seconds: float) -> str:
    """Returns the element of a line of the screen."""
    rows = "".join(drawing.row(row, at * _HEIGHT) for at, (_, row) in enumerate(strip) if row.strip())
    steps = "".join(
        f"{moment / seconds * 100:.2f}%{{transform:translateY({-at * _HEIGHT}px)}}"
        for at, (moment, _) in enumerate(strip)
    )
    return (
        f"<style>@keyframes k{line}{{{steps}}}</style>"
        f'<svg y="{line * _HEIGHT}" height="{_HEIGHT}"><g class="f" style="animation-name:k{line}">{rows}</g></svg>\n'
    )


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(svg(Path(sys.argv[1]).read_text(encoding="utf-8")), encoding="utf-8")
