"""Names of MIDI ports, and the port of a configured name."""

import re
from collections.abc import Callable, Sequence
from typing import Final

VIRTUAL_CLIENT: Final = "impsy-tui"
"""Client name of virtual ports."""
LINK_CLIENT: Final = "impsy-link-"
"""Beginning of the client names of ports that lead to a device; such ports are not devices."""


def match(wanted: str, names: Sequence[str]) -> str | None:
    """Returns the port of a name or a part of a name.

    An exact match is the first choice, then a match without the numbers that ALSA adds to a name. The next choice is
    a name that contains the text, at last in upper or lower case.
    """
    folded = wanted.casefold()
    tests: tuple[Callable[[str], bool], ...] = (
        lambda name: name == wanted,
        lambda name: re.sub(r" \d+:\d+$", "", name) == wanted,
        lambda name: wanted in name,
        lambda name: folded in name.casefold(),
    )
    for test in tests:
        for name in names:
            if test(name):
                return name
    return None
