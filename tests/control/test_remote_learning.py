"""Learning on another machine, through a real SSH server on this machine."""

import tomllib
from pathlib import Path

import pytest

from impsy_tui.workers.messages import Failed, Progress
from tests.support.programs import needs_ssh
from tests.support.ssh_server import OtherMachine
from tests.support.workers.evolution import check_evolved, evolve_request, write_evening
from tests.support.workers.training_workers import Worker, run_worker, swinging_performance, worker_result

pytestmark = needs_ssh


def test_evolve_on_host_learns_there_and_brings_the_model_back(tmp_path: Path, other_machine: OtherMachine) -> None:
    other_machine.install(other_machine.home / "my tools")
    (other_machine.home / ".profile").write_text('echo welcome\nPATH="$HOME/my tools:$PATH"\n')
    write_evening(tmp_path / "logs", swinging_performance(900))
    said = run_worker(evolve_request(tmp_path, "127.0.0.1", other_machine.options))
    check_evolved(tmp_path, said)
    notes = tomllib.loads(next((tmp_path / "models").glob("*.toml")).read_text())
    assert notes["host"] == "127.0.0.1"


def test_evolve_on_host_says_what_is_missing(tmp_path: Path, other_machine: OtherMachine) -> None:
    write_evening(tmp_path / "logs", swinging_performance(900))
    other_machine.lay_set("empty", "", with_program=False)
    for folder, problem in (("none", "cannot be entered"), ("empty", "evolve on 127.0.0.1:FOLDER")):
        result = worker_result(evolve_request(tmp_path, f"127.0.0.1:{folder}", other_machine.options))
        assert isinstance(result, Failed)
        assert problem in result.text
    other_machine.end()
    result = worker_result(evolve_request(tmp_path, "127.0.0.1", other_machine.options))
    assert isinstance(result, Failed)
    assert "127.0.0.1 cannot be reached by ssh" in result.text
    assert not (tmp_path / "models").exists()


def test_evolve_on_host_asks_for_a_key_only_where_a_key_is_missing(
    tmp_path: Path, other_machine: OtherMachine
) -> None:
    write_evening(tmp_path / "logs", swinging_performance(900))
    spoken = [word for word in other_machine.options if word != "-q"]
    (other_machine.folder / "user.pub").write_text("")
    result = worker_result(evolve_request(tmp_path, "127.0.0.1", tuple(spoken)))
    assert isinstance(result, Failed)
    assert "127.0.0.1 wants a password" in result.text
    other_machine.end()
    result = worker_result(evolve_request(tmp_path, "127.0.0.1", tuple(spoken)))
    assert isinstance(result, Failed)
    assert "127.0.0.1 cannot be reached by ssh" in result.text
    assert result.text.endswith(": ssh 127.0.0.1 in a shell shows why")


def test_evolve_on_host_reports_a_link_that_is_lost_during_learning(
    tmp_path: Path, other_machine: OtherMachine
) -> None:
    other_machine.install(other_machine.home / ".venv/bin")
    write_evening(tmp_path / "logs", swinging_performance(900))
    last = None
    for last in Worker(evolve_request(tmp_path, "127.0.0.1", other_machine.options)).says():
        if isinstance(last, Progress) and last.of:
            other_machine.end()
    assert isinstance(last, Failed)
    assert last.text.startswith("the link to 127.0.0.1 was lost")
    assert not (tmp_path / "models").exists()


def test_evolve_on_host_reports_a_missing_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_evening(tmp_path / "logs", swinging_performance(900))
    monkeypatch.setenv("PATH", str(tmp_path))
    result = worker_result(evolve_request(tmp_path, "laptop"))
    assert isinstance(result, Failed)
    assert result.text == "ssh cannot be run: No such file or directory"
