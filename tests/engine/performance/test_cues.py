"""Cues that begin with a scene: later lines wait for the scene, and undo takes back all of them."""

import asyncio
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.engine.performance.replaying.replay import RecordedPerformance
from tests.support.engine.virtual_session import VirtualSession, temp
from tests.support.models import constant_model

_SET = """
# dark
scene dark; every 9s sigma 0.3
temp 2
after 60s timescale 2
# light
temp 1.5
"""


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    """Returns a session before the first cue of its set list, which has a scene."""
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "first.imp").write_text(_SET)
    set_ = VirtualSession(tmp_path, mode="useronly")
    set_.do("temp 0.5; sigma 0.2; threshold 3s")
    set_.do("scene save dark")
    set_.do("temp 1; sigma 0.1; threshold 1s")
    set_.do("cue first")
    return set_


def _set(set_: VirtualSession) -> tuple[float, float, float]:
    settings = set_.session.focused_player.behaviour.settings
    return settings.temp, settings.sigma, settings.threshold


def _pending(set_: VirtualSession) -> list[str]:
    return [pending.text for pending in set_.live_set.scheduled.all()]


def test_lines_after_a_scene_wait_for_the_scene(set_: VirtualSession) -> None:
    set_.do("next; threshold 2s")
    assert _set(set_) == (2.0, 0.2, 2.0)
    set_.do("temp 1")
    set_.do("def darker = goto dark; threshold 4s")
    set_.do("after 1s darker")
    set_.wait(2)
    assert _set(set_) == (2.0, 0.2, 4.0)
    assert set_.problems == []


def test_cue_opens_a_set_list_before_the_rest_of_the_line(set_: VirtualSession) -> None:
    set_.do("cue first; goto light; temp 3")
    assert (set_.live_set.cues.index, temp(set_)) == (1, 3.0)


def test_undo_of_a_cue_cancels_pending_lines_after_its_scene(set_: VirtualSession) -> None:
    set_.do("every 5s temp 1")
    set_.do("next; after 8s temp 4")
    assert _pending(set_) == ["every 5s temp 1", "every 9s sigma 0.3", "after 60s timescale 2", "after 8s temp 4"]
    set_.do("undo")
    assert _pending(set_) == ["every 5s temp 1"]
    set_.do("redo")
    set_.do("undo")
    assert _pending(set_) == ["every 5s temp 1"]


def test_next_cue_does_not_wait_for_a_scene_and_comes_last(set_: VirtualSession, tmp_path: Path) -> None:
    constant_model(tmp_path / "models" / "mine.h5", [0.1, 0.2, 0.5, 0.8])
    set_.do("load mine")
    set_.do("scene save dark")
    set_.do("unload")

    async def both() -> bool:
        first = asyncio.create_task(set_.executor.carry_out("next", 1))
        await asyncio.sleep(0)
        await set_.executor.carry_out("next", 2)
        waited = first.done()
        await first
        return waited

    assert not asyncio.run(both())
    said = [text for _, source, text in set_.messages if source in ("dark", "light")]
    assert said == ["scene dark; every 9s sigma 0.3", "temp 2", "after 60s timescale 2", "temp 1.5"]
    assert set_.session.focused_player.behaviour.predictor.name == "mine"
    assert len(_pending(set_)) == 2


def test_replay_repeats_a_recorded_cue_with_a_scene(set_: VirtualSession, tmp_path: Path) -> None:
    set_.do("def later = after 70s timescale 3")
    set_.do("record on")
    set_.wait(1)
    set_.do("later; next; every 7s threshold 5s")
    set_.wait(1)
    numbers = {text: number for number, _, text in (line.partition("  ") for line in set_.do("what").splitlines())}
    assert len(numbers) == 4
    for text, number in numbers.items():
        if not text.startswith("every 7s"):
            set_.do(f"cancel {number}")
    was = _set(set_)
    commands = _recorded(set_, tmp_path)

    again = VirtualSession(tmp_path, mode="useronly")
    again.do("every 90s temp 1")  # pending numbers differ in the replay
    _replay(again, commands)
    assert again.problems == []
    assert _set(again) == was
    assert _pending(again) == ["every 7s threshold 5s"]


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        (
            ["cancel all; next"],
            ["cancel all", "#2 scene dark; every 9s sigma 0.3", "temp 2", "#3 after 60s timescale 2"],
        ),
        (["go"], ["cancel all", "#2 scene dark; every 9s sigma 0.3", "temp 2", "#3 after 60s timescale 2"]),
        (["temp 4; undo; sigma 0.7"], ["temp 4", "cancel 1", "...", "sigma 0.7"]),
        (
            ["after 9s temp 3", "temp 4; cancel 2; sigma 0.7"],
            ["#2 after 9s temp 3", "temp 4", "cancel 2", "sigma 0.7"],
        ),
        (["@main go; temp 5; what"], ["cancel all", "...", "temp 5"]),
    ],
)
def test_recording_keeps_the_order_of_execution(
    set_: VirtualSession, tmp_path: Path, lines: list[str], rows: list[str]
) -> None:
    set_.do("def go = cancel all; next")
    set_.do("thru on")
    set_.do("every 3s timescale 1.5")
    set_.do("record on")
    set_.wait(1)
    for line in lines:
        set_.do(line)
    was, pending = _set(set_), _pending(set_)
    commands = _recorded(set_, tmp_path)
    written = [line for time, line in commands if time > 0.0]
    middle = rows.index("...") if "..." in rows else len(rows)
    assert (written[:middle], written[len(written) - len(rows[middle + 1 :]) :]) == (
        rows[:middle],
        rows[middle + 1 :],
    )
    assert not any("undo" in line or "next" in line for line in written)

    again = VirtualSession(tmp_path, mode="useronly")
    again.do("thru off")
    _replay(again, commands)
    assert (_set(again), _pending(again)) == (was, pending)


def _recorded(set_: VirtualSession, folder: Path) -> list[tuple[float, str]]:
    """Returns the last lines of a recording, with seconds since its start."""
    set_.do("record off")
    set_.live_set.recording.command_log.close()
    rows = (folder / "logs" / "2026-01-01T00-00-00-4d-mdrnn.commands").read_text().splitlines()
    lines = [(datetime.fromisoformat(time), line) for time, _, line in (row.partition(",") for row in rows)]
    return [((time - lines[0][0]).total_seconds(), line) for time, line in lines]


def _replay(set_: VirtualSession, commands: list[tuple[float, str]]) -> None:
    asyncio.run(
        set_.live_set.replay.start(RecordedPerformance("it", np.array([0.0, 4.0]), np.zeros((2, 3)), commands))
    )
    set_.wait(2.9)


def _open(set_: VirtualSession, folder: Path, name: str, text: str) -> None:
    (folder / "sets" / f"{name}.imp").write_text(text)
    set_.do(f"cue {name}")


def test_set_list_cannot_replace_a_scene_of_the_performer(set_: VirtualSession, tmp_path: Path) -> None:
    _open(set_, tmp_path, "other", "# one\ntemp 3\nscene save dark\n")
    set_.try_("next")
    set_.wait(1)
    assert any("cannot replace a scene of yours" in problem for problem in set_.problems)
    set_.do("scene dark")
    assert temp(set_) == 0.5


def test_set_list_replaces_scenes_that_it_saved(set_: VirtualSession, tmp_path: Path) -> None:
    _open(set_, tmp_path, "other", "# one\ntemp 3\nscene save new\n# two\ntemp 4\nscene save new\n")
    set_.do("next")
    set_.do("next")
    set_.do("temp 1")
    set_.do("scene new")
    assert temp(set_) == 4.0
    assert set_.problems == []


def test_scene_saved_by_the_performer_does_not_belong_to_the_set_list(set_: VirtualSession, tmp_path: Path) -> None:
    _open(set_, tmp_path, "other", "# one\ntemp 3\nscene save new\n")
    set_.do("next")
    set_.do("temp 1; scene save new")
    set_.do("cue other; next")
    set_.wait(1)
    assert any("cannot replace a scene of yours" in problem for problem in set_.problems)


@pytest.mark.parametrize(
    "line",
    [
        "after 1s scene save dark",
        "every 9s temp 1; after 1s scene save dark",
        "def x = scene save dark",
    ],
)
def test_set_list_saves_no_scene_later_or_in_a_macro(set_: VirtualSession, tmp_path: Path, line: str) -> None:
    (tmp_path / "sets" / "other.imp").write_text(f"# one\n{line}\n")
    assert "scene save, later or in a macro, is not allowed" in set_.try_("cue other").text


def test_cue_refuses_too_large_set_list(set_: VirtualSession, tmp_path: Path) -> None:
    with (tmp_path / "sets" / "big.imp").open("wb") as made:
        made.truncate(1 << 30)
    assert "big.imp cannot be read: too large, at most 512 kB are read" in set_.try_("cue big").text
