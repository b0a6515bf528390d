"""Parser of a MIDI byte stream with running status, split messages and real-time bytes inside other messages."""

from typing import Final

_LONGEST_SYSEX: Final = 4096
"""Bytes of a system exclusive message beyond which it is left out."""


def _length(status: int) -> int:
    """Data bytes after a status byte of a channel or system common message."""
    if status < 0xF0:
        return 1 if 0xC0 <= status < 0xE0 else 2
    return {0xF1: 1, 0xF2: 2, 0xF3: 1}.get(status, 0)


class MidiStream:
    """Parser that takes bytes in pieces of any size and returns whole messages.

    Attributes:
        stray: number of data bytes that belonged to no message.
    """

    def __init__(self) -> None:
        self.stray = 0
        self._status = 0
        self._data = bytearray()
        self._sysex = -1

    def feed(self, data: bytes) -> list[bytes]:
        """Returns the messages that these bytes complete, without system exclusive messages."""
        found: list[bytes] = []
        for byte in data:
            if byte >= 0xF8:  # real time: allowed anywhere, and no part of the message that it interrupts
                found.append(bytes((byte,)))
            elif byte & 0x80:
                self._begin(byte, found)
            elif self._sysex >= 0:
                self._sysex += 1
                if self._sysex > _LONGEST_SYSEX:
                    self._sysex = -1
                    self._status = 0
                    self.stray += 1
            elif not self._status:
                self.stray += 1
            else:
                self._data.append(byte)
                self._finish(found)
        return found

    def reset(self) -> None:
        """Forgets a message that has begun, as after a lost connection."""
        self._status, self._sysex = 0, -1
        self._data.clear()

    def _begin(self, status: int, found: list[bytes]) -> None:
        self.stray += len(self._data)
        self._data.clear()
        self._sysex = 0 if status == 0xF0 else -1
        self._status = 0 if status in (0xF0, 0xF7) else status
        if self._status:
            self._finish(found)

    def _finish(self, found: list[bytes]) -> None:
        if len(self._data) == _length(self._status):
            found.append(bytes((self._status, *self._data)))
            self._data.clear()
            if self._status >= 0xF0:  # system common messages end running status
                self._status = 0
