"""Evenings, requests and results of the worker ``evolve``."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from impsy_tui.mdrnn.weights import read_weights
from impsy_tui.workers.messages import Finished, FromWorker, Progress
from impsy_tui.workers.requests import EvolveRequest
from tests.support.models import random_model


def write_evening(folder: Path, events: np.ndarray) -> Path:
    """Writes events as the log of an evening; returns its file."""
    folder.mkdir(exist_ok=True)
    at, rows = datetime(2026, 1, 2, 20), []
    for dt, *values in events.tolist():
        at += timedelta(seconds=dt)
        rows.append(f"{at.isoformat(timespec='microseconds')},interface,{','.join(map(str, values))}\n")
    file = folder / f"2026-01-02T20-00-00-{events.shape[1]}d-mdrnn.log"
    file.write_text("".join(rows))
    return file


def evolve_request(folder: Path, host: str = "", options: tuple[str, ...] = (), since: float = 0.0) -> EvolveRequest:
    """Returns a request for a small random model."""
    played = folder / "played.h5"
    if not played.exists():
        random_model(played, 3, 8, 1, 2)
    return EvolveRequest(
        folder / "models", played, folder / "logs", folder / "datasets", since, host=host, ssh_options=options
    )


def check_evolved(folder: Path, said: list[FromWorker]) -> None:
    """Checks the messages and the model of a worker that found a better model."""
    done = said[-1]
    assert isinstance(done, Finished), done
    assert "is better than played" in done.text
    file = Path(done.file)
    assert file.parent == folder / "models"
    assert read_weights(file).shape == read_weights(folder / "played.h5").shape
    notes = tomllib.loads(file.with_suffix(".toml").read_text())
    assert notes["begun_from"] == "played"
    assert notes["gain"] > notes["gain_error"] > 0.0
    assert notes["newest_cell_nats"] < notes["newest_cell_nats_before"]
    assert notes["old_cell_nats"] <= notes["old_cell_nats_before"] + 0.05
    assert notes["events"] == 899
    assert any(isinstance(each, Progress) and each.stage == "round" and each.of for each in said)
