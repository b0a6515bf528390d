"""Evolution of models: repeated attempts, the audition of a better model, its load at a bar."""

import asyncio
import shutil
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.engine.performance.evolution import LISTENING, _Attempt
from impsy_tui.engine.performance.session_state import pending_lines
from impsy_tui.workers.client import Job
from tests.support.engine.virtual_session import VirtualSession
from tests.support.models import random_model


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    """Session whose player has the model ``old``; a better one, ``new``, is among the models."""
    models = tmp_path / "models"
    models.mkdir()
    random_model(models / "old.h5", 4, 8, 1, 2)
    shutil.copy(models / "old.h5", models / "new.h5")
    set_ = VirtualSession(tmp_path, models=models, random=np.random.default_rng(1))
    set_.do("load old")
    return set_


def _playing(set_: VirtualSession) -> str:
    return set_.session.players["main"].behaviour.predictor.name


def _better(set_: VirtualSession, *, ask: bool = False, repeats: bool = False) -> Job:
    """Reports the end of an attempt that has made the model ``new``."""
    evolution, models = set_.live_set.evolution, set_.folder / "models"
    evolution._attempts[1] = _Attempt("main", models / "old.h5", ask, repeats)
    job = Job(1, "evolve", "old", set_.folder / "out", 0.0, state="finished", file=str(models / "new.h5"), ended=1.0)
    set_.live_set.job_ended(job)
    set_._settle()
    return job


def test_better_model_listens_and_is_heard_from_the_next_bar_on(set_: VirtualSession) -> None:
    set_.do("tempo 120")
    _better(set_)
    auditioned = set_.session.players["main"].auditioned
    assert auditioned is not None
    assert auditioned.predictor.name == "new"
    bar = 2.0
    set_.wait(LISTENING - 0.1)
    assert _playing(set_) == "old"
    set_.wait(bar + 0.2)
    assert _playing(set_) == "new"
    assert ("info", "evolve", "load new") in set_.messages
    set_.do("load previous")
    assert _playing(set_) == "old"


def test_model_that_is_asked_for_waits_for_the_performer(set_: VirtualSession) -> None:
    _better(set_, ask=True)
    set_.wait(60.0)
    assert _playing(set_) == "old"
    assert set_.do("load new") == "new plays, as auditioned"


def test_model_that_cannot_be_opened_can_be_loaded_later(set_: VirtualSession) -> None:
    (set_.folder / "models" / "new.h5").write_bytes(b"no model")
    _better(set_)
    (said,) = (text for level, source, text in set_.messages if (level, source) == ("error", "evolve"))
    assert said.endswith("; load new tries again")
    assert _playing(set_) == "old"


def test_model_is_not_loaded_after_another_one(set_: VirtualSession) -> None:
    _better(set_)
    set_.do("audition off")
    set_.wait(60.0)
    assert _playing(set_) == "old"
    shutil.copy(set_.folder / "models/old.h5", set_.folder / "models/third.h5")
    set_.do("load third")
    _better(set_)
    set_.wait(60.0)
    assert _playing(set_) == "third"
    assert "new waits, because another model was loaded meanwhile" in set_.messages[-1][2]


def test_load_of_a_better_model_is_recorded(set_: VirtualSession) -> None:
    set_.do("record on")
    set_.do("evolve every 10m")
    _better(set_)
    set_.wait(20.0)
    set_.live_set.recording.command_log.close()
    rows = next((set_.folder / "logs").glob("*.commands")).read_text()
    assert rows.splitlines()[-1].endswith(",load new")
    assert "evolve" not in rows


def test_evolve_every_is_pending_and_undo_and_off_end_it(set_: VirtualSession) -> None:
    assert set_.do("evolve every 10m") == "1  every 600s evolve"
    assert set_.do("what").startswith("1  every 600s evolve")
    set_.do("undo")
    assert set_.do("what") == "nothing is pending"
    set_.do("evolve ask every 60m on me@laptop")
    assert set_.do("what").startswith("2  every 3600s evolve ask on me@laptop")
    assert set_.do("evolve off") == "models no longer evolve"
    assert set_.do("what") == "nothing is pending"
    set_.do("undo")
    assert set_.do("what").startswith("2  every 3600s evolve ask on me@laptop")


def test_evolve_every_replaces_the_attempts_before(set_: VirtualSession) -> None:
    for line in ("evolve every 10m", "every 10m temp 1", "at 18:00 evolve", "evolve every 20m size xs"):
        set_.do(line)
    pending = [one.text for one in set_.live_set.evolution.pending]
    assert sorted(pending) == ["at 18:00 evolve", "every 1200s evolve size xs"]
    assert "every 600s temp 1" in set_.do("what")
    set_.do("undo")
    assert sorted(one.text for one in set_.live_set.evolution.pending) == ["at 18:00 evolve", "every 600s evolve"]


def test_evolve_off_takes_no_more_words(set_: VirtualSession) -> None:
    set_.do("evolve every 10m")
    for line in ("evolve off every 10m", "evolve off on laptop"):
        assert "evolve off ends every attempt" in set_.try_(line).text
    assert len(set_.live_set.evolution.pending) == 1


def test_evolve_with_a_size_is_pending_and_resumed(set_: VirtualSession) -> None:
    assert set_.do("evolve every 10m size s from current") == "1  every 600s evolve size s from current"
    saved = [one.saved for one in pending_lines.capture(set_.live_set.scheduled)]
    set_.do("cancel all")
    live_set = set_.live_set
    asyncio.run(pending_lines.resume_saved(saved, 10.0, set_.executor.read, live_set.ramps, live_set.patterns))
    (pending,) = live_set.evolution.pending
    assert pending.text.endswith("evolve size s from current")


def test_model_that_is_too_large_for_a_size_is_refused_at_once(set_: VirtualSession) -> None:
    (set_.folder / "models" / "old.toml").write_text("dimension = 4\nlayers = 1\nunits = 64\n")
    for line in ("evolve size xs from current", "evolve every 10m size xs from current"):
        assert "evolve size xs makes a new network" in set_.try_(line).text
    assert set_.do("what") == "nothing is pending"
    assert set_.do("evolve every 10m size xs") == "1  every 600s evolve size xs"


def test_evolve_every_is_resumed(set_: VirtualSession) -> None:
    set_.do("evolve every 10m")
    set_.wait(60.0)
    saved = [one.saved for one in pending_lines.capture(set_.live_set.scheduled)]
    set_.do("cancel all")
    live_set = set_.live_set
    problems = asyncio.run(
        pending_lines.resume_saved(saved, 10.0, set_.executor.read, live_set.ramps, live_set.patterns)
    )
    assert problems == []
    (pending,) = live_set.evolution.pending
    assert live_set.scheduled.seconds_left(pending) == pytest.approx(530.0, abs=0.1)


def test_evolve_off_ends_the_audition(set_: VirtualSession) -> None:
    _better(set_)
    assert set_.do("evolve off") == "models no longer evolve"
    set_.wait(60.0)
    assert set_.session.players["main"].auditioned is None
    assert _playing(set_) == "old"
    assert set_.do("evolve off") == "no model evolves"


def test_model_of_a_cancelled_repetition_waits(set_: VirtualSession) -> None:
    set_.do("evolve every 10m")
    set_.do("cancel 1")
    _better(set_, repeats=True)
    set_.wait(60.0)
    assert _playing(set_) == "old"
    assert set_.messages[-1][2] == "new waits, because models no longer evolve: load new lets it be heard"


def test_whenever_trained_runs_at_the_end_of_a_training(set_: VirtualSession) -> None:
    set_.do("whenever trained load newest")
    _better(set_, ask=True)
    set_.wait(1.0)
    assert _playing(set_) == "new"
    set_.do("cancel all; load old; whenever trained temp 2")
    set_.live_set.job_ended(Job(2, "dataset", "d", set_.folder, 0.0, state="finished", file="d.npz"))
    set_.live_set.job_ended(Job(3, "train", "d", set_.folder, 0.0, state="failed"))
    set_.wait(1.0)
    assert set_.session.players["main"].behaviour.settings.temp != 2.0


def test_evolve_refuses_a_player_without_a_model(set_: VirtualSession) -> None:
    set_.do("unload")
    for line in ("evolve", "evolve every 10m"):
        reply = set_.try_(line)
        assert not reply.ok
        assert "main has no model that can evolve" in reply.text
    assert set_.do("what") == "nothing is pending"
