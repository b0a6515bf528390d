"""Types of ages and sizes of files."""

import re

from impsy_tui.config.value_types import TextOf

_AGE = re.compile(r"(\d{1,5}) ?(day|week|year)s?", re.ASCII)
_SECONDS = {"day": 86_400.0, "week": 7 * 86_400.0, "year": 365 * 86_400.0}
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?(MB|GB|TB)", re.ASCII)
_BYTES = {"MB": 1e6, "GB": 1e9, "TB": 1e12}


def seconds_of(age: str) -> float:
    """Returns the seconds of a checked age such as "30 days"; 0 for no limit."""
    found = _AGE.fullmatch(age)
    return int(found[1]) * _SECONDS[found[2]] if found else 0.0


def bytes_of(size: str) -> float:
    """Returns the bytes of a checked size such as "2 GB"; 0 for no limit."""
    found = _SIZE.fullmatch(size)
    return float(found[1]) * _BYTES[found[2]] if found else 0.0


AGE = TextOf(
    'an age such as "30 days", "8 weeks" or "1 year"; "" is no limit', lambda text: not text or seconds_of(text) > 0
)
SIZE = TextOf('a size such as "500 MB" or "2 GB"; "" is no limit', lambda text: not text or bytes_of(text) > 0)
