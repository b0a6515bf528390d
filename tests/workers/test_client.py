"""Start, messages and end of workers with any output."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from impsy_tui.errors import UserError
from impsy_tui.workers.client import MOST_JOBS, Job, JobRunner
from impsy_tui.workers.messages import Progress
from impsy_tui.workers.requests import DatasetRequest
from tests.support.places import ROOT
from tests.support.workers.scripted_worker import scripted_python


@pytest.fixture(autouse=True)
def workers_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def _request(what: str) -> DatasetRequest:
    return DatasetRequest(Path("logs"), Path("datasets"), name=what)


class VirtualSession:
    """Job runner, and the jobs whose end it has reported."""

    def __init__(self, folder: Path) -> None:
        self.ended: list[Job] = []
        self.runner = JobRunner(folder / "jobs", self.ended.append)
        self.python = scripted_python(folder)

    async def start(self, what: str) -> Job:
        return await self.runner.start("train", what, _request(what), self.python)

    async def end_of(self, job: Job) -> Job:
        while job.running:
            await asyncio.sleep(0.005)
        return job

    async def done(self, what: str) -> Job:
        return await self.end_of(await self.start(what))

    async def waiting(self, what: str) -> Job:
        job = await self.start(what)
        while job.progress.stage != "waiting":
            await asyncio.sleep(0.005)
        return job


def _rehearse(folder: Path, play: Callable[[VirtualSession], Awaitable[None]]) -> VirtualSession:
    rehearsal = VirtualSession(folder)

    async def run() -> None:
        await play(rehearsal)
        await rehearsal.runner.close()

    asyncio.run(run())
    return rehearsal


def test_job_tells_how_far_it_is_and_what_came_of_it(tmp_path: Path) -> None:
    async def play(rehearsal: VirtualSession) -> None:
        job = await rehearsal.done("well")
        assert (job.number, job.kind, job.name, job.state) == (1, "train", "well", "finished")
        assert (job.text, job.file) == ("it is done", "made.txt")
        assert job.progress == Progress("judging", loss=0.25)
        assert list(job.curve) == [(1.0, 2.0), (0.5, 1.0), (1 / 3, 2 / 3), (0.25, 0.25)]

    rehearsal = _rehearse(tmp_path, play)
    assert rehearsal.ended == rehearsal.runner.jobs


def test_failed_job_has_a_reason(tmp_path: Path) -> None:
    async def play(rehearsal: VirtualSession) -> None:
        job = await rehearsal.done("badly")
        assert (job.state, job.text) == ("failed", "there is nothing to work on")

    _rehearse(tmp_path, play)


def test_job_that_dies_without_a_report_names_the_file_of_its_output(tmp_path: Path) -> None:
    async def play(rehearsal: VirtualSession) -> None:
        job = await rehearsal.done("speechless")
        assert job.state == "failed"
        assert "ended without a report (code 3): what went wrong; more is in" in job.text
        assert str(job.output) in job.text
        assert job.output.read_text() == "what went wrong\n"

    _rehearse(tmp_path, play)


def test_garbage_among_its_reports_does_no_harm(tmp_path: Path) -> None:
    async def play(rehearsal: VirtualSession) -> None:
        job = await rehearsal.done("garbage")
        assert (job.state, job.text) == ("finished", "done all the same")

    _rehearse(tmp_path, play)


def test_cancelled_job_keeps_nothing(tmp_path: Path) -> None:
    async def play(rehearsal: VirtualSession) -> None:
        older, job = await rehearsal.waiting("keeping"), await rehearsal.waiting("keeping")
        assert rehearsal.runner.stop(None, keep=False) is job
        assert job.state == "stopping"
        await rehearsal.end_of(job)
        assert (job.state, job.text) == ("cancelled", "cancelled: nothing was kept")
        assert rehearsal.runner.stop(1, keep=False) is older
        await rehearsal.end_of(older)

    rehearsal = _rehearse(tmp_path, play)
    assert [job.number for job in rehearsal.ended] == [2, 1]


def test_job_stopped_with_keep_saves_its_result(tmp_path: Path) -> None:
    async def play(rehearsal: VirtualSession) -> None:
        job = await rehearsal.waiting("keeping")
        rehearsal.runner.stop(job.number, keep=True)
        await rehearsal.end_of(job)
        assert (job.state, job.text) == ("finished", "kept what there was")

    _rehearse(tmp_path, play)


def test_stop_refuses_job_that_has_ended(tmp_path: Path) -> None:
    async def play(rehearsal: VirtualSession) -> None:
        with pytest.raises(UserError, match="no job runs"):
            rehearsal.runner.stop(None, keep=True)
        job = await rehearsal.done("badly")
        with pytest.raises(UserError, match="no job 1 runs"):
            rehearsal.runner.stop(job.number, keep=False)
        assert job.state == "failed"

    _rehearse(tmp_path, play)


def test_jobs_are_limited_in_number(tmp_path: Path) -> None:
    async def play(rehearsal: VirtualSession) -> None:
        asked = [rehearsal.start("keeping") for _ in range(MOST_JOBS + 3)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert sum(isinstance(answer, UserError) for answer in answers) == 3
        assert [job.number for job in rehearsal.runner.jobs] == [1, 2, 3, 4]

    _rehearse(tmp_path, play)


def test_job_that_is_cancelled_at_its_start_ends(tmp_path: Path) -> None:
    async def play(rehearsal: VirtualSession) -> None:
        starting = asyncio.create_task(rehearsal.start("keeping"))
        await asyncio.sleep(0)
        rehearsal.runner.stop(None, keep=False)
        assert (await rehearsal.end_of(await starting)).state == "cancelled"

    _rehearse(tmp_path, play)


def test_start_reports_failure(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("in the way")

    async def play(rehearsal: VirtualSession) -> None:
        with pytest.raises(UserError, match="train cannot be started"):
            await rehearsal.start("well")
        assert rehearsal.runner.jobs == []

    _rehearse(tmp_path, play)


def test_at_the_end_none_is_left_behind_not_even_a_deaf_one(tmp_path: Path) -> None:
    ends: list[int] = []

    async def play(rehearsal: VirtualSession) -> None:
        await rehearsal.waiting("keeping")
        await rehearsal.waiting("deaf")
        workers = list(rehearsal.runner._processes.values())
        await rehearsal.runner.close()
        ends.extend([await asyncio.to_thread(worker.wait) for worker in workers])

    _rehearse(tmp_path, play)
    willing, deaf = ends
    assert willing in (-signal.SIGTERM, -signal.SIGKILL)  # SIGKILL on a slow machine
    assert deaf == -signal.SIGKILL


def test_stop_with_keep_refuses_job_without_result(tmp_path: Path) -> None:
    async def play(rehearsal: VirtualSession) -> None:
        job = await rehearsal.runner.start("dataset", "of all", _request("keeping"), rehearsal.python)
        with pytest.raises(UserError, match=r"job 1 \(dataset\) has no result to save before its end"):
            rehearsal.runner.stop(None, keep=True)
        assert job.state == "running"
        rehearsal.runner.stop(None, keep=False)
        await rehearsal.end_of(job)

    _rehearse(tmp_path, play)
