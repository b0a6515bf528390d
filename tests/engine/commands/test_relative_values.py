"""Relative values change the present value of each player, at once and by a ramp."""

from pathlib import Path

import pytest

from tests.support.engine.scripted_players import ScriptedPredictor
from tests.support.engine.virtual_session import VirtualSession, temp


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    return VirtualSession(tmp_path)


def test_relative_value_changes_the_present_value(set_: VirtualSession) -> None:
    assert set_.do("temp +0.1") == "temp 1.1"
    assert set_.do("temp +0.1") == "temp 1.2"
    assert set_.do("temp -50%") == "temp 0.6"
    assert set_.do("temp *2") == "temp 1.2"
    assert set_.do("speed *2") == "speed 2 (timescale 0.5)"
    assert set_.do("speed *2") == "speed 4 (timescale 0.25)"
    assert set_.do("tempo -20") == "tempo 100 bpm"
    assert set_.do("undo") == "undone: tempo -20"
    assert set_.tempo.beats == 120.0


def test_relative_value_ends_at_the_limits(set_: VirtualSession) -> None:
    set_.do("temp 99")
    assert set_.do("temp *2") == "temp 100"
    assert set_.do("sigma -5") == "sigma 0"
    set_.do("temp 1")
    reply = set_.try_("temp -1")
    assert (reply.ok, reply.text) == (False, "temp 0 is out of range (above 0 and at most 100)")
    assert temp(set_) == 1.0
    reply = set_.try_("max_response +1s")
    assert reply.text == "max_response has no number that could change: type a new value"


def test_relative_value_is_a_target_of_a_ramp(set_: VirtualSession) -> None:
    assert set_.do("over 4s temp +0.5 speed *2") == "1  over 4s temp 1.5 speed 2"
    set_.wait(2)
    assert temp(set_) == pytest.approx(1.25, abs=0.02)
    set_.wait(2.1)
    assert temp(set_) == 1.5
    set_.do("every 1s temp +0.1")
    set_.wait(3.05)
    assert temp(set_) == 1.8


def test_relative_value_is_relative_for_each_player(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path, players={"one": ScriptedPredictor(4), "two": ScriptedPredictor(4)})
    set_.do("@two temp 2")
    assert set_.do("@all temp +0.5") == "one: temp 1.5\ntwo: temp 2.5"
    reply = set_.try_("@all over 2s temp +1")
    assert reply.text == "one, two have different values of temp: type a new value, or @name over …"
    set_.do("@two over 1s temp *2")
    set_.wait(1.1)
    assert set_.session.players["two"].behaviour.value("temp") == 5.0
