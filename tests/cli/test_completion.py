"""Shell completion of names."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from impsy_tui.cli.main import app
from tests.support.channels.jack_server import JackServer, plugged
from tests.support.engine_process import EngineProcess


def _completed(line: str) -> list[str]:
    """Returns the completions of bash for the last word of a line."""
    words = line.split(" ")
    environment = {"_IMPSY_TUI_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    return CliRunner().invoke(app, [], prog_name="impsy-tui", env=environment).output.split()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("models/mine.tflite", "logs/2026-one.log", "datasets/nine.npz", "sets/gig.imp", "themes/sea.toml"):
        path = tmp_path / file
        path.parent.mkdir(exist_ok=True)
        path.touch()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("impsy-tui run mi", "mine"),
        ("impsy-tui run models/mi", "models/mine.tflite"),
        ("impsy-tui run musicMDRNN-dim9-layers2-units6", "musicMDRNN-dim9-layers2-units64-mixtures5-scale10"),
        ("impsy-tui run -c en", "ensemble"),
        ("impsy-tui plot 2026", "2026-one"),
        ("impsy-tui train ni", "nine"),
        ("impsy-tui train --from mi", "mine"),
        ("impsy-tui check gi", "gig"),
        ("impsy-tui attach --theme se", "sea"),
        ("impsy-tui examples en", "ensemble"),
        ("impsy-tui run --mode ba", "battle"),
        ("impsy-tui send mode ba", "battle"),
    ],
)
def test_completion_offers_names(line: str, name: str) -> None:
    assert name in _completed(line)


def test_completion_offers_nothing_for_unknown_beginnings() -> None:
    assert _completed("impsy-tui run nothing-like-this") == []


def test_completion_offers_scenes_of_the_running_engine(start_engine: Callable[..., EngineProcess]) -> None:
    engine = start_engine("[demo]\n")
    assert engine.command("send", "scene save dark").returncode == 0
    assert _completed(f"impsy-tui send --socket {engine.socket} scene da") == ["dark"]
    assert "2026-one" in _completed(f"impsy-tui send --socket {engine.socket} replay 2026")


def test_completion_offers_ports_of_this_machine(jack_server: JackServer) -> None:
    with plugged("Knobs"):
        assert any("Knobs" in word for word in _completed("impsy-tui ports "))
