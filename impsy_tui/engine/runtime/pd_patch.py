"""Headless Pure Data patch that starts and ends with the engine: the sound of a demo."""

import asyncio
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

_NO_AUDIO: Final = re.compile(rb"(?i)(output|audio|jack).*(error|can't|cannot|couldn't|fail)")
"""Output of Pure Data without an audio device."""
_MOST_READ: Final = 4096
"""Bytes in one read."""


class PdPatch:
    """Runs a patch in ``pd -nogui``.

    Args:
        patch: File of the patch.
        notify: Takes a level and a message to the performer.
    """

    def __init__(self, patch: Path, notify: Callable[[str, str], None]) -> None:
        self._patch = patch
        self._notify = notify
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts the patch; reports a failure and continues without sound."""
        program = shutil.which("pd")
        if program is None:
            self._notify("warning", "Pure Data is not installed: there is no sound (Debian: puredata-core)")
            return
        if not _is_file(self._patch):
            self._notify("error", f"{self._patch} does not exist: there is no sound")
            return
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(program, "-nogui", "-noadc", "-open", str(self._patch)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            self._notify("error", f"Cannot start {program}: {error.strerror}: there is no sound")
            return
        self._watch = asyncio.get_running_loop().create_task(self._wait(self._process))
        self._notify("info", f"Pure Data runs {self._patch.name}")

    async def close(self) -> None:
        """Ends the patch."""
        if self._watch is not None:
            self._watch.cancel()
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), 0.2)
            except TimeoutError:
                self._process.kill()

    async def _wait(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        reported = False
        while line := await process.stderr.read(_MOST_READ):
            if not reported and (found := _NO_AUDIO.search(line)):
                reported = True
                why = line[line.rfind(b"\n", 0, found.start()) + 1 :].split(b"\n")[0].decode(errors="replace").strip()
                self._notify(
                    "error", f"Pure Data has no sound output: {why}. Start a sound server, or plug a device in"
                )
        code = await process.wait()
        self._notify("error", f"Pure Data has ended (code {code}): there is no sound")


def _is_file(path: Path) -> bool:
    """Returns True for a file; False also in a folder without permission, where pathlib raises an error."""
    return os.path.isfile(path)
