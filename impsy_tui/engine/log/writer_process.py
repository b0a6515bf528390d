"""Process of the log writer: start, reports, restart."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Final

from impsy_tui.engine.log import log_writer

_PIPE_SIZE: Final = 1 << 20
_F_SETPIPE_SZ: Final = 1031
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 8.0
"""Seconds before the next start; doubles after each failure."""


class LogWriterProcess:
    """Runs ``log_writer.py`` behind a pipe.

    Args:
        began: called when a process runs, with a new and empty pipe.
        hear: called with each line that the process reports.
        ended: called with the reason when the process has ended or cannot be started.
    """

    def __init__(self, began: Callable[[], None], hear: Callable[[str], None], ended: Callable[[str], None]) -> None:
        self.pipe = -1
        """Pipe to the process; -1 without a process."""
        self.process: subprocess.Popen[bytes] | None = None
        self._began, self._hear, self._ended = began, hear, ended
        self._pause = 0.0
        self._partial = b""
        self._closing: asyncio.Future[None] | None = None
        self._opened = False

    def open(self) -> None:
        """Starts the process; the event loop must run."""
        self._opened = True
        try:
            self._adopt(*_start())
        except OSError as error:
            self._failed(error)

    def works(self) -> None:
        """Notes a working process: after its end, the next one starts at once."""
        self._pause = 0.0

    async def close(self, patience: float) -> bool:
        """Closes the pipe and waits a moment for the end of the process; returns True if it ended."""
        if not self._opened:
            return True
        loop = asyncio.get_running_loop()
        self._closing = loop.create_future()
        if self.pipe < 0:
            return False
        loop.remove_writer(self.pipe)
        os.close(self.pipe)
        self.pipe = -1
        done, _ = await asyncio.wait([self._closing], timeout=patience)
        if not done:
            self._forget()
        return bool(done)

    def _failed(self, error: OSError) -> None:
        self._ended(f"its process cannot be started: {error.strerror or error}")
        self._later()

    def _later(self) -> None:
        asyncio.get_running_loop().call_later(self._pause, self._again)
        self._pause = min(max(_FIRST_PAUSE, 2 * self._pause), _LONGEST_PAUSE)

    def _again(self) -> None:
        if self._closing is None:
            # In a thread: on a busy machine a process takes long to start.
            threading.Thread(target=self._start, args=(asyncio.get_running_loop(),), daemon=True).start()

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            started = _start()
        except OSError as error:
            self._call(loop, self._failed, error)
        else:
            self._call(loop, self._adopt, *started)

    def _call(self, loop: asyncio.AbstractEventLoop, what: Callable[..., None], *arguments: object) -> None:
        try:
            loop.call_soon_threadsafe(what, *arguments)
        except RuntimeError:
            pass  # the engine has ended

    def _adopt(self, process: subprocess.Popen[bytes], pipe: int) -> None:
        if self._closing is not None:
            os.close(pipe)
            return
        self.process, self.pipe, self._partial = process, pipe, b""
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        asyncio.get_running_loop().add_reader(process.stdout, self._read)
        self._began()

    def _read(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        try:
            data = os.read(self.process.stdout.fileno(), 1 << 16)
        except OSError:
            return  # nothing to read, or no memory for a moment: the loop comes back
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            self._hear(line.decode(errors="surrogateescape"))
        if not data:
            self._lost()

    def _lost(self) -> None:
        assert self.process is not None
        process = self.process
        self._forget()
        if self._closing is not None:
            if not self._closing.done():
                self._closing.set_result(None)
            return
        code = process.poll()
        if self.pipe >= 0:
            asyncio.get_running_loop().remove_writer(self.pipe)
            os.close(self.pipe)
            self.pipe = -1
        self._ended("its process was killed" if code is None or code < 0 else f"its process failed (code {code})")
        self._later()

    def _forget(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            asyncio.get_running_loop().remove_reader(self.process.stdout)
            self.process.stdout.close()


def _start() -> tuple[subprocess.Popen[bytes], int]:
    reading, writing = os.pipe()
    try:
        os.set_blocking(writing, False)
        if sys.platform == "linux":
            import fcntl

            try:
                fcntl.fcntl(writing, _F_SETPIPE_SZ, _PIPE_SIZE)
            except OSError:
                pass  # more than the user may have: the pipe keeps its usual size
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", log_writer.__file__],
            stdin=reading,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        os.close(writing)
        raise
    finally:
        os.close(reading)
    return process, writing
