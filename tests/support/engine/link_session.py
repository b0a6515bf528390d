"""Program for a separate network name space: engines and another program in a session of Ableton Link.

``unshare -rn python -m tests.support.engine.link_session`` ends with 0 if all is well. No session of Link in the
network of this machine is disturbed.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from impsy_tui.channels.json_process import JsonProcess
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.runtime.loop import EngineLoop
from tests.support.engine.musical_time import NoLines

_PATIENCE: Final = 20.0


def report_the_end_of_the_process() -> None:
    async def run() -> None:
        told: list[str] = []
        ended = asyncio.Event()

        def notify(level: str, text: str) -> None:
            told.append(text)
            if level == "error":
                ended.set()

        tempo = Tempo(loop.scheduler, NoLines(), notify)
        tempo.set_beats(97.0)
        tempo.set_link(True)
        peer = tempo.link._peer
        assert isinstance(peer, JsonProcess)
        while peer._process is None:
            await asyncio.sleep(0.01)
        peer._process.kill()
        await asyncio.wait_for(ended.wait(), _PATIENCE)
        assert not tempo.link.on
        assert tempo.beats == 97.0
        assert "clock link on starts it again" in told[-1]

    loop = EngineLoop()
    loop.run_until_complete(run())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


class OtherProgram:
    """Peer of Link in a separate process, as another program has it."""

    def __init__(self, tempo: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "impsy_tui.engine.clock.link.peer", str(tempo)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._number = 0

    def send(self, **change: Any) -> None:
        self._number += 1
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"number": self._number, **change}).encode() + b"\n")
        self.process.stdin.flush()

    def line(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Returns the next line for which ``wanted`` is true."""
        assert self.process.stdout is not None
        for text in self.process.stdout:
            line: dict[str, Any] = json.loads(text)
            if wanted(line):
                return line
        raise AssertionError("the peer has ended")

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(_PATIENCE)
        self.process.stdout.close()


@contextmanager
def other_program(tempo: float) -> Iterator[OtherProgram]:
    made = OtherProgram(tempo)
    try:
        yield made
    finally:
        made.close()


async def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


def share_tempo_and_bar() -> None:
    async def run() -> None:
        def joined() -> Tempo:
            tempo = Tempo(loop.scheduler, NoLines(), lambda level, text: None)
            tempo.set_link(True)
            return tempo

        with other_program(93.0) as other:
            await asyncio.to_thread(other.line, lambda line: True)
            first = joined()
            await _until(lambda: first.link.peers == 1)
            second = joined()
            await _until(lambda: first.link.peers == second.link.peers == 2)
            first.set_beats(111.0)
            await _until(lambda: second.beats == 111.0)
            second.set_beats(133.0)
            await _until(lambda: first.beats == 133.0)
            await asyncio.to_thread(other.line, lambda line: abs(line["bpm"] - 133.0) < 0.001)
            other.send(bpm=87.5)
            await _until(lambda: first.beats == second.beats == 87.5)
            line = await asyncio.to_thread(other.line, lambda line: abs(line["bpm"] - 87.5) < 0.001)
            for tempo in (first, second):
                tempo.link.send_plays(True)  # nothing: start and stop are not shared
                apart = (tempo.beat_at(line["at"]) - line["beat"] + 2.0) % 4.0 - 2.0
                assert abs(apart) < 0.05
            first.link.close()
            await _until(lambda: second.link.peers == 1)
            second.link.close()

    loop = EngineLoop()
    loop.run_until_complete(run())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


if __name__ == "__main__":
    for words in (("link", "set", "lo", "up"), ("link", "set", "lo", "multicast", "on")):
        subprocess.run(["ip", *words], check=True)
    subprocess.run(["ip", "route", "add", "224.0.0.0/4", "dev", "lo"], check=True)
    share_tempo_and_bar()
    report_the_end_of_the_process()
