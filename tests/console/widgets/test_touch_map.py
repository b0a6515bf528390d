"""The map of the touches of an ensemble."""

import msgspec
import pytest

from impsy_tui.console.themes import ThemeFolders
from impsy_tui.console.widgets.ensemble.touch_map import TouchMap
from tests.console.widgets.test_ensemble import QUARTET, _drawn

PALETTE = ThemeFolders(glyphs=True).load("amber")
NOWHERE = (-1.0, -1.0)


def _text(touches: TouchMap, width: int = 40, rows: int = 8) -> list[str]:
    return ["".join(text for text, _ in line) for line in touches.lines(width, rows, PALETTE)]


def test_map_shows_each_player_at_its_place_with_a_trail() -> None:
    touches = TouchMap()
    first = msgspec.structs.replace(QUARTET, touches=((0.0, 0.0), NOWHERE, (0.99, 0.99)))
    assert touches.add(first, 1.0)
    lines = _text(touches)
    assert lines[0] == "───── touches ──────"
    assert lines[1].startswith("1 ")
    assert lines[-2].endswith(" 3")
    assert lines[-1] == "─" * 20
    assert "2" not in "".join(lines)
    assert not touches.add(first, 1.05)
    assert touches.add(msgspec.structs.replace(first, touches=((0.5, 0.0), NOWHERE, (0.99, 0.99))), 1.1)
    lines = _text(touches)
    assert lines[1].startswith(".         1 ")
    assert touches.add(msgspec.structs.replace(first, touches=(NOWHERE,) * 3), 7.0)
    assert all(not line.strip() for line in _text(touches)[1:-1])


def test_title_of_the_map_is_brighter_than_its_rule() -> None:
    palette = ThemeFolders().load("amber")
    rule, (title, style), _ = TouchMap().lines(40, 8, palette)[0]
    assert (title, style) == (" touches ", palette.dim)
    assert rule[1] == palette.faint


@pytest.mark.parametrize(("width", "height"), [(80, 20), (120, 30), (200, 40)])
def test_map_takes_the_place_of_the_table_where_there_is_room(width: int, height: int) -> None:
    ensemble = msgspec.structs.replace(QUARTET, touches=((0.1, 0.1), (0.9, 0.9), NOWHERE))
    text = "\n".join(_drawn(width, height, ensemble))
    assert "touches ─" in text
    assert ("from / to" in text) is (width >= 100)
    assert "activity 1" in text
    low = "\n".join(_drawn(width, 13, ensemble))
    assert "touches ─" not in low


def test_history_fills_the_width() -> None:
    lines = _drawn(140, 20)
    assert lines[1].endswith("O" * 100)
