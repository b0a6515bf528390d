"""Places at which a player's dimensions are played: exchanges that lose no dimension.

Places are numbers from 1 by index of the dimension from 0. A dimension without an entry is played at its own place.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from impsy_tui.errors import UserError
from impsy_tui.language.mapping_completion import ARROW
from impsy_tui.language.value_readers import read_dimensions
from impsy_tui.language.words import ParseError, Word

Places = Mapping[int, int]
_EXAMPLE: Final = "route x1 x2 -> x5 x6, route shuffle or route reset"


def read_route(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Returns the numbers of the moved dimensions, and of their places, as typed after ``route``.

    Raises:
        UserError: The text cannot be read.
    """
    sides = text.split(ARROW)
    if len(sides) != 2:
        raise UserError(f"{text!r} cannot be read: {_EXAMPLE}")
    sources, targets = (_numbers(side) for side in sides)
    if len(sources) != len(targets):
        raise UserError(f"{len(sources)} dimensions cannot be played at {len(targets)}: {_EXAMPLE}")
    return sources, targets


def read_dimension(text: str) -> tuple[int, ...]:
    """Returns the number of one dimension, in a tuple.

    Raises:
        UserError: The text is no dimension, or several.
    """
    word = Word(text, 0, len(text))
    try:
        numbers, _ = read_dimensions([word])
    except ParseError as mistake:
        raise UserError(str(mistake)) from None
    if len(numbers) != 1:
        raise UserError(f"{text} is several dimensions: name one, such as x3")
    return numbers


def _numbers(text: str) -> tuple[int, ...]:
    words = [Word(word, 0, len(word)) for word in text.split()]
    try:
        numbers, taken = read_dimensions(words) if words else ((), 0)
    except ParseError as mistake:
        raise UserError(f"{mistake}: {_EXAMPLE}") from None
    if not words or taken < len(words):
        raise UserError(f"{text.strip()!r} is not dimensions such as x1 x2: {_EXAMPLE}")
    return numbers


def route_of(places: Places) -> str:
    """Returns places as typed after ``route``."""
    if not places:
        return "reset"
    return " ".join((*(f"x{i + 1}" for i in places), ARROW, *(f"x{number}" for number in places.values())))


def routed(places: Places, own: Sequence[int], sources: Sequence[int], targets: Sequence[int]) -> dict[int, int]:
    """Returns places with some dimensions played elsewhere; dimensions that lose their place take the free places.

    Args:
        places: Present places.
        own: Indices of the player's dimensions.
        sources: Indices of the moved dimensions.
        targets: Indices of their new places, one for each.
    """
    full = {index: places.get(index, index + 1) - 1 for index in own}
    free = [full[index] for index in sources if full[index] not in targets]
    displaced = [index for index in own if full[index] in targets and index not in sources]
    return _short(full | dict(zip(sources, targets, strict=True)) | dict(zip(displaced, free, strict=True)))


def swapped(places: Places, own: Sequence[int], one: int, other: int) -> dict[int, int]:
    """Returns places after an exchange of what two places play."""
    exchange = {one: other, other: one}
    full = {index: places.get(index, index + 1) - 1 for index in own}
    return _short({index: exchange.get(place, place) for index, place in full.items()})


def shuffled(own: Sequence[int], random: np.random.Generator) -> dict[int, int]:
    """Returns places in a random order."""
    return _short(dict(zip(own, random.permutation(own).tolist(), strict=True)))


def _short(full: Mapping[int, int]) -> dict[int, int]:
    return {index: place + 1 for index, place in sorted(full.items()) if place != index}
