"""MIDI files of logs and logs of MIDI files, with the mapping of a configuration."""

import io
import itertools
import random
from typing import Any

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.channels.midi.file_mapping import MUSICIAN, PLAYER, FileMapping, file_mapping
from impsy_tui.channels.midi.files import TICK, FileEvent, midi_file, read_events
from impsy_tui.channels.midi.mapping import UNUSED, Entry
from impsy_tui.config import load_config
from impsy_tui.errors import UserError
from tests.support.places import ROOT

FADERS = FileMapping((("control_change", 1, 1), ("control_change", 1, 2)), ())


def _song(*messages: Any, division: int = 480, form: int = 1) -> bytes:
    midi, content = mido.MidiFile(ticks_per_beat=division, type=form), io.BytesIO()
    midi.add_track("song").extend(messages)
    midi.save(file=content)
    return content.getvalue()


def _fader(value: int, time: int = 0, control: int = 1) -> Any:
    return mido.Message("control_change", control=control, value=value, time=time)


def test_file_follows_its_tempo_map() -> None:
    slower = mido.MetaMessage("set_tempo", tempo=1_000_000, time=240)
    song = _song(_fader(0), _fader(1, 480), slower, _fader(2, 240))
    assert [event.at for event in read_events(song, FADERS, 3)] == pytest.approx([0.0, 0.5, 1.25])


def test_file_in_frames_has_no_tempo() -> None:
    song = _song(_fader(0), mido.MetaMessage("set_tempo", tempo=9_000_000), _fader(1, 500), division=-25 * 256 + 40)
    assert [event.at for event in read_events(song, FADERS, 3)] == [0.0, 0.5]


def test_tempo_in_another_track_counts() -> None:
    midi, content = mido.MidiFile(), io.BytesIO()
    midi.add_track("tempo").append(mido.MetaMessage("set_tempo", tempo=250_000))
    midi.add_track("song").append(_fader(127, 480))
    midi.save(file=content)
    assert read_events(content.getvalue(), FADERS, 3) == [FileEvent(0.25, MUSICIAN, (1.0, 0.0))]


def test_messages_at_once_are_one_event_and_no_note_of_a_chord_is_lost() -> None:
    notes = FileMapping((("note_on", 1), ("note_velocity", 1), ("control_change", 1, 2)), ())
    chord = [mido.Message("note_on", note=note, velocity=127) for note in (0, 127)]
    found = read_events(_song(_fader(127, 480, 2), *chord), notes, 4)
    assert found == [FileEvent(0.5, MUSICIAN, (0.0, 1.0, 1.0)), FileEvent(0.5, MUSICIAN, (1.0, 1.0, 1.0))]


def test_half_of_a_pair_of_controllers_acts_alone() -> None:
    fine = FileMapping((("control_change_14", 1, 1),), ())
    found = read_events(_song(_fader(64), _fader(127, 960)), fine, 2)
    assert [event.values for event in found] == [(64 * 128 / 16383,), (127 * 128 / 16383,)]


def test_dimensions_beyond_the_configuration_are_left_out() -> None:
    assert read_events(_song(_fader(127, control=2)), FADERS, 2) == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "ends too early"),
        (b"RIFF0000WAVEfmt ", "not a MIDI file"),
        (_song(_fader(1))[:-9], "ends too early"),
        (_song(_fader(1), form=2), "format 2"),
        (_song(_fader(1)).replace(b"\x01\xe0", b"\0\0"), "division of time is 0"),
        (_song(_fader(1, (1 << 28) - 1), _fader(1, (1 << 28) - 1)), "more than 24 hours"),
    ],
)
def test_damaged_file_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(UserError, match=why):
        read_events(content, FADERS, 3)


_LAYERED = (
    ("note_on", 1),
    ("note_velocity", 1),
    ("control_change", 1, 42, 20, 120, "exp"),
    ("control_change_14", 2, 7, "inverted"),
    ("targets", "bend 3 log, cc 1 9"),
    ("control_change_relative", 4, 3),
    ("channel_pressure", 5),
    ("program_change", 6),
)
VALUES = st.lists(st.tuples(*[st.floats(0.0, 1.0)] * len(_LAYERED)), min_size=1, max_size=20)
STEP = 0.08
"""Largest error of a value: seven bits, behind a curve."""


@given(VALUES, st.lists(st.floats(0.0, 3.0), min_size=20, max_size=20), st.sampled_from((MUSICIAN, PLAYER)))
def test_written_events_are_read_back(values: list[tuple[float, ...]], gaps: list[float], source: str) -> None:
    mapping = FileMapping(_LAYERED, _LAYERED)
    at = [sum(gaps[:number]) for number in range(len(values))]
    events = [FileEvent(*one) for one in zip(at, [source] * len(at), values, strict=True)]
    found = read_events(midi_file(events, mapping, "log"), mapping, len(_LAYERED) + 1)
    assert [event.source for event in found] == [source] * len(events)
    for before, after in zip(events, found, strict=True):
        assert after.values == pytest.approx(before.values, abs=STEP)
    assert all(before.at < after.at for before, after in itertools.pairwise(found))


def test_events_are_within_a_tick_and_repeated_ones_stay() -> None:
    dice = random.Random(1)
    at, events = 0.0, []
    for number in range(500):
        at += dice.uniform(2 * TICK, 0.4)
        level = round(dice.random() * 127) / 127 if number % 3 else 0.5
        events.append(FileEvent(at, (MUSICIAN, PLAYER)[number % 2], (0.5, level)))
    mapping = FileMapping((("note_on", 1), ("control_change", 1, 2)), (("control_change", 1, 2), ("note_on", 3)))
    found = read_events(midi_file(events, mapping, "log"), mapping, 3)
    assert len(found) == len(events)
    for before, after in zip(events, found, strict=True):
        assert after.source == before.source
        assert after.at == pytest.approx(before.at, abs=TICK)
        assert after.values == pytest.approx(before.values, abs=0.5 / 127 + 1e-9)


def test_written_file_ends_its_notes() -> None:
    content = midi_file([FileEvent(0.0, PLAYER, (0.5,))], FileMapping((), (("note_on", 1),)), "log")
    played = [message.type for track in mido.MidiFile(file=io.BytesIO(content)).tracks for message in track]
    assert played[-2:] == ["note_off", "end_of_track"]


@pytest.mark.parametrize("entries", [(), (UNUSED,), (("note_velocity", 1),)])
def test_mapping_without_a_message_is_refused(entries: tuple[Entry, ...]) -> None:
    with pytest.raises(UserError, match="no message that can be written"):
        midi_file([FileEvent(0.0, MUSICIAN, (0.5,))], FileMapping(entries, ()), "log")


def test_mapping_of_a_configuration_joins_its_devices(tmp_path: Any) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        '[midi]\nin_device = ["a", "b"]\n[midi.input]\na = ["cc 1 1", ""]\nb = ["cc 1 1", "note 2", "bend 3"]\n'
    )
    mapping = file_mapping(load_config(file).config)
    assert mapping.input == (("control_change", 1, 1), ("note_on", 2), ("pitch_bend", 3))
    assert mapping.output == mapping.input
    osc = file_mapping(load_config(ROOT / "configs" / "osc.toml").config)
    assert osc == FileMapping((), ())
