"""System libraries that packages of Python load, and the Debian packages that have them."""

import platform
import re
from typing import Final

_PACKAGES: Final = {"libjack.so.0": "libjack-jackd2-0"}
"""Packages whose names do not follow Debian's policy (8.1): ``libNAME.so.N`` is in ``libNAMEN``."""
_RENAMED: Final = {"libasound2": "libasound2t64"}
"""Packages with another name since 64-bit time: Debian 13 and Ubuntu 24.04."""
_SINCE: Final = {"debian": 13.0, "raspbian": 13.0, "ubuntu": 24.04}
_LIBRARY: Final = re.compile(r"(lib[\w+-]+\.so[.\d]*): (?:cannot open shared object file|file too short)")


def missing_library(text: str) -> str:
    """Returns the system library whose absence an error or output reports; empty without one."""
    found = _LIBRARY.search(text)
    return found[1] if found else ""


def package_of(library: str) -> str:
    """Returns the Debian package of a system library."""
    name, _, version = library.partition(".so.")
    package = _PACKAGES.get(library) or name.lower() + ("-" if name[-1].isdigit() else "") + version
    return _RENAMED.get(package, package) if _is_renamed() else package


def install_packages(*packages: str) -> str:
    """Returns the shell line that installs Debian packages."""
    return f"sudo apt-get install {' '.join(packages)}"


def _is_renamed() -> bool:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return False
    try:
        version = float(release.get("VERSION_ID", ""))
    except ValueError:
        version = float("inf")  # testing and unstable have none
    return version >= _SINCE.get(release.get("ID", ""), float("inf"))
