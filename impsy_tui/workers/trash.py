"""Trash of deleted files, which stay in their folder's trash until they are restored, emptied, or 30 days old.

A folder ``logs`` has its trash in ``logs/.trash``. So deleting is a rename, also on another disk. Files that are
deleted together are in one folder of the trash, such as ``20261128T091201Z-log``: the time in UTC, and the kind.

The worker deletes entries that are too old.
"""

import re
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from impsy_tui.errors import UserError
from impsy_tui.paths import log_name
from impsy_tui.worker_requests import WorkerRequest

KEPT: Final = timedelta(days=30)
_FOLDER: Final = ".trash"
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_ENTRY: Final = re.compile(r"(\d{8}T\d{6}Z)-([a-z]+)(?:-(\d{1,6}))?", re.ASCII)
_CLOCK_WAS_SET: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""A time before this comes from a computer without a battery clock, and makes no entry too old."""


@dataclass(frozen=True, slots=True, order=True)
class Trashed:
    """Files that were deleted together.

    Attributes:
        time: time of the deletion, in UTC.
        number: number of the deletion within its second.
        kind: "log", "dataset" or "model".
        folder: folder of the files, in the trash.
        files: names of the files, that of the deleted file first.
    """

    time: datetime
    number: int
    kind: str
    folder: Path
    files: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the deleted file without suffix."""
        return log_name(self.files[0]) if self.kind == "log" else Path(self.files[0]).stem

    @property
    def size(self) -> int:
        """Size of all files in bytes."""
        size = 0
        for file in self.files:
            with suppress(OSError):
                size += (self.folder / file).lstat().st_size
        return size


def put(kind: str, files: Sequence[Path], now: datetime | None = None) -> Trashed:
    """Moves files of one folder into the trash of this folder.

    Raises:
        OSError: the files cannot be moved; they stay in place.
    """
    time = (now or datetime.now(UTC)).replace(microsecond=0)
    place, number = _make_entry(files[0].parent / _FOLDER, f"{time.strftime(_STAMP)}-{kind}")
    try:
        _move([(file, place / file.name) for file in files])
    except OSError:
        with suppress(OSError):
            place.rmdir()
        raise
    return Trashed(time, number, kind, place, tuple(file.name for file in files))


def restore(trashed: Trashed) -> list[Path]:
    """Moves files back to their folder; returns their paths.

    Raises:
        UserError: a file of this name exists; nothing is moved.
        OSError: the files cannot be moved; they stay in the trash.
    """
    home = trashed.folder.parent.parent
    pairs = [(trashed.folder / name, home / name) for name in trashed.files]
    if taken := next((new for _, new in pairs if new.exists() or new.is_symlink()), None):
        raise UserError(f"{taken.name} exists again")
    _move(pairs)
    with suppress(OSError):
        trashed.folder.rmdir()
    return [new for _, new in pairs]


def entries(folders: Iterable[Path]) -> list[Trashed]:
    """Returns the entries in the trash of these folders, the newest first."""
    found = (_entry(place) for folder in dict.fromkeys(folders) for place in _inside(folder / _FOLDER))
    return sorted((entry for entry in found if entry is not None), reverse=True)


def empty(folders: Iterable[Path], older_than: timedelta = timedelta(0), now: datetime | None = None) -> int:
    """Deletes the entries in the trash of these folders permanently; returns their number.

    Args:
        folders: folders, with or without a trash.
        older_than: age from which entries are deleted.
        now: time in UTC.

    Raises:
        OSError: an entry cannot be deleted.
    """
    now = now or datetime.now(UTC)
    old = [each for each in entries(folders) if not older_than or _CLOCK_WAS_SET < each.time <= now - older_than]
    problem: OSError | None = None
    for each in old:
        try:
            shutil.rmtree(each.folder)
        except OSError as error:
            problem = error
    if problem is not None:
        raise problem
    return len(old)


def _make_entry(trash: Path, name: str) -> tuple[Path, int]:
    """Makes a folder in the trash; returns the folder and its number."""
    trash.mkdir(exist_ok=True)
    number = 1
    while True:
        place = trash / (name if number == 1 else f"{name}-{number}")
        try:
            place.mkdir()
        except FileExistsError:
            number += 1
        else:
            return place, number


def _move(pairs: Sequence[tuple[Path, Path]]) -> None:
    """Renames all files or none."""
    moved: list[tuple[Path, Path]] = []
    try:
        for old, new in pairs:
            old.rename(new)
            moved.append((old, new))
    except OSError:
        for old, new in moved:
            with suppress(OSError):
                new.rename(old)
        raise


def _inside(folder: Path) -> list[Path]:
    """Returns the entries of a folder; none for a link to another place."""
    try:
        return [] if folder.is_symlink() else list(folder.iterdir())
    except OSError:
        return []


def _entry(place: Path) -> Trashed | None:
    """Returns the entry of a folder in the trash; None for any other path."""
    read = _ENTRY.fullmatch(place.name)
    files = [file.name for file in _inside(place)]
    if read is None or not files:
        return None
    try:
        time = datetime.strptime(read[1], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Trashed(time, int(read[3] or 1), read[2], place, tuple(sorted(files, key=_thing_first)))


def _thing_first(name: str) -> tuple[bool, str]:
    """Sorts the deleted file before the files that belong to it."""
    return name.endswith((".toml", ".commands", ".csv", ".csv.gz")), name


class Request(WorkerRequest, frozen=True, tag="empty_trash"):
    """Request to delete the entries of these folders that are more than 30 days old."""

    folders: tuple[Path, ...]


def run(request: Request) -> None:
    """Deletes the entries."""
    empty(request.folders, KEPT)
