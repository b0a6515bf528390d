"""Workers leave the processor to the music."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from impsy_tui.worker_requests import encode_request
from impsy_tui.workers.client import JobRunner
from impsy_tui.workers.list_files import Request
from impsy_tui.workers.requests import DatasetRequest
from tests.support.waiting import wait_until
from tests.support.workers.scripted_worker import scripted_python


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux runs a process when a processor is idle")
@pytest.mark.usefixtures("low_priority")
def test_worker_runs_when_a_processor_is_idle(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "impsy_tui.workers", "list_files"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        wait_until(lambda: os.sched_getscheduler(worker.pid) == os.SCHED_IDLE)
        answer, _ = worker.communicate(encode_request(Request(7, tmp_path, tmp_path)).encode())
    assert b'"id":7' in answer


@pytest.mark.usefixtures("low_priority")
def test_job_is_started_at_low_priority(tmp_path: Path) -> None:
    report = r"""echo "{\"type\": \"finished\", \"text\": \"$(nice)\"}" """
    python = scripted_python(tmp_path, f"sh -c '{report}'")

    async def text_of_job() -> str:
        ended = asyncio.Event()
        runner = JobRunner(tmp_path / "jobs", lambda job: ended.set())
        job = await runner.start("train", "x", DatasetRequest(tmp_path, tmp_path), python)
        await ended.wait()
        return job.text

    assert int(asyncio.run(text_of_job())) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
