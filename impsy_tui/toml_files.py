"""Files of the user's folders, read within limits, because other people may have made them."""

import errno
import gzip
import io
import os
import re
import stat
import tomllib
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_DEEPEST: Final = 50
"""Parts of a dotted key. ``tomllib`` takes minutes for a hundred thousand."""
_DEEP_KEY: Final = re.compile(rf"""(?:\.\s*(?:[\w-]+|"[^"\n]*"|'[^'\n]*')\s*){{{_DEEPEST}}}""")
_LONG_NUMBER: Final = re.compile(r"0[xob][0-9A-Fa-f_]{300}")
"""Python reads such a number, and refuses to print it."""


def open_regular(file: Path) -> io.BufferedReader:
    """Opens a regular file for reading; a reader of a FIFO would wait for another program.

    Raises:
        OSError: The file cannot be read, or is not a regular file.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
        raise OSError(errno.EINVAL, "not a regular file", str(file))
    return os.fdopen(descriptor, "rb")


class _Unpacked(io.RawIOBase):
    """Content of a compressed file; a truncated file ends early, and a damaged one raises ``OSError``."""

    def __init__(self, packed: io.BufferedReader) -> None:
        self._packed = packed
        self._content = gzip.GzipFile(fileobj=packed)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._content.seek(offset, whence)

    def readinto(self, buffer: "WriteableBuffer") -> int:
        place = memoryview(buffer).cast("B")
        try:
            read = self._content.read1(len(place))
        except EOFError:
            return 0
        except zlib.error:
            raise OSError(errno.EIO, "the compressed file is damaged", self._packed.name) from None
        place[: len(read)] = read
        return len(read)

    def close(self) -> None:
        self._packed.close()
        super().close()


def open_content(file: Path) -> io.BufferedReader:
    """Opens a regular file for reading; of a file whose name ends in ``.gz``, the content.

    Raises:
        OSError: The file cannot be read, or is not a regular file.
    """
    opened = open_regular(file)
    return io.BufferedReader(_Unpacked(opened)) if file.suffix == ".gz" else opened


def open_text(file: Path, newline: str | None = None) -> TextIO:
    """Opens the content of a file as UTF-8 text, with or without a byte order mark; wrong bytes become ``\ufffd``.

    Raises:
        OSError: The file cannot be read, or is not a regular file.
    """
    return io.TextIOWrapper(open_content(file), encoding="utf-8-sig", errors="replace", newline=newline)


def read_regular(file: Path, largest: int) -> bytes:
    """Reads a regular file; see ``open_regular``.

    Args:
        file: File to read.
        largest: Bytes that it may have.

    Raises:
        OSError: The file cannot be read, is not a regular file, or is larger.
    """
    with open_regular(file) as opened:
        data = opened.read(largest + 1)
    if len(data) > largest:
        raise OSError(errno.EFBIG, _too_large(largest), str(file))
    return data


def check_regular(file: Path, largest: int) -> None:
    """Refuses a file that is not regular, or too large; see ``read_regular``.

    Raises:
        OSError: The file is not a regular file, is larger, or is missing.
    """
    found = file.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(file))
    if found.st_size > largest:
        raise OSError(errno.EFBIG, _too_large(largest), str(file))


def _too_large(largest: int) -> str:
    most = f"{largest >> 20} MB" if largest >> 20 else f"{largest >> 10} kB" if largest >> 10 else f"{largest} bytes"
    return f"too large, at most {most} are read: divide it, or leave it out"


def replace_text(file: Path, text: str) -> None:
    """Writes a text file in UTF-8; see ``replace_file``.

    Raises:
        OSError: The file cannot be written.
    """
    replace_file(file, text.encode())


def replace_file(file: Path, content: bytes) -> None:
    """Writes a file so that a power cut leaves the old or the new file complete.

    A symbolic link stays one, and the file keeps its mode.

    Raises:
        OSError: The file cannot be written.
    """
    file = file.resolve()
    temporary = file.with_name(f".{file.name}.new")
    with temporary.open("wb") as new:
        new.write(content)
        new.flush()
        os.fsync(new.fileno())
    if file.exists():
        temporary.chmod(file.stat().st_mode & 0o777)
    temporary.replace(file)


def parse_toml(text: str) -> dict[str, Any]:
    """Parses TOML in a time that grows no faster than the text.

    Raises:
        ValueError: The text is not TOML, or is nested too deeply.
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
        OSError: The file cannot be read.
        ValueError: The text is not TOML.
    """
    return parse_toml(read_regular(file, largest).decode("utf-8-sig"))
