"""Short-lived helper processes for work that would delay the music."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import IO, BinaryIO, Final
from weakref import WeakKeyDictionary

from impsy_tui.errors import HelperTimeoutError, UserError
from impsy_tui.limits import Limits, exceeded, limits_of, over_output, over_time
from impsy_tui.worker_requests import WorkerRequest, worker_command, worker_name
from impsy_tui.workers.start import start_process

_PIECE: Final = 1 << 18
_AT_ONCE: Final = 4
"""Most processes at the same time, for commands that are repeated fast."""
_MOST_WAITING: Final = 32
_helpers: WeakKeyDictionary[asyncio.AbstractEventLoop, "_Slots"] = WeakKeyDictionary()


class _Slots:
    """Limits the processes that run, and those that wait."""

    def __init__(self) -> None:
        self.waiting = 0
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def __aenter__(self) -> None:
        if self.waiting >= _MOST_WAITING:
            raise UserError("Too many requests at once: try again when some of them are done")
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1

    async def __aexit__(self, *error: object) -> None:
        self._free.release()


def scratch_file() -> BinaryIO:
    """Returns an empty file without a name, in memory if the system supports it."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("impsy-tui"), "w+b")
    return tempfile.TemporaryFile()


async def ask_worker(
    request: WorkerRequest, *, patience: float | None = None, output: BinaryIO | None = None
) -> bytes:
    """Starts a worker with a request and returns its output.

    The engine does not decode the output: that takes milliseconds for the picture of a long log.

    Args:
        request: The request.
        patience: Seconds that the worker may take, below its limit.
        output: File for the output, so that a large answer does not go through the event loop. Afterwards the file
            is at its beginning, and nothing is returned.

    Raises:
        HelperTimeoutError: The worker took too long.
        UserError: The worker failed, or too many workers are asked at once.
    """
    name = worker_name(request)
    what = f"{name} {getattr(request, 'file', '')}".rstrip()
    return await ask_process(what, name, worker_command(request), patience=patience, output=output)


async def ask_process(
    what: str,
    name: str,
    command: Sequence[str],
    *,
    patience: float | None = None,
    output: BinaryIO | None = None,
) -> bytes:
    """Runs a command at low priority and returns its output; see ``ask_worker``.

    Args:
        what: Name of the worker, and of the file that it works on.
        name: Name of the worker, which gives its limits.
        command: The command.
        patience: See ``ask_worker``.
        output: See ``ask_worker``.
    """
    async with _helpers.setdefault(asyncio.get_running_loop(), _Slots()):
        return await _ask(what, name, command, patience, output)


async def _stream(pipe: IO[bytes] | None) -> AsyncGenerator[bytes, None]:
    """Yields the content of a pipe in pieces, and closes it."""
    if pipe is None:
        return
    reader = asyncio.StreamReader(limit=_PIECE)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    try:
        while piece := await reader.read(_PIECE):
            yield piece
    finally:
        transport.close()


async def _read(pipe: IO[bytes] | None, process: "subprocess.Popen[bytes]", limits: Limits, what: str) -> bytes:
    """Returns the output of a process; kills a process with too much output."""
    pieces = []
    count = 0
    async with aclosing(_stream(pipe)) as stream:
        async for piece in stream:
            count += len(piece)
            if count <= limits.output:
                pieces.append(piece)
            else:
                process.kill()
    if count > limits.output:
        raise UserError(over_output(what, limits))
    return b"".join(pieces)


async def _ask(
    what: str, name: str, command: Sequence[str], patience: float | None, output: BinaryIO | None
) -> bytes:
    limits = limits_of(name)
    try:
        process = await start_process(
            command,
            output=subprocess.PIPE if output is None else output,
            errors=subprocess.PIPE,
            environment={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
    except OSError as error:
        raise UserError(f"Cannot start {name}: {error.strerror}") from None
    try:
        async with asyncio.timeout(limits.wall_seconds if patience is None else min(patience, limits.wall_seconds)):
            said, errors = await asyncio.gather(
                *(_read(pipe, process, limits, what) for pipe in (process.stdout, process.stderr))
            )
            await asyncio.to_thread(process.wait)
    except TimeoutError:
        if patience is None or patience > limits.wall_seconds:
            raise HelperTimeoutError(over_time(what, limits)) from None
        raise HelperTimeoutError(f"{name} did not answer within {patience:.0f} s") from None
    except OSError as error:
        raise UserError(f"Cannot read the answer of {name}: {error.strerror}. Try again") from None
    finally:
        if process.returncode is None:
            process.kill()
            await asyncio.to_thread(process.wait)
    if process.returncode:
        last = errors.decode(errors="replace").strip().rpartition("\n")[2]
        if problem := exceeded(what, limits, process.returncode, last):
            raise UserError(problem)
        raise UserError(f"{name} failed: {last or f'code {process.returncode}'}")
    if output is not None:
        output.seek(0)
        return b""
    return said
