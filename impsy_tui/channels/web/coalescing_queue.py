"""What is still to be sent to whom, when there are many and news comes before all have been served."""

from collections.abc import Callable, Iterable
from typing import Final

from impsy_tui.channels.midi.mapping import NOTE_OFF, NOTE_ON
from impsy_tui.channels.web.touch_protocol import is_lasting, text_key

_TEXT: Final = ord("/")
"""What a text begins with; a MIDI message begins with a status, from 0x80 on."""

_ONE_A_CHANNEL: Final = 0xC0
"""From this status on there is one value a channel: program, pressure, bend."""


def _key(message: bytes) -> bytes:
    """What a later message has in common with the one that it stands in for."""
    if message[0] == _TEXT:
        return text_key(message)
    return message[:1] if message[0] >= _ONE_A_CHANNEL else message[:2]


def _lasts(message: bytes) -> bool:
    return is_lasting(message) if message[0] == _TEXT else message[0] & 0xF0 != NOTE_OFF


class CoalescingQueue:
    """Messages, MIDI or text, in their order, each kind of value once, with its newest value.

    A note that is turned off before it was ever sent is left out, its note-off is not: who has
    yet to be sent these messages may have been sent the same note earlier.
    """

    def __init__(self) -> None:
        self._messages: dict[bytes, bytes] = {}
        self._encoded: bytes | None = b""

    def __bool__(self) -> bool:
        return bool(self._messages)

    def add(self, messages: Iterable[bytes]) -> None:
        """These come after those that are there."""
        for message in messages:
            if message[0] & 0xF0 == NOTE_OFF:
                self._messages.pop(bytes((NOTE_ON | message[0] & 0x0F, message[1])), None)
            key = _key(message)
            # The order is that of the newest: a fine controller stays behind its coarse half.
            self._messages.pop(key, None)
            self._messages[key] = message
        self._encoded = None

    def forget_passing(self) -> None:
        """Leave out note-offs, touches and what else is over: for whoever has been sent nothing yet."""
        self._messages = {key: one for key, one in self._messages.items() if _lasts(one)}
        self._encoded = None

    @property
    def messages(self) -> list[bytes]:
        """The messages, in their order."""
        return list(self._messages.values())

    def encoded(self, encode: Callable[[bytes], bytes]) -> bytes:
        """All of them as on the wire, each encoded once."""
        if self._encoded is None:
            self._encoded = b"".join([encode(message) for message in self._messages.values()])
        return self._encoded
