"""OSC packets: comparison with another implementation, and any bytes."""

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from impsy_tui.channels.osc.packet import Message, VectorFormat, read_packet, write_message
from impsy_tui.errors import MalformedMessageError

floats32 = st.floats(width=32, allow_nan=False)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
arguments_ = st.lists(floats32 | st.integers(-(2**31), 2**31 - 1) | texts)


def _built(address: str, arguments: list[object], types: str | None = None) -> bytes:
    builder = OscMessageBuilder(address)
    for index, argument in enumerate(arguments):
        builder.add_arg(argument, types[index] if types else None)
    return builder.build().dgram


@given(arguments_)
def test_read_packet_reads_messages_of_python_osc(arguments: list[object]) -> None:
    (message,) = read_packet(_built("/interface", arguments))
    assert message == Message("/interface", tuple(arguments), None)


@given(arguments_)
def test_write_message_is_read_by_python_osc(arguments: list[float | int | str]) -> None:
    message = OscMessage(write_message("/impsy", *arguments))
    assert message.address == "/impsy"
    assert message.params == arguments


def test_every_type_of_the_specification_is_read() -> None:
    packet = _built("/a", [1, 2.5, "three", b"four", 2**40, 6.5, True, False, None], "ifsbhdTFN")
    (message,) = read_packet(packet)
    assert message.arguments == (1, 2.5, "three", b"four", 2**40, 6.5, True, False, None)


def test_message_without_type_tags_has_no_arguments() -> None:
    assert read_packet(b"/reset\0\0") == [Message("/reset", (), None)]


@given(st.lists(floats32, min_size=1, max_size=70))
def test_vectors_are_written_and_read_fast(values: list[float]) -> None:
    form = VectorFormat("/prediction", len(values))
    packet = form.write(values)
    assert packet == write_message("/prediction", *values)
    assert form.read(packet) == tuple(values)
    assert VectorFormat("/prediction", len(values) + 1).read(packet) is None
    assert VectorFormat("/other", len(values)).read(packet) is None


def _bundle(contents: list[object], when: float = IMMEDIATELY) -> object:
    builder = OscBundleBuilder(when)  # type: ignore[arg-type]
    for content in contents:
        builder.add_content(content)  # type: ignore[arg-type]
    return builder.build()


def test_bundles_are_read_in_order_with_their_times() -> None:
    later = time.time() + 5
    first, second = (OscMessageBuilder(address).build() for address in ("/first", "/second"))
    packet = _bundle([first, _bundle([second], later)]).dgram  # type: ignore[attr-defined]
    one, two = read_packet(packet)
    assert one == Message("/first", (), None)
    assert two.address == "/second"
    assert two.time == pytest.approx(later, abs=1e-6)


def test_bundles_nested_without_end_are_refused() -> None:
    packet = b"/a\0\0"
    for _ in range(5000):
        packet = b"#bundle\0" + struct.pack(">IIi", 0, 1, len(packet)) + packet
    with pytest.raises(MalformedMessageError, match="nested"):
        read_packet(packet)


@pytest.mark.parametrize("size", [-4, -(2**31), 0, 3, 8])
def test_read_packet_refuses_a_bundle_with_a_wrong_size(size: int) -> None:
    packet = b"#bundle\0" + struct.pack(">IIi", 0, 1, size) + b"/a\0\0"
    with pytest.raises(MalformedMessageError, match="cut short"):
        read_packet(packet)


def test_packet_with_too_many_messages_is_refused() -> None:
    packet = b"#bundle\0" + struct.pack(">II", 0, 1) + struct.pack(">i", 4) * 0
    packet += (struct.pack(">i", 4) + b"/a\0\0") * 3000
    with pytest.raises(MalformedMessageError, match="too many"):
        read_packet(packet)


@settings(max_examples=500)
@given(st.binary(max_size=200))
def test_any_bytes_are_messages_or_a_packet_error(data: bytes) -> None:
    for prefix in (b"", b"/", b"/a\0\0,fff", b"#bundle\0", b"/interface\0\0,"):
        try:
            read_packet(prefix + data)
        except MalformedMessageError as error:
            assert str(error)


@settings(max_examples=500)
@given(st.data())
def test_damaged_packet_is_messages_or_a_packet_error(data: st.DataObject) -> None:
    packet = bytearray(
        _bundle([OscMessage(_built("/interface", [0.5] * 8)), OscMessage(_built("/impsy/mode", ["battle"]))]).dgram  # type: ignore[attr-defined]
    )
    for _ in range(data.draw(st.integers(1, 8))):
        packet[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(packet)))
    try:
        read_packet(bytes(packet[:cut]))
    except MalformedMessageError as error:
        assert str(error)
