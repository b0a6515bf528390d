"""System libraries that may be missing."""

import re

import pytest

LIBRARIES = {"libasound.so.2": "libasound2", "libjack.so.0": "libjack-jackd2-0", "libportaudio.so.2": "libportaudio2"}
"""Debian's package of each system library that a driver loads."""


MISSING_LIBRARY = re.compile(r"(lib[\w+-]+\.so[.\d]*): (?:cannot open shared object file|file too short)")


def skip_without_library(said: str) -> None:
    """Skips the test if this output of a program says that a system library is missing."""
    if found := MISSING_LIBRARY.search(said):
        pytest.skip(missing_library(found[1]))


def missing_library(library: str) -> str:
    """Says which package has a library."""
    return f"{library} is missing: sudo apt-get install {LIBRARIES.get(library, library)}"
