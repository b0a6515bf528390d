"""Exchanges of dimensions of one player: behind @name, x1 is the player's first dimension."""

from pathlib import Path

import pytest

from impsy_tui.engine.performance.scenes.scene import scene_lines
from tests.support.engine.scripted_players import ScriptedPredictor
from tests.support.engine.virtual_session import VirtualSession


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    """Returns a session with the player main of six values, and b, which plays the last three."""
    made = VirtualSession(tmp_path, players={"main": ScriptedPredictor(7)})
    made.do("player add b hears x1-x3 plays x4-x6")
    return made


@pytest.mark.parametrize(
    ("line", "said", "places"),
    [
        ("@b swap x1 x3", "b: x4 x6 swapped", {3: 6, 5: 4}),
        ("@b route x1-x2 -> x2-x3", "b: route x4 x5 x6 -> x5 x6 x4", {3: 5, 4: 6, 5: 4}),
        ("player b; swap x4 x6", "b: x4 x6 swapped", {3: 6, 5: 4}),
        ("@all swap x1 x2", "main: x1 x2 swapped\nb: x4 x5 swapped", {3: 5, 4: 4}),
    ],
)
def test_exchanges_have_the_numbers_of_the_player(
    set_: VirtualSession, line: str, said: str, places: dict[int, int]
) -> None:
    assert set_.do(line).endswith(said)
    b = set_.session.players["b"]
    assert b.shaping.routed == places
    lines = list(scene_lines(set_.live_set.scene_keeper.capture(), set_.session.focus))
    set_.do("undo")
    assert b.shaping.routed == {}
    for one in lines:
        if "route" in one:
            set_.do(one)
    assert b.shaping.routed == places


@pytest.mark.parametrize("line", ["@b swap x1 x4", "@b route x4 -> x1", "@all route x5 -> x6"])
def test_dimension_that_the_player_does_not_have_is_refused(set_: VirtualSession, line: str) -> None:
    assert "with @b, its dimensions are x1-x3" in set_.try_(line).text
    assert not set_.session.players["main"].shaping.routed
