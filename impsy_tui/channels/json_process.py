"""Process of this program that the engine talks to in lines of JSON, and that ends with the engine."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

_PIECE: Final = 4096
"""Bytes that are read in one turn of the loop."""


class JsonProcess:
    """Runs a module in another process; nothing here waits for it.

    A thread starts the process: on a busy machine, that can take some milliseconds. What is sent before waits. The
    process ends by itself when its input ends.

    Args:
        module: Name of the module.
        arguments: Arguments of the process.
        take: Takes each line of its output.
        ended: Called if the process ends before ``close``, or cannot be started; takes the reason of the system,
            empty for a process that has run.
    """

    def __init__(
        self, module: str, arguments: Sequence[str], take: Callable[[Any], None], ended: Callable[[str], None]
    ) -> None:
        self._take = take
        self._ended = ended
        self._unsent: list[bytes] = []
        self._unread = b""
        self._is_closed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._loop = asyncio.get_running_loop()
        self._loop.run_in_executor(None, _start, module, *arguments).add_done_callback(self._adopt)

    def send(self, message: Any) -> None:
        """Sends a line to the process, unless the process has ended."""
        line = json.dumps(message).encode() + b"\n"
        if self._process is None:
            self._unsent.append(line)
        elif not self._is_closed:
            self._write(line)

    def close(self) -> None:
        """Ends the process: its input ends."""
        if not self._is_closed:
            self._is_closed = True
            self._ended = self._take = lambda line: None
            if self._process is not None:
                _input(self._process).close()

    def kill(self) -> None:
        """Ends the process at once, whatever it waits for."""
        self.close()
        if self._process is not None:
            self._process.kill()

    def _adopt(self, starting: "asyncio.Future[subprocess.Popen[bytes]]") -> None:
        try:
            process = starting.result()
        except OSError as error:
            self._ended(error.strerror or str(error))
            return
        self._process = process
        os.set_blocking(_output(process), False)
        self._loop.add_reader(_output(process), self._read, process)
        if self._is_closed:
            self._process.kill()
            _input(process).close()
            return
        os.set_blocking(_input(process).fileno(), False)
        self._write(b"".join(self._unsent))

    def _write(self, lines: bytes) -> None:
        assert self._process is not None
        try:
            os.write(_input(self._process).fileno(), lines)
        except OSError:
            pass  # its end is read

    def _read(self, process: "subprocess.Popen[bytes]") -> None:
        data = os.read(_output(process), _PIECE)
        if not data:
            self._loop.remove_reader(_output(process))
            ended = self._ended
            self.close()
            assert process.stdout is not None
            process.stdout.close()
            self._loop.run_in_executor(None, process.wait)
            ended("")
            return
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            self._take(json.loads(line))


def _start(module: str, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _input(process: "subprocess.Popen[bytes]") -> Any:
    return process.stdin


def _output(process: "subprocess.Popen[bytes]") -> int:
    assert process.stdout is not None
    return process.stdout.fileno()
