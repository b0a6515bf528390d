"""Files out of the user's folders, read within bounds: anybody may have made them."""

import errno
import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any, Final

_DEEPEST: Final = 50
"""Parts of a dotted key. ``tomllib`` takes minutes for a hundred thousand."""
_DEEP_KEY: Final = re.compile(rf"""(?:\.\s*(?:[\w-]+|"[^"\n]*"|'[^'\n]*')\s*){{{_DEEPEST}}}""")
_LONG_NUMBER: Final = re.compile(r"0[xob][0-9A-Fa-f_]{300}")
"""Python reads such a number, and refuses to print it."""


def read_regular(file: Path, largest: int) -> bytes:
    """Reads a file, without waiting for another program as a FIFO would.

    Args:
        file: to read.
        largest: Bytes that it may have.

    Raises:
        OSError: The file cannot be read, is not a regular file, or is larger.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(file))
        data = opened.read(largest + 1)
    if len(data) > largest:
        raise OSError(errno.EFBIG, _too_large(largest), str(file))
    return data


def check_regular(file: Path, largest: int) -> None:
    """Refuses a file that is too large to be read, or could keep its reader waiting; see ``read_regular``.

    Raises:
        OSError: It is not a regular file, is larger, or is not there.
    """
    found = file.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(file))
    if found.st_size > largest:
        raise OSError(errno.EFBIG, _too_large(largest), str(file))


def _too_large(largest: int) -> str:
    most = f"{largest >> 20} MB" if largest >> 20 else f"{largest >> 10} kB" if largest >> 10 else f"{largest} bytes"
    return f"too large, at most {most} are read: divide it, or leave it out"


def parse_toml(text: str) -> dict[str, Any]:
    """Parses TOML in a time that grows no faster than the text.

    Raises:
        ValueError: It is not TOML, or nested too deeply.
    """
    if _LONG_NUMBER.search(text):
        raise ValueError("a number of too many digits")
    if _DEEP_KEY.search(text):
        raise ValueError(f"a key of more than {_DEEPEST} parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except ValueError:  # of ``int``
        raise ValueError("a number of too many digits") from None


def read_toml(file: Path, largest: int) -> dict[str, Any]:
    """Reads a TOML file; see ``read_regular`` and ``parse_toml``.

    Raises:
        OSError, ValueError: It cannot be read.
    """
    return parse_toml(read_regular(file, largest).decode("utf-8-sig"))
