"""Items of a line that is too short for all of them: the least important are shortened, then left out."""

from dataclasses import dataclass
from typing import Final

from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.drawing.lines import Line, Piece
from impsy_tui.console.themes import Palette

_GAP: Final = 2


@dataclass(frozen=True, slots=True)
class Item:
    """Item of a line: its forms from the longest to the shortest, and its rank (0 is the most important)."""

    dearness: int
    forms: tuple[tuple[Piece, ...], ...]


def fit(items: list[Item], width: int, palette: Palette) -> Line:
    """Returns the items that fit a line: the least important are shortened, then left out."""
    forms = dict.fromkeys(range(len(items)), 0)

    def length() -> int:
        lengths = [sum(width_of(text) for text, _ in items[index].forms[form]) for index, form in forms.items()]
        return sum(lengths) + _GAP * (len(lengths) - 1)

    while forms and length() > width:
        index = max(forms, key=lambda one: (items[one].dearness, one))
        shorter = [one for one in forms if forms[one] + 1 < len(items[one].forms)]
        if shorter:
            chosen = max(shorter, key=lambda one: (items[one].dearness, one))
            forms[chosen] += 1
        else:
            del forms[index]
    pieces: list[Piece] = []
    for index, form in forms.items():
        if pieces:
            pieces.append((" " * _GAP, palette.ground))
        pieces += items[index].forms[form]
    return tuple(pieces)
