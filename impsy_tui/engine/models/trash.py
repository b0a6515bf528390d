"""Trash commands: list, restore, empty; see ``workers.trash``."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from impsy_tui.engine.runtime.subprocesses import ask_worker
from impsy_tui.errors import UserError
from impsy_tui.workers import trash
from impsy_tui.workers.trash import KEPT, Trashed

_MOST_LISTED: Final = 40
_PATIENCE: Final = 600.0
"""Time limit in seconds for removing old files from a slow card."""

T = TypeVar("T")


class Trash:
    """Trash of several folders.

    Args:
        folders: Folders, each with a separate trash.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)

    def names(self) -> tuple[str, ...]:
        """Returns the names that ``restore`` takes, the newest first."""
        return tuple(dict.fromkeys(each.name for each in trash.entries(self._folders)))

    async def put(self, kind: str, files: Sequence[Path]) -> Trashed:
        """Moves files of one folder into the trash.

        Raises:
            UserError: The files cannot be moved.
        """
        return await _in_thread(lambda: trash.put(kind, files))

    async def restore(self, name: str) -> str:
        """Restores the newest entry of a name, or the newest of all without a name; returns the reply.

        Raises:
            UserError: There is no such entry, or the files cannot be moved.
        """
        found = await _in_thread(lambda: trash.entries(self._folders))
        if not found:
            raise UserError("the trash is empty")
        chosen = next((each for each in found if name in ("", each.name, each.files[0])), None)
        if chosen is None:
            raise UserError(f"{name} is not in the trash: trash lists what is there")
        return await self.bring_back(chosen)

    async def bring_back(self, trashed: Trashed) -> str:
        """Restores an entry; returns the reply.

        Raises:
            UserError: The files cannot be moved.
        """
        try:
            await _in_thread(lambda: trash.restore(trashed))
        except UserError as problem:
            raise UserError(f"{problem}: rename it, then restore {trashed.name}") from None
        return f"{trashed.kind} {trashed.name} is back"

    async def listing(self) -> str:
        """Returns the entries of the trash, one per line, the newest first."""
        found = await _in_thread(lambda: [(each, each.size) for each in trash.entries(self._folders)])
        if not found:
            return "the trash is empty"
        now = datetime.now(UTC)
        listed = found[:_MOST_LISTED]
        lines = [f"{_age(now, each)}  {each.kind} {each.name}, {_amount(size)}" for each, size in listed]
        if len(found) > _MOST_LISTED:
            lines.append(f"and {len(found) - _MOST_LISTED} older")
        return "\n".join(lines)

    async def empty(self) -> str:
        """Deletes all entries for ever; returns the reply.

        Raises:
            UserError: Some files cannot be deleted.
        """
        count = await _in_thread(lambda: trash.empty(self._folders))
        return f"{count} deleted for ever" if count else "the trash is empty already"

    async def remove_old(self) -> None:
        """Deletes entries older than 30 days, in a separate process.

        Raises:
            UserError: Some files cannot be deleted.
        """
        if await _in_thread(lambda: trash.entries(self._folders)):
            await ask_worker(trash.Request(tuple(self._folders)), patience=_PATIENCE)


def _age(now: datetime, trashed: Trashed) -> str:
    days = (now - trashed.time).days
    when = trashed.time.astimezone().strftime("%Y-%m-%d %H:%M")
    left = KEPT.days - days
    return when if days < 0 else f"{when} ({left} {'day' if left == 1 else 'days'} left)" if left > 0 else when


def _amount(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


async def _in_thread(work: Callable[[], T]) -> T:
    try:
        return await asyncio.get_running_loop().run_in_executor(None, work)
    except OSError as error:
        raise UserError(f"{error.filename or 'the trash'}: {error.strerror or error}") from None
