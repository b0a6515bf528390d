"""Text of set lists for the editors of consoles: read, saved, and shared between several consoles."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from impsy_tui.control.answers import SetText
from impsy_tui.control.messages import EditSet
from impsy_tui.control.states import EditedSet
from impsy_tui.engine.performance.cues import SUFFIX
from impsy_tui.errors import UserError
from impsy_tui.language.setlist import LARGEST_TEXT
from impsy_tui.text import is_plain_name
from impsy_tui.toml_files import read_regular, replace_text

_LONGEST_NAME: Final = 100


class SetTexts:
    """Reads and saves set lists, and knows which console edits which of them.

    A file is saved only if its text is the one that the console has read or saved before. The text of another console
    or program is not overwritten.

    Args:
        folders: folders of set lists, the user's first; files are saved there.
        saved: called with the name and the text of each saved set list.
    """

    def __init__(self, folders: Sequence[Path], saved: Callable[[str, str], Awaitable[None]]) -> None:
        self._folders = tuple(dict.fromkeys(folder.absolute() for folder in folders))
        self._saved = saved
        self._versions: dict[str, str] = {}
        self._editors: dict[object, EditSet] = {}
        self._writing = asyncio.Lock()

    async def open(self, number: int, name: str) -> SetText:
        """Returns the text of a set list; a name without a file has an empty text.

        Raises:
            UserError: The name cannot be the name of a file, or the file cannot be read.
        """
        name = _checked(name)
        text = await asyncio.get_running_loop().run_in_executor(None, self._read, name)
        self._versions[name] = _version(text)
        return SetText(number, name, text or "", self._versions[name])

    async def save(self, number: int, name: str, text: str, version: str) -> SetText:
        """Saves a set list in the user's folder, unless another console or program has changed the file.

        Args:
            number: number of the request.
            name: name of the set list.
            text: new text.
            version: version that the console has read or saved last.

        Raises:
            UserError: The text is too long, or the file cannot be read or written.
        """
        name = _checked(name)
        if len(text.encode(errors="replace")) > LARGEST_TEXT:
            raise UserError(f"score {name} is too long: at most {LARGEST_TEXT >> 10} kB can be saved; divide it")
        async with self._writing:
            new = await asyncio.get_running_loop().run_in_executor(None, self._write, name, text, version)
            self._versions[name] = new
        if new != _version(text):
            return SetText(number, name, "", new, saved=False)
        await self._saved(name, text)
        return SetText(number, name, "", new)

    def edit(self, client: object, edits: EditSet) -> None:
        """Notes which set list a client edits; an empty name is for none."""
        self._editors.pop(client, None)
        with suppress(UserError):  # no set list has such a name
            self._editors[client] = EditSet(_checked(edits.name), edits.editor[:_LONGEST_NAME])
        edited = {each.name for each in self._editors.values()}
        self._versions = {name: version for name, version in self._versions.items() if name in edited}

    def states(self) -> tuple[EditedSet, ...]:
        """Returns the set lists that are edited now, for a snapshot."""
        editors: dict[str, list[str]] = {}
        for edits in self._editors.values():
            editors.setdefault(edits.name, []).append(edits.editor)
        return tuple(EditedSet(name, self._versions.get(name, ""), tuple(who)) for name, who in editors.items())

    def _read(self, name: str) -> str | None:
        """Returns the text of a file; None without a file."""
        for folder in self._folders:
            try:
                data = read_regular(folder / f"{name}{SUFFIX}", LARGEST_TEXT)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (OSError, ValueError) as error:
                raise UserError(f"score {name} cannot be read: {getattr(error, 'strerror', '') or error}") from None
            return data.decode(errors="replace").removeprefix("\ufeff").replace("\r\n", "\n")
        return None

    def _write(self, name: str, text: str, version: str) -> str:
        """Writes a text; returns the version of the file, which is not that of the text if nothing was written."""
        now = self._read(name)
        if _version(now) != version and now != text:
            return _version(now)
        try:
            self._folders[0].mkdir(parents=True, exist_ok=True)
            replace_text(self._folders[0] / f"{name}{SUFFIX}", text)
        except OSError as error:
            raise UserError(f"score {name} cannot be saved: {error.strerror or error}") from None
        return _version(text)


def _checked(name: str) -> str:
    """Returns the name of a set list without its suffix.

    Raises:
        UserError: The name would be outside the folder, hidden, or no name of a file.
    """
    plain = name.removesuffix(SUFFIX)
    if not is_plain_name(plain) or len(plain) > _LONGEST_NAME or not plain.isprintable():
        raise UserError(
            f"score: {name[:_LONGEST_NAME]!r} cannot be the name of a set list; "
            "letters, digits, blanks, - and _ are allowed"
        )
    return plain


def _version(text: str | None) -> str:
    """Returns a short hash of a text; empty for no file."""
    return "" if text is None else hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
