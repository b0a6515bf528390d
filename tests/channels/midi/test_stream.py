"""Complete MIDI messages from pieces of a byte stream, compared with mido's parser."""

import itertools
import random
from collections.abc import Sequence

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.channels.midi.stream import MidiStream

_DATA = st.integers(0, 127)


def _message(status: int, first: int, second: int) -> bytes:
    if 0xC0 <= status < 0xE0 or status in (0xF1, 0xF3):
        return bytes((status, first))
    return bytes((status,)) if status == 0xF6 or status >= 0xF8 else bytes((status, first, second))


_STATUS = st.one_of(
    st.integers(0x80, 0xEF), st.sampled_from((0xF1, 0xF2, 0xF3, 0xF6, 0xF8, 0xFA, 0xFB, 0xFC, 0xFE, 0xFF))
)
messages = st.lists(st.builds(_message, _STATUS, _DATA, _DATA), max_size=30)
cuts = st.lists(st.integers(0, 100), max_size=10)


def _fed(data: bytes, at: Sequence[int] = ()) -> list[bytes]:
    stream = MidiStream()
    ends = sorted({min(cut, len(data)) for cut in at} | {0, len(data)})
    return [message for a, b in itertools.pairwise(ends) for message in stream.feed(data[a:b])]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("90 3c 40", ["90 3c 40"]),
        ("90 3c 40 3c 00 3e 40", ["90 3c 40", "90 3c 00", "90 3e 40"]),  # running status
        ("90 3c f8 40", ["f8", "90 3c 40"]),  # real time inside another
        ("90 f8 3c fe 40 3e 41", ["f8", "fe", "90 3c 40", "90 3e 41"]),
        ("f0 01 02 f7 90 3c 40", ["90 3c 40"]),  # system exclusive is left out
        ("f0 01 f8 02 f7", ["f8"]),
        ("f0 01 90 3c 40", ["90 3c 40"]),  # one that never ended
        ("90 3c 40 f0 01 f7 3c 40", ["90 3c 40"]),  # which ends running status, too
        ("90 3c 40 f6 3c 40", ["90 3c 40", "f6"]),
        ("c0 05 06", ["c0 05", "c0 06"]),
        ("3c 40 90 3c 40", ["90 3c 40"]),
        ("90 3c b0 01 02", ["b0 01 02"]),
        ("f2 01 02 f3 05 f1 03", ["f2 01 02", "f3 05", "f1 03"]),
    ],
)
def test_rules_of_the_wire(data: str, found: list[str]) -> None:
    assert [message.hex(" ") for message in _fed(bytes.fromhex(data))] == found


def test_stray_bytes_are_counted_and_a_cut_wire_is_forgotten() -> None:
    stream = MidiStream()
    assert stream.feed(b"\x01\x02\x90\x3c") == []
    assert stream.stray == 2
    stream.reset()
    assert stream.feed(b"\x40") == []
    assert stream.stray == 3
    assert stream.feed(b"\xf0" + bytes(5000) + b"\x90\x3c\x40") == [b"\x90\x3c\x40"]


@given(messages, cuts)
def test_messages_are_the_same_however_they_are_cut(sent: list[bytes], at: list[int]) -> None:
    assert _fed(b"".join(sent), at) == sent


@given(st.binary(max_size=300), cuts)
def test_noise_is_the_same_however_it_is_cut(data: bytes, at: list[int]) -> None:
    found = _fed(data, at)
    assert found == _fed(data)
    assert all(message[0] >= 0x80 and max((0, *message[1:])) < 0x80 for message in found)


@given(messages, st.randoms(use_true_random=False))
def test_midos_parser_finds_the_same(sent: list[bytes], dice: random.Random) -> None:
    """Compares streams without running status, which mido does not know, and with system exclusive messages."""
    data = b"".join(message + (b"\xf0\x01\x02\xf7" if dice.random() < 0.2 else b"") for message in sent)
    parser = mido.Parser()
    parser.feed(data)
    theirs = [bytes(message.bytes()) for message in parser if message.type != "sysex"]
    assert _fed(data) == theirs == sent
