"""Characters of the Linux console with Debian's fonts Lat15-* and Uni2-* (package console-setup-linux 1.221)."""

import string
import unicodedata
from typing import Final

ALIKE: Final = (
    *("*⊛", "+⊕", "-‐‑‒–−⊖", ".⊙☐", "/⊘╱", "=⊜", "X╳", "\\╲", "v☑", "x☒✗✘⮽", "«≪", "»≫", "—―", "•●"),
    *("←◀◂", "↑▲▴", "→▶▸", "↓▼▾", "─━┄┅┈┉╌╍═╴╶╸╺╼╾", "│┃┆┇┊┋╎╏║╵╷╹╻╽╿"),
    *("┌┍┎┏╒╓╔╭", "┐┑┒┓╕╖╗╮", "└┕┖┗╘╙╚╰", "┘┙┚┛╛╜╝╯"),
    *("├┝┞┟┠┡┢┣╞╟╠", "┤┥┦┧┨┩┪┫╡╢╣", "┬┭┮┯┰┱┲┳╤╥╦", "┴┵┶┷┸┹┺┻╧╨╩", "┼┽┾┿╀╁╂╃╄╅╆╇╈╉╊╋╪╫╬"),
    *("■▮", "◈♦"),
)
"""Characters that at least one of the fonts draws with the same glyph."""
_SINGLE: Final = "¡¢£¤¥¦§¨©¬®¯°±²³´¶·¸¹º¼½¾¿×÷˜‘’‚“”„‹›‼€№™≈≠≤≥█░▒"
_ASCII: Final = string.ascii_letters + string.digits + string.punctuation + " "

SYMBOLS: Final = frozenset("".join(ALIKE) + _SINGLE + _ASCII)
"""Characters that all of these fonts have, without the letters beyond ASCII."""


def glyph(character: str) -> str:
    """Returns one character for all characters that may look the same."""
    return next((alike[0] for alike in ALIKE if character in alike), character)


def is_symbol(character: str) -> bool:
    """Returns True for a character beyond ASCII that is no letter, digit or space."""
    return not character.isascii() and not character.isspace() and unicodedata.category(character)[0] not in "LMN"
