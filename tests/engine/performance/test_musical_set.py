"""Musical time with ramps, scenes, moments and undo."""

from pathlib import Path

import pytest

from tests.support.engine.virtual_session import VirtualSession


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    return VirtualSession(tmp_path)


def test_tempo_set_with_a_grid_ends_its_ramp(set_: VirtualSession) -> None:
    set_.do("over 8s tempo 200")
    set_.wait(1)
    set_.do("quantise 1/8 at 90")
    set_.wait(10)
    assert set_.tempo.beats == 90.0


def test_bar_moment_follows_the_present_tempo(set_: VirtualSession) -> None:
    set_.wait(0.5)
    set_.do("tempo 60; whenever bar temp 2")
    began = set_.tempo.beat_at(set_.session.scheduler.now())
    set_.do("tempo 240")
    left = (4 - began % 4) / 4
    set_.wait(left - 0.01)
    assert set_.session.focused_player.behaviour.settings.temp == 1.0
    set_.wait(0.02)
    assert set_.session.focused_player.behaviour.settings.temp == 2.0


def test_tempo_ramps_to_a_scene(set_: VirtualSession) -> None:
    set_.do("tempo 180; quantise 1/8; hand over on bar")
    set_.do("scene save fast")
    set_.do("tempo 60; quantise off; hand over now")
    set_.do("over 4s scene fast now")
    assert set_.tempo.grid is not None
    assert set_.tempo.hand_over == "bar"
    assert set_.tempo.beats == pytest.approx(60.0, abs=1.0)
    set_.wait(2)
    assert set_.tempo.beats == pytest.approx(120.0, abs=1.0)
    set_.wait(2.1)
    assert set_.tempo.beats == 180.0


def test_undo_and_redo_of_musical_time(set_: VirtualSession) -> None:
    set_.do("quantise 1/8 at 90")
    set_.do("undo")
    assert (set_.tempo.grid, set_.tempo.beats) == (None, 120.0)
    set_.do("redo")
    assert set_.tempo.grid is not None
    assert set_.tempo.beats == 90.0
