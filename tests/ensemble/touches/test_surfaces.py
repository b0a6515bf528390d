"""Touches from messages of touch surfaces."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from impsy_tui.channels.osc.packet import read_packet, write_message
from impsy_tui.ensemble.touches.surfaces import (
    METATONE,
    TOUCHOSC,
    AxisRange,
    Lifted,
    MetatoneClass,
    MetatonePerformance,
    MetatonePlayer,
    MidiPad,
    Pattern,
    Surface,
    gesture_message,
    new_idea_message,
    online_message,
    performance_message,
    playback_touch,
    read_metatone,
    state_message,
)
from impsy_tui.ensemble.touches.touch import Touch
from impsy_tui.errors import UserError


def _heard(surface: Surface, time: float, address: str, *arguments: float | str) -> Touch | Lifted | None:
    """Returns the touches of a real packet."""
    (message,) = read_packet(write_message(address, *arguments))
    return surface.read(message.address, message.arguments, time)


def test_metatone_touches_are_scaled() -> None:
    surface = Surface(METATONE, "nobody")
    assert _heard(surface, 2.0, "/metatone/touch", "B7", 512.0, 384.0, 102.4) == Touch(
        2.0, "B7", 0, 0.5, 0.5, pytest.approx(0.1)
    )
    assert _heard(surface, 2.0, "/metatone/touch/ended", "B7") == Lifted("B7", 0)
    assert _heard(surface, 2.0, "/metatone/online", "B7", "app") is None


def test_touchosc_separates_fingers_and_measures_velocity() -> None:
    surface = Surface(TOUCHOSC, "ann")
    assert _heard(surface, 1.0, "/1/multixy1/1/z", 1.0) is None
    assert _heard(surface, 1.0, "/1/multixy1/1", 0.25, 0.5) == Touch(1.0, "ann", 1, 0.25, 0.5, 0.0)
    assert _heard(surface, 1.1, "/1/multixy1/2", 0.75, 0.5) == Touch(1.1, "ann", 2, 0.75, 0.5, 0.0)
    moved = _heard(surface, 1.2, "/1/multixy1/1", 0.25, 0.75)
    assert isinstance(moved, Touch)
    assert moved.velocity == pytest.approx(0.25 * 0.75)
    assert _heard(surface, 1.3, "/1/multixy1/1/z", 0.0) == Lifted("ann", 1)
    again = _heard(surface, 1.4, "/1/multixy1/1", 0.25, 0.75)
    assert isinstance(again, Touch)
    assert again.velocity == 0.0
    assert _heard(surface, 1.5, "/1/xy1", 0.0, 1.0) == Touch(1.5, "ann", 0, 0.0, 1.0, 0.0)
    assert _heard(surface, 1.5, "/1/fader1", 0.5) is None


def test_surface_keeps_a_resting_finger_down() -> None:
    surface = Surface(TOUCHOSC, "ann")
    _heard(surface, 1.0, "/1/xy", 0.5, 0.5)
    resting = _heard(surface, 1.5, "/1/xy", 0.5, 0.5)
    later = _heard(surface, 60.0, "/1/xy", 0.5, 0.5)
    assert isinstance(resting, Touch)
    assert isinstance(later, Touch)
    assert resting.velocity > 0
    assert later.velocity == 0  # no finger rests for so long: the surface did not report the lift


def test_pattern_reverses_axes_and_names_players() -> None:
    pattern = Pattern("/pad/{player}/{finger}", ("y", "x", "-"), AxisRange(-1, 1), AxisRange(127, 0))
    assert pattern.problem() == ""
    touch = Surface([pattern], "").read("/pad/bo/3", (127, 0.0, "ignored"), 5.0)
    assert touch == Touch(5.0, "bo", 3, 0.5, 0.0, 0.0)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (Pattern("pad"), "an address begins with /"),
        (Pattern("/pad", ("x", "z")), "an argument is one of"),
        (Pattern("/pad", ("x",)), "x and y must both be given"),
        (Pattern("/pad/{player}", ("player", "x", "y")), "player is given twice"),
        (Pattern("/pad", x=AxisRange(1, 1)), "x: its two ends"),
        (Pattern("/pad", velocity=AxisRange(0, math.inf)), "velocity: its two ends"),
    ],
)
def test_pattern_problem_names_the_mistake(pattern: Pattern, why: str) -> None:
    assert why in pattern.problem()
    assert not any(ready.problem() for ready in (*METATONE, *TOUCHOSC))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("B7", 512.0), "4 arguments are expected: player x y velocity"),
        (("B7", 2000.0, 0.0, 0.0), "x is outside of the surface"),
        (("B7", 0.0, math.nan, 0.0), "a value that is not a number"),
        (("B7", 0.0, 0.0, -1.0), "the velocity is out of range"),
        (("B7", "left", 0.0, 0.0), "a value that is not a number"),
    ],
)
def test_surface_refuses_invalid_touches(arguments: tuple[float | str, ...], why: str) -> None:
    with pytest.raises(UserError, match=why):
        Surface(METATONE, "").read("/metatone/touch", arguments, 0.0)


_ANYTHING = (
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=3) | some.binary(max_size=3)
)


@given(
    address=some.sampled_from(
        ["/metatone/touch", "/metatone/touch/ended", "/1/multixy1/1", "/1/xy1/z", "/1/multixy/999"]
    )
    | some.text(max_size=12),
    arguments=some.lists(_ANYTHING, max_size=5),
)
def test_surface_returns_a_touch_or_a_problem(address: str, arguments: list[object]) -> None:
    try:
        found = Surface((*METATONE, *TOUCHOSC), "ann").read(address, arguments, 1.0)
    except UserError as problem:
        assert "\n" not in str(problem)
    else:
        if isinstance(found, Touch):
            assert 0 <= found.x <= 1
            assert 0 <= found.y <= 1
            assert found.velocity >= 0
    read_metatone(address, arguments)


def test_midi_pad_reads_two_controllers() -> None:
    pad = MidiPad(12, 13, "ann", channel=2)
    assert pad.read(bytes([0xB1, 12, 127]), 1.0) is None  # y is not known yet
    assert pad.read(bytes([0xB1, 13, 127]), 1.0) == Touch(1.0, "ann", 0, 1.0, 0.0, 0.0)
    moved = pad.read(bytes([0xB1, 12, 0]), 1.1)
    assert moved is not None
    assert moved.velocity == 1.0
    assert pad.read(bytes([0xB0, 12, 5]), 1.2) is None  # another channel
    assert pad.read(bytes([0xB1, 14, 5]), 1.2) is None
    assert pad.read(bytes([0x91, 12, 5]), 1.2) is None


def test_read_metatone_reads_its_messages() -> None:
    assert read_metatone("/metatone/online", ("B7", "app")) == MetatonePlayer("B7", True)
    assert read_metatone("/metatone/offline", ("B7",)) == MetatonePlayer("B7", False)
    assert read_metatone("/metatone/performance/start", ("server", "x", 1)) == MetatonePerformance(True)
    assert read_metatone("/performance/end", ()) == MetatonePerformance(False)
    assert read_metatone("/metatone/classifier/gesture", ("B7", "FT")) == MetatoneClass()
    assert read_metatone("/metatone/classifier/ensemble/state", ("stasis", 1.0, 1.0)) == MetatoneClass()
    assert read_metatone("/metatone/classifier/ensemble/event/new_idea", ("B7", "x")) == MetatoneClass("B7")
    assert read_metatone("/metatone/touch", ("B7", 1.0, 1.0, 0.0)) is None


def test_metatone_messages_are_read_back() -> None:
    told = [
        playback_touch("p2", 0.5, 0.5, 0.25),
        gesture_message("p2", 7),
        state_message("convergence", 0.5, 2.0),
        new_idea_message("impsy-tui"),
        online_message("p2", "ensemble", there=True),
        online_message("p3", "ensemble", there=False),
        performance_message("ensemble", begins=True),
    ]
    read = [read_packet(write_message(address, *arguments))[0] for address, arguments in told]
    assert [(message.address, message.arguments) for message in read] == [
        ("/metatone/playback/touch", ("p2", 512.0, 384.0, 256.0)),
        ("/metatone/classifier/gesture", ("p2", "SS")),
        ("/metatone/classifier/ensemble/state", ("convergence", 0.5, 2.0)),
        ("/metatone/classifier/ensemble/event/new_idea", ("impsy-tui", "new_idea")),
        ("/metatone/online", ("p2", "ensemble")),
        ("/metatone/offline", ("p3", "ensemble")),
        ("/metatone/performance/start", ("ensemble",)),
    ]
