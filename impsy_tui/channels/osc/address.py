"""OSC addresses: patterns that match several, and the addresses of a controller's faders."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

NUMBER: Final = "{n}"
"""Mark for the number of a dimension, from 1, in an address of the configuration."""
_PATTERN: Final = re.compile(r"[?*\[{]")
_LONGEST_PATTERN: Final = 128
_MOST_STARS: Final = 2
"""Greatest number of stars in one part of a pattern; more could take long to compare."""
_MOST_CHOICES: Final = 4
"""Greatest number of braces in a pattern."""
_MOST_KEPT: Final = 64
_LONGEST_TEXT: Final = 32


def numbered(entries: Sequence[str], count: int) -> list[str]:
    """Returns an entry for each dimension; a single one with ``{n}`` stands for all."""
    each = list(entries) * count if len(entries) == 1 and NUMBER in entries[0] else entries
    return [entry.replace(NUMBER, str(number)) for number, entry in enumerate(each, 1)]


def number(argument: Any) -> float | None:
    """Returns an argument as a number, else None. T is 1, F is 0, and a text may be a number."""
    if isinstance(argument, str) and len(argument) <= _LONGEST_TEXT:
        try:
            return float(argument)
        except ValueError:
            return None
    try:
        return float(argument) if isinstance(argument, int | float) else None
    except OverflowError:
        return None


def is_pattern(address: str) -> bool:
    """True if an address is a pattern of OSC 1.0."""
    return _PATTERN.search(address) is not None


class Patterns:
    """Finds the addresses that a pattern matches, and remembers the latest patterns.

    Args:
        addresses: all known addresses.
    """

    def __init__(self, addresses: Iterable[str]) -> None:
        self._addresses = list(dict.fromkeys(addresses))
        self._matched: dict[str, tuple[str, ...]] = {}

    def matched(self, pattern: str) -> tuple[str, ...]:
        """Returns the addresses that a pattern matches; none if the pattern is too long or has too many choices."""
        found = self._matched.get(pattern)
        if found is None:
            expression = _expression(pattern)
            found = tuple(a for a in self._addresses if expression.fullmatch(a)) if expression else ()
            if len(self._matched) >= _MOST_KEPT:
                del self._matched[next(iter(self._matched))]
            self._matched[pattern] = found
        return found


def _expression(pattern: str) -> re.Pattern[str] | None:
    """Returns the regular expression of a pattern of OSC 1.0; None for one that is invalid or slow to compare."""
    if len(pattern) > _LONGEST_PATTERN or pattern.count("{") > _MOST_CHOICES:
        return None
    found, at = [], 0
    pattern = re.sub(r"\*+", "*", pattern)
    if any(part.count("*") > _MOST_STARS for part in pattern.split("/")):
        return None
    while at < len(pattern):
        letter, at = pattern[at], at + 1
        match letter:
            case "*":
                found.append("[^/]*")
            case "?":
                found.append("[^/]")
            case "[" | "{":
                end = pattern.find("]" if letter == "[" else "}", at)
                if end < 0 or not (inside := pattern[at:end]):
                    return None
                at = end + 1
                if letter == "{":
                    found.append("(?:" + "|".join(map(re.escape, inside.split(","))) + ")")
                else:
                    found.append(f"[{'^' if inside[0] == '!' else ''}{_letters(inside.removeprefix('!'))}]")
            case _:
                found.append(re.escape(letter))
    try:
        return re.compile("".join(found))
    except re.error:
        return None


def _letters(inside: str) -> str:
    """Returns the inside of a set of letters, such as ``a-f3``, for a regular expression."""
    found, at = [], 0
    while at < len(inside):
        if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside):
            found.append(f"{re.escape(inside[at])}-{re.escape(inside[at + 2])}")
            at += 3
        else:
            found.append(re.escape(inside[at]))
            at += 1
    return "".join(found)
