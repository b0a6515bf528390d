"""Large text of full blocks, which every terminal font has, to be read from three metres."""

from typing import Final

ROWS: Final = 5
"""Rows of a letter in the smallest scale."""

_LETTERS: Final = {
    "A": "25755",
    "B": "65656",
    "C": "34443",
    "D": "65556",
    "E": "74647",
    "F": "74644",
    "G": "34553",
    "H": "55755",
    "I": "72227",
    "J": "11152",
    "K": "55655",
    "L": "44447",
    "M": "57755",
    "N": "65555",
    "O": "25552",
    "P": "65644",
    "Q": "25563",
    "R": "65655",
    "S": "34216",
    "T": "72222",
    "U": "55557",
    "V": "55552",
    "W": "55775",
    "X": "55255",
    "Y": "55222",
    "Z": "71247",
    "0": "75557",
    "1": "26227",
    "2": "71747",
    "3": "71717",
    "4": "55711",
    "5": "74717",
    "6": "74757",
    "7": "71122",
    "8": "75757",
    "9": "75717",
    "-": "00700",
    "/": "11244",
    "'": "22000",
    "×": "05250",
}
"""Rows of a letter from top to bottom; the three bits of a digit are its cells, the highest on the left."""
_NARROW: Final = {".": "00001", ":": "01010", " ": "00000"}
"""Signs of one column."""


def large(text: str, scale: int = 1) -> list[str]:
    """Returns the rows of a text; a letter is six cells wide and five rows high at scale 1.

    Args:
        text: letters, digits and a few signs; others are left empty.
        scale: factor of both dimensions.
    """
    rows = [""] * ROWS
    for sign in text.upper():
        width = 1 if sign in _NARROW else 3
        bits = _NARROW.get(sign) or _LETTERS.get(sign, "00000")
        for row in range(ROWS):
            cells = f"{int(bits[row]):03b}"[3 - width :]
            rows[row] += "".join(("█" if cell == "1" else " ") * (2 * scale) for cell in cells) + " " * (2 * scale)
    return [row.rstrip() for row in rows for _ in range(scale)]


def large_width(text: str, scale: int = 1) -> int:
    """Returns the cells of a large text."""
    return sum(2 if sign in _NARROW else 4 for sign in text) * 2 * scale
