"""Learning of the control of each dimension."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from impsy_tui.control.messages import Reply
from impsy_tui.engine.io.midi_learn import MidiLearn
from tests.support.engine.virtual_time import VirtualTime

TIME = VirtualTime()


@dataclass
class _Rig:
    """Sources by input and index of the dimension."""

    sources: dict[tuple[str, int], str] = field(default_factory=dict)
    set: list[tuple[list[tuple[int, float]], float]] = field(default_factory=list)
    """Values of dimensions that were set, with the time."""
    told: list[str] = field(default_factory=list)

    def carry_out(self, line: str) -> Reply:
        _, name, *source, _, dimension = line.split()
        self.sources[name, int(dimension[1:]) - 1] = " ".join(source)
        return Reply(0, True, "")


def _learner() -> tuple[MidiLearn, _Rig, list[str]]:
    rig = _Rig()
    midi_learn = MidiLearn(
        lambda name, number, source: f"map {name} {source} -> x{number}",
        rig.carry_out,
        lambda _, text: rig.told.append(text),
        TIME.scheduler,
        lambda _, *update: rig.set.append(update),
    )
    return midi_learn, rig, rig.told


def _turn(midi_learn: MidiLearn, controller: int, *levels: int) -> list[bool]:
    taken = [midi_learn.take("midi", "KNOBS", bytes((0xB0, controller, level))) for level in levels]
    TIME.advance(0.4)
    return taken


def test_knob_that_is_moved_plays_the_value() -> None:
    midi_learn, rig, told = _learner()
    assert "x3" in midi_learn.begin([2])
    assert _turn(midi_learn, 7, 10, 12, 20, 30) == [True, True, True, True]
    assert rig.sources == {("KNOBS", 2): "cc 1 7"}
    assert told == ["x3 is played by cc 7 = 30 ch 1 of KNOBS; keep mapping saves it"]
    assert not midi_learn.waits


@pytest.mark.parametrize(
    ("messages", "value"),
    [
        (((0xB0, 7, 10), (0xB0, 7, 90), (0xB0, 7, 30)), 30 / 127),
        (((0xB0, 7, 10), (0xB0, 39, 1), (0xB0, 7, 90), (0xB0, 39, 2)), (90 << 7 | 2) / 16383),
        (((0xB0, 39, 1), (0xB0, 7, 10), (0xB0, 39, 2), (0xB0, 7, 90)), (90 << 7 | 2) / 16383),
        (((0xE0, 0, 10), (0xE0, 5, 64)), (64 << 7 | 5) / 16383),
        (((0xD0, 10), (0xD0, 90)), 90 / 127),
        (((0x90, 60, 100),), 60 / 127),
    ],
)
def test_learn_applies_last_value_of_the_control(messages: Sequence[Sequence[int]], value: float) -> None:
    midi_learn, rig, _ = _learner()
    midi_learn.begin([2])
    for message in messages:
        midi_learn.take("midi", "KNOBS", bytes(message))
    assert rig.set == []
    TIME.advance(0.4)
    ((updates, at),) = rig.set
    assert updates == [(2, pytest.approx(value))]
    assert at <= TIME.scheduler.now()


def test_learn_applies_no_value_of_an_endless_encoder() -> None:
    midi_learn, rig, _ = _learner()
    midi_learn.begin([2])
    _turn(midi_learn, 7, 1, 1, 1)
    assert rig.sources
    assert rig.set == []


def test_knob_that_trembles_is_not_meant() -> None:
    midi_learn, rig, _ = _learner()
    midi_learn.begin([0])
    _turn(midi_learn, 7, 64, 65, 64, 63)
    assert not rig.sources
    _turn(midi_learn, 8, 0, 50)
    assert rig.sources == {("KNOBS", 0): "cc 1 8"}


def test_learn_all_takes_one_knob_after_the_other() -> None:
    midi_learn, rig, told = _learner()
    midi_learn.begin(range(3))
    _turn(midi_learn, 7, 0, 10, 20, 30, 40)
    _turn(midi_learn, 8, 0, 10)
    assert midi_learn.take("midi", "KNOBS", b"\x90\x3c\x40")
    TIME.advance(0.4)
    assert rig.sources == {
        ("KNOBS", 0): "cc 1 7",
        ("KNOBS", 1): "cc 1 8",
        ("KNOBS", 2): "note 1",
    }
    assert "move the next" in told[0]


def test_learn_takes_no_message_while_it_is_off() -> None:
    midi_learn, rig, _ = _learner()
    assert not midi_learn.take("midi", "KNOBS", b"\xb0\x07\x40")
    midi_learn.begin([0])
    midi_learn.end()
    assert not midi_learn.take("midi", "KNOBS", b"\xb0\x07\x40")
    assert not rig.sources


def test_clock_note_offs_and_mode_messages_are_no_gestures() -> None:
    midi_learn, rig, _ = _learner()
    midi_learn.begin([0])
    for message in (b"\xf8", b"\x80\x3c\x40", b"\x90\x3c\x00", b"\xb0\x7b\x00"):
        assert not midi_learn.take("midi", "", message)
    assert not rig.sources
    assert midi_learn.waits


def _learned_from(*messages: bytes) -> tuple[str | None, list[str]]:
    midi_learn, rig, told = _learner()
    midi_learn.begin([0])
    for message in messages:
        midi_learn.take("midi", "", message)
    TIME.advance(0.4)
    return rig.sources.get(("midi", 0)), told


def test_learn_takes_both_halves_of_a_controller_with_14_bits() -> None:
    pairs = [bytes((0xB0, number, level)) for level in (10, 40, 90) for number in (39, 7)]
    assert _learned_from(*pairs)[0] == "cc14 1 7"


def test_learn_takes_the_fader_and_not_its_touch() -> None:
    moves = [bytes((0xE2, 0, level)) for level in (10, 40, 90)]
    assert _learned_from(b"\x90\x68\x7f", *moves)[0] == "bend 3"


def test_learn_recognises_endless_encoders() -> None:
    for levels, entry in (
        ((1, 1, 1), "turn 1 7"),
        ((127, 127), "turn 1 7"),
        ((1, 2, 2, 1), "turn 1 7"),
        ((65, 65, 63), "turn 1 7 64"),
        ((63, 63), "turn 1 7 64"),
    ):
        assert _learned_from(*[bytes((0xB0, 7, level)) for level in levels])[0] == entry


def test_learn_takes_a_knob_once_whatever_it_sends_later() -> None:
    midi_learn, rig, _ = _learner()
    midi_learn.begin(range(2))
    _turn(midi_learn, 7, 0, 60, 127)
    _turn(midi_learn, 7, 127, 127, 127)
    assert list(rig.sources) == [("KNOBS", 0)]


def test_learn_takes_a_parameter_with_its_number_and_both_halves() -> None:
    midi_learn, rig, _ = _learner()
    midi_learn.begin([0])
    for value in (10, 2000, 9000):
        for controller, half in ((99, 2), (98, 44), (6, value >> 7), (38, value & 0x7F)):
            assert midi_learn.take("midi", "KNOBS", bytes((0xB0, controller, half)))
    TIME.advance(0.4)
    assert rig.sources == {("KNOBS", 0): "nrpn 1 300"}
    assert rig.set[0][0] == [(0, pytest.approx(9000 / 16383))]


def test_learn_takes_a_parameter_that_sends_one_half() -> None:
    numbers = [(99, 0), (98, 5), (6, 10), (6, 60), (6, 90)]
    assert _learned_from(*[bytes((0xB0, *number)) for number in numbers])[0] == "nrpn 1 5"


def test_learn_reports_registered_parameters() -> None:
    numbers = [(101, 0), (100, 0), (6, 10), (38, 0), (6, 60), (38, 5)]
    source, told = _learned_from(*[bytes((0xB0, *number)) for number in numbers])
    assert source is None
    assert "RPN" in told[0]


def _slide(midi_learn: MidiLearn, address: str, *values: float) -> list[bool]:
    return [midi_learn.take_osc("midi", address, [value]) for value in values]


def test_osc_fader_is_learned_once_it_moves() -> None:
    midi_learn, rig, told = _learner()
    midi_learn.begin([2])
    assert _slide(midi_learn, "/1/fader1", 0.5, 0.51) == [True, True]
    assert not rig.sources
    assert _slide(midi_learn, "/1/fader1", 0.6, 0.7) == [True, False]
    assert rig.sources == {("midi", 2): "/1/fader1"}
    assert told == ["x3 is played by /1/fader1; keep mapping saves it"]


def test_osc_argument_that_moves_most_is_learned() -> None:
    midi_learn, rig, told = _learner()
    midi_learn.begin([0])
    for y in (0.2, 0.4):
        midi_learn.take_osc("midi", "/xy", [0.5 + y / 10, y, None, float("nan")])
    assert rig.sources == {("midi", 0): "/xy 2"}
    assert "/xy, argument 2" in told[0]


def test_osc_faders_are_learned_one_after_the_other() -> None:
    midi_learn, rig, _ = _learner()
    midi_learn.begin(range(2))
    _slide(midi_learn, "/1/fader1", 0.0, 0.5, 1.0, 0.2)
    _slide(midi_learn, "/1/fader2", 0.0, 0.5)
    assert rig.sources == {("midi", 0): "/1/fader1", ("midi", 1): "/1/fader2"}


def test_osc_message_without_numbers_is_not_learned() -> None:
    midi_learn, rig, _ = _learner()
    midi_learn.begin([0])
    assert not midi_learn.take_osc("midi", "/1", [])
    assert not midi_learn.take_osc("midi", "/1", [None])
    assert not rig.sources


def test_osc_flood_of_addresses_keeps_a_bounded_number() -> None:
    midi_learn, rig, _ = _learner()
    midi_learn.begin([0])
    for number in range(5000):
        midi_learn.take_osc("midi", f"/a{number}", [0.5])
    assert len(midi_learn._first_numbers) <= 1024
    assert not rig.sources
