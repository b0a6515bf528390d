"""Controls that move parameters: ``map``, ``unmap`` and ``learn`` of a parameter."""

from pathlib import Path

import pytest

from impsy_tui.channels.base import Rights
from impsy_tui.engine.commands.external import ExternalCommands
from tests.support.engine.virtual_session import ScriptedPredictor, VirtualSession, temp


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    return VirtualSession(tmp_path)


@pytest.fixture
def incoming(set_: VirtualSession) -> ExternalCommands:
    set_.session.dimension_handler = set_.incoming.dimensions
    return set_.incoming


def _turn(incoming: ExternalCommands, set_: VirtualSession, *levels: int, number: int = 7) -> None:
    for level in levels:
        assert incoming.message("midi", "KNOBS", bytes((0xB0, number, level)))
        set_.wait(0.05)


def test_map_reports_a_moving_control_once_a_second(incoming: ExternalCommands, set_: VirtualSession) -> None:
    set_.do("map cc 1 7 temp 0.2 1.2")
    set_.messages.clear()
    _turn(incoming, set_, 0, 127, *range(126, 116, -1))
    set_.wait(1.0)
    _turn(incoming, set_, 127)
    reports = [text for level, source, text in set_.messages if source == "midi"]
    assert len(reports) == 2
    assert reports[-1] == "temp 1.2"


def test_map_moves_parameter_over_given_range(incoming: ExternalCommands, set_: VirtualSession) -> None:
    assert set_.do("map cc 1 7 temp 0.2 3") == "cc 1 7 moves temp from 0.2 to 3"
    assert not incoming.message("midi", "KNOBS", bytes((0xB0, 8, 127)))
    _turn(incoming, set_, 0, 127)
    assert temp(set_) == 3.0
    _turn(incoming, set_, 0)
    assert temp(set_) == 0.2
    set_.do("unmap cc 1 7")
    assert not incoming.message("midi", "KNOBS", bytes((0xB0, 7, 127)))
    assert not set_.try_("unmap cc 1 7").ok


def test_knob_takes_over_when_it_reaches_present_value(incoming: ExternalCommands, set_: VirtualSession) -> None:
    set_.do("map cc 1 7 temp 0.5 1.5")
    _turn(incoming, set_, 10, 40)
    assert temp(set_) == 1.0
    _turn(incoming, set_, 70)
    assert temp(set_) == pytest.approx(0.5 + 70 / 127, abs=1e-3)
    set_.do("temp 1.4")
    _turn(incoming, set_, 71)
    assert temp(set_) == 1.4
    _turn(incoming, set_, 120, 100)
    assert temp(set_) == pytest.approx(0.5 + 100 / 127, abs=1e-3)


def test_mapped_address_and_dimension_move_parameters(incoming: ExternalCommands, set_: VirtualSession) -> None:
    set_.do("map osc /fader1 threshold 0 4; map x2 timescale 0.1 10")
    assert incoming.addressed("osc", "/fader1", (0.5,), False) == ""
    set_.session.received("osc", (0.1, 0.5, 0.3), set_.time.scheduler.now())
    set_.wait(0.05)
    settings = set_.session.focused_player.behaviour.settings
    assert (settings.threshold, settings.timescale) == (2.0, 1.0)
    set_.do("timescale 3")
    set_.session.received("osc", (0.9, 0.5, 0.3), set_.time.scheduler.now())
    set_.wait(0.05)
    assert settings.timescale == 3.0, "a dimension that does not change moves nothing"
    set_.session.updated("osc", [(1, 1.0)], set_.time.scheduler.now())
    set_.wait(0.05)
    assert settings.timescale == 10.0


def test_map_moves_held_dimension_and_ends_of_a_range(incoming: ExternalCommands, set_: VirtualSession) -> None:
    assert set_.do("map cc 1 7 hold x1 x2 0.2 0.8") == "cc 1 7 moves hold x1 x2 from 0.2 to 0.8"
    assert set_.do("map cc 1 8 range x3 high") == "cc 1 8 moves range x3 high from 0 to 1"
    set_.do("map osc /low range x3 low 0 0.5")
    _turn(incoming, set_, 127)
    shaping = set_.session.focused_player.shaping
    assert shaping.held == {0: 0.8, 1: 0.8}
    set_.do("hold x1 0.3")
    _turn(incoming, set_, 100)
    assert shaping.held == {0: 0.3, 1: 0.8}, "the knob has not reached the held value"
    _turn(incoming, set_, 127, 100, number=8)
    assert incoming.addressed("osc", "/low", (0.5,), True) == ""
    set_.wait(0.05)
    assert shaping.ranged == {2: pytest.approx((0.25, 0.7874))}
    set_.do("undo")
    assert set_.do("bindings").splitlines()[:2] == ["cc 1 7 moves hold x1 x2 0.2 0.8", "cc 1 8 moves range x3 high"]


def test_many_messages_make_one_change_of_the_newest_value(incoming: ExternalCommands, set_: VirtualSession) -> None:
    set_.do("map osc /fader1 temp 1 2")
    before = len(set_.messages)
    for step in range(101):
        incoming.addressed("osc", "/fader1", (step / 100,), True)
    set_.wait(0.05)
    assert temp(set_) == 2.0
    assert [text for _, _, text in set_.messages[before:]] == ["temp 2"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("map cc 1 7", "a parameter is missing"),
        ("map cc 17 7 temp", "does not begin with a channel"),
        ("map note 1 7 temp", "'note' is not cc, osc or a dimension such as x8"),
        ("map cc 1 7 mode", "'mode' is not a numeric parameter"),
        ("map cc 1 7 temp 0.2", "temp takes both ends or none"),
        ("map cc 1 7 temp 0.2 300", "out of range (above 0 and at most 100)"),
        ("map cc 1 7 temp 1 1", "they must differ"),
        ("map cc 1 7 hold", "dimensions are missing: map cc 1 7 hold x3"),
        ("map cc 1 7 hold 3", "did you mean x3"),
        ("map cc 1 7 range x3", "a control moves one end of a range, low or high: map cc 1 7 range x3 low"),
        ("map cc 1 7 hold x3 0 2", "out of range (0 to 1)"),
    ],
)
def test_map_refuses_with_the_reason(set_: VirtualSession, line: str, message: str) -> None:
    reply = set_.try_(line)
    assert not reply.ok
    assert message in reply.text


def test_undo_and_scenes_include_mappings(incoming: ExternalCommands, set_: VirtualSession) -> None:
    set_.do("map cc 1 7 temp 0.2 3")
    set_.do("scene save mapped")
    set_.do("unmap cc 1 7")
    set_.do("undo")
    assert set_.do("bindings") == "cc 1 7 moves temp 0.2 3"
    set_.do("undo")
    set_.do("bind cc 1 64 take")
    assert set_.do("bindings") == 'cc 1 64 "take"'
    set_.do("scene mapped")
    assert set_.do("bindings") == 'cc 1 64 "take"\ncc 1 7 moves temp 0.2 3'
    assert '[mapped.map]\n"cc 1 7" = "temp 0.2 3"' in (set_.folder / "scenes.toml").read_text()


def test_moved_knob_is_one_step_of_undo(incoming: ExternalCommands, set_: VirtualSession) -> None:
    set_.do("map cc 1 7 temp 0.5 1.5")
    _turn(incoming, set_, 60, 80, 100, 127)
    assert temp(set_) == 1.5
    set_.do("undo")
    assert temp(set_) == pytest.approx(1.0)
    assert set_.live_set.mappings.parameters.table == {"cc 1 7": "temp 0.5 1.5"}


def test_learn_maps_the_controller_that_moves(incoming: ExternalCommands, set_: VirtualSession) -> None:
    assert set_.do("learn temp") == "temp: move a knob or a fader"
    for level in (10, 30, 60):
        assert incoming.message("midi", "KNOBS", bytes((0xB0, 7, level)))
    set_.wait(0.5)
    assert set_.live_set.mappings.parameters.table == {"cc 1 7": "temp"}
    assert set_.messages[-1][2] == "cc 1 7 moves temp from 0.1 to 3; keep mapping saves it"
    set_.do("learn threshold")
    assert incoming.osc_message("osc", "/fader1", (0.1,))
    assert incoming.osc_message("osc", "/fader1", (0.9,))
    assert set_.live_set.mappings.parameters.table == {"cc 1 7": "temp", "osc /fader1": "threshold"}


def test_mapped_message_without_rights_is_refused(incoming: ExternalCommands, set_: VirtualSession) -> None:
    set_.do("map cc 1 7 temp 0.5 1.5")
    for level in (0, 127):
        assert incoming.message("websocket", "", bytes((0xB0, 7, level)), Rights.PLAY)
        set_.wait(0.05)
    assert temp(set_) == 1.0
    assert "remote_parameters = true allows it" in set_.messages[-1][2]


def test_map_names_the_player(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path, players={"a": ScriptedPredictor(4), "b": ScriptedPredictor(4)})
    set_.do("map cc 1 7 @b temp 0.5 1.5")
    _turn(set_.incoming, set_, 0, 127)
    players = set_.session.players
    assert [players[name].behaviour.settings.temp for name in "ab"] == [1.0, 1.5]


def test_undo_takes_back_a_learned_parameter(incoming: ExternalCommands, set_: VirtualSession) -> None:
    set_.do("learn temp")
    for level in (0, 60, 120):
        incoming.message("midi", "KNOBS", bytes((0xB0, 7, level)))
        set_.wait(0.2)
    assert set_.do("bindings") == "cc 1 7 moves temp"
    while set_.try_("undo").ok:
        pass
    assert "temp" not in set_.do("bindings")
