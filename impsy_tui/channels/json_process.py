"""Process of this program that the engine talks to in lines of JSON, and that ends with the engine."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Final

_PIECE: Final = 4096
"""Bytes that are read in one turn of the loop."""


def start_process(module: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """Starts a module in another process; a busy machine can take some milliseconds for it.

    Raises:
        OSError: The process cannot be started.
    """
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


class JsonProcess:
    """Process of ``start_process``; nothing here waits for it.

    The process ends by itself when its input ends.

    Args:
        process: The process.
        take: Takes each line of its output.
        ended: Called if the process ends before ``close``.
    """

    def __init__(
        self, process: "subprocess.Popen[bytes]", take: Callable[[Any], None], ended: Callable[[], None]
    ) -> None:
        self._take = take
        self._ended = ended
        self._unread = b""
        self._loop = asyncio.get_running_loop()
        self._process = process
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._down, self._up = self._process.stdin, self._process.stdout
        os.set_blocking(self._down.fileno(), False)
        os.set_blocking(self._up.fileno(), False)
        self._loop.add_reader(self._up.fileno(), self._read)

    def send(self, message: Any) -> None:
        """Sends a line to the process, unless the process has ended."""
        if self._down.closed:
            return
        try:
            os.write(self._down.fileno(), json.dumps(message).encode() + b"\n")
        except OSError:
            pass  # its end is read

    def close(self) -> None:
        """Ends the process: its input ends."""
        if not self._down.closed:
            self._ended = lambda: None
            self._take = lambda line: None
            self._down.close()

    def kill(self) -> None:
        """Ends the process at once, whatever it waits for."""
        self.close()
        self._process.kill()

    def _read(self) -> None:
        data = os.read(self._up.fileno(), _PIECE)
        if not data:
            self._loop.remove_reader(self._up.fileno())
            self._up.close()
            self._down.close()
            self._loop.run_in_executor(None, self._process.wait)
            self._ended()
            return
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            self._take(json.loads(line))
