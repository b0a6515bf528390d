"""Real engine that trains agents next to the music, in an environment with the libraries."""

import os
import shlex
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from impsy_tui.agent.file import read_agent
from impsy_tui.agent.lookup_table import write_table
from impsy_tui.control.answers import Names
from impsy_tui.control.client import connected
from impsy_tui.worker_requests import decode_request
from impsy_tui.workers.requests import TrainAgentRequest
from tests.support.agents import small_table
from tests.support.engine.processes import config, ended_jobs
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port

Start = Callable[..., EngineProcess]
LEARNS = os.environ.get("AGENT_PYTHON", sys.executable)
"""Python of an environment with the libraries that train agents."""


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """Makes a folder with a look-up table and a corpus."""
    for folder in ("tables", "corpora/guitar"):
        (tmp_path / folder).mkdir(parents=True)
    write_table(tmp_path / "tables" / "small.csv", small_table(5))
    return tmp_path


def test_agent_is_trained_by_the_python_of_another_environment(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, rooms: Path
) -> None:
    other, asked = rooms / "environment" / "python", rooms / "asked.txt"
    other.parent.mkdir()
    other.write_text(f'#!/bin/sh\nprintf "%s " "$@" > {shlex.quote(str(asked))}\nexec {shlex.quote(LEARNS)} "$@"\n')
    other.chmod(0o755)
    engine = start_engine(f"{config(receiver, free_port())}\n[training]\nagent_python = '{other}'\n")
    with connected(engine.socket) as console:
        names = console.ask("names")
        assert isinstance(names, Names)
        assert (names.tables, names.corpora) == (("small",), ("guitar",))
        line = 'train agent small hear "loudness-dBFS chroma" match loudness-dBFS steps 20000 seed 3'
        assert "job 1 trains an agent on small; keep job ends and saves the training" in console.command(line).text
        ended_jobs(console)
        (job,) = console.snapshot().jobs
    assert (job.kind, job.name) == ("agent", "small")
    *words, text = asked.read_text().split(maxsplit=4)
    assert words == ["-P", "-m", "impsy_tui.workers", "train_agent"]
    request = decode_request(text, TrainAgentRequest)
    assert (request.heard, request.judged) == (("loudness-dBFS", "chroma"), ("loudness-dBFS",))
    assert (request.steps, request.seed, request.numbered) == (20_000, 3, True)
    if "needs stable-baselines3, which is not installed here" in job.text:
        assert job.state == "failed"
        pytest.skip("training agents is the extra [agent]")
    assert job.state == "finished"
    assert "agent-small: RMSE" in job.text
    assert read_agent(Path(job.file)).judged == ("loudness-dBFS",)


def test_train_agent_reports_invalid_arguments(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, rooms: Path
) -> None:
    engine = start_engine(f"{config(receiver, free_port())}\n[training]\nagent_python = '/none/python'\n")
    with connected(engine.socket) as console:
        for line, expected in (
            ("train agent none", "no look-up table is called none in "),
            ("train agent ../small", "no look-up table is called ../small in "),
            ("train agent small corpus ..", "no corpus is called .. in "),
            ("train agent corpus violin", "no corpus is called violin in "),
            ("train agent targets birds", "'birds' is not static, changing, mixed, corpus, mixed+corpus or"),
            ('train agent hear "loudness --corpus /x"', "no descriptor is called --corpus: the categories are"),
            ("train agent match --logs", "no descriptor is called --logs: the categories are"),
            ("train agent", "there is no python at /none/python: agent_python in [training]"),
        ):
            reply = console.command(line)
            assert not reply.ok
            assert expected in reply.text
            assert len(reply.text.splitlines()) == 1
        assert not console.snapshot().jobs
