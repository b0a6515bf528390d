"""Types of ages and sizes of files."""

import re
from dataclasses import dataclass
from typing import Any

from impsy_tui.config.value_types import InvalidValueError

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


@dataclass(frozen=True, slots=True)
class Age:
    """Number of days, weeks or years."""

    allowed: str = 'an age such as "30 days", "8 weeks" or "1 year"; "" is no limit'

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or (value and not seconds_of(value)):
            raise InvalidValueError
        return value


@dataclass(frozen=True, slots=True)
class Size:
    """Size of files."""

    allowed: str = 'a size such as "500 MB" or "2 GB"; "" is no limit'

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or (value and not bytes_of(value)):
            raise InvalidValueError
        return value
