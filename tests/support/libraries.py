"""System libraries that may be missing."""

import re

import pytest

from impsy_tui.system_libraries import install_packages, missing_library, package_of

_NO_DRIVER = re.compile(r"No module named 'rtmidi'")


def skip_without_library(said: str) -> None:
    """Skips the test if this output of a program says that a system library is missing."""
    if found := missing_package(said):
        pytest.skip(found)


def missing_package(said: str) -> str:
    """Returns a message with the package of the library that is missing by this error or output; empty if none is
    missing."""
    if library := missing_library(said):
        return f"{library} is missing: {install_packages(package_of(library))}"
    return f"python-rtmidi is missing: {install_packages('python3-rtmidi')}" if _NO_DRIVER.search(said) else ""
