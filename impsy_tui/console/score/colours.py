"""Colours of a line of a score, from the words of the language."""

import re
from collections.abc import Collection
from typing import Final

from rich.style import Style
from rich.text import Text

from impsy_tui.console.score.structure import is_heading
from impsy_tui.console.themes import Palette
from impsy_tui.language.commands import COMMANDS
from impsy_tui.language.words import words_of

_NUMBER: Final = re.compile(r"[-+*/]?\d[\d.]*(%|s|ms|m|h|st)?")
_HEADS: Final = frozenset(name.split()[0] for name in COMMANDS)


def coloured(line: str, palette: Palette, macros: Collection[str]) -> Text:
    """Returns a line of a score with a colour for each kind of word."""
    text = Text(line, end="", no_wrap=True)
    if line.lstrip().startswith("//"):
        text.stylize(palette.dim)
    elif is_heading(line):
        text.stylize(palette.strong)
    else:
        for word in words_of(line):
            if (style := _style(word.text, palette, macros, quoted=word.quoted)) is not None:
                text.stylize(style, word.start, word.end)
    return text


def _style(word: str, palette: Palette, macros: Collection[str], *, quoted: bool) -> Style | None:
    if quoted:
        return palette.prediction
    if word in _HEADS:
        return palette.accent
    if word in macros:
        return palette.good
    if word.startswith(("@", "$")):
        return palette.good
    return palette.upcoming if _NUMBER.fullmatch(word) else None
