"""Requests for a replay while its log is still read."""

import asyncio
from pathlib import Path

import pytest

from impsy_tui.control.messages import Reply
from tests.support.engine.virtual_session import VirtualSession

PLAYED = "2026-01-02T03-04-05-4d-mdrnn"
OTHER = "2026-02-03T04-05-06-4d-mdrnn"


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    set_ = VirtualSession(tmp_path, mode="useronly")
    (tmp_path / "logs").mkdir(exist_ok=True)
    for name in (PLAYED, OTHER):
        rows = (f"2026-01-02T03:04:0{second}.000000,interface,0.1,0.2,0.3\n" for second in (5, 6, 7))
        (tmp_path / "logs" / f"{name}.log").write_text("".join(rows))
    return set_


def _both(set_: VirtualSession, second: str) -> tuple[Reply, Reply]:
    """Requests a replay, and another line at once; returns the replies."""

    async def both() -> tuple[Reply, Reply]:
        return await asyncio.gather(
            set_.executor.carry_out(f"replay {PLAYED}", 1), set_.executor.carry_out(second, 2)
        )

    return asyncio.run(both())


def test_cancel_replay_ends_the_reading_of_a_log(set_: VirtualSession) -> None:
    replay, cancel = _both(set_, "cancel replay")
    assert (cancel.ok, cancel.text) == (True, f"the replay of {PLAYED} is over")
    assert not replay.ok
    assert replay.text == f"{PLAYED} is not replayed: something else was requested during reading"
    assert set_.live_set.replay.replayer.state() is None
    assert not set_.try_("cancel replay").ok


def test_panic_ends_the_reading_of_a_log(set_: VirtualSession) -> None:
    replay, panic = _both(set_, "panic")
    assert panic.ok
    assert not replay.ok
    assert set_.live_set.replay.replayer.state() is None


def test_newest_replay_is_played(set_: VirtualSession) -> None:
    first, newest = _both(set_, f"replay {OTHER}")
    assert (first.ok, newest.ok) == (False, True)
    state = set_.live_set.replay.replayer.state()
    assert state is not None
    assert state.name == OTHER


def test_cancel_replay_ends_nothing_after_a_log_could_not_be_read(set_: VirtualSession, tmp_path: Path) -> None:
    (tmp_path / "logs" / f"{PLAYED}.log").write_text("nonsense\n")
    assert "it has no events" in set_.try_(f"replay {PLAYED}").text
    assert set_.try_("cancel replay").text == "nothing is replayed"
