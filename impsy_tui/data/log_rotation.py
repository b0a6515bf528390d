"""Limits the age and the size of the log folder: worker ``rotate_logs``.

Only files that the engine named by their time are touched. A file that is open or younger than a day stays, and so do
the labelled recordings of gestures, from which a classifier learns.
"""

import gzip
import os
import re
import shutil
import sys
import time
from pathlib import Path
from typing import Final, NamedTuple

from impsy_tui.paths import files_in
from impsy_tui.worker_requests import WorkerRequest

DAY: Final = 86_400.0
_STAMPED: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}")
_SUFFIXES: Final = (".log", ".csv", ".commands", ".gz")
_PLAIN: Final = (".log", ".csv")
"""Suffixes of files that are compressed."""
_LABELS: Final = "-gesturetargets.csv"
"""End of the name of a file with the labels of a recording."""


class Request(WorkerRequest, frozen=True, tag="rotate_logs"):
    """Request to limit a log folder.

    Attributes:
        folder: Folder of the logs.
        open_files: Files that the engine writes.
        keep: Age in seconds beyond which files are deleted; 0 for no limit.
        most: Bytes of all logs beyond which the oldest are compressed, then deleted; 0 for no limit.
    """

    folder: Path
    open_files: tuple[Path, ...]
    keep: float = 0.0
    most: float = 0.0


class Rotated(NamedTuple):
    """Result of a rotation: numbers of files.

    Attributes:
        deleted: number of deleted files.
        compressed: number of compressed files.
    """

    deleted: int
    compressed: int


def run(request: Request) -> None:
    """Rotates the logs and prints the result in words; nothing if all files stay."""
    done = rotate(request, time.time())
    parts = [f"{done.compressed} compressed"] if done.compressed else []
    parts += [f"{done.deleted} deleted"] if done.deleted else []
    sys.stdout.write(", ".join(parts))


def rotate(request: Request, now: float) -> Rotated:
    """Deletes logs that are too old; compresses and then deletes the oldest until the rest is small enough.

    Args:
        request: Folder and limits.
        now: Time of day in seconds since 1970.
    """
    busy = {file.absolute() for file in request.open_files}
    files = [file for file in files_in(request.folder, *_SUFFIXES) if _STAMPED.match(file.name)]
    labelled = tuple(file.name.removesuffix(_LABELS) for file in files if file.name.endswith(_LABELS))
    old = []
    total = 0.0
    for file in files:
        if labelled and file.name.startswith(labelled):
            continue
        found = file.stat()
        total += found.st_size
        if file.absolute() not in busy and now - found.st_mtime > DAY:
            old.append((found.st_mtime, file))
    old.sort()
    deleted = compressed = 0
    if request.keep:
        for written, file in list(old):
            if now - written > request.keep:
                total -= _delete(file)
                old.remove((written, file))
                deleted += 1
    if request.most:
        for index, (written, file) in enumerate(old):
            if total > request.most and file.suffix in _PLAIN:
                smaller, saved = _compress(file)
                old[index] = (written, smaller)
                total -= saved
                compressed += 1
        for _, file in old:
            if total <= request.most:
                break
            total -= _delete(file)
            deleted += 1
    return Rotated(deleted, compressed)


def _delete(file: Path) -> int:
    """Deletes a file; returns its size."""
    size = file.stat().st_size
    file.unlink()
    return size


def _compress(file: Path) -> tuple[Path, int]:
    """Replaces a file by a compressed one of the same time; returns the new file and the saved bytes."""
    before = file.stat()
    made = file.with_name(f"{file.name}.gz")
    new = made.with_name(f".{made.name}.new")
    try:
        with file.open("rb") as plain, gzip.open(new, "wb", compresslevel=6) as packed:
            shutil.copyfileobj(plain, packed, 1 << 20)
        with new.open("rb") as written:
            os.fsync(written.fileno())  # a power cut must not leave an empty file
        os.utime(new, (before.st_atime, before.st_mtime))
        new.replace(made)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    file.unlink()
    return made, before.st_size - made.stat().st_size
