"""Patterns in recordings, replays and saved sessions."""

import asyncio
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest

from impsy_tui.engine.performance.replaying.replay import RecordedPerformance, performance_of
from impsy_tui.engine.performance.session_state import pending_lines
from impsy_tui.prediction import Predictor
from impsy_tui.workers.read_log import read_reel
from tests.support.engine.virtual_session import SHIPPED, VirtualSession, mdrnn, temp

BAR = 2.0


def _with_model(folder: Path) -> VirtualSession:
    """Returns a session with the model of the demo."""
    random = np.random.default_rng(1)
    players: dict[str, Predictor] = {"main": mdrnn(SHIPPED, random)}
    set_ = VirtualSession(folder, players=players, models=SHIPPED.parent, mode="polyphony", random=random)
    set_.do(f"load {SHIPPED.stem}")
    return set_


def _written(set_: VirtualSession, folder: Path) -> RecordedPerformance:
    """Writes the log of a session next to its recorded commands; returns the performance."""
    set_.live_set.recording.command_log.close()
    log = folder / "logs" / "2026-01-01T00-00-00-4d-mdrnn.log"
    rows = [
        f"{set_.live_set.recording.command_log._wall(at).isoformat(timespec='microseconds')},{source},"
        + ",".join(map(repr, values))
        for at, source, values in set_.logs["main"].rows
        if source in ("interface", "pattern")
    ]
    log.write_text("\n".join(rows) + "\n")
    reel, events = read_reel(log)
    assert reel.refused == ()
    return performance_of("it", msgspec.json.encode(reel) + b"\n" + events)


def _heard(set_: VirtualSession, since: float) -> list[tuple[float, float]]:
    """Returns the values of x1 that patterns played, and their times since the start."""
    rows = [(at - since, values[0]) for at, source, values in set_.logs["main"].rows if source == "pattern"]
    return [row for row in rows if row[0] > 0.0]


def test_replay_of_a_recording_with_patterns_is_exact(tmp_path: Path) -> None:
    first = _with_model(tmp_path)
    first.wait(0.7)
    first.do('thru on; hold x3 "<0.1 0.2 0.3>"')
    first.wait(10.1)
    first.do("record on")
    began = first.time.time
    first.wait(0.4)
    first.do('play x1 "0.2 0.8? ^ [0.5|0.6|0.7]*2"; temp "1 2? 3" fast 2')
    for _ in range(8):
        first.wait(0.9)
        first.play(*(0.3, 0.4) * 4)
    first.do("tempo 93")
    first.wait(6)
    first.do("hush")
    first.wait(1)
    first.do("record off")
    heard = _heard(first, began)
    performance = _written(first, tmp_path)

    second = _with_model(tmp_path / "again")
    second.wait(11.3)  # the first interval is longer than the model hears
    asyncio.run(second.live_set.replay.start(performance))
    began = second.time.time
    second.wait(performance.seconds + 0.5)
    assert second.problems == []
    again = _heard(second, began)
    assert len(heard) > 20
    assert [at for at, _ in again] == pytest.approx([at for at, _ in heard], abs=2e-5)
    # Times in files have microseconds, which the values that a model expects in holes can show.
    assert [value for _, value in again] == pytest.approx([value for _, value in heard], abs=0.02)


def test_log_of_patterns_without_commands_is_replayed(tmp_path: Path) -> None:
    log = tmp_path / "made-4d-mdrnn.log"
    stamps = [datetime(2026, 1, 1, 0, 0, second).isoformat(timespec="microseconds") for second in range(3)]
    log.write_text("".join(f"{stamp},pattern,0.1,0.2,0.3\n" for stamp in stamps))
    reel, _ = read_reel(log)
    assert (reel.rows, reel.problem) == (3, "")


def test_recording_of_patterns_alone_is_replayed(tmp_path: Path) -> None:
    first = VirtualSession(tmp_path, mode="useronly")
    first.do("record on")
    first.do('play x1 "0.2 0.8"')
    first.wait(BAR * 2 - 0.01)
    first.do("record off")
    performance = _written(first, tmp_path)
    assert len(performance.times) == 0
    second = VirtualSession(tmp_path / "again", mode="useronly")
    asyncio.run(second.live_set.replay.start(performance))
    second.wait(BAR * 2 - 0.01)
    assert [values[0] for _, source, values in second.logs["main"].rows if source == "pattern"] == [0.2, 0.8] * 2


def _resumed(before: VirtualSession, folder: Path, away: float) -> tuple[VirtualSession, list[str]]:
    """Returns another session that resumes the pending lines after some seconds."""
    kept = [one.saved for one in pending_lines.capture(before.live_set.scheduled)]
    kept = [pending_lines.read_pending(msgspec.json.decode(msgspec.json.encode(one))) for one in kept]
    after = VirtualSession(folder, mode="useronly")
    after.wait(0.5)
    live_set = after.live_set
    resumed = pending_lines.resume_saved(kept, away, after.executor.read, live_set.ramps, live_set.patterns)
    return after, asyncio.run(resumed)


def test_saved_session_continues_patterns_in_their_cycle(tmp_path: Path) -> None:
    before = VirtualSession(tmp_path, mode="useronly")
    before.do('temp "<1 2 3 4>"')
    before.do('hold x1 x2 "0.25 0.75" cycle 4s; hold x2 0.5')
    before.wait(BAR * 1.25)
    assert temp(before) == 2.0
    after, problems = _resumed(before, tmp_path, away=BAR * 2)
    assert problems == []
    assert temp(after) == 4.0
    listed = after.do("what").splitlines()
    assert [line.partition("  (")[0] for line in listed] == [
        '1  temp "<1 2 3 4>"',
        '2  hold x1 x2 "0.25 0.75" cycle 4s, not hold',
    ]
    after.wait(0.01)
    assert after.session.players["main"].shaping.held == {0: 0.75}
    after.wait(BAR)
    assert temp(after) == 1.0


def test_saved_session_reports_a_pattern_that_fits_no_more(tmp_path: Path) -> None:
    before = VirtualSession(tmp_path, mode="useronly")
    before.do('hold x3 "0.1 0.2"')
    kept = [one.saved for one in pending_lines.capture(before.live_set.scheduled)]
    wrong = [pending_lines.SavedPending(one.number, one.line.replace("x3", "x9"), starts=one.starts) for one in kept]
    live_set = before.live_set
    before.do("hush")
    resumed = pending_lines.resume_saved(wrong, 1.0, before.executor.read, live_set.ramps, live_set.patterns)
    assert asyncio.run(resumed) == ['hold x9 "0.1 0.2": there is no x9: the last is x3']


def test_seed_makes_random_choices_repeat(tmp_path: Path) -> None:
    def played(seed: int, folder: Path) -> list[float]:
        set_ = VirtualSession(folder, mode="useronly")
        set_.do(f"seed {seed}")
        set_.do('play x1 "[0.1|0.2|0.3|0.4]*8"')
        set_.wait(BAR * 4)
        return [values[0] for _, source, values in set_.logs["main"].rows if source == "pattern"]

    first, second, other = (played(seed, tmp_path) for seed in (7, 7, 8))
    assert len(first) >= 32
    assert first == second
    assert first != other
