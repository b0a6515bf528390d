"""Limits of every process that opens files which another person may have made."""

import asyncio
import importlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from impsy_tui import limits
from impsy_tui.agent.file import read_agent
from impsy_tui.agent.lookup_table import read_table
from impsy_tui.config import edit, load_config
from impsy_tui.console.themes import ThemeFolders
from impsy_tui.engine.performance.scenes.file import SceneFile
from impsy_tui.engine.runtime.subprocesses import ask_process
from impsy_tui.ensemble.scores import read_score
from impsy_tui.ensemble.touches.touch import read_touches
from impsy_tui.errors import HelperTimeoutError, UserError
from impsy_tui.limits import LIMITS, QUESTION, exceeded
from impsy_tui.worker_requests import WorkerRequest
from impsy_tui.workers.__main__ import WORKERS
from impsy_tui.workers.client import Job, JobRunner
from impsy_tui.workers.requests import DatasetRequest
from tests.support.workers.scripted_worker import scripted_python

_PACKAGE = Path(limits.__file__).parent
_OTHER_PROCESSES = {
    "impsy_tui.engine.log.log_writer",  # writes rows that come through a pipe
    "impsy_tui.channels.midi.system.host",  # owns MIDI ports
    "impsy_tui.channels.audio.host",  # hears a sound device
    "impsy_tui.channels.discovery.host",  # announces the engine in the network
    "impsy_tui.engine.clock.link.peer",  # keeps time with Ableton Link
}
"""Modules that run as a process and open no file of another person."""


def test_worker_entry_point_starts_every_process_that_opens_files() -> None:
    found = {
        ".".join(file.relative_to(_PACKAGE.parent).with_suffix("").parts)
        for file in _PACKAGE.rglob("*.py")
        if file.name != "__main__.py" and '\nif __name__ == "__main__":\n' in file.read_text(encoding="utf-8")
    }
    assert found == _OTHER_PROCESSES


@pytest.mark.parametrize("worker", WORKERS)
def test_limit_process_limits_every_worker(worker: str) -> None:
    script = (
        f"import resource as r; from impsy_tui.limits import limit_process; limit_process({worker!r})\n"
        "print([r.getrlimit(each)[0] for each in (r.RLIMIT_AS, r.RLIMIT_DATA, r.RLIMIT_CPU, r.RLIMIT_FSIZE)])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    memory, cpu_seconds, _, output, data, _ = LIMITS[worker]
    assert memory or data, f"{worker} has no limit of memory"
    if any(map(os.path.exists, limits._GPU_DRIVERS)):
        data = 0
    assert said.stdout.strip() == str(
        [memory or resource.RLIM_INFINITY, data or resource.RLIM_INFINITY, cpu_seconds, output]
    )


@pytest.mark.parametrize("worker", WORKERS)
def test_workers_have_limits_and_take_their_own_requests(worker: str) -> None:
    assert worker in LIMITS, f"{worker} is a worker: give it limits in impsy_tui/limits.py"
    assert all(value > 0 for value in LIMITS[worker][1:4])
    module = importlib.import_module(WORKERS[worker])
    assert issubclass(module.Request, WorkerRequest)
    assert module.Request.__struct_config__.tag == worker
    assert callable(module.run)


def test_limits_name_no_worker_that_is_gone() -> None:
    assert set(WORKERS) == set(LIMITS)


def _limited(work: str, **few: int) -> "subprocess.CompletedProcess[str]":
    script = (
        "from impsy_tui import limits\n"
        f"limits.LIMITS['test'] = limits.QUESTION._replace(**{few!r})\nlimits.limit_process('test')\n{work}\n"
    )
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)


def test_exceeded_says_that_processor_time_ran_out() -> None:
    ended = _limited("while True: pass", cpu_seconds=1)
    assert ended.returncode == -signal.SIGXCPU
    told = exceeded("plot big.npz", QUESTION._replace(cpu_seconds=1), ended.returncode, "")
    assert told.startswith("plot big.npz needs more than 1 s of processor time, its limit. A file may be damaged")


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space")
def test_exceeded_says_that_memory_ran_out() -> None:
    ended = _limited("bytearray(2 << 30)")
    told = exceeded("plot big.npz", QUESTION, ended.returncode, ended.stderr.splitlines()[-1])
    assert told.startswith("plot big.npz needs more than 1 GB of memory, its limit. A file may be damaged")


@pytest.mark.skipif(sys.platform != "linux", reason="limits the written memory")
def test_limit_process_bounds_written_memory_and_not_reserved_address_space() -> None:
    few = {"memory": 0, "data": 1 << 30}
    reserved = _limited("import mmap; mmap.mmap(-1, 4 << 30, prot=mmap.PROT_READ)", **few)
    assert reserved.returncode == 0, reserved.stderr
    ended = _limited("bytearray(2 << 30)", **few)
    told = exceeded("train big.npz", QUESTION._replace(**few), ended.returncode, ended.stderr.splitlines()[-1])
    assert told.startswith("train big.npz needs more than 1 GB of memory, its limit. A file may be damaged")


def test_exceeded_says_nothing_of_other_ends() -> None:
    assert not exceeded("plot", QUESTION, 1, "ValueError: no")
    assert not exceeded("plot", QUESTION, 0, "MemoryError")


def test_limit_process_bounds_the_files_that_are_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = _limited(f"with open({str(out)!r}, 'wb') as out: out.write(bytes(5000))", output=4096)
    assert "File too large" in ended.stderr
    assert out.stat().st_size <= 4096


@pytest.mark.parametrize(
    ("limit", "told"),
    [("wall_seconds", "dataset mine needs more than 1 s, its limit. "), ("output", "dataset mine prints more than ")],
)
def test_runner_ends_a_job_over_its_limit_and_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, told: str
) -> None:
    monkeypatch.setitem(LIMITS, "dataset", QUESTION._replace(output=1 << 60)._replace(**{limit: 1}))
    python = scripted_python(tmp_path, "base64 /dev/zero")

    async def run() -> Job:
        ended: asyncio.Future[Job] = asyncio.get_running_loop().create_future()
        runner = JobRunner(tmp_path, ended.set_result)
        await runner.start("dataset", "mine", DatasetRequest(tmp_path, tmp_path), python)
        return await asyncio.wait_for(ended, 60)

    job = asyncio.run(run())
    assert job.state == "failed"
    assert job.text.startswith(told)
    assert "divide it, or leave it out" in job.text


def test_helper_over_its_wall_clock_limit_is_ended_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "http.server", QUESTION._replace(wall_seconds=1))
    serve = [sys.executable, "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(tmp_path)]
    with pytest.raises(
        HelperTimeoutError, match=r"server .*tmp.* needs more than 1 s, its limit\. If the machine is busy, try again"
    ):
        asyncio.run(ask_process(f"server {tmp_path}", "http.server", serve))


def test_helper_that_runs_out_of_processor_time_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spin.py").write_text(
        "from impsy_tui import limits\nlimits.LIMITS['spin'] = limits.QUESTION._replace(cpu_seconds=1)\n"
        "limits.limit_process('spin')\nwhile True: pass\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(UserError, match=r"spin /some/file needs more than 60 s of processor time"):
        asyncio.run(ask_process("spin /some/file", "spin", [sys.executable, "-m", "spin"]))


def _big(file: Path) -> Path:
    with file.open("wb") as made:
        made.truncate(1 << 30)
    return file


def _read_theme(file: Path) -> object:
    shelf = ThemeFolders()
    shelf._folders = (file.parent, file.parent)
    return shelf.load(file.stem)


def _read_config(file: Path) -> object:
    if problems := load_config(file).problems:
        raise ValueError(str(problems[0]))
    return None


_READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "theme": ("big.toml", _read_theme),
    "configuration": ("big.toml", _read_config),
    "setting": ("big.toml", lambda file: edit.edit(file, "dimension", "4")),
    "scenes": ("big.toml", lambda file: SceneFile(file).names()),
    "score": ("big.csv", read_score),
    "touches": ("big.csv", read_touches),
    "table": ("big.csv", read_table),
    "agent": ("big.npz", read_agent),
}


@pytest.mark.parametrize("kind", _READERS)
def test_reader_refuses_a_file_far_too_large_for_its_kind(kind: str, tmp_path: Path) -> None:
    name, read = _READERS[kind]
    with pytest.raises(Exception, match=r"large") as refused:
        read(_big(tmp_path / name))
    assert not isinstance(refused.value, MemoryError)
    assert "big." in str(refused.value)
