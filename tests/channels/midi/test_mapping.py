"""Mappings between MIDI messages and dimensions, in both directions, without hanging notes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.channels.midi.high_resolution import OTHER_HALF
from impsy_tui.channels.midi.mapping import UNUSED, Entry, InputMapping, in_words
from impsy_tui.channels.midi.output_mapping import OutputMapping
from impsy_tui.config.mapping_targets import MidiMapping, entry_of, text_of
from impsy_tui.config.value_types import InvalidValueError
from tests.support.engine.virtual_time import VirtualTime

CURVED = st.lists(st.sampled_from(("exp", "log", "inverted")), max_size=2).map(tuple)


@pytest.mark.parametrize(
    ("entry", "message", "value"),
    [
        (("note_on", 1), "90 3c 40", 60 / 127),
        (("note_on", 1), "90 7f 01", 1.0),
        (("note_on", 1), "90 3c 00", None),
        (("note_on", 1), "80 3c 40", None),
        (("note_on", 2), "90 3c 40", None),
        (("note_on", 1, 100), "90 3c 40", 60 / 127),
        (("note_velocity", 1), "90 3c 40", 64 / 127),
        (("note_velocity", 1), "90 3c 00", None),
        (("control_change", 1, 42), "b0 2a 7f", 1.0),
        (("control_change", 1, 42), "b0 2b 7f", None),
        (("control_change", 1, 42), "b1 2a 7f", None),
        (("control_change", 16, 42), "bf 2a 00", 0.0),
        (("control_change", 1, 42, 20, 120), "b0 2a 46", 0.5),
        (("control_change", 1, 42, 20, 120), "b0 2a 05", 0.0),
        (("control_change", 1, 42, 20, 120), "b0 2a 7f", 1.0),
        (("control_change", 1, 42, 27), "b0 2a 1b", 0.0),
        (("control_change", 1, 42, 120, 20), "b0 2a 14", 1.0),
        (("control_change", 1, 42, 7, 7), "b0 2a 09", 0.0),
        (("control_change", 1, 42, "inverted"), "b0 2a 7f", 0.0),
        (("pitch_bend", 1), "e0 7f 7f", 1.0),
        (("pitch_bend", 1), "e0 00 40", 8192 / 16383),
        (("program_change", 1), "c0 7f", 1.0),
        (("channel_pressure", 1), "d0 00", 0.0),
        (("control_change", 1, 1), "a0 01 02", None),
        (UNUSED, "90 3c 40", None),
        (("control_change", 1, 1), "f8", None),
        (("control_change", 1, 1), "", None),
    ],
)
def test_input_mapping_reads_message(entry: Entry, message: str, value: float | None) -> None:
    found = InputMapping([entry]).updates(bytes.fromhex(message))
    assert found == ([] if value is None else [(0, pytest.approx(value))])


def test_pair_of_controllers_is_one_fine_value() -> None:
    mapping = InputMapping([("control_change_14", 1, 7)])
    assert mapping.updates(b"\xb0\x07\x40") == []  # the other half is still to come
    assert mapping.updates(b"\xb0\x27\x05") == [(0, (64 << 7 | 5) / 16383)]
    assert mapping.updates(b"\xb0\x07\x41") == []
    assert mapping.updates(b"\xb0\x07\x42") == [(0, (66 << 7) / 16383)]  # this device sends only one half


def test_message_sets_all_of_its_dimensions() -> None:
    mapping = InputMapping([("note_velocity", 1), UNUSED, ("note_on", 1), ("note_on", 1, "inverted")])
    assert mapping.updates(b"\x90\x7f\x7f") == [(0, 1.0), (2, 1.0), (3, 0.0)]


def test_keys_are_held_where_notes_mean_something() -> None:
    mapping = InputMapping([("note_on", 1), ("control_change", 2, 1)])
    mapping.updates(b"\x91\x3c\x40")
    assert not mapping.holding
    mapping.updates(b"\x90\x3c\x40")
    mapping.updates(b"\x90\x3d\x40")
    mapping.updates(b"\x80\x3c\x00")
    assert mapping.holding
    mapping.updates(b"\xb1\x7b\x00")
    assert mapping.holding
    mapping.updates(b"\xb0\x7b\x00")
    assert not mapping.holding
    mapping.updates(b"\x90\x3c\x40")
    mapping.release()
    assert not mapping.holding


@pytest.mark.parametrize(
    ("entry", "value", "sent"),
    [
        (("note_on", 1), 0.5, ["90 40 7f"]),
        (("note_on", 3, 90), 1.0, ["92 7f 5a"]),
        (("note_on", 3, 0), 1.0, ["92 7f 01"]),
        (("note_velocity", 1), 0.5, []),
        (("control_change", 1, 42), 0.5, ["b0 2a 40"]),
        (("control_change", 1, 42, 20, 120), 0.5, ["b0 2a 46"]),
        (("control_change", 1, 42, 120, 20), 0.0, ["b0 2a 78"]),
        (("control_change_14", 1, 7), 1.0, ["b0 07 7f", "b0 27 7f"]),
        (("pitch_bend", 1), 0.5, ["e0 00 40"]),
        (("program_change", 2), 1.0, ["c1 7f"]),
        (("channel_pressure", 2), 0.0, ["d1 00"]),
        (("control_change", 1, 42), 7.0, ["b0 2a 7f"]),
        (("control_change", 1, 42), -7.0, ["b0 2a 00"]),
        (UNUSED, 0.5, []),
    ],
)
def test_output_mapping_writes_message(entry: Entry, value: float, sent: list[str]) -> None:
    assert [message.hex(" ") for message in OutputMapping([entry]).messages([value])] == sent


def test_output_mapping_skips_unchanged_values() -> None:
    mapping = OutputMapping([("control_change", 1, 1), ("pitch_bend", 1), ("program_change", 1)])
    assert len(mapping.messages([0.5, 0.5, 0.5])) == 3
    assert mapping.messages([0.5, 0.5, 0.5]) == []
    mapping.forget()
    assert len(mapping.messages([0.5, 0.5, 0.5])) == 3
    mapping.received(b"\xb0\x01\x40")  # as before
    assert mapping.messages([0.5, 0.5, 0.5]) == []
    mapping.received(b"\xb0\x01\x00")
    mapping.received(b"\xe0\x00\x00")
    assert mapping.messages([0.5, 0.5, 0.5]) == [b"\xb0\x01\x40", b"\xe0\x00\x40"]


def test_velocity_is_a_value_or_fixed() -> None:
    mapping = OutputMapping([("note_on", 1), ("note_velocity", 1), ("note_on", 2, 64)])
    assert mapping.messages([0.0, 0.0, 0.0]) == [b"\x90\x00\x01", b"\x91\x00\x40"]
    assert mapping.messages([0.0]) == [b"\x80\x00\x00", b"\x90\x00\x7f"]


def test_value_whose_notes_end_leaves_those_that_another_sounds_too() -> None:
    mapping = OutputMapping([("note_on", 1), ("note_on", 1), ("note_on", 2), ("control_change", 1, 1)])
    mapping.messages([0.5, 0.5, 0.5, 0.5])
    assert mapping.end_notes({0, 3, 9}) == []
    assert mapping.end_notes({1, 2}) == [b"\x80\x40\x00", b"\x81\x40\x00"]
    assert mapping.end_notes({0, 1, 2, 3}) == []
    assert mapping.messages([0.5, 0.5, 0.5, 0.5], frozenset({1, 2})) == [b"\x90\x40\x7f"]


def test_panic_ends_all_on_each_channel_and_sends_all_values_again() -> None:
    mapping = OutputMapping([("note_on", 2), ("control_change", 1, 1)])
    mapping.messages([1.0, 0.5])
    off = ["40 00", "78 00", "7b 00"]
    assert [message.hex(" ") for message in mapping.panic()] == [
        "81 7f 00",
        *[f"b0 {rest}" for rest in off],
        *[f"b1 {rest}" for rest in off],
    ]
    assert len(mapping.messages([1.0, 0.5])) == 2


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("90 3c 64", "note 60 vel 100 ch 1"),
        ("90 3c 00", "note 60 off ch 1"),
        ("8f 3c 40", "note 60 off ch 16"),
        ("b0 01 02", "cc 1 = 2 ch 1"),
        ("c1 05", "program 5 ch 2"),
        ("d0 06", "pressure 6 ch 1"),
        ("e0 00 40", "bend 8192 ch 1"),
        ("f8", "f8"),
        ("", ""),
    ],
)
def test_messages_in_words(message: str, words: str) -> None:
    assert in_words(bytes.fromhex(message)) == words


def _entries(kinds: Any) -> Any:
    return st.tuples(kinds, CURVED).map(lambda pair: (*pair[0], *pair[1]))


_channel = st.integers(1, 16)
_controls = st.one_of(
    st.tuples(st.just("control_change"), _channel, st.integers(0, 119)),
    st.tuples(st.just("control_change_14"), _channel, st.integers(0, 31)),
    st.tuples(st.sampled_from(("note_on", "pitch_bend", "program_change", "channel_pressure")), _channel),
)


@given(_entries(_controls), st.floats(0.0, 1.0))
def test_mapping_round_trip_is_exact_to_half_a_step(entry: Entry, value: float) -> None:
    # Curves are applied on the way out and again on the way in: with them, only the bounds are the same.
    straight = tuple(part for part in entry if part not in ("exp", "log", "inverted"))
    sent = OutputMapping([straight]).messages([value])
    heard = InputMapping([straight])
    found = [update for message in sent for update in heard.updates(message)]
    step = 1 / 16383 if entry[0] in ("control_change_14", "pitch_bend") else 1 / 127
    assert found[-1][0] == 0
    assert abs(found[-1][1] - value) <= step / 2 + 1e-9
    curved = [update for message in OutputMapping([entry]).messages([value]) for update in heard.updates(message)]
    assert 0.0 <= curved[-1][1] <= 1.0


_voices = st.lists(st.one_of(_controls, st.tuples(st.just("note_velocity"), _channel)), min_size=1, max_size=6)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("play"), st.lists(st.floats(-0.5, 1.5), max_size=7), st.frozensets(st.integers(0, 6))),
        st.tuples(st.just("end"), st.just([]), st.frozensets(st.integers(0, 6))),
        st.just(("silence", [], frozenset())),
        st.just(("panic", [], frozenset())),
        st.just(("forget", [], frozenset())),
    ),
    max_size=20,
)


@given(_voices, _steps)
def test_mapping_leaves_no_note_hanging(entries: list[Entry], steps: list[Any]) -> None:
    mapping = OutputMapping(entries)
    sounding: set[tuple[int, int]] = set()

    def send(messages: list[bytes]) -> None:
        for message in messages:
            assert 0x80 <= message[0] < 0xF0
            assert len(message) == (2 if message[0] & 0xF0 in (0xC0, 0xD0) else 3)
            assert max(message[1:]) < 0x80
            key = (message[0] & 0x0F, message[1])
            if message[0] & 0xF0 == 0x90:
                assert message[2]
                sounding.add(key)
            elif message[0] & 0xF0 == 0x80:
                sounding.discard(key)

    voices = [(index, entry) for index, entry in enumerate(entries) if entry[0] == "note_on"]
    for kind, values, muted in steps:
        match kind:
            case "play":
                send(mapping.messages(values, muted))
                assert len(sounding) <= len(voices)
            case "end":
                before = set(sounding)
                send(mapping.end_notes(muted))
                assert sounding <= before
                assert len(sounding) <= len([index for index, _ in voices if index not in muted])
            case "silence":
                send(mapping.silence())
                assert not sounding
            case "panic":
                send(mapping.panic())
                assert not sounding
            case "forget":
                mapping.forget()
    send(mapping.silence())
    assert not sounding


@given(st.lists(st.binary(min_size=1, max_size=3).filter(lambda data: max((0, *data[1:])) < 0x80), max_size=30))
def test_input_stays_within_bounds_whatever_comes(data: list[bytes]) -> None:
    entries = [
        ("note_on", 1),
        ("note_velocity", 1),
        ("control_change", 1, 1, 9, 3),
        ("pitch_bend", 1),
        ("control_change_14", 1, 1),
    ]
    mapping = InputMapping(entries)
    for message in data:
        for index, value in mapping.updates(message):
            assert 0 <= index < len(entries)
            assert 0.0 <= value <= 1.0


def test_pair_of_controllers_is_one_event_whichever_half_comes_first() -> None:
    for order in ((7, 39), (39, 7)):
        mapping = InputMapping([("control_change_14", 1, 7)])
        levels = {7: 64, 39: 32}
        events = [mapping.updates(bytes((0xB0, half, levels[half]))) for _ in range(5) for half in order]
        assert [bool(event) for event in events] == [False, True] * 5
        assert events[-1] == [(0, (64 << 7 | 32) / 16383)]


class TimedPair:
    """Pair of controllers on virtual time, and the values that it sets."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.mapping = InputMapping([("control_change_14", 1, 7)])
        self.heard: list[tuple[int, float]] = []

    def send(self, controller: int, data: int, then: float = 0.0) -> list[int]:
        """Sends a half, waits, and returns the values that were set since then, in steps of 14 bits."""
        before = len(self.heard)
        self.heard += self.mapping.updates(bytes((0xB0, controller, data)))
        self.mapping.wait_for_halves(self.time.scheduler, self.heard.extend)
        self.time.advance(then)
        return [round(value * 16383) for _, value in self.heard[before:]]


@pytest.mark.parametrize(("half", "steps"), [(7, 128), (39, 1)])
def test_half_of_a_pair_acts_alone_if_the_other_half_does_not_come(half: int, steps: int) -> None:
    pair = TimedPair()
    assert pair.send(half, 3) == []
    pair.time.advance(OTHER_HALF)
    assert pair.heard == [(0, 3 * steps / 16383)]
    # After that, the pair knows that the device sends only one half: no half waits.
    assert pair.send(half, 4) == [4 * steps]
    assert pair.send(half, 5, then=1.0) == [5 * steps]


def test_half_of_a_known_pair_waits_each_time() -> None:
    pair = TimedPair()
    assert pair.send(7, 1) + pair.send(39, 1, then=1.0) == [129]
    assert pair.send(39, 2) == []
    assert pair.send(39, 3) == [128 + 3]  # the first half alone changed nothing
    assert pair.send(39, 4, then=1.0) == [128 + 4]
    assert pair.send(39, 5) + pair.send(7, 2, then=1.0) == [(2 << 7) + 5]


def test_pair_whose_second_half_came_late_is_one_event_from_then_on() -> None:
    pair = TimedPair()
    assert pair.send(7, 1, then=1.0) == [128]
    assert pair.send(39, 1) == [129]
    assert pair.send(7, 2) + pair.send(39, 2, then=1.0) == [(2 << 7) + 2]


def test_half_that_waits_does_not_act_once_its_device_has_gone() -> None:
    pair = TimedPair()
    assert pair.send(7, 1) == []
    pair.mapping.release()
    pair.time.advance(1.0)
    assert pair.heard == []


def test_late_timer_of_a_half_does_not_end_the_wait_of_the_next() -> None:
    pair = TimedPair()
    assert pair.send(7, 1, then=OTHER_HALF / 2) == []
    assert pair.send(39, 1) == [129]
    assert pair.send(7, 2, then=OTHER_HALF * 0.75) == []
    assert pair.send(39, 2, then=1.0) == [(2 << 7) + 2]


@pytest.mark.parametrize(("rest", "up", "down"), [((), 1, 127), ((64,), 65, 63)])
def test_endless_encoder_moves_by_steps(rest: tuple[int, ...], up: int, down: int) -> None:
    mapping = InputMapping([("control_change_relative", 1, 7, *rest)])
    events = [mapping.updates(bytes((0xB0, 7, level))) for level in (up, up, up, down)]
    assert [round(event[0][1] * 127) for event in events] == [1, 2, 3, 2]
    for _ in range(5):
        (event,) = mapping.updates(bytes((0xB0, 7, down)))
    assert event == (0, 0.0)


@pytest.mark.parametrize("words", [(), ("exp",), ("log",), ("inverted",), ("exp", "inverted")])
def test_endless_encoder_goes_on_from_the_value_that_sounds(words: tuple[str, ...]) -> None:
    mapping = InputMapping([("control_change_relative", 1, 7, *words)])
    mapping.follow((0.5,))
    mapping.updates(b"\xb0\x07\x01")
    ((_, value),) = mapping.updates(b"\xb0\x07\x7f")
    assert value == pytest.approx(0.5, abs=1e-5)


@pytest.mark.parametrize(
    ("messages", "entry"),
    [
        ((1, 1, 1, 127), '["control_change_relative", 1, 7]'),
        ((65, 65, 63, 65), '["control_change_relative", 1, 7, 64]'),
        ((127, 127, 127, 127), ""),
        ((1, 127, 1, 127), ""),
        ((1, 1, 2, 1, 1, 1, 1), ""),
    ],
)
def test_input_mapping_recognises_an_endless_encoder(messages: tuple[int, ...], entry: str) -> None:
    mapping = InputMapping((("control_change", 1, 7),))
    found = [mapping.updates(bytes((0xB0, 7, data)))[0][1] for data in messages]
    assert mapping.endless == entry
    if entry:
        assert max(found) - min(found) < 0.2


def test_new_entries_end_only_the_notes_of_entries_that_are_gone() -> None:
    mapping = OutputMapping([("note_on", 1), ("note_on", 2), entry_of("note 3, cc 3 1")])
    assert len(mapping.messages([0.5, 0.5, 0.5])) == 4
    assert mapping.map([("note_on", 1), ("control_change", 2, 7), ("note_on", 3)]) == [b"\x81\x40\x00"]
    assert mapping.sounding == {(0, 64), (2, 64)}
    assert mapping.end_notes({2}) == [b"\x82\x40\x00"]
    assert mapping.channels == [0, 1, 2]  # panic reaches channels of earlier entries


@pytest.mark.parametrize(
    "text", ["", "cc 1 74", "cc 1 74 0 100 exp", "note 2 90", "cc14 1 7", "bend 3 inverted", "note 1, velocity 1"]
)
def test_entries_have_the_same_text_again(text: str) -> None:
    assert text_of(entry_of(text)) == text
    assert MidiMapping().check([text]) == (entry_of(text),)


@pytest.mark.parametrize("text", ["cc", "cc 1 200", "cc x 1", "knob 1 1", "note 1,", "cc 1 1 2 3 4"])
def test_text_of_no_target_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        MidiMapping().check([text])
