"""Training and evaluation of agents from a shell: wrong arguments and messages."""

import importlib.util
from pathlib import Path

import pytest
from typer.testing import CliRunner

from impsy_tui.agent.file import write_agent
from impsy_tui.agent.lookup_table import write_table
from impsy_tui.cli.main import app
from tests.support.agents import small_agent, small_table


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Returns a function that runs a command and returns its exit code and its output."""
    monkeypatch.chdir(tmp_path)
    write_table(tmp_path / "small.csv", small_table())

    def type_in(line: str) -> tuple[int, str]:
        words = line.split()
        result = CliRunner().invoke(app, words if words[:2] == ["train", "agent"] else ["agent", *words])
        return result.exit_code, result.output

    return type_in


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("train agent small.csv --algorithm sarsa", "--algorithm sarsa is unknown. Algorithms: ppo, dqn, a2c"),
        ("train agent small.csv --steps 10", "--steps 10: a whole number, 1000 to"),
        ("train agent small.csv --targets birds", "--targets birds is unknown. Targets: static, changing, mixed"),
        ("train agent small.csv --units -1", "--units -1: write a whole number"),
        ("train agent small.csv --hear --corpus", "no descriptor is called --corpus: the categories are"),
        ("train agent small.csv --match birds", "no descriptor is called birds: the categories are"),
        ("evaluate none.npz --match --help", "no descriptor is called --help: the categories are"),
        ("lookup -- --help", "lookup needs a built-in synth"),
        ("evaluate none.npz", "none.npz: No such file or directory"),
        ("evaluate none", "no model is called none"),
        ("evaluate small.csv", "small.csv is not an agent"),
    ],
)
def test_command_reports_mistake_in_one_line(said, line: str, expected: str) -> None:  # type: ignore[no-untyped-def]
    code, output = said(line)
    assert code == 1
    assert expected in output
    assert len(output.strip().splitlines()) == 1


def test_agent_is_compared_with_seek_and_hold_without_torch(said, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    write_agent(tmp_path / "mine.npz", small_agent(facts={"synth": "small"}))
    code, output = said("evaluate mine.npz --frames 200")
    assert code == 0
    lines = [line for line in output.splitlines() if line[:4] in ("mine", "seek", "hold")]
    assert lines[0] == "mine of small, by loudness-dBFS"
    distances = {line.split()[0]: float(line.split()[1]) for line in lines[1:]}
    assert distances["seek"] < distances["hold"] / 10
    assert distances["mine"] < distances["hold"] / 10


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="torch is here")
def test_training_without_torch_names_the_line_that_installs_it(said) -> None:  # type: ignore[no-untyped-def]
    code, output = said("train agent small.csv")
    assert code == 1
    assert "[agent]" in output
    assert "pip install torch==2.13.0" in output
