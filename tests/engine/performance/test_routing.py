"""Exchange of the dimensions of a player: ``swap`` and ``route``, with their undo, scenes and recordings."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.engine.io.dimension_routing import routed, swapped
from impsy_tui.engine.performance.replaying.replay import RecordedPerformance
from impsy_tui.engine.performance.scenes.scene import scene_lines
from tests.support.engine.performance_logs import recorded_rows
from tests.support.engine.virtual_session import VirtualSession, mdrnn
from tests.support.models import constant_model


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    """Session with a model that plays 0.2, 0.3, 0.4."""
    constant_model(tmp_path / "models" / "calm.h5", (0.1, 0.2, 0.3, 0.4))
    random = np.random.default_rng(1)
    virtual = VirtualSession(
        tmp_path, players={"main": mdrnn(tmp_path / "models" / "calm.h5", random)}, random=random, mode="battle"
    )
    virtual.do("load calm; sigma 0")
    return virtual


def next_vector(set_: VirtualSession) -> tuple[float, ...]:
    """Returns the next vector of the output."""
    set_.out.said.clear()
    set_.wait(0.5)
    return tuple(round(value, 3) for value in set_.out.played[-1][1])


def test_swap_exchanges_two_dimensions_and_undo_restores_them(set_: VirtualSession) -> None:
    assert set_.do("swap x1 x3") == "x1 x3 swapped"
    assert next_vector(set_) == (0.4, 0.3, 0.2)
    set_.do("swap x1 x2")
    assert next_vector(set_) == (0.3, 0.4, 0.2)
    set_.do("undo")
    assert next_vector(set_) == (0.4, 0.3, 0.2)
    set_.do("swap x1 x3")
    assert next_vector(set_) == (0.2, 0.3, 0.4)


def test_route_moves_dimensions_and_loses_none(set_: VirtualSession) -> None:
    assert set_.do("route x1 x2 -> x2 x3") == "route x1 x2 x3 -> x2 x3 x1"
    assert next_vector(set_) == (0.4, 0.2, 0.3)
    assert set_.do("route reset") == "route reset"
    assert next_vector(set_) == (0.2, 0.3, 0.4)


def test_route_shuffle_plays_every_dimension_once(set_: VirtualSession) -> None:
    orders = set()
    for seed in range(5):
        set_.do(f"seed {seed}; route shuffle")
        orders.add(found := next_vector(set_))
        assert sorted(found) == [0.2, 0.3, 0.4]
    assert len(orders) > 1


def test_routed_dimensions_are_shaped_given_and_expected_at_their_place(set_: VirtualSession) -> None:
    set_.do("swap x1 x3; hold x1 0.9; given x3 0.6")
    assert next_vector(set_) == (0.9, 0.3, 0.6)
    assert set_.session.focused_player.shaping.marks(3) == ("held", "", "routed")
    assert set_.session.focused_player.expected_at(2) == pytest.approx(0.6, abs=0.01)


def test_scenes_and_release_take_the_route(set_: VirtualSession) -> None:
    set_.do("swap x1 x3; scene save crossed; route reset; scene crossed")
    assert next_vector(set_) == (0.4, 0.3, 0.2)
    lines = list(scene_lines(set_.live_set.scene_keeper.capture(), "main"))
    assert "route x1 x3 -> x3 x1" in lines
    set_.do("release")
    assert next_vector(set_) == (0.2, 0.3, 0.4)
    for line in lines[lines.index("release") :]:
        set_.do(line)
    assert next_vector(set_) == (0.4, 0.3, 0.2)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("swap x1", "swap takes two dimensions: swap x1 x5"),
        ("swap x1 x9", "there is no x9: the last is x3"),
        ("route x1 x2 -> x3", "2 dimensions cannot be played at 1"),
        ("route x1 x2", "'x1 x2' cannot be read: route x1 x2 -> x5 x6, route shuffle or route reset"),
        ("route x1 -> temp", "'temp' is not dimensions"),
        ("route x1 -> ", "is not dimensions"),
        ("route x1 -> x2 loud", "is not dimensions"),
    ],
)
def test_route_refuses_what_it_cannot_read(set_: VirtualSession, line: str, problem: str) -> None:
    assert problem in set_.try_(line).text
    assert set_.session.focused_player.shaping.routed == {}


def test_routes_stay_within_the_dimensions_of_a_player() -> None:
    assert swapped({}, (2, 3), 2, 3) == {2: 4, 3: 3}
    assert routed({2: 4, 3: 3}, (2, 3), (2,), (2,)) == {}


def test_recording_repeats_swap_and_route(set_: VirtualSession, tmp_path: Path) -> None:
    set_.do("swap x1 x3")
    set_.do("record on")
    played = [next_vector(set_)]
    for line in ("route x1 x2 -> x2 x3", "swap x1 x2", "undo"):
        set_.do(line)
        played.append(next_vector(set_))
    set_.do("record off")
    set_.live_set.recording.command_log.close()
    rows = recorded_rows(tmp_path)
    set_.do("route reset")
    asyncio.run(set_.live_set.replay.start(RecordedPerformance("it", np.zeros(1), np.zeros((1, 3)), rows)))
    assert [next_vector(set_) for _ in played] == played
    assert len(set(played)) == 3
    assert set_.problems == []
