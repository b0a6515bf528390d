"""Text from outside, made safe to show: names of files, devices and clients, OSC addresses, metadata of models."""

import re
from typing import Final

_UNSAFE: Final = re.compile(
    # C0 without the line break, DEL, C1, separators of lines, controls of direction, invisible signs,
    # surrogates that stand for bytes which are not UTF-8.
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Returns a text whose control characters are written as escapes, such as ``\\u001b``; line breaks stay.

    A terminal obeys them: escape sequences write its title and its clipboard, and controls of direction show one
    name as another.
    """
    return text if text.isprintable() else _UNSAFE.sub(_escaped, text)


def without_controls(text: str) -> str:
    """Returns a text without its control characters, which take no cell of a terminal."""
    return text if text.isprintable() else _UNSAFE.sub("", text)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
