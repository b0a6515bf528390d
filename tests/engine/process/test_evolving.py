"""Real engine whose model evolves, that is shut down or killed meanwhile."""

import signal
import socket
from pathlib import Path

import numpy as np

from impsy_tui.control.client import ControlClient, connected
from tests.support.engine.processes import Start, config, ended_jobs
from tests.support.models import random_model
from tests.support.ports import free_port
from tests.support.process_list import command_lines
from tests.support.waiting import wait_until
from tests.support.workers.evolution import write_evening
from tests.support.workers.training_workers import swinging_performance

EVERY = "every 3600s evolve"


def _lay(folder: Path, events: int) -> None:
    """Lays a model and an evening of this number of events into the folder of an engine."""
    (folder / "models").mkdir()
    random_model(folder / "models" / "played.h5", 4, 8, 1, 2)
    evening = swinging_performance(events)
    write_evening(folder / "logs", np.column_stack([evening, evening[:, 1]]))


def _pending(client: ControlClient) -> list[str]:
    return [one.text for one in client.snapshot().pending]


def _workers(folder: Path) -> list[int]:
    return [pid for pid, words in command_lines().items() if "workers evolve" in words and str(folder) in words]


def test_better_model_is_heard_and_load_previous_goes_back(
    start_engine: Start, receiver: socket.socket, tmp_path: Path
) -> None:
    _lay(tmp_path, 900)
    engine = start_engine(config(receiver, free_port(), "models/played.h5", "useronly"))
    with connected(engine.socket) as client:
        assert client.command("evolve").text == "job 1 lets played learn from tonight"
        assert client.command("evolve").text == "job 1 still learns"
        assert ended_jobs(client) == ["finished"]
        (job,) = client.snapshot().jobs
        assert "is better than played: 899 events of tonight" in job.text
        new = Path(job.file).stem
        wait_until(lambda: client.snapshot().players[0].model == new)
        assert client.command("load previous").ok
        assert client.snapshot().players[0].model == "played"


def test_engine_that_is_killed_while_a_model_evolves_resumes(
    start_engine: Start, receiver: socket.socket, tmp_path: Path
) -> None:
    _lay(tmp_path, 40_000)
    text = config(receiver, free_port(), "models/played.h5", "useronly")
    engine = start_engine(text)
    saved = tmp_path / "logs" / ".last-session.json"
    with connected(engine.socket) as client:
        assert client.command("evolve every 60m").ok
        assert client.command("evolve").ok
        wait_until(lambda: client.snapshot().jobs[0].stage == "round")
    wait_until(lambda: saved.exists() and EVERY in saved.read_text())
    engine.end(signal.SIGKILL)
    wait_until(lambda: not _workers(tmp_path))  # its next report finds no reader
    assert [file.name for file in (tmp_path / "models").iterdir()] == ["played.h5"]
    engine = start_engine(text)
    with connected(engine.socket) as client:
        assert _pending(client) == [EVERY]
        assert client.snapshot().players[0].model == "played"
        assert client.command("evolve").ok
        assert "with it job 1 (evolve played)" in client.command("shutdown").text
    assert engine.process.wait(30) == 0
    wait_until(lambda: not _workers(tmp_path))
