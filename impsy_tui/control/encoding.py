"""Encoding of messages with any text."""

from typing import Any, Final

import msgspec

from impsy_tui.text import shown_name

_ENCODER: Final = msgspec.json.Encoder()


def encoded(message: msgspec.Struct) -> bytes:
    """Returns a message as JSON; in the names of files, bytes that are not UTF-8 become ``\ufffd``."""
    try:
        return _ENCODER.encode(message)
    except UnicodeEncodeError:
        return _ENCODER.encode(_shown(msgspec.to_builtins(message)))


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return shown_name(value)
    if isinstance(value, dict):
        return {_shown(key): _shown(item) for key, item in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list | tuple) else value
