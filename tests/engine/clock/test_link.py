"""Ableton Link: lines of a peer on a virtual clock, and real peers in a network of their own."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from impsy_tui.engine.clock.link.clock import LinkClock
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.performance.scenes.scene import rig_lines
from tests.support.engine.musical_time import NoLines
from tests.support.engine.virtual_session import VirtualSession
from tests.support.engine.virtual_time import VirtualTime

pytest.importorskip("aalink", reason="the extra link is not installed")


class Pipes:
    """Pipes whose far end the test holds."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.is_closed = False

    def send(self, change: dict[str, Any]) -> None:
        self.sent.append(change)

    def close(self) -> None:
        self.is_closed = True


def test_shared_transport_pauses_at_once_and_resumes_on_the_bar(tmp_path: Path) -> None:
    engine = VirtualSession(tmp_path)
    (player,) = engine.session.all_players.values()
    tempo, pipes = engine.session.tempo, Pipes()
    tempo.link._open_peer = lambda *taken: pipes  # type: ignore[assignment]
    engine.do("clock transport on; clock link on")
    line = {"beat": 0.0, "bpm": 120.0, "peers": 1, "number": 99}
    for plays in (True, False):
        tempo.link.take({**line, "at": engine.time.time, "plays": plays})
    assert player.paused
    engine.time.advance(0.5)
    tempo.link.take({**line, "beat": 1.0, "at": engine.time.time, "plays": True})
    engine.time.advance(1.4)
    assert player.paused
    engine.time.advance(0.2)
    assert not player.paused
    engine.do("pause")
    assert pipes.sent[-1]["plays"] is False
    engine.do("resume")
    assert pipes.sent[-1]["plays"] is True
    assert list(rig_lines(engine.session)) == ["clock link on", "clock transport on"]


class Joined:
    """Musical time on a virtual clock that has joined Link."""

    def __init__(self) -> None:
        self.time = VirtualTime(100.0)
        self.told: list[str] = []
        self.started: list[bool] = []
        self.pipes = Pipes()
        self.tempo = Tempo(self.time.scheduler, NoLines(), lambda level, text: self.told.append(text))
        self.link = self.tempo.link = LinkClock(
            self.tempo, lambda level, text: self.told.append(text), lambda *taken: self.pipes
        )
        self.link.on_transport = self.started.append
        self.tempo.set_link(True)

    def hear(self, beat: float, tempo: float = 120.0, **more: Any) -> None:
        line = {"beat": beat, "at": self.time.time, "bpm": tempo, "peers": 1, "plays": False}
        self.link.take({**line, "number": self.pipes.sent[-1]["number"], **more})

    @property
    def beat(self) -> float:
        return self.tempo.beat_at(self.time.time)


def test_link_moves_the_bar_to_that_of_the_peers_and_keeps_its_own_count() -> None:
    joined = Joined()
    joined.time.advance(5.0)
    before = joined.beat
    joined.hear(103.5, 90.0)
    assert joined.beat % 4 == pytest.approx(3.5)
    assert abs(joined.beat - before) <= 2.0
    assert joined.tempo.beats == 90.0


def test_link_bends_the_line_without_a_jump_for_a_small_difference() -> None:
    joined = Joined()
    joined.time.advance(1.0)
    jumps = joined.tempo.jumps
    joined.hear(joined.beat + 0.005 + 4)
    assert joined.tempo.jumps == jumps
    assert joined.beat == pytest.approx(2.005)


def test_link_keeps_a_tempo_that_the_library_has_rounded() -> None:
    joined = Joined()
    joined.tempo.set_beats(133.0)
    joined.hear(joined.beat, 132.9999468)
    assert joined.tempo.beats == 133.0


def test_link_ignores_a_line_that_does_not_know_the_last_change() -> None:
    joined = Joined()
    earlier = joined.pipes.sent[-1]["number"]
    joined.tempo.set_beats(140.0)
    assert joined.pipes.sent[-1]["bpm"] == 140.0
    joined.hear(joined.beat, 120.0, number=earlier)
    assert joined.tempo.beats == 140.0


def test_link_and_incoming_clock_exclude_each_other() -> None:
    joined = Joined()
    joined.tempo.set_follows(True)
    assert (joined.link.on, joined.pipes.is_closed) == (False, True)
    joined.tempo.set_link(True)
    assert (joined.link.on, joined.tempo.clock_in.follows) == (True, False)


def test_link_reports_a_tempo_out_of_range_once() -> None:
    joined = Joined()
    for _ in range(3):
        joined.hear(1.0, 500.0)
    assert joined.tempo.beats == 400.0
    assert sum("out of range" in text for text in joined.told) == 1


def test_link_shares_start_and_stop_only_if_asked() -> None:
    joined = Joined()
    joined.hear(0.0, plays=True)
    joined.hear(0.0, plays=False)
    assert joined.started == []
    joined.link.send_plays(False)
    assert "plays" not in joined.pipes.sent[-1]
    joined.link.set_transport(True)
    joined.hear(0.0, plays=False)
    assert joined.started == []  # the state on joining stops nothing
    joined.hear(0.0, plays=True)
    joined.hear(0.0, plays=False)
    assert joined.started == [True, False]
    joined.link.send_plays(True)
    assert joined.pipes.sent[-1]["plays"]


def test_two_engines_and_another_program_share_tempo_and_bar() -> None:
    if not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("unshare (util-linux) and ip (iproute2) make a network to test with")
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, "-m", "tests.support.engine.link_session"],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode and "unshare" in done.stderr:
        pytest.skip(f"no network name space can be made here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
