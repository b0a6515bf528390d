"""Learning on another machine, through a real SSH server on this machine."""

import tomllib
from pathlib import Path

from impsy_tui.workers.messages import Failed
from tests.support.programs import needs_ssh
from tests.support.ssh_server import OtherMachine
from tests.support.workers.evolution import check_evolved, evolve_request, write_evening
from tests.support.workers.training_workers import run_worker, swinging_performance, worker_result

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
    assert "127.0.0.1 cannot be reached by ssh without a password" in result.text
    assert not (tmp_path / "models").exists()
