"""Saving of a score on the engine's machine, and a draft on this machine while no engine answers."""

import asyncio
import json
from pathlib import Path
from typing import Final

from impsy_tui.console.engine_requests import EngineRequests
from impsy_tui.control.answers import SetText
from impsy_tui.control.messages import Reply, Snapshot
from impsy_tui.toml_files import read_regular, replace_text

_LARGEST_DRAFT: Final = 1 << 20


class ScoreFile:
    """A set list as this console has read or saved it last.

    Args:
        name: name of the set list.
        requests: interface to the engine.
        drafts: folder of drafts on this machine.
    """

    def __init__(self, name: str, requests: EngineRequests, drafts: Path) -> None:
        self.name = name
        self.problem = ""
        """Reason why the text is not saved; empty if there is none."""
        self.changed_elsewhere = False
        """True if another console or program has changed the file since."""
        self.is_open = False
        self._requests = requests
        self._draft = drafts / f"{name}.json"
        self._saved = ""
        self._version = ""
        self._saving = asyncio.Lock()

    async def open(self) -> str:
        """Reads the file; returns its text, or the draft of this console if the file has not changed since."""
        answer = await self._requests.open_set(self.name)
        if not isinstance(answer, SetText):
            self.problem = answer.text if isinstance(answer, Reply) else ""
            return ""
        self._take(answer)
        self._saved = answer.text
        self.is_open = True
        return self._draft_text() or answer.text

    def is_saved(self, text: str) -> bool:
        """Returns True if the engine has this text."""
        return text == self._saved

    async def save(self, text: str) -> None:
        """Saves a text if it has changed; keeps a draft here if that fails."""
        async with self._saving:
            if not self.is_open or self.is_saved(text):
                return
            if self.changed_elsewhere:
                self._write_draft(text)
                return
            answer = await self._requests.save_set(self.name, text, self._version)
            if isinstance(answer, SetText) and answer.saved:
                self._take(answer)
                self._saved = text
                self._draft.unlink(missing_ok=True)
                return
            self.changed_elsewhere = isinstance(answer, SetText)
            self.problem = answer.text if isinstance(answer, Reply) else ""
            self._write_draft(text)

    async def overwrite(self, text: str) -> None:
        """Saves a text in place of a text that another console or program has saved."""
        answer = await self._requests.open_set(self.name)
        if isinstance(answer, SetText):
            self._take(answer)
            self._saved = answer.text
            await self.save(text)

    def is_outdated(self, snapshot: Snapshot) -> bool:
        """Returns True if another console has saved the file since."""
        return self.is_open and any(
            each.name == self.name and each.version not in ("", self._version) for each in snapshot.edited
        )

    def other_editors(self, snapshot: Snapshot) -> tuple[str, ...]:
        """Returns the other consoles that edit the file."""
        editors = next((each.editors for each in snapshot.edited if each.name == self.name), ())
        own = list(editors)
        if self._requests.editor in own:
            own.remove(self._requests.editor)
        return tuple(own)

    def _take(self, answer: SetText) -> None:
        self._version = answer.version
        self.problem, self.changed_elsewhere = "", False

    def _write_draft(self, text: str) -> None:
        try:
            self._draft.parent.mkdir(parents=True, exist_ok=True)
            replace_text(self._draft, json.dumps({"version": self._version, "text": text}))
        except OSError as error:
            self.problem += f"; no draft can be kept at {self._draft}: {error.strerror}"

    def _draft_text(self) -> str:
        """Returns the text that could not be saved before; empty if there is none, or the file is another now."""
        try:
            draft = json.loads(read_regular(self._draft, _LARGEST_DRAFT))
            text, version = str(draft["text"]), str(draft["version"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        if version != self._version:
            self.problem = f"this console has an older draft that is not saved: {self._draft}"
            return ""
        return text
