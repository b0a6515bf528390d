"""Names of MIDI ports, and which port a name means."""

import re
from collections.abc import Callable, Sequence
from typing import Final

VIRTUAL_CLIENT: Final = "impsy-tui"
"""Client name of virtual ports."""
LINK_CLIENT: Final = "impsy-link-"
"""Beginning of the client names of ports that lead to a device; such ports are not devices."""


def match(wanted: str, names: Sequence[str]) -> str | None:
    """The port that is meant by a name or a part of one.

    An exact match goes first, then one without the numbers that ALSA puts behind a name, then a name
    that contains it, and last one that contains it if case is left aside.
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
