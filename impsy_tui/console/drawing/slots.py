"""Rows of slots: each element of a row has a fixed column, for any content of the other slots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rich.style import Style

from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.drawing.lines import Line, Piece, cut

_WIDTHS: Final = 32
"""Rows of different widths that are kept."""

Form = tuple[Piece, ...]
Forms = tuple[Form, ...]
"""One content in several forms, from the longest to the shortest."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Place of one element in a row.

    Attributes:
        name: element.
        width: cells, with at least one cell of space behind the element.
        least: width of the row from which the slot is there.
        grow: share of the cells that are left over.
        right: True if the element ends at the right edge of the slot.
    """

    name: str
    width: int
    least: int = 0
    grow: int = 0
    right: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A slot in a row of a certain width: its first cell and its number of cells."""

    slot: Slot
    at: int
    cells: int


@lru_cache(maxsize=_WIDTHS)
def arrange(slots: tuple[Slot, ...], width: int) -> tuple[Place, ...]:
    """Returns the places of the slots in a row; they depend on the width of the row alone."""
    there = [slot for slot in slots if slot.least <= width]
    left = max(0, width - sum(slot.width for slot in there))
    shares = sum(slot.grow for slot in there)
    places, at = [], 0
    for slot in there:
        cells = slot.width + (left * slot.grow // shares if shares else 0)
        places.append(Place(slot, at, cells))
        at += cells
    return tuple(places)


def row(places: Sequence[Place], contents: Mapping[str, Forms], width: int, ground: Style) -> Line:
    """Returns a row with each content in its slot, in the longest form that fits.

    Args:
        places: places of the slots.
        contents: forms of each element by the name of its slot; a missing element leaves its slot empty.
        width: cells of the row.
        ground: style of empty cells.
    """
    pieces: list[Piece] = []
    at = 0
    for place in places:
        form = _fitting(contents.get(place.slot.name, ()), place.cells if place.slot.right else place.cells - 1)
        used = sum(width_of(text) for text, _ in form)
        begin = place.at + (max(0, place.cells - used) if place.slot.right else 0)
        if not form or begin + used > width:
            continue
        if begin > at:
            pieces.append((" " * (begin - at), ground))
        pieces += form
        at = begin + used
    if at < width:
        pieces.append((" " * (width - at), ground))
    return tuple(pieces)


def _fitting(forms: Forms, cells: int) -> Form:
    for form in forms:
        if sum(width_of(text) for text, _ in form) <= cells:
            return form
    if not forms:
        return ()
    pieces: list[Piece] = []
    for text, style in forms[-1]:
        if cells < 1:
            break
        pieces.append((cut(text, cells), style))
        cells -= width_of(pieces[-1][0])
    return tuple(pieces)
