"""Starts workers, reads their reports, and stops them."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from os.path import expanduser
from pathlib import Path
from typing import Final

import msgspec

from impsy_tui import choices
from impsy_tui.errors import UserError
from impsy_tui.limits import Limits, exceeded, limits_of, over_output, over_time
from impsy_tui.worker_requests import WorkerRequest, worker_command, worker_name
from impsy_tui.workers.messages import Failed, Finished, FromWorker, Progress
from impsy_tui.workers.start import start_process

MOST_JOBS: Final = 4
_MOST_KEPT: Final = 20
_CURVE: Final = 120
_LONGEST_LINE: Final = 1 << 16
_LINES_A_TURN: Final = 16
_LONGEST_QUOTE: Final = 400
"""Greatest number of bytes of a worker's last output in a message."""
_GRACE: Final = 5.0
"""Seconds that a worker has to end after a request to stop."""


@dataclass(slots=True)
class Job:
    """One worker.

    Attributes:
        number: number of the job in commands.
        kind: "dataset", "train", "convert" …
        name: input of the job.
        state: "running", "stopping", "finished", "failed" or "cancelled".
        progress: last reported progress.
        curve: loss and held-out loss of each report that has them.
        text: result or problem.
        file: new file.
        result: state after the end of the process, as the worker has reported it; empty before the report.
        output: file with the other output of the worker.
        began: time of the start on the loop's clock, in seconds.
        ended: time of the end on the same clock; None while it runs.
        limits: limits of the process.
        over: reason to kill the process, in words, such as a limit that it exceeded; empty for none.
    """

    number: int
    kind: str
    name: str
    output: Path
    began: float
    state: str = "running"
    progress: Progress = field(default_factory=lambda: Progress("starting"))
    curve: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=_CURVE))
    text: str = ""
    file: str = ""
    result: str = ""
    ended: float | None = None
    limits: Limits = field(default_factory=lambda: limits_of(""))
    over: str = ""

    @property
    def running(self) -> bool:
        """True while the process runs."""
        return self.ended is None


class JobRunner:
    """Runs workers, a few at a time.

    Args:
        folder: folder for the other output of the workers.
        changed: called with a job that has ended.
    """

    def __init__(self, folder: Path, changed: Callable[[Job], None]) -> None:
        self.jobs: list[Job] = []
        self._folder = folder
        self._changed = changed
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0

    async def start(self, kind: str, name: str, request: WorkerRequest, python: str = "") -> Job:
        """Starts a worker with a request.

        The worker has low priority, and its numerical libraries do not use every core.

        Args:
            kind, name: see ``Job``.
            request: request to the worker.
            python: Interpreter of another environment that has what the worker needs; empty for this one.

        Raises:
            UserError: too many jobs run already, or the worker cannot be started.
        """
        python = _python(python)
        if sum(job.running for job in self.jobs) >= MOST_JOBS:
            raise UserError(f"{MOST_JOBS} jobs run already: cancel one, or wait for one to end")
        loop = asyncio.get_running_loop()
        self._count += 1
        output = self._folder / f"{self._count:03d}-{kind}.txt"
        # Counted from now on: other jobs may start while this process starts.
        job = Job(self._count, kind, name, output, loop.time(), limits=limits_of(worker_name(request)))
        self.jobs.append(job)
        threads = str(job.limits.threads or max(1, (os.cpu_count() or 2) - 1))
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
            "TF_NUM_INTRAOP_THREADS": threads,
            "TF_NUM_INTEROP_THREADS": "1",
        }
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with output.open("wb") as errors:
                process = await start_process(
                    worker_command(request, python),
                    output=subprocess.PIPE,
                    errors=errors,
                    environment=environment,
                )
        except OSError as error:
            self.jobs.remove(job)
            raise UserError(f"{kind} cannot be started: {error.strerror}") from None
        self._processes[job.number] = process
        if job.state == "stopping":
            self._signal(job, signal.SIGTERM)
        self._forget_old()
        task = loop.create_task(self._watch(job, process))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def stop(self, number: int | None, *, keep: bool) -> Job:
        """Asks a job to end.

        Args:
            number: number of the job; None for the newest running job.
            keep: True to save the result so far (SIGINT); False to discard it (SIGTERM).

        Raises:
            UserError: there is no such job.
        """
        running = [job for job in self.jobs if job.running]
        if number is not None:
            running = [job for job in running if job.number == number]
        if not running:
            raise UserError("no job runs" if number is None else f"no job {number} runs")
        job = running[-1]
        if keep and job.kind not in choices.KEEPING_JOBS:
            raise UserError(f"job {job.number} ({job.kind}) has no result to save before its end: cancel job ends it")
        self._signal(job, signal.SIGINT if keep else signal.SIGTERM)
        job.state = "stopping"
        if not keep:
            loop = asyncio.get_running_loop()
            loop.call_later(_GRACE, self._signal, job, signal.SIGKILL)
        return job

    async def close(self) -> None:
        """Asks all jobs to end, and waits for them for a moment."""
        for job in self.jobs:
            if job.running:
                self._signal(job, signal.SIGTERM)
                job.state = "stopping"
        await self._ended(0.15)
        for job in self.jobs:
            self._signal(job, signal.SIGKILL)
        await self._ended(0.15)
        for task in self._tasks:
            task.cancel()

    async def _ended(self, patience: float) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience)

    def _signal(self, job: Job, number: int) -> None:
        process = self._processes.get(job.number)
        if job.running and process is not None and process.returncode is None:
            try:
                os.killpg(process.pid, number)
            except (ProcessLookupError, PermissionError):
                pass

    def _end(self, job: Job, problem: str) -> None:
        """Kills a job that cannot go on."""
        job.over = job.over or problem
        self._signal(job, signal.SIGKILL)

    def _forget_old(self) -> None:
        ended = [job for job in self.jobs if not job.running]
        for job in ended[: max(0, len(self.jobs) - _MOST_KEPT)]:
            self.jobs.remove(job)

    async def _watch(self, job: Job, process: subprocess.Popen[bytes]) -> None:
        loop = asyncio.get_running_loop()
        what = f"{job.kind} {job.name}"
        late = loop.call_later(job.limits.wall_seconds, self._end, job, over_time(what, job.limits))
        reader = asyncio.StreamReader(limit=_LONGEST_LINE)
        pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), process.stdout)
        try:
            await self._hear_all(job, what, reader)
        finally:
            pipe.close()
        code = await asyncio.to_thread(process.wait)
        late.cancel()
        self._processes.pop(job.number, None)
        job.ended = loop.time()
        if job.over:
            job.state, job.text = "failed", job.over
        elif job.result:
            job.state = job.result
        elif job.state == "stopping":
            job.state, job.text = "cancelled", "cancelled: nothing was kept"
        else:
            job.state, job.text = "failed", _why(job, code)
        self._changed(job)

    async def _hear_all(self, job: Job, what: str, reader: asyncio.StreamReader) -> None:
        decoder = msgspec.json.Decoder(FromWorker)
        printed = 0
        for number in count():
            if number % _LINES_A_TURN == 0:
                await asyncio.sleep(0)  # reading lines that have arrived does not give the loop a turn
            try:
                line = await reader.readline()
            except ValueError:
                printed += _LONGEST_LINE
                line = b"\n"  # the line is too long: later lines may be valid
            except OSError as error:
                self._end(job, f"its reports cannot be read any more: {error.strerror}")
                break
            if not line:
                break
            printed += len(line)
            if printed > job.limits.output:
                self._end(job, over_output(what, job.limits))
                continue
            try:
                self._hear(job, decoder.decode(line))
            except (msgspec.MsgspecError, UnicodeError, RecursionError):
                continue  # output of a library, not a report

    def _hear(self, job: Job, message: FromWorker) -> None:
        match message:
            case Progress():
                job.progress = message
                if message.loss is not None:
                    job.curve.append(
                        (message.loss, message.loss if message.validation is None else message.validation)
                    )
            case Finished():
                job.text, job.file = message.text, message.file
                job.result = "finished"
            case Failed():
                job.text = message.text
                job.result = "failed"


def _python(wanted: str) -> str:
    if not wanted:
        return sys.executable
    if (found := shutil.which(expanduser(wanted))) is None:
        raise UserError(f"there is no python at {wanted}: agent_python in [training] names that of an environment")
    return found


def _why(job: Job, code: int) -> str:
    """Returns a message about a worker that ended without a report."""
    if problem := exceeded(f"{job.kind} {job.name}", job.limits, code, _last_line(job.output)):
        return problem
    if code == -signal.SIGKILL:
        goes_on = "; train resume continues it" if job.kind == "train" else ""
        return f"killed, perhaps because memory ran out{goes_on}"
    if code < 0:
        return f"ended by {signal.Signals(-code).name}: {_last_line(job.output)}"
    return f"ended without a report (code {code}): {_last_line(job.output)}"


def _last_line(output: Path) -> str:
    """Returns the last output of a worker, which may have the reason of its end, and the file with the rest."""
    try:
        with output.open("rb") as file:
            file.seek(max(0, output.stat().st_size - _LONGEST_QUOTE))
            said = file.read().decode(errors="replace").split("\n")
    except OSError:
        said = []
    last = next((line.strip() for line in reversed(said) if line.strip()), "")
    return f"{last}; more is in {output}" if last else f"{output} may say why"
