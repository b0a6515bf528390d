"""Replay of performances from logs, with their recorded commands."""

import asyncio
import itertools
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from impsy_tui.data.datasets import read_dataset
from impsy_tui.data.synthetic import Performer, PerformerStyle
from impsy_tui.engine.performance.replaying.replay import RecordedPerformance, performance_of
from impsy_tui.errors import UserError
from impsy_tui.workers.read_log import read_reel
from tests.support.engine.performance_logs import recorded_rows
from tests.support.engine.scripted_players import ScriptedPredictor
from tests.support.engine.virtual_session import SET, SHIPPED, VirtualSession, mdrnn, temp
from tests.support.models import constant_model


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    return VirtualSession(tmp_path)


def _performance() -> RecordedPerformance:
    """Plays half a minute of random input, with commands."""
    random = np.random.default_rng(3)
    times, values, at = [], [], 0.0
    for dt, event in itertools.islice(Performer(8, random, PerformerStyle()).play(), 300):
        at += dt
        times.append(at)
        values.append(event)
    commands = [(0.0, "mode duet"), (2.0, "temp 1.5; over 4s sigma 0.1"), (8.0, "every 1s temp rand 0.5 1.5")]
    return RecordedPerformance("made", np.array(times) - times[0], np.array(values), commands)


def _replayed(folder: Path, seed: int, performance: RecordedPerformance | None = None) -> list[tuple[float, object]]:
    performance = performance or _performance()
    random = np.random.default_rng(seed)
    set_ = VirtualSession(folder, players={"main": mdrnn(SHIPPED, random)}, mode="polyphony", random=random)
    set_.do(f"seed {seed}")
    count = len(performance.times)
    assert f"is replayed: {count} events" in asyncio.run(set_.live_set.replay.start(performance))
    set_.wait(performance.seconds + 2)
    assert set_.problems == []
    assert [source for _, source, _ in set_.logs["main"].rows].count("replay") == count
    return set_.out.said


def test_replay_with_one_seed_repeats_exactly(tmp_path: Path) -> None:
    first, second, other = (_replayed(tmp_path, seed) for seed in (7, 7, 8))
    assert len(first) > 100
    assert first == second
    assert first != other


def test_replay_of_a_real_performance_repeats_exactly(tmp_path: Path, impsy_datasets: Path) -> None:
    longest = max(read_dataset(impsy_datasets / "training-dataset-9d.npz"), key=len)[:600]
    log = tmp_path / "real-9d-mdrnn.log"
    times = np.cumsum(np.minimum(longest[:, 0].astype(float), 5.0))
    with log.open("w") as rows:
        for at, event in zip(times, longest, strict=True):
            stamp = (datetime(2026, 1, 1) + timedelta(seconds=float(at))).isoformat(timespec="microseconds")
            rows.write(f"{stamp},interface,{','.join(map(repr, event[1:].tolist()))}\n")
    reel, events = read_reel(log)
    performance = performance_of("real", msgspec.json.encode(reel) + b"\n" + events)
    assert performance.times == pytest.approx(times - times[0], abs=2e-6)
    first, second = (_replayed(tmp_path, 7, performance) for _ in range(2))
    assert len(first) > 500
    assert first == second


def test_replay_through_loads_another_model(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path, players={"main": ScriptedPredictor(9)}, models=SHIPPED.parent, mode="polyphony")
    assert "is replayed" in asyncio.run(set_.live_set.replay.start(_performance(), through=SHIPPED.stem))
    set_.wait(1)
    assert set_.session.focused_player.behaviour.predictor.name == SHIPPED.stem
    with pytest.raises(UserError, match="no model is called none"):
        asyncio.run(set_.live_set.replay.start(_performance(), through="none"))


def test_replay_plays_at_the_recorded_times(set_: VirtualSession) -> None:
    set_.do("thru on; mode useronly")
    values = np.random.default_rng(1).random((50, 3))
    times = np.cumsum(np.random.default_rng(2).random(50))
    asyncio.run(set_.live_set.replay.start(RecordedPerformance("it", times - times[0], values)))
    set_.wait(60)
    heard = np.array(set_.out.times)
    assert heard - heard[0] == pytest.approx(times - times[0], abs=1e-6)
    assert "nothing is replayed" in set_.try_("cancel replay").text


def test_replay_refuses_log_of_another_dimension(set_: VirtualSession) -> None:
    with pytest.raises(UserError, match="it has 2 values per event, the session has 3"):
        asyncio.run(set_.live_set.replay.start(RecordedPerformance("it", np.zeros(1), np.zeros((1, 2)))))
    assert "no log is called none" in set_.try_("replay none").text


def test_recording_leaves_out_what_a_pending_ramp_moves_no_more(set_: VirtualSession, tmp_path: Path) -> None:
    set_.do("over 60s temp 2 sigma 0.4 speed 2 range x1 0.2 0.4")
    set_.wait(1)
    set_.do("sigma 0.3; speed 1; range x1 0 1")
    set_.do("over 60s range x2 0.2 0.4 speed 2")
    set_.do("record on")
    set_.live_set.recording.command_log.close()
    lines = [line for _, line in recorded_rows(tmp_path) if line.startswith("#")]
    assert lines == ["#1 over 59s temp 2", "#2 over 60s range x2 0.2 0.4 speed 2"]


def test_recording_can_be_replayed(set_: VirtualSession, tmp_path: Path) -> None:
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "first.imp").write_text(SET)
    set_.do("cue first; temp 1.3; hold x2 0.5; range x3 0.1 0.9; mute x1")
    set_.do("after 60s temp 5")
    assert "commands go into 2026-01-01T00-00-00-4d-mdrnn.commands" in set_.do("record on")
    set_.wait(1)
    set_.do("over 2s temp 2")
    set_.do("every 2s sigma rand 0.1 0.9")
    set_.do("what")
    set_.try_("temp nonsense")
    set_.wait(3)
    set_.do("next")
    set_.do("cancel 3")
    set_.wait(1)
    set_.do("timescale 3; after 5s timescale 4")
    set_.do("undo")
    set_.do("next")
    assert "2026-01-01T00-00-00-4d-mdrnn.commands" in set_.do("record off")
    set_.do("temp 9")
    set_.live_set.recording.command_log.close()
    rows = recorded_rows(tmp_path)
    lines = [row for _, row in rows]
    assert any(line.startswith("seed ") for line in lines)
    assert "def drop = mode battle; temp 2" in lines
    assert "#1 after 60s temp 5" in lines
    assert lines[lines.index("#2 over 2s temp 2") :][:5] == [
        "#2 over 2s temp 2",
        "#3 every 2s sigma rand 0.1 0.9",
        "temp 1.1",
        "#4 after 5s temp 1.2",
        "cancel 3",
    ]
    assert [line for line in lines if "next" in line or "undo" in line or "temp 9" in line] == []
    assert (lines[-1], lines.count("cancel 5")) == ("drop", 1)

    again = VirtualSession(tmp_path)
    again.do("every 9s timescale 1")  # pending numbers differ in the replay
    asyncio.run(again.live_set.replay.start(RecordedPerformance("it", np.array([0.0, 8.0]), np.zeros((2, 3)), rows)))
    again.wait(2)
    assert temp(again) == pytest.approx(1.65, abs=0.02)
    again.wait(4)
    player = again.session.focused_player
    shaping = player.shaping
    assert (shaping.held, shaping.ranged, shaping.muted) == ({1: 0.5}, {2: (0.1, 0.9)}, {0})
    assert (temp(again), player.behaviour.settings.mode, player.behaviour.settings.timescale) == (2.0, "battle", 1.0)
    left = [line.split("  ")[1] for line in again.do("what").splitlines()]
    assert left == ["after 60s temp 5", "after 5s temp 1.2"]
    assert again.do("next") == "a recorded performance is replayed: the replay steps through the cues"
    assert again.problems == []
    assert "are not recorded" in again.try_("record off").text


@pytest.mark.parametrize(("then", "now"), [("pause", "resume"), ("resume", "panic")])
def test_replay_restores_paused_players(set_: VirtualSession, tmp_path: Path, then: str, now: str) -> None:
    set_.do(then)
    set_.do("record on")
    set_.do("record off")
    set_.live_set.recording.command_log.close()
    again = VirtualSession(tmp_path)
    again.do(now)
    asyncio.run(
        again.live_set.replay.start(RecordedPerformance("it", np.zeros(1), np.zeros((1, 3)), recorded_rows(tmp_path)))
    )
    assert again.session.focused_player.paused is (then == "pause")


def test_replay_ends_when_the_dimension_changes(tmp_path: Path) -> None:
    set_ = VirtualSession(tmp_path, models=tmp_path, mode="useronly")
    constant_model(tmp_path / "small.h5", [0.1, 0.2, 0.5])
    events = RecordedPerformance("it", np.arange(0, 20, 0.1), np.full((200, 3), 0.5))
    asyncio.run(set_.live_set.replay.start(events))
    set_.wait(1)
    set_.do("load small")
    set_.wait(5)
    assert set_.problems == ["replay: it is over: it has 3 values per event, the session now has 2"]
    assert set_.live_set.replay.replayer.state() is None


@pytest.mark.parametrize("line", ['set osc.server_ip "0.0.0.0"', "train", "keep mapping", "cancel job"])
def test_replay_refuses_configuration_and_programs(set_: VirtualSession, line: str) -> None:
    events = RecordedPerformance(
        "it", np.array([0.0, 1.0]), np.full((2, 3), 0.5), [(0.0, line), (0.5, f"def own = {line}")]
    )
    asyncio.run(set_.live_set.replay.start(events))
    set_.wait(3)
    assert len(set_.problems) == 2
    assert all("is not allowed in a set list or a recording" in problem for problem in set_.problems)
    assert not set_.executor.macros


def test_replay_ends_and_deletes_nothing(set_: VirtualSession, tmp_path: Path) -> None:
    set_.do("scene save dark")
    lines = [(0.0, "scene delete dark"), (0.5, "shutdown"), (0.6, "after 1s scene delete dark")]
    events = RecordedPerformance("it", np.array([0.0, 1.0]), np.full((2, 3), 0.5), lines)
    asyncio.run(set_.live_set.replay.start(events))
    set_.wait(3)
    assert len(set_.problems) == 3
    assert all(problem.endswith("type it at the prompt") for problem in set_.problems)
    assert set_.do("scenes") == "dark"
