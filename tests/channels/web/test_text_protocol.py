"""MIDI messages as text: accepted texts and refused texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.channels.web.text_protocol import read_text, write_text
from impsy_tui.errors import MalformedMessageError


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/channel/1/noteon/60/100", b"\x90\x3c\x64"),
        ("/channel/16/noteoff/60/0", b"\x8f\x3c\x00"),
        ("/channel/3/cc/42/127", b"\xb2\x2a\x7f"),
        ("/channel/1/pitchbend/0", b"\xe0\x00\x00"),
        ("/channel/1/pitchbend/8192", b"\xe0\x00\x40"),
        ("/channel/1/pitchbend/16383", b"\xe0\x7f\x7f"),
        ("/channel/2/program/5", b"\xc1\x05"),
        ("/channel/2/pressure/99", b"\xd1\x63"),
    ],
)
def test_both_ways(text: str, message: bytes) -> None:
    assert read_text(text) == message
    assert write_text(message) == text


def test_spaces_around_and_zeros_in_front_do_no_harm() -> None:
    assert read_text(" /channel/01/cc/042/007\r\n") == b"\xb0\x2a\x07"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not a message such as"),
        ("/channel/1/cc/1", "is not a message such as"),
        ("/channel/1/cc/1/2/3", "is not a message such as"),
        ("/channel/1/cc/1/-2", "is not a message such as"),
        ("/channel/1/cc/1/0.5", "is not a message such as"),
        ("/channel/1/cc/1/٣", "is not a message such as"),
        ("/channel/1/noteon/" + "9" * 400 + "/1", "is not a message such as"),
        ("/channel/1/program/1/2", "is not a message such as"),
        ("/kanal/1/cc/1/2", "is not a message such as"),
        ("/channel/0/cc/1/2", "1 to 16"),
        ("/channel/17/cc/1/2", "1 to 16"),
        ("/channel/1/cc/128/2", "0 to 127"),
        ("/channel/1/noteon/60/128", "0 to 127"),
        ("/channel/1/program/128", "0 to 127"),
        ("/channel/1/pitchbend/16384", "0 to 16383"),
    ],
)
def test_anything_else_is_refused(text: str, says: str) -> None:
    with pytest.raises(MalformedMessageError, match=says):
        read_text(text)


_MESSAGES = st.one_of(
    st.tuples(st.sampled_from([0x80, 0x90, 0xB0, 0xE0]), st.integers(0, 127), st.integers(0, 127)),
    st.tuples(st.sampled_from([0xC0, 0xD0]), st.integers(0, 127)),
)


@given(_MESSAGES, st.integers(0, 15))
def test_write_text_is_inverted_by_read_text(parts: tuple[int, ...], channel: int) -> None:
    message = bytes((parts[0] | channel, *parts[1:]))
    assert read_text(write_text(message)) == message


@given(
    st.one_of(
        st.text(),
        st.lists(
            st.sampled_from(
                ["", "channel", "1", "16", "17", "cc", "noteon", "pitchbend", "program", "127", "9999", "x"]
            )
        ).map("/".join),
    )
)
def test_any_text_is_a_message_or_a_problem(text: str) -> None:
    try:
        message = read_text(text)
    except MalformedMessageError as problem:
        assert str(problem)
    else:
        assert message[0] >= 0x80
        assert all(byte < 0x80 for byte in message[1:])
