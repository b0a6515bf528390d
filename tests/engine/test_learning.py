"""Learning which knob plays which value."""

from dataclasses import dataclass, field

from impsy_tui.channels import MappingEntry
from impsy_tui.engine.learning import Learner


@dataclass
class _Box:
    """A channel whose mapping is a table."""

    name: str = "midi"
    entries: dict[tuple[str, int], MappingEntry] = field(default_factory=dict)

    def learn(self, device: str, index: int, entry: MappingEntry) -> None:
        self.entries[device, index] = entry

    def learned(self) -> dict[str, tuple[MappingEntry, ...]]:
        return {}


def _learner() -> tuple[Learner, _Box, list[str]]:
    box, told = _Box(), list[str]()
    return Learner(lambda: [box], told.append), box, told


def _turn(learner: Learner, controller: int, *levels: int) -> list[bool]:
    return [learner.take("midi", "KNOBS", bytes((0xB0, controller, level))) for level in levels]


def test_a_knob_that_is_moved_plays_the_value() -> None:
    learner, box, told = _learner()
    assert "x3" in learner.begin([2])
    assert _turn(learner, 7, 10, 12, 20, 30) == [True, True, True, False]
    assert box.entries == {("KNOBS", 2): ("control_change", 1, 7)}
    assert told == ["x3 is played by cc 7 = 20 ch 1 of KNOBS; keep mapping saves it"]
    assert not learner.waits


def test_a_knob_that_trembles_is_not_meant() -> None:
    learner, box, _ = _learner()
    learner.begin([0])
    _turn(learner, 7, 64, 65, 64, 63)
    assert not box.entries
    _turn(learner, 8, 0, 50)
    assert box.entries == {("KNOBS", 0): ("control_change", 1, 8)}


def test_all_are_learned_one_after_the_other_each_from_another_knob() -> None:
    learner, box, told = _learner()
    learner.begin(range(3))
    _turn(learner, 7, 0, 10, 20, 30, 40)
    _turn(learner, 8, 0, 10)
    assert learner.take("midi", "KNOBS", b"\x90\x3c\x40")
    assert box.entries == {
        ("KNOBS", 0): ("control_change", 1, 7),
        ("KNOBS", 1): ("control_change", 1, 8),
        ("KNOBS", 2): ("note_on", 1),
    }
    assert "move the next" in told[0]


def test_nothing_is_taken_when_nothing_is_learned() -> None:
    learner, box, _ = _learner()
    assert not learner.take("midi", "KNOBS", b"\xb0\x07\x40")
    learner.begin([0])
    learner.end()
    assert not learner.take("midi", "KNOBS", b"\xb0\x07\x40")
    assert not box.entries


def test_clock_note_offs_and_mode_messages_are_no_gestures() -> None:
    learner, box, _ = _learner()
    learner.begin([0])
    for message in (b"\xf8", b"\x80\x3c\x40", b"\x90\x3c\x00", b"\xb0\x7b\x00"):
        assert not learner.take("midi", "", message)
    assert not box.entries
    assert learner.waits


def _slide(learner: Learner, address: str, *values: float) -> list[bool]:
    return [learner.take_osc("midi", address, [value]) for value in values]


def test_osc_fader_is_learned_once_it_moves() -> None:
    learner, box, told = _learner()
    learner.begin([2])
    assert _slide(learner, "/1/fader1", 0.5, 0.51) == [True, True]
    assert not box.entries
    assert _slide(learner, "/1/fader1", 0.6, 0.7) == [True, False]
    assert box.entries == {("", 2): ("/1/fader1", 1)}
    assert told == ["x3 is played by /1/fader1; keep mapping saves it"]


def test_osc_argument_that_moves_most_is_learned() -> None:
    learner, box, told = _learner()
    learner.begin([0])
    for y in (0.2, 0.4):
        learner.take_osc("midi", "/xy", [0.5 + y / 10, y, None, float("nan")])
    assert box.entries == {("", 0): ("/xy", 2)}
    assert "/xy, argument 2" in told[0]


def test_osc_faders_are_learned_one_after_the_other() -> None:
    learner, box, _ = _learner()
    learner.begin(range(2))
    _slide(learner, "/1/fader1", 0.0, 0.5, 1.0, 0.2)
    _slide(learner, "/1/fader2", 0.0, 0.5)
    assert box.entries == {("", 0): ("/1/fader1", 1), ("", 1): ("/1/fader2", 1)}


def test_osc_message_without_numbers_is_not_learned() -> None:
    learner, box, _ = _learner()
    learner.begin([0])
    assert not learner.take_osc("midi", "/1", [])
    assert not learner.take_osc("midi", "/1", [None])
    assert not box.entries


def test_osc_flood_of_addresses_keeps_a_bounded_number() -> None:
    learner, box, _ = _learner()
    learner.begin([0])
    for number in range(5000):
        learner.take_osc("midi", f"/a{number}", [0.5])
    assert len(learner._first_numbers) <= 1024
    assert not box.entries
