"""Jobs of a real engine that plays."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.control.client import connected
from impsy_tui.data.datasets import read_dataset, write_dataset
from tests.support.engine.processes import config, ended_jobs
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port

Start = Callable[..., EngineProcess]


def test_plot_is_drawn_during_the_music(start_engine: Start, receiver: socket.socket, pulse_model: Path) -> None:
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        assert "no log, dataset or model is called none" in console.command("plot none").text
        assert "no log, dataset or model is called ../x" in console.command("plot ../x").text
        assert console.command("plot pulse").text == "job 1 draws pulse"
        assert ended_jobs(console) == ["finished"]
        assert Path(console.snapshot().jobs[0].file) == engine.folder / "plots" / "pulse.svg"
        assert "</svg>" in (engine.folder / "plots" / "pulse.svg").read_text()


def test_log_goes_into_a_midi_file_and_comes_back(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    rows = (f"2026-05-01T20:00:{at:02d}.000000,interface,0.5,0.{at:02d},1.0\n" for at in range(30))
    (tmp_path / "logs" / "evening-4d-mdrnn.log").write_text("".join(rows))
    midi = '[midi]\nin_device = ["none"]\n[midi.input]\nnone = ["note 1", "bend 1", "cc 1 7"]\n'
    engine = start_engine(config(receiver, free_port()) + midi)
    with connected(engine.socket) as console:
        assert "no MIDI file is called song" in console.command("import song").text
        assert "no MIDI file is called ../x" in console.command("import ../x").text
        assert not console.command("export ../x").ok
        assert console.command("export evening").text == (
            f"job 1 writes evening-4d-mdrnn.mid into {engine.folder / 'exchange'}"
        )
        assert ended_jobs(console) == ["finished"]
        assert console.command("import evening-4d-mdrnn").text == "job 2 makes a log of evening-4d-mdrnn.mid"
        assert ended_jobs(console, 2) == ["finished"] * 2
        assert Path(console.snapshot().jobs[1].file) == engine.folder / "logs" / "evening-2-4d-mdrnn.log"
        assert console.command("export evening-2 as csv").ok
        assert ended_jobs(console, 3) == ["finished"] * 3
        table = (engine.folder / "exchange" / "evening-2-4d-mdrnn.csv").read_text().splitlines()
        assert len(table) == 31


def test_export_without_a_mapping_says_what_is_possible(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "evening-4d-mdrnn.log").write_text("2026-05-01T20:00:00.0,interface,0.5,0.5,1.0\n")
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        assert "the configuration has no MIDI mapping" in console.command("import song").text
        assert console.command("export evening").ok
        assert ended_jobs(console) == ["failed"]
        assert "a .csv file needs no mapping" in console.snapshot().jobs[0].text


def test_plot_without_a_name_draws_the_newest_log(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        reply = console.command("plot")
        assert (reply.ok, reply.text) == (
            False,
            f"no log is in {engine.folder / 'logs'} yet: play, or name a dataset or a model",
        )
        (tmp_path / "logs").mkdir(exist_ok=True)
        for day in (1, 2):
            log = tmp_path / "logs" / f"2026-01-0{day}T00-00-00-4d-mdrnn.log"
            log.write_text("".join(f"2026-01-01T00:00:{at:02}.000000,interface,0.1,0.2,0.3\n" for at in range(50)))
            os.utime(log, (day, day))
        assert console.command("plot").text == "job 1 draws 2026-01-02T00-00-00-4d-mdrnn"
        assert ended_jobs(console) == ["finished"]


@pytest.mark.parametrize("line", ["cancel job", "keep job"])
def test_undo_of_an_ended_job_says_that_it_does_not_go_on(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path, line: str
) -> None:
    (tmp_path / "datasets").mkdir()
    write_dataset(tmp_path / "datasets" / "training-dataset-4d.npz", [np.full((500, 4), 0.5)])
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        assert console.command("temp 1.5").ok
        assert console.command("train xxs").ok
        assert console.command(line).ok
        refused = console.command("undo")
        assert not refused.ok
        assert ("was cancelled" if line.startswith("cancel") else "has ended") in refused.text
        assert "undo cannot restore this" in refused.text
        assert console.snapshot().players[0].number("temp") == 1.5
        assert console.command("train xxs").ok
        again = console.command("redo")
        assert (again.ok, again.text) == (False, f"redo does not end jobs: type {line} again")
        assert console.command("undo").text == "undone: temp 1.5"
        assert console.command("cancel job 2").ok


def test_dataset_is_made_during_the_music(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "2026-01-01T00-00-00-4d-mdrnn.log").write_text(
        "".join(f"2026-01-01T00:00:{at:02}.000000,interface,0.1,0.2,0.3\n" for at in range(50))
    )
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        assert "job 1 builds a dataset from the logs" in console.command("dataset 4").text
        assert ended_jobs(console) == ["finished"]
        (job,) = console.snapshot().jobs
        assert "49 events" in job.text
        assert len(read_dataset(Path(job.file))[0]) == 49
        assert Path(job.file).parent == tmp_path / "datasets"
        assert console.command("dataset 9").ok
        assert ended_jobs(console, 2) == ["finished", "failed"]
        assert "no job runs" in console.command("cancel job").text
        assert "no dataset is called none" in console.command("train xxs on none").text
        assert "no dataset is called ../x" in console.command("train xxs on ../x").text
        assert "budget is only for train auto" in console.command("train s budget 5").text
        assert "auto trains new models" in console.command("train auto from current").text
        assert "no folder of gesture scores is called none" in console.command("train ensemble on none").text
        assert "job 3 trains auto on training-dataset-4d" in console.command("train auto budget 2.5 seed 3").text
        assert ended_jobs(console, 3) == ["finished", "failed", "failed"]
        text = console.snapshot().jobs[2].text
        assert "the longest performance has 49 events" in text or "TensorFlow, which is not installed" in text
    assert "job: 2 dataset 9d: no events of dimension 9" in engine.said()


def test_gestures_are_learned_during_the_music(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    columns = "centroid_x,centroid_y,std_x,std_y,freq,movement_freq,touchdown_freq,velocity"
    rows = [f"2026-01-01T00:00:{at:02},1,1,{at},1,{9 * at},1,1,1,{1 + at // 30}" for at in range(60)]
    (tmp_path / "logs" / "table.csv").write_text("\n".join([f"time,{columns},gesture", *rows]))
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        assert "takes no more than this" in console.command("train gestures epochs 3").text
        assert "job 1 trains a classifier of gestures" in console.command("train gestures seed 2").text
        ended_jobs(console)
        (job,) = console.snapshot().jobs
        if "scikit-learn, which is not installed" in job.text:
            pytest.skip("training a classifier is the extra [gestures]")
        assert (job.state, Path(job.file).name) == ("finished", "gestures-table.npz")
        assert Path(job.file).is_file()


def test_engine_that_ends_leaves_no_worker_behind(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    for number in range(40):
        rows = "".join(f"2026-01-01T00:{at // 60:02}:{at % 60:02},interface,1,2,3\n" for at in range(3000))
        (tmp_path / "logs" / f"{number}-4d-mdrnn.log").write_text(rows)
    engine = start_engine(config(receiver, free_port()))
    with connected(engine.socket) as console:
        assert console.command("dataset 4").ok
        (job,) = console.snapshot().jobs
        assert job.state == "running"
    assert engine.end() == 0
    assert not (tmp_path / "datasets" / "training-dataset-4d.npz").exists()
    assert engine.said() == "job: 1 dataset 4d: cancelled: nothing was kept\n"
