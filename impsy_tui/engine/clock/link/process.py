"""Pipes to the process that is a peer of Ableton Link."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Final

_PIECE: Final = 4096


class PeerProcess:
    """The peer's process; nothing here waits for it.

    Args:
        tempo: Tempo at the start, in beats a minute.
        take: Takes each line of the peer.
        ended: Called if the process ends by itself.
    """

    def __init__(self, tempo: float, take: Callable[[dict[str, Any]], None], ended: Callable[[], None]) -> None:
        self._take = take
        self._ended = ended
        self._unread = b""
        self._loop = asyncio.get_running_loop()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "impsy_tui.engine.clock.link.peer", f"{tempo!r}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._down, self._up = self._process.stdin, self._process.stdout
        os.set_blocking(self._down.fileno(), False)
        os.set_blocking(self._up.fileno(), False)
        self._loop.add_reader(self._up.fileno(), self._read)

    def send(self, change: dict[str, Any]) -> None:
        """Sends a change to the peer."""
        try:
            os.write(self._down.fileno(), json.dumps(change).encode() + b"\n")
        except OSError:
            pass  # its end is read

    def close(self) -> None:
        """Ends the process: it leaves the session of Link when its pipe is closed."""
        if not self._down.closed:
            self._ended = lambda: None
            self._take = lambda line: None
            self._down.close()

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
