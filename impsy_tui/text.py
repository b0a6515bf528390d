"""Text for the performer: safe forms of foreign text, counted nouns, lists of names."""

import re
from collections.abc import Sequence
from typing import Final

_UNSAFE: Final = re.compile(
    # C0 without the line break, DEL, C1, separators of lines, controls of direction, invisible signs,
    # surrogates that stand for bytes which are not UTF-8.
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Returns a text whose control characters are written as escapes, such as ``\\u001b``; line breaks stay.

    For text from outside: names of files, devices and clients, OSC addresses, metadata of models. A terminal obeys
    control characters: escape sequences write its title and its clipboard, and controls of direction disguise a name.
    """
    return text if text.isprintable() else _UNSAFE.sub(_escaped, text)


def without_controls(text: str) -> str:
    """Returns a text without its control characters, which take no cell of a terminal."""
    return text if text.isprintable() else _UNSAFE.sub("", text)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def shown_name(name: str) -> str:
    """Returns a file name as text that every encoder takes: bytes that are not UTF-8 become ``\ufffd``."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


def can_be_typed(name: str) -> bool:
    """Returns True if a file name is UTF-8, so that a command can name it."""
    return shown_name(name) == name


def counted(number: int, noun: str) -> str:
    """Returns a number and its noun: "1 log", "2 logs"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def some_names(names: Sequence[str], most: int = 12) -> str:
    """Returns names in a line; of many, the first ones and the number of the others."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def whole_number(text: str) -> int | None:
    """Returns a whole number of at most 18 digits; None for any other text. Python refuses thousands of digits."""
    return int(text) if text.isdecimal() and len(text) <= 18 else None


def is_plain_name(name: str) -> bool:
    """Returns True if a name can be the name of a visible file in a folder, and cannot leave the folder."""
    short = len(name.encode(errors="replace")) < 200
    return bool(name) and short and "/" not in name and "\0" not in name and not name.startswith(".")
