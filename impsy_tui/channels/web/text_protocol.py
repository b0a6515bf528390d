"""MIDI messages as text, in the form of IMPSY 1.2.1 for browsers: ``/channel/1/cc/42/64``.

Channels are 1 to 16 in a text and 0 to 15 in a message. ``program`` and ``pressure`` are additions of this program.
Reading any text gives a message or raises ``MalformedMessageError``.
"""

import re
from typing import Final

from impsy_tui.channels.midi.mapping import (
    CHANNEL_PRESSURE,
    CONTROL_CHANGE,
    NOTE_OFF,
    NOTE_ON,
    PITCH_BEND,
    PROGRAM_CHANGE,
)
from impsy_tui.errors import MalformedMessageError

_PAIRS: Final = {"noteon": NOTE_ON, "noteoff": NOTE_OFF, "cc": CONTROL_CHANGE}
_SINGLES: Final = {"program": PROGRAM_CHANGE, "pressure": CHANNEL_PRESSURE}
_WORDS: Final = {status: word for word, status in (*_PAIRS.items(), *_SINGLES.items())}

_TEXT: Final = re.compile(
    r"\s*/channel/(\d{1,5})/"
    r"(?:(noteon|noteoff|cc)/(\d{1,5})/(\d{1,5})|(pitchbend|program|pressure)/(\d{1,5}))\s*",
    re.ASCII,
)


def read_text(text: str) -> bytes:
    """Returns the MIDI message of a text.

    Raises:
        MalformedMessageError: the text is no MIDI message.
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        raise MalformedMessageError("is not a message such as /channel/1/cc/1/64")
    channel = int(found[1]) - 1
    if not 0 <= channel < 16:
        raise MalformedMessageError("is for a channel that is not 1 to 16")
    if pair := found[2]:
        first, second = int(found[3]), int(found[4])
        if first > 127 or second > 127:
            raise MalformedMessageError("has a number that is not 0 to 127")
        return bytes((_PAIRS[pair] | channel, first, second))
    number = int(found[6])
    if found[5] == "pitchbend":
        if number > 16383:
            raise MalformedMessageError("has a bend that is not 0 to 16383")
        return bytes((PITCH_BEND | channel, number & 0x7F, number >> 7))
    if number > 127:
        raise MalformedMessageError("has a number that is not 0 to 127")
    return bytes((_SINGLES[found[5]] | channel, number))


def write_text(message: bytes) -> str:
    """Returns a MIDI message as text."""
    kind, channel = message[0] & 0xF0, (message[0] & 0x0F) + 1
    if kind == PITCH_BEND:
        return f"/channel/{channel}/pitchbend/{message[2] << 7 | message[1]}"
    numbers = "/".join(map(str, message[1:]))
    return f"/channel/{channel}/{_WORDS[kind]}/{numbers}"
