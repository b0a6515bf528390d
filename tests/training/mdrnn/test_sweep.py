"""Trials of several sizes, seeds and corpora: in this process, on two processes of which one dies, and on a
cluster."""

import math
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("tensorflow", reason="training is the extra [train]")

from impsy_tui.choices import SIZES
from impsy_tui.cli.learning import train
from impsy_tui.cli.main import app
from impsy_tui.control.client import connected
from impsy_tui.installation import needs_extra
from impsy_tui.training.common.shapes import shape_of
from impsy_tui.training.mdrnn.network import training_model
from impsy_tui.training.mdrnn.sweep import Trained, Tried, choose, parameters, step_ms, supported_sizes
from impsy_tui.worker_requests import WorkerRequest, encode_request
from impsy_tui.workers.messages import Failed, Finished, FromWorker, Progress
from impsy_tui.workers.requests import SweepRequest
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port
from tests.support.waiting import wait_until
from tests.support.workers.training_workers import Worker, some_dataset

XXS, XS = "a-xxs", "a-xs"


@pytest.mark.parametrize(("size", "dimension"), [("xxs", 2), ("s", 9), ("xl", 3)])
def test_parameters_are_counted_as_keras_does(size: str, dimension: int) -> None:
    shape = shape_of(size, dimension)
    # Gates of other dimensions stay zero.
    fixed = shape.dimension * (shape.parameters - shape.mixtures)
    assert parameters(shape) == training_model(shape).count_params() - fixed


def test_more_events_support_larger_sizes_and_the_smallest_is_always_tried() -> None:
    assert supported_sizes(1, 9) == ("xxs",)
    assert supported_sizes(1000, 9) == ("xxs", "xs", "s")
    assert supported_sizes(100_000, 9) == SIZES
    counts = [len(supported_sizes(events, 9)) for events in range(0, 100_000, 500)]
    assert counts == sorted(counts)


def _tried(size: str, ms: float, nats: float | None) -> Tried:
    return Tried(size, ms, 1, None if nats is None else Trained([], nats, nats, 1, [(nats, nats)], 1.0))


def test_best_within_the_budget_is_chosen() -> None:
    table = [_tried("xxs", 0.1, 3.0), _tried("s", 0.5, 1.0), _tried("xs", 0.2, 1.0), _tried("l", 9.0, -2.0)]
    assert choose(table, 5.0) is table[2]  # the faster of equal ones
    assert choose(table) is table[3]
    assert choose(table, 0.01) is None
    assert choose([_tried("s", 0.1, None), _tried("s", 0.1, math.nan), _tried("s", 0.1, math.inf)]) is None


def test_larger_network_takes_longer() -> None:
    assert 0.0 < step_ms(shape_of("xxs", 9), 50) < step_ms(shape_of("xl", 9), 50)


class Sweep(Worker):
    """Running worker of a sweep."""

    def __init__(
        self, folder: Path, *datasets: Path, environment: dict[str, str] | None = None, **options: Any
    ) -> None:
        self.models = folder / "models"
        super().__init__(SweepRequest(self.models, datasets, **options), environment)

    def notes(self, name: str) -> dict[str, object]:
        return tomllib.loads((self.models / f"{name}.toml").read_text())


def test_sweep_in_one_process_saves_the_best_of_each_corpus_with_its_table(tmp_path: Path) -> None:
    files = [some_dataset(tmp_path / f"{name}.npz", 400) for name in "ab"]
    sweep = Sweep(tmp_path, *files, epochs=1, processes=1)
    *progress, last = sweep.says()
    assert isinstance(last, Finished), last
    assert last.file == str(sweep.models / f"{XS}.tflite")
    assert f"{XS}: xs is the best of 2 on a (xs " in last.text
    assert "b-xs: xs is the best of 2 on b (xs " in last.text
    trained = [one for one in progress if isinstance(one, Progress) and one.loss is not None]
    assert [(one.stage, one.done, one.of) for one in trained] == [("trained", n, 4) for n in (1, 2, 3, 4)]
    notes = sweep.notes(XS)
    assert (notes["corpus"], notes["size"], notes["seed"], notes["epochs"]) == ("a", "xs", 1, 1)
    tried = notes["tried"]
    assert isinstance(tried, list)
    assert [(one["size"], one["epochs"]) for one in tried] == [("xxs", 1), ("xs", 1)]
    assert (
        notes["held_out_cell_nats"]
        == min(one["held_out_cell_nats"] for one in tried)
        == trained[1].validation.__round__(4)
    )


def test_sweep_skips_sizes_over_budget(tmp_path: Path) -> None:
    dataset = some_dataset(tmp_path / "a.npz", 400)
    *_, last = Sweep(tmp_path, dataset, budget_ms=1e-6).says()
    assert isinstance(last, Failed)
    assert last.text.startswith("no prediction takes 1e-06 ms or less here: that of the smallest takes 0.")


def test_ended_early_it_keeps_what_is_trained(tmp_path: Path) -> None:
    dataset = some_dataset(tmp_path / "a.npz", 400)
    sweep = Sweep(tmp_path, dataset, epochs=10000, patience=10000, processes=1, table=True)
    messages: list[FromWorker] = []
    for message in sweep.says():
        messages.append(message)
        if isinstance(message, Progress) and message.stage == "0 of 2 trained; xxs" and message.done == 2:
            sweep.process.send_signal(signal.SIGINT)
    last = messages.pop()
    assert isinstance(last, Finished), last
    first, header, best, other, _ = last.text.splitlines()
    assert first.startswith(f"ended early, with 1 of 2 trained; {XXS}: xxs is the best of 2 on a")
    assert header.split() == ["size", "seed", "nats", "held", "out", "ms", "a", "step", "epochs"]
    assert best.startswith("xxs")
    assert other.split()[0] == "xs"
    assert other.endswith("not trained")


def test_sweep_without_dask_refuses_a_scheduler(tmp_path: Path) -> None:
    blocked = (
        "from importlib import util; find = util.find_spec; "
        "util.find_spec = lambda name, *more: None if name == 'distributed' else find(name, *more); "
        "from impsy_tui.workers.__main__ import main; main()"
    )
    request = SweepRequest(tmp_path, (tmp_path / "a.npz",), scheduler="tls://127.0.0.1:1")
    done = subprocess.run(
        [sys.executable, "-c", blocked, "sweep", encode_request(request)],
        capture_output=True,
        check=True,
    )
    assert msgspec.json.decode(done.stdout, type=FromWorker) == Failed(
        needs_extra("a scheduler", "dask", "train,cluster")
    )


def test_sweep_on_two_processes_survives_the_end_of_one(tmp_path: Path) -> None:
    psutil = pytest.importorskip("psutil", reason="clusters are the extra [cluster]")
    dataset = some_dataset(tmp_path / "a.npz", 400)
    sweep = Sweep(tmp_path, dataset, sizes=("xxs", "xs"), seeds=(1, 2, 3), epochs=8, processes=2)
    killed = 0
    for message in sweep.says():
        if isinstance(message, Progress) and message.loss is not None and not killed:
            master = psutil.Process(sweep.process.pid)
            workers = [child for child in master.children() if "spawn_main" in " ".join(child.cmdline())]
            assert len(workers) == 2
            listening = [each for process in (master, *workers) for each in process.net_connections()]
            assert {each.laddr.ip for each in listening if each.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
            assert {process.nice() for process in workers} == {master.nice()}
            killed = workers[0].pid
            workers[0].kill()
        last = message
    assert killed
    assert isinstance(last, Finished), last
    name = Path(last.file).stem
    tried = sweep.notes(name)["tried"]
    assert isinstance(tried, list)
    assert [(one["size"], one["seed"], one["epochs"]) for one in tried] == [
        (size, seed, 8) for size in ("xxs", "xs") for seed in (1, 2, 3)
    ]
    assert sweep.notes(name)["held_out_cell_nats"] == min(one["held_out_cell_nats"] for one in tried)


def _certificate(folder: Path) -> dict[str, str]:
    """Makes a self-signed certificate, and the settings with which dask finds it."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=impsy "
        f"-keyout {key} -out {certificate}".split(),
        check=True,
        capture_output=True,
    )
    tls = {"CA_FILE": str(certificate)}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        tls |= {f"{role}__CERT": str(certificate), f"{role}__KEY": str(key)}
    return {f"DASK_DISTRIBUTED__COMM__TLS__{name}": value for name, value in tls.items()}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_cluster_elsewhere_trains_over_tls(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="clusters are the extra [cluster]")
    tls = _certificate(tmp_path)
    dataset = some_dataset(tmp_path / "a.npz", 400)
    env = {**os.environ, **tls, "PYTHONPATH": os.pathsep.join(sys.path)}
    found = tmp_path / "scheduler.json"
    common = ["--host", "127.0.0.1", "--protocol", "tls", "--scheduler-file", str(found), "--no-dashboard"]
    with (tmp_path / "cluster").open("wb") as output:
        commands = [
            ["-m", "distributed.cli.dask_scheduler", *common, "--port", "0"],
            ["-m", "distributed.cli.dask_worker", *common, "--nthreads", "1", "--no-nanny"],
        ]
        cluster = [
            subprocess.Popen([sys.executable, *command], stdout=output, stderr=output, env=env, cwd=tmp_path)
            for command in commands
        ]
        try:
            deadline = time.monotonic() + 20
            while not found.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            address = msgspec.json.decode(found.read_bytes())["address"]
            assert address.startswith("tls://127.0.0.1:")
            options = {"sizes": ("xxs",), "epochs": 1, "scheduler": address}
            *_, last = Sweep(tmp_path, dataset, environment=tls, **options).says()
            *_, stranger = Sweep(tmp_path, dataset, **options).says()  # without certificates
        finally:
            for process in cluster:
                process.kill()
                process.wait()
    assert isinstance(last, Finished), (last, (tmp_path / "cluster").read_text())
    assert Path(last.file).stem == XXS
    assert np.isfinite(tomllib.loads(Path(last.file).with_suffix(".toml").read_text())["held_out_nats"])
    assert stranger == Failed(
        f"no scheduler answers at {address}: dask's configuration names no certificates (distributed.comm.tls)"
    )


# Shell command


def test_train_command_passes_sweep_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "datasets").mkdir()
    some_dataset(tmp_path / "datasets" / "a.npz", 60)
    some_dataset(tmp_path / "b.npz", 60)
    told: list[WorkerRequest] = []
    monkeypatch.setattr(train, "work", told.append)
    for typed, expected in (
        (
            "a -M auto",
            {"sizes": ("auto",), "seeds": (1,), "budget_ms": 5.0, "epochs": 16, "batch": 16},
        ),
        ("-D 3 -S datasets/a.npz -M auto --budget-ms 0.25", {"budget_ms": 0.25, "models": Path("models")}),
        ("a b.npz --seed 4", {"sizes": ("s",), "seeds": (4,), "datasets": ["datasets/a.npz", "b.npz"]}),
        ("a -M xs --seeds 3,1,3 -O out", {"sizes": ("xs",), "seeds": (3, 1), "models": Path("out")}),
        ("a -M auto --no-earlystopping -N 7 -B 8", {"epochs": 7, "patience": 7, "batch": 8, "dashboard": False}),
        ("a --scheduler tls://there:8786 --dashboard", {"scheduler": "tls://there:8786", "dashboard": True}),
    ):
        done = CliRunner().invoke(app, ["train", *typed.split()])
        assert done.exit_code == 0, (typed, done.output)
        request = told.pop()
        assert isinstance(request, SweepRequest)
        fields = msgspec.structs.asdict(request)
        fields["datasets"] = [os.path.relpath(file) for file in request.datasets]
        assert {name: fields[name] for name in expected} == expected
        assert request.table
    for typed, said in (
        ("a -M huge", "-M huge is not a size. Sizes: xxs, xs, s, m, l, xl, auto"),
        ("a -M auto --budget-ms 0", "--budget-ms 0: "),
        ("a --seeds 1,x", "--seeds 1,x: whole numbers"),
        ("a --seeds 1,2 --from m", "--from needs one dataset"),
        ("a c -M auto", "no dataset is called c"),
        ("-D 9 -M auto", "No dataset of dimension 9 in datasets: impsy-tui dataset -D 9 makes one from the logs"),
    ):
        done = CliRunner().invoke(app, ["train", *typed.split()])
        assert (done.exit_code, told) == (1, []), typed
        assert said in done.output


def test_sweep_in_a_set_makes_a_model_to_load(start_engine: Callable[..., EngineProcess], tmp_path: Path) -> None:
    (tmp_path / "datasets").mkdir()
    some_dataset(tmp_path / "datasets" / "mine-3d.npz", 400)
    engine = start_engine(f"[osc]\nserver_port = {free_port()}\n[model]\ndimension = 3\n")
    with connected(engine.socket) as console:
        assert "job 1 trains auto on mine-3d" in console.command("train auto epochs 1 budget 50").text
        wait_until(lambda: console.snapshot().jobs[0].state not in ("running", "stopping"), 100)
        (job,) = console.snapshot().jobs
        assert job.state == "finished", job.text
        assert job.curve == ()
        made = Path(job.file)
        assert made.parent == tmp_path / "models"
        assert f"{made.stem}: {made.stem.removeprefix('mine-3d-')} is the best of 2 on mine-3d (x" in job.text
        assert [one["size"] for one in tomllib.loads(made.with_suffix(".toml").read_text())["tried"]] == ["xxs", "xs"]
        assert console.command(f"load {made.stem}").ok
        assert console.snapshot().players[0].model == made.stem
