"""Workers in the foreground of a shell."""

from pathlib import Path

import pytest
import typer

from impsy_tui.cli.output.progress import work
from impsy_tui.limits import LIMITS
from impsy_tui.workers.requests import DatasetRequest, TrainGesturesRequest


@pytest.mark.parametrize(
    ("limit", "value", "told"),
    [("output", 1, "prints more than "), ("wall_seconds", 0, "needs more than 0 s, its limit")],
)
def test_work_ends_a_worker_over_its_limit_and_says_which(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    limit: str,
    value: int,
    told: str,
) -> None:
    monkeypatch.setitem(LIMITS, "dataset", LIMITS["dataset"]._replace(**{limit: value}))
    with pytest.raises(typer.Exit):
        work(DatasetRequest(tmp_path / "logs", tmp_path / "datasets"))
    said = capsys.readouterr().err
    assert said.startswith(f"dataset {tmp_path / 'logs'} {told}")


def test_work_passes_more_files_than_a_command_line_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sklearn", reason="training a classifier is the extra [gestures]")
    places = tuple(tmp_path / f"{number:0100d}" for number in range(5_000))
    with pytest.raises(typer.Exit):
        work(TrainGesturesRequest(tmp_path / "models", places))
    assert str(places[0]) in capsys.readouterr().err
