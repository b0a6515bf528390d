"""Sources that change while keys are held and halves of pairs wait."""

from impsy_tui.channels.midi.mapping import InputMapping
from tests.support.engine.virtual_time import VirtualTime

NOTE_1, NOTE_2, VELOCITY_1 = ("note_on", 1), ("note_on", 2), ("note_velocity", 1)


def test_key_that_plays_its_dimension_no_longer_is_released() -> None:
    mapping = InputMapping([NOTE_1, NOTE_2])
    mapping.updates(b"\x90\x3c\x40")
    mapping.updates(b"\x91\x3e\x40")
    assert mapping.map([("control_change", 1, 7), NOTE_2]) == {0}
    assert mapping.held == [62]
    assert mapping.map([("unused",), ("unused",), NOTE_2]) == {1}
    assert mapping.holding
    assert mapping.map([]) == frozenset()
    assert not mapping.holding


def test_key_is_held_while_other_sources_change() -> None:
    mapping = InputMapping([NOTE_1])
    mapping.updates(b"\x90\x3c\x40")
    assert mapping.map([NOTE_1, VELOCITY_1]) == frozenset()
    assert mapping.held == [60]
    mapping.updates(b"\x80\x3c\x00")
    assert mapping.released == {0}


def test_half_of_a_pair_that_waits_does_not_act_after_a_change() -> None:
    time, acted = VirtualTime(), list[list[tuple[int, float]]]()
    mapping = InputMapping([("control_change_14", 1, 7)])
    assert mapping.updates(b"\xb0\x07\x40") == []
    mapping.wait_for_halves(time.scheduler, acted.append)
    mapping.map([("control_change", 1, 7)])
    time.advance(1)
    assert acted == []
