"""Process that is a peer of Ableton Link: ``python -m impsy_tui.engine.clock.link.peer``.

The library of Link has its own threads and locks, so it runs next to the engine and not within. Both directions carry
lines of JSON. The engine writes what the performer changes, with a number. The line of the beats is a beat, its
time on the monotonic clock, and the tempo. The peer writes each new line, with the last number that it has read.
The process ends when the engine closes its pipe.
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from impsy_tui.engine.clock.beats import BAR
from impsy_tui.system_libraries import install_packages, missing_library, package_of

_LOOK: Final = 0.1
"""Seconds between two readings of the line: the library reports a new tempo, but not a moved beat."""
_MOVED: Final = 1e-4
"""Seconds. A beat that comes earlier or later by more than this makes another line."""
_EXACT: Final = 3e-5
"""Seconds that the reading of a beat may take; a longer one was interrupted and is tried again."""
_ATTEMPTS: Final = 5
_PIECE: Final = 1 << 16


class Peer:
    """Peer of Link, and its pipes.

    Args:
        link: Peer in the form of ``aalink.Link``.
        write: Writes a line to the engine.
    """

    def __init__(self, link: Any, write: Callable[[dict[str, Any]], None]) -> None:
        self._link = link
        self._write = write
        self._number = 0
        self._sent: dict[str, Any] = {}
        link.quantum = float(BAR)
        for add in (link.add_num_peers_callback, link.add_tempo_callback, link.add_start_stop_callback):
            add(lambda value: self.look())
        link.enabled = True

    def take(self, change: dict[str, Any]) -> None:
        """Carries out a change of the performer."""
        link = self._link
        self._number = change["number"]
        if "bpm" in change:
            link.tempo = change["bpm"]
        if "beat" in change:
            link.force_beat(change["beat"] + (time.monotonic() - change["at"]) * link.tempo / 60.0)
        if "transport" in change:
            link.start_stop_sync_enabled = change["transport"]
        if "plays" in change:
            link.playing = change["plays"]
        self.look(always=True)

    def look(self, *, always: bool = False) -> None:
        """Writes the line of the beats if it is another one, or in any case."""
        line, sent = self._line(), self._sent
        if not always and all(line[key] == sent.get(key) for key in ("bpm", "peers", "plays")):
            expected = sent["beat"] + (line["at"] - sent["at"]) * line["bpm"] / 60.0
            if abs(line["beat"] - expected) * 60.0 < _MOVED * line["bpm"]:
                return
        self._sent = line
        self._write({**line, "number": self._number})

    def _line(self) -> dict[str, Any]:
        link = self._link
        for _ in range(_ATTEMPTS):
            before = time.monotonic()
            beat = link.beat
            after = time.monotonic()
            if after - before < _EXACT:
                break
        return {
            "beat": beat,
            "at": (before + after) / 2.0,
            "bpm": link.tempo,
            "peers": link.num_peers,
            "plays": link.playing,
        }


async def _serve(tempo: float) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    unread = b""

    def write(line: dict[str, Any]) -> None:
        try:
            os.write(sys.stdout.fileno(), json.dumps(line).encode() + b"\n")
        except OSError:
            ended.set()  # the engine has ended

    def read() -> None:
        nonlocal unread
        data = os.read(sys.stdin.fileno(), _PIECE)
        if not data:
            ended.set()
        *lines, unread = (unread + data).split(b"\n")
        for line in lines:
            peer.take(json.loads(line))

    def look(due: float) -> None:
        peer.look()
        loop.call_at(due + _LOOK, look, due + _LOOK)

    try:
        import aalink
    except ImportError as error:
        write({"failed": _loading_problem(str(error))})
        return
    peer = Peer(aalink.Link(tempo), write)
    loop.add_reader(sys.stdin.fileno(), read)
    look(loop.time())
    await ended.wait()


def _loading_problem(reason: str) -> str:
    """Returns why the library of Link cannot be loaded, in one line."""
    if library := missing_library(reason):
        return f"Ableton Link needs {library} ({install_packages(package_of(library))})"
    return f"Ableton Link needs aalink, which cannot be loaded: {' '.join(reason.split())}"


def main() -> None:
    """Is a peer until the engine closes the pipe."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    asyncio.run(_serve(float(sys.argv[1])))
    os._exit(0)  # the threads of the library are not waited for


if __name__ == "__main__":
    main()
