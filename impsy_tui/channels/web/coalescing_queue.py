"""Outgoing queue per client that keeps only the newest value of each control."""

from collections.abc import Callable, Iterable
from typing import Final

from impsy_tui.channels.midi.mapping import NOTE_OFF, NOTE_ON
from impsy_tui.channels.web.touch_protocol import is_lasting, text_key

_TEXT: Final = ord("/")
"""First byte of a text; a MIDI message begins with a status byte of at least 0x80."""

_ONE_A_CHANNEL: Final = 0xC0
"""Lowest status byte of messages with one value a channel: program, pressure, bend."""


def _key(message: bytes) -> bytes:
    """Returns the key of a message: a later message with the same key replaces the message."""
    if message[0] == _TEXT:
        return text_key(message)
    return message[:1] if message[0] >= _ONE_A_CHANNEL else message[:2]


def _lasts(message: bytes) -> bool:
    return is_lasting(message) if message[0] == _TEXT else message[0] & 0xF0 != NOTE_OFF


class CoalescingQueue:
    """Queue of MIDI messages and texts that keeps only the newest value of each control, in order.

    A note-off removes a note-on that was not sent yet. The note-off itself is sent: the client may have received the
    same note earlier.
    """

    def __init__(self) -> None:
        self._messages: dict[bytes, bytes] = {}
        self._encoded: bytes | None = b""

    def __bool__(self) -> bool:
        return bool(self._messages)

    def add(self, messages: Iterable[bytes]) -> None:
        """Appends messages; they replace older messages with the same key."""
        for message in messages:
            if message[0] & 0xF0 == NOTE_OFF:
                self._messages.pop(bytes((NOTE_ON | message[0] & 0x0F, message[1])), None)
            key = _key(message)
            # The newest message goes to the end: a fine controller stays behind its coarse half.
            self._messages.pop(key, None)
            self._messages[key] = message
        self._encoded = None

    def forget_passing(self) -> None:
        """Removes note-offs, touches and other momentary messages, for a client that has received no message yet."""
        self._messages = {key: one for key, one in self._messages.items() if _lasts(one)}
        self._encoded = None

    @property
    def messages(self) -> list[bytes]:
        """Messages in order."""
        return list(self._messages.values())

    def encoded(self, encode: Callable[[bytes], bytes]) -> bytes:
        """Returns all messages encoded; the result is kept for the next client."""
        if self._encoded is None:
            self._encoded = b"".join([encode(message) for message in self._messages.values()])
        return self._encoded
