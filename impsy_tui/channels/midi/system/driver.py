"""Loads python-rtmidi, or returns the reason why it cannot be loaded.

python-rtmidi 1.5.8 has no wheel for CPython 3.13 on Linux. Debian's package python3-rtmidi has it for Debian's
Python. A virtual environment of that Python does not see the package, so this module loads it from its folder.
"""

import ctypes
import importlib.util
import sys
import sysconfig
from pathlib import Path
from typing import Final

from impsy_tui.installation import pip_line
from impsy_tui.system_libraries import install_packages, missing_library, package_of

_LIBRARIES: Final = ("libasound.so.2", "libjack.so.0")
"""System libraries that python-rtmidi loads."""
_DEBIANS: Final = Path("/usr/lib/python3/dist-packages/rtmidi")
_DEBIANS_PYTHON: Final = Path("/usr/bin/python3")
_TO_BUILD: Final = ("build-essential", "python3-dev", "libasound2-dev", "libjack-dev")


def loading_problem() -> str:
    """Returns why python-rtmidi cannot be loaded, in one line; empty if it is loaded."""
    try:
        import rtmidi  # type: ignore[import-untyped]  # noqa: F401
    except ModuleNotFoundError:
        return "" if _load_debians() else _no_driver()
    except ImportError as error:
        reason = " ".join(str(error).split())
        library = missing_library(reason)
        if library in _LIBRARIES:
            # The loader stops at the first library that is missing.
            packages = [package_of(each) for each in _LIBRARIES if each == library or not _is_there(each)]
            return f"MIDI needs {library} ({install_packages(*packages)})"
        return f"MIDI needs python-rtmidi, which cannot be loaded: {reason}"
    return ""


def _load_debians() -> bool:
    """Loads Debian's python-rtmidi if it is built for this Python; returns False if there is none."""
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    if not (_DEBIANS / f"_rtmidi{suffix}").is_file():
        return False
    place = str(_DEBIANS)
    spec = importlib.util.spec_from_file_location(
        "rtmidi", f"{place}/__init__.py", submodule_search_locations=[place]
    )
    if spec is None or spec.loader is None:
        return False
    module = importlib.util.module_from_spec(spec)
    sys.modules["rtmidi"] = module
    try:
        spec.loader.exec_module(module)
    except (ImportError, OSError):
        del sys.modules["rtmidi"]
        return False
    return True


def _no_driver() -> str:
    found = _DEBIANS_PYTHON.resolve().name == f"python{sys.version_info.major}.{sys.version_info.minor}"
    if found and sys.version_info >= (3, 13):
        return f"MIDI needs python-rtmidi ({install_packages('python3-rtmidi')})"
    build = f"{install_packages(*_TO_BUILD)}, then " if sys.version_info >= (3, 13) else ""
    return f"MIDI needs python-rtmidi ({build}{pip_line('python-rtmidi')})"


def _is_there(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
