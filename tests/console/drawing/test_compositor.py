"""Bytes to the terminal: they draw the same screen as Textual."""

import asyncio
import random
import re
from io import StringIO
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from impsy_tui.console.drawing.compositor import TightCompositor, _TightUpdate, stretch, width_of
from impsy_tui.console.drawing.lines import Lines, filled
from impsy_tui.console.themes import Palette, ThemeFolders

WIDTH, HEIGHT = 20, 3
STYLES = [
    None,
    Style.null(),
    Style(color="#ff0000"),
    Style(color="#00ff00", bgcolor="#000000", bold=True),
    Style(bgcolor="blue", reverse=True),
    Style(color="#ff0000", link="https://example.org"),
]
LETTERS = st.sampled_from([*"ab ▏█▄é", "漢", "語", "e\u0301", "漢\u0301"])

_WRITTEN = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[([\d;]*)m|\x1b\]8;([^\x1b]*)\x1b\\|(\n)|([^\x1b])", re.DOTALL)


class Terminal:
    """Emulated terminal: characters with colours, wide ones on two cells."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT) -> None:
        self.cells = [[(" ", "")] * width for _ in range(height)]
        self._x = self._y = 0
        self._style = self._link = ""

    def write(self, text: str) -> None:
        """Carries out the escape sequences and writes the characters."""
        at = 0
        while at < len(text):
            found = _WRITTEN.match(text, at)
            assert found, f"what is this? {text[at : at + 20]!r}"
            at = found.end()
            row, column, style, link, newline, letter = found.groups()
            if row:
                self._y, self._x = int(row) - 1, int(column) - 1
            elif style is not None:
                self._style = "" if style in ("", "0") else f"{self._style};{style}"
            elif link is not None:
                self._link = link.partition(";")[2]
            elif letter:
                self._put(letter)
            else:
                assert newline
        assert (self._style, self._link) == ("", ""), "a colour is left on"

    def _put(self, letter: str) -> None:
        line, x = self.cells[self._y], self._x
        width = cell_len(letter)
        if width == 0:
            before = x - 1 if line[x - 1][0] else x - 2
            letters, style = line[before]
            line[before] = (letters.removesuffix(letter) + letter, style)  # an accent on itself looks like one
            return
        for place in range(x, x + width):  # a wide character without its other half disappears
            if line[place][0] == "":
                line[place - 1] = (" ", line[place - 1][1])
            if place + 1 < len(line) and line[place + 1][0] == "":
                line[place + 1] = (" ", line[place + 1][1])
        style = self._style + self._link
        line[x : x + width] = [(letter, style), ("", style)][:width]
        self._x = x + width


CONSOLE = Console(file=StringIO(), force_terminal=True, color_system="truecolor")

words = st.lists(LETTERS, max_size=6).map("".join)
pieces = st.tuples(words, st.sampled_from(STYLES)).map(lambda pair: Segment(*pair))
drawn_lines = st.lists(pieces, max_size=6).map(lambda line: filled(list(line), WIDTH, STYLES[3]))
screens = st.lists(drawn_lines, min_size=HEIGHT, max_size=HEIGHT)
cuts = st.sets(st.integers(1, WIDTH - 1), max_size=3).map(lambda inner: [0, *sorted(inner), WIDTH])


def chopped(screen: list[list[Segment]], ends: list[list[int]]) -> list[dict[int, Strip]]:
    """Returns lines cut at the ends of widgets, in the form of the compositor."""
    return [
        dict(zip(cut, Strip(line, WIDTH).divide(cut[1:]), strict=False))
        for line, cut in zip(screen, ends, strict=True)
    ]


def whole(chops: list[dict[int, Strip]]) -> str:
    """Returns Textual's full rendering."""
    return LayoutUpdate([line.values() for line in chops], Region(0, 0, WIDTH, HEIGHT)).render_segments(CONSOLE)


def spans_of(cells: set[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Returns cells (line, column) as stretches of lines."""
    found: list[tuple[int, int, int]] = []
    for y, x in sorted(cells):
        if found and found[-1][0] == y and found[-1][2] == x:
            found[-1] = (y, found[-1][1], x + 1)
        else:
            found.append((y, x, x + 1))
    return found


@given(
    screens, screens, st.lists(cuts, min_size=HEIGHT, max_size=HEIGHT), st.sets(st.integers(0, WIDTH * HEIGHT - 1))
)
def test_update_makes_the_screen_that_a_full_rendering_would(
    before: list[list[Segment]], after: list[list[Segment]], ends: list[list[int]], more: set[int]
) -> None:
    wanted, terminal = Terminal(), Terminal()
    chops = chopped(after, ends)
    wanted.write(whole(chops))
    terminal.write(whole(chopped(before, ends)))
    changed = {(y, x) for y in range(HEIGHT) for x in range(WIDTH) if terminal.cells[y][x] != wanted.cells[y][x]} | {
        divmod(cell, WIDTH) for cell in more
    }
    assume(changed)
    drawn = {y for y, _ in changed}
    rendered = [line if y in drawn else dict.fromkeys(line) for y, line in enumerate(chops)]
    update = _TightUpdate(rendered, spans_of(changed), [cut[1:] for cut in ends])
    terminal.write(update.render_segments(CONSOLE))
    assert terminal.cells == wanted.cells


@given(st.lists(pieces, max_size=6), st.integers(0, 30), st.integers(0, 30))
def test_stretch_of_a_line_is_the_cells_in_it(line: list[Segment], begin: int, more: int) -> None:
    end = begin + more
    total = sum(cell_len(text) for text, _, _ in line)
    found = stretch(line, begin, end)
    assert sum(cell_len(text) for text, _, _ in found) == max(0, min(end, total) - begin)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_width_of_a_text_is_that_of_its_cells(text: str) -> None:
    assert width_of(text) == cell_len(text)


def test_change_of_one_cell_is_a_few_bytes() -> None:
    line = [Segment("a" * 10 + "b" + "a" * 9, STYLES[2])]
    update = _TightUpdate([{0: Strip(line, WIDTH)}], [(0, 10, 11)], [[WIDTH]])
    assert update.render_segments(CONSOLE) == "\x1b[38;2;255;0;0m\x1b[1;11Hb\x1b[0m"


class _Panes(Screen[None]):
    CSS = "#left { width: 11; height: 3; } #right { width: 9; height: 2; dock: right; }"

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._compositor = TightCompositor()
        self.panes = [Lines(palette, id="left"), Lines(palette, id="right")]

    def compose(self) -> ComposeResult:
        """Yields two panes, one over the edge of the other."""
        yield from self.panes


def test_panes_that_change_look_as_if_drawn_again() -> None:
    palette = ThemeFolders().load("amber")
    dice = random.Random(7)
    styles = [palette.text, palette.dim, palette.alarm_block]

    def line() -> Any:
        letters = ("".join(dice.choices("ab▏█漢 ", k=dice.randrange(9))) for _ in range(3))
        return tuple((text, dice.choice(styles)) for text in letters)

    async def change() -> None:
        app = App[None]()
        async with app.run_test(size=(WIDTH, HEIGHT)):
            screen = _Panes(palette)
            await app.push_screen(screen)
            terminal = Terminal()
            compositor = screen._compositor
            terminal.write(compositor.render_full_update().render_segments(CONSOLE))
            written = 0
            for _ in range(150):
                for pane in dice.sample(screen.panes, dice.randrange(1, 3)):
                    lines = list(pane._lines) or [()]
                    lines[dice.randrange(len(lines))] = line()
                    pane.set_lines([*lines, line()][: dice.randrange(1, 5)])
                compositor.update_widgets(set(screen.panes))
                update = compositor.render_partial_update()
                if update is not None:
                    written += 1
                    terminal.write(update.render_segments(CONSOLE))
                wanted = Terminal()
                wanted.write(compositor.render_full_update().render_segments(CONSOLE))
                assert terminal.cells == wanted.cells
            assert written > 100

    asyncio.run(change())
