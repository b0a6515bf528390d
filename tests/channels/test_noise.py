"""A million bytes of noise for every parser of a channel: no crash, and no growing memory."""

import random
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from impsy_tui.channels.midi.mapping import InputMapping
from impsy_tui.channels.midi.stream import MidiStream
from impsy_tui.channels.osc.address import is_pattern
from impsy_tui.channels.osc.controllers import InputControls, patterns_of
from impsy_tui.channels.osc.packet import read_packet
from impsy_tui.channels.web.text_protocol import read_text
from impsy_tui.errors import MalformedMessageError

_BYTES = 1_000_000
_WORDS = (
    "/channel",
    "/1",
    "/16",
    "/17",
    "/noteon",
    "/cc",
    "/pitchbend",
    "/127",
    "/-1",
    "/",
    "/9999999999",
    "/é",
    "\0",
)


def _pieces(dice: random.Random, longest: int) -> Iterator[bytes]:
    left = _BYTES
    while left > 0:
        size = min(left, dice.randrange(1, longest))
        left -= size
        yield dice.randbytes(size)


def _midi(dice: random.Random) -> None:
    stream = MidiStream()
    mapping = InputMapping([("note_on", 1), ("control_change", 1, 1), ("control_change_14", 2, 3), ("pitch_bend", 3)])
    for piece in _pieces(dice, 64):
        for message in stream.feed(piece):
            for index, value in mapping.updates(message):
                assert 0 <= index < 4
                assert 0.0 <= value <= 1.0


def _osc(dice: random.Random) -> None:
    for piece in _pieces(dice, 1500):
        for packet in (piece, b"#bundle\0" + piece, b"/interface\0\0,ffff\0\0\0" + piece):
            try:
                read_packet(packet)
            except MalformedMessageError:
                continue


def _osc_faders(dice: random.Random) -> None:
    faders = InputControls(("/1/fader{n}",), 8)
    patterns = patterns_of("/interface", faders)
    left = _BYTES
    while left > 0:
        address = "/1/fader" + "".join(dice.choices("12345678*?[]{}!-,/\\^", k=dice.randrange(1, 12)))
        left -= len(address)
        for matched in patterns.matched(address) if is_pattern(address) else [address]:
            if matched in faders:
                faders.updates(matched, dice.choices((0.5, True, "0.5", "a", None, b"1"), k=dice.randrange(3)))


def _text(dice: random.Random) -> None:
    left = _BYTES
    while left > 0:
        line = "".join(dice.choices(_WORDS, k=dice.randrange(1, 9)))
        left -= len(line)
        try:
            read_text(line)
        except MalformedMessageError:
            continue


@pytest.mark.parametrize("parse", [_midi, _osc, _osc_faders, _text])
def test_million_bytes_of_noise(parse: Callable[[random.Random], None]) -> None:
    tracemalloc.start()
    try:
        parse(random.Random(1))
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used < 1_000_000
