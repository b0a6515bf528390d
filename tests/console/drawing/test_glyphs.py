"""Symbols of the console: the legend, and the fonts of the Linux console."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.segment import Segment
from textual.strip import Strip

from impsy_tui import key_actions
from impsy_tui.console import view
from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.drawing.glyphs import plain
from impsy_tui.console.keys.legend import LEGEND, SYMBOLS
from tests.console.conftest import Rig
from tests.support import console_fonts
from tests.support.console_app import console, performed
from tests.support.console_fonts import glyph, is_symbol

_NOT_DRAWN = ("legend.py", "glyphs.py")
_ALPHABETS = ("▏▎▍▌▋▊▉", "▁▂▃▅▆▇", "█ ▓ ▒ ▀ ▄")
"""Entries of the legend with the steps of bars and curves; the Linux console has fewer steps."""


def _texts(file: Path) -> Iterator[str]:
    """Yields the strings in a module, without docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements:
            yield node.value


def _drawn() -> set[str]:
    """Returns the symbols in the drawing code and in names of keys."""
    files = [*Path(view.__file__).parent.rglob("*.py"), Path(key_actions.__file__)]
    texts = (text for file in files if file.name not in _NOT_DRAWN for text in _texts(file))
    return set(filter(is_symbol, "".join(texts)))


def shown(text: str) -> str:
    return plain(Strip([Segment(text)])).text


def test_legend_explains_each_symbol_once() -> None:
    explained = Counter(filter(is_symbol, "".join(signs for signs, _ in SYMBOLS)))
    assert set(explained) == _drawn()
    assert [symbol for symbol, times in explained.items() if times > 1] == []
    assert set(filter(is_symbol, "".join(sign for sign, _ in LEGEND))) <= set(explained)


def test_linux_console_has_every_symbol_of_the_console() -> None:
    lacking = {symbol: shown(symbol) for symbol in _drawn() if not set(shown(symbol)) <= console_fonts.SYMBOLS}
    assert lacking == {}


def test_linux_console_shows_symbols_of_different_meaning_differently() -> None:
    shapes: dict[str, str] = {}
    for signs, _ in SYMBOLS:
        if signs not in _ALPHABETS:
            for sign in signs.split():
                shape = glyph(shown(sign))
                assert shape not in shapes, f"{sign} looks like {shapes[shape]}"
                shapes[shape] = sign


def test_linux_console_shows_bars_without_colours_differently() -> None:
    you, player, rest, only_you, only_player = ["█", "▓", "▒", "▀", "▄"]
    assert len(set(map(shown, (you, player, rest)))) == 3
    assert len(set(map(shown, (you, only_you, only_player)))) == 3


@pytest.mark.parametrize("text", ["x1 ██▌ ▏▎▍▌▋▊▉▀▄◆○♪✓", "temp 1.33→1.50 ‖ ⚙2 …"])
def test_plain_line_keeps_its_width(text: str) -> None:
    assert width_of(shown(text)) == width_of(text)


@performed
async def test_linux_console_has_every_character_of_every_page(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "linux")
    async with console(rig.socket) as here:
        rig.send("mode battle", "temp 1.3", "over 60s temp 1.6", "hold x1 0.5")
        await here.sees("BATTLE", ">1.6")
        for page in ("", "f1", "f2", "f3", "f4", "f5", "f6", "ctrl+p"):
            if page:
                await here.press(page)
            await here.frames()
            lacking = {letter for letter in here.text if not letter.isspace()} - console_fonts.SYMBOLS
            assert lacking == set(), page
        rig.send("cancel all", "release")


def test_plain_bars_are_full_blocks() -> None:
    assert shown("x1 ██▌ ▎") == "x1 ███  "
