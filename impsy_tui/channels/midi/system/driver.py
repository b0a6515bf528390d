"""Loads python-rtmidi, or says what it lacks."""

import re
from typing import Final

_PACKAGES: Final = {"libasound.so.2": "libasound2", "libjack.so.0": "libjack-jackd2-0"}
"""Debian's package of each library that python-rtmidi loads."""


def loading_problem() -> str:
    """Returns why python-rtmidi cannot be loaded, in one line; empty if it is loaded."""
    try:
        import rtmidi  # type: ignore[import-untyped]  # noqa: F401
    except ImportError as error:
        reason = " ".join(str(error).split())
        found = re.search(r"lib[\w+-]+\.so[.\d]*", reason)
        if found and found[0] in _PACKAGES:
            return f"MIDI needs {found[0]} (sudo apt-get install {_PACKAGES[found[0]]})"
        return f"MIDI needs python-rtmidi, which cannot be loaded: {reason}"
    return ""
