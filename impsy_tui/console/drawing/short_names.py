"""Names shortened to a width, so that each still differs from the others."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.drawing.lines import cut, middle

_BETWEEN_WORDS: Final = "-_. T"
_HEAD: Final = 4
"""Characters of the beginning that stay before the part that differs."""


def short_names(names: Sequence[str], width: int) -> list[str]:
    """Returns each name cut to a width, with dots in place of what it shares with the others.

    Args:
        names: names, each different from the others.
        width: most cells of a name.
    """
    if not names:
        return []
    differs = _first_differences(names)
    ways: tuple[Callable[[str], str], ...] = (
        lambda name: cut(name, width),
        lambda name: _from(name, differs[name], width, 0),
        lambda name: _from(name, differs[name], width, _HEAD),
        lambda name: middle(name, width),
    )
    tried = [[way(name) for name in names] for way in ways]
    return max(tried, key=lambda shown: len(set(shown)))


def _first_differences(names: Sequence[str]) -> dict[str, int]:
    """Returns the index at which each name begins to differ from all others."""
    ordered = sorted(names)
    shared = [_shared(*pair) for pair in pairwise(ordered)]
    return {name: max(ends) for name, *ends in zip(ordered, [0, *shared], [*shared, 0], strict=True)}


def _shared(one: str, other: str) -> int:
    """Returns the number of characters that two names begin with in common."""
    differences = (at for at, (first, second) in enumerate(zip(one, other, strict=False)) if first != second)
    return next(differences, min(len(one), len(other)))


def _from(name: str, index: int, width: int, head: int) -> str:
    """Returns a name with the character at an index in it, and with this many characters of its beginning."""
    if width_of(name) <= width or index < width - 1:
        return cut(name, width)
    space = max(1, width - head - 1)
    words = (at for at in range(max(head + 1, index - space // 2), index + 1) if name[at - 1] in _BETWEEN_WORDS)
    begin = max(head, min(next(words, index - space // 3), len(name) - space))
    return cut(name[:head] + cut(f"…{name[begin:]}", width - head), width)
