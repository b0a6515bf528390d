"""Tables ``[start]`` and ``[log]`` of a configuration: an unattended engine."""

import os
import time
from pathlib import Path

import pytest

from tests.support.engine.processes import Start
from tests.support.ports import free_port
from tests.support.waiting import wait_until


def unattended(more: str) -> str:
    return f"[model]\ndimension = 4\n[osc]\nserver_port = {free_port()}\n{more}"


def test_start_carries_out_its_lines_only_without_a_session_to_resume(start_engine: Start, tmp_path: Path) -> None:
    config = unattended('[start]\ndo = ["mode battle; temp 1.3", "whenever silence 60s temp 2"]\n')
    engine = start_engine(config)
    assert "battle" in engine.command("status").stdout
    assert "whenever silence 60s temp 2" in engine.command("send", "what").stdout
    engine.command("send", "mode callresponse")
    engine.end()
    resumed = start_engine(config, "--resume")
    assert "callresponse" in resumed.command("status").stdout
    assert resumed.command("send", "what").stdout.count("whenever") == 1


@pytest.mark.parametrize("line", ["tempp 1.3", "shutdown"])
def test_start_reports_a_line_that_it_cannot_carry_out(start_engine: Start, line: str) -> None:
    engine = start_engine(unattended(f'[start]\ndo = ["{line}", "mode battle"]\n'))
    assert f"[start] do: {line}: " in engine.said()
    assert "battle" in engine.command("status").stdout


@pytest.mark.parametrize("keep", [True, False])
def test_resume_keeps_players_paused_if_the_configuration_wants_it(start_engine: Start, keep: bool) -> None:
    config = unattended(f"[start]\nkeep_paused = {str(keep).lower()}\n")
    engine = start_engine(config)
    engine.command("send", "pause")
    engine.end()
    resumed = start_engine(config, "--resume")
    assert ("PAUSED" in resumed.command("status").stdout) is keep
    assert ("main is paused, as before" in resumed.said()) is keep


def test_engine_deletes_old_logs_at_its_start(start_engine: Start, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    old, young = (logs / f"2020-01-0{day}T10-00-00-4d-mdrnn.log" for day in (1, 2))
    for file, days in ((old, 9), (young, 2)):
        file.write_text("2020-01-01T10:00:00,interface,0.5,0.5,0.5\n")
        os.utime(file, (time.time() - days * 86400,) * 2)
    engine = start_engine(unattended('[log]\nkeep = "1 week"\n'))
    wait_until(lambda: "old logs: 1 deleted" in engine.said())
    assert not old.exists()
    assert young.exists()
