"""Messages with a time, as bytes of a pipe between the engine and a process that owns a port."""

import struct
from typing import Final

_HEAD: Final = struct.Struct("<dI")
LONGEST: Final = 1 << 20
"""Bytes of the longest message; a longer one is not sent."""


def frame(message: bytes, at: float = 0.0) -> bytes:
    """Encodes a message.

    Args:
        message: bytes of the message. An empty message is a signal: to a port, "close"; from a port, "``at`` messages
            are lost".
        at: arrival in seconds on the monotonic clock.
    """
    return _HEAD.pack(at, len(message)) + message


class Frames:
    """Decodes a stream of frames."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[bytes, float]]:
        """Returns the complete messages, each with its time.

        Args:
            data: the next bytes of the stream, of any length.
        """
        data = self._rest + data if self._rest else data
        found = []
        start = 0
        while len(data) - start >= _HEAD.size:
            at, length = _HEAD.unpack_from(data, start)
            end = start + _HEAD.size + length
            if end > len(data):
                break
            found.append((data[end - length : end], at))
            start = end
        self._rest = data[start:]
        return found
