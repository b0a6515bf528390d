"""Reads and writes OSC 1.0 packets.

Specification: M. Wright, "The Open Sound Control 1.0 Specification", 2002. Reading any bytes gives
messages or raises ``MalformedMessageError``. Reading does not wait for time tags, and its recursion is
bounded.
"""

import struct
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from impsy_tui.errors import MalformedMessageError

_NTP_TO_UNIX: Final = 2_208_988_800
"""Seconds from the NTP epoch (1900) to the Unix epoch (1970)."""

_DEEPEST: Final = 8
_MOST_MESSAGES: Final = 1024

BUNDLE_AT_ONCE: Final = b"#bundle\0" + struct.pack(">Q", 1)
"""Beginning of a bundle that is to be played at once."""

_FIXED: Final[dict[str, struct.Struct]] = {
    "i": struct.Struct(">i"),
    "f": struct.Struct(">f"),
    "h": struct.Struct(">q"),
    "d": struct.Struct(">d"),
    "t": struct.Struct(">Q"),
    "r": struct.Struct(">I"),
    "m": struct.Struct(">I"),
    "c": struct.Struct(">I"),
}
_WITHOUT_DATA: Final[dict[str, Any]] = {"T": True, "F": False, "N": None, "I": float("inf")}


class Message(NamedTuple):
    """One OSC message.

    Attributes:
        address: begins with a slash.
        arguments: numbers, strings, bytes, booleans, None.
        time: due time in seconds since 1970; None for at once.
    """

    address: str
    arguments: tuple[Any, ...]
    time: float | None


def read_packet(data: bytes) -> list[Message]:
    """Returns all messages of a packet; a message of a bundle has the time of its innermost bundle.

    Raises:
        MalformedMessageError: the bytes are no OSC packet; all of its messages are refused.
    """
    messages: list[Message] = []
    pending = [(data, None, 0)]
    time: float | None
    while pending:
        part, time, depth = pending.pop()
        if part.startswith(b"#bundle\0"):
            if depth == _DEEPEST:
                raise MalformedMessageError("bundles nested too deeply")
            pending.extend(reversed([(element, t, depth + 1) for element, t in _elements(part)]))
        else:
            messages.append(_message(part, time))
        if len(messages) + len(pending) > _MOST_MESSAGES:
            raise MalformedMessageError("too many messages in one packet")
    return messages


def _elements(bundle: bytes) -> list[tuple[bytes, Any]]:
    if len(bundle) < 16:
        raise MalformedMessageError("a bundle cut short")
    seconds, fraction = struct.unpack_from(">II", bundle, 8)
    immediate = seconds == 0 and fraction <= 1
    time = None if immediate else seconds - _NTP_TO_UNIX + fraction / 2**32
    elements = []
    position = 16
    while position < len(bundle):
        if position + 4 > len(bundle):
            raise MalformedMessageError("a bundle cut short")
        (size,) = struct.unpack_from(">I", bundle, position)
        position += 4
        if size % 4 or size == 0 or position + size > len(bundle):
            raise MalformedMessageError("a bundle cut short")
        elements.append((bundle[position : position + size], time))
        position += size
    return elements


def _message(data: bytes, time: float | None) -> Message:
    if not data.startswith(b"/"):
        raise MalformedMessageError("not an OSC message")
    address, position = _string(data, 0)
    if position >= len(data):
        return Message(address, (), time)  # old senders leave out empty type tags
    tags, position = _string(data, position)
    if not tags.startswith(","):
        raise MalformedMessageError("no type tags")
    arguments: list[Any] = []
    for tag in tags[1:]:
        if reader := _FIXED.get(tag):
            if position + reader.size > len(data):
                raise MalformedMessageError("a message cut short")
            arguments.append(reader.unpack_from(data, position)[0])
            position += reader.size
        elif tag in "sS":
            text, position = _string(data, position)
            arguments.append(text)
        elif tag == "b":
            blob, position = _blob(data, position)
            arguments.append(blob)
        elif tag in _WITHOUT_DATA:
            arguments.append(_WITHOUT_DATA[tag])
        elif tag not in "[]":
            raise MalformedMessageError("an unknown type tag")
    return Message(address, tuple(arguments), time)


def _string(data: bytes, start: int) -> tuple[str, int]:
    end = data.find(b"\0", start)
    if end < 0:
        raise MalformedMessageError("a text without end")
    try:
        text = data[start:end].decode()
    except UnicodeDecodeError:
        raise MalformedMessageError("a text that is not UTF-8") from None
    return text, end + 4 - end % 4


def _blob(data: bytes, start: int) -> tuple[bytes, int]:
    if start + 4 > len(data):
        raise MalformedMessageError("a message cut short")
    (size,) = struct.unpack_from(">I", data, start)
    end = start + 4 + size
    if end > len(data):
        raise MalformedMessageError("a message cut short")
    return data[start + 4 : end], end + -end % 4


def _padded(text: str) -> bytes:
    data = text.encode()
    return data + b"\0" * (4 - len(data) % 4)


class VectorFormat:
    """Fast reader and writer for messages of one address with a fixed number of floats.

    Args:
        address: address of the message.
        count: number of floats.
    """

    def __init__(self, address: str, count: int) -> None:
        self.header = _padded(address) + _padded("," + "f" * count)
        self.size = len(self.header) + 4 * count
        self._floats = struct.Struct(f">{count}f")

    def write(self, values: Sequence[float]) -> bytes:
        """Returns the packet of these values."""
        return self.header + self._floats.pack(*values)

    def read(self, data: bytes) -> tuple[float, ...] | None:
        """Returns the values of such a packet; None for any other packet."""
        if len(data) == self.size and data.startswith(self.header):
            return self._floats.unpack_from(data, len(self.header))
        return None


def write_message(address: str, *arguments: float | int | str) -> bytes:
    """Returns a packet with one message of whole numbers, floats and strings."""
    tags, data = ",", b""
    for argument in arguments:
        if isinstance(argument, str):
            tags, data = tags + "s", data + _padded(argument)
        elif isinstance(argument, int):
            tags, data = tags + "i", data + struct.pack(">i", argument)
        else:
            tags, data = tags + "f", data + struct.pack(">f", argument)
    return _padded(address) + _padded(tags) + data
