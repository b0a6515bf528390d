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
from textual.app import App, ComposeResult
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.strip import Strip

from impsy_tui.console.drawing.compositor import TightCompositor, _TightUpdate, stretch, width_of
from impsy_tui.console.drawing.drawn_widget import DrawnWidget, frame
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
edges = st.tuples(st.integers(0, WIDTH), st.integers(0, WIDTH)).map(sorted)


class Drawn(DrawnWidget):
    """A widget with given lines."""

    def __init__(self, lines: list[list[Segment]], width: int) -> None:
        super().__init__()
        self._lines = [filled(stretch(line, 0, width), width, STYLES[3]) for line in lines]
        self._given = width

    @property
    def size(self) -> Size:
        """Size of the widget."""
        return Size(self._given, HEIGHT)

    def segments(self, y: int) -> list[Segment]:
        """Returns a line."""
        return self._lines[y]


def layers(behind: list[list[Segment]], in_front: list[list[Segment]], edges: list[int]) -> Any:
    """Two widgets on each line; the one in front reaches from one edge to the other."""
    left, right = edges
    regions = Region(left, 0, right - left, HEIGHT), Region(0, 0, WIDTH, HEIGHT)
    widgets = Drawn(in_front, right - left), Drawn(behind, WIDTH)
    there = [(widget, region, region) for widget, region in zip(widgets, regions, strict=True) if region.width]
    return [there] * HEIGHT


def whole(layers: Any, edges: list[int]) -> str:
    """Escape sequences of all lines, cut at the edges as Textual cuts them."""
    update: list[Any] = []
    for y in range(HEIGHT):
        in_front, behind = layers[y][0][0], layers[y][-1][0]
        if in_front is behind:
            update.append((y, 0, behind.segments(y)))
            continue
        left, _, right = Strip(behind.segments(y), WIDTH).divide([*edges, WIDTH])
        update += [(y, 0, list(left)), (y, edges[0], in_front.segments(y)), (y, edges[1], list(right))]
    return _TightUpdate(update).render_segments(CONSOLE)


def spans_of(cells: set[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Returns cells (line, column) as stretches of lines."""
    found: list[tuple[int, int, int]] = []
    for y, x in sorted(cells):
        if found and found[-1][0] == y and found[-1][2] == x:
            found[-1] = (y, found[-1][1], x + 1)
        else:
            found.append((y, x, x + 1))
    return found


@given(screens, screens, screens, edges, st.sets(st.integers(0, WIDTH * HEIGHT - 1)))
def test_update_makes_the_screen_that_a_full_rendering_would(
    before: list[list[Segment]],
    behind: list[list[Segment]],
    in_front: list[list[Segment]],
    edges: list[int],
    more: set[int],
) -> None:
    wanted, terminal = Terminal(), Terminal()
    after = layers(behind, in_front, edges)
    wanted.write(whole(after, edges))
    terminal.write(whole(layers(before, in_front, [0, 0]), [0, 0]))
    changed = {(y, x) for y in range(HEIGHT) for x in range(WIDTH) if terminal.cells[y][x] != wanted.cells[y][x]} | {
        divmod(cell, WIDTH) for cell in more
    }
    assume(changed)
    update = TightCompositor().update_of(spans_of(changed), after)
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
    update = TightCompositor().update_of([(0, 10, 11)], layers([line] * HEIGHT, [], [0, 0]))
    assert update.render_segments(CONSOLE) == "\x1b[38;2;255;0;0m\x1b[1;11Hb\x1b[0m"


class _Pane(Lines):
    """Pane that remembers the lines that were drawn."""

    def __init__(self, palette: Palette, id: str) -> None:
        super().__init__(palette, id=id)
        self.drawn: list[int] = []

    def segments(self, y: int) -> list[Segment]:
        """Returns a line."""
        self.drawn.append(y)
        return super().segments(y)


class _Panes(Screen[None]):
    CSS = """
    _Panes { layers: below above; }
    #left { width: 20; height: 3; layer: below; }
    #right { width: 9; height: 2; layer: above; offset: 11 0; }
    """

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._compositor = TightCompositor()
        self.panes = [_Pane(palette, "left"), _Pane(palette, "right")]

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


def test_only_changed_lines_are_drawn_at_the_end_of_a_frame() -> None:
    palette = ThemeFolders().load("amber")

    async def change() -> None:
        app = App[None]()
        async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
            screen = _Panes(palette)
            await app.push_screen(screen)
            left, right = screen.panes
            left.set_lines([(("a", palette.text),), (), (("b", palette.text),)])
            await pilot.pause()
            for pane in screen.panes:
                pane.drawn.clear()
            with frame(screen):
                left.set_lines([(("a", palette.text),), (), (("c", palette.text),)])
                assert left.drawn == []
            assert (left.drawn, right.drawn) == ([2], [])

    asyncio.run(change())


def test_changes_of_a_frame_below_a_dialog_are_drawn_later() -> None:
    palette = ThemeFolders().load("amber")

    async def change() -> None:
        app = App[None]()
        async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
            screen = _Panes(palette)
            await app.push_screen(screen)
            await app.push_screen(Screen[None]())
            with frame(screen):
                screen.panes[0].set_lines([(("later", palette.text),)])
            await app.pop_screen()
            await pilot.pause()
            assert "later" in "".join(strip.text for strip in screen._compositor.render_strips())

    asyncio.run(change())
