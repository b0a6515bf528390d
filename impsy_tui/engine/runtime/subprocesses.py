"""Asking a short-lived process of its own: what takes long there takes nothing from the music."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from typing import BinaryIO, Final
from weakref import WeakKeyDictionary

from impsy_tui.errors import HelperTimeoutError, UserError
from impsy_tui.limits import Limits, exceeded, limits_of, over_output, over_time

_PIECE: Final = 1 << 18
_AT_ONCE: Final = 4
"""Processes at the same time: a load or a replay asked for again and again is no bomb."""
_MOST_WAITING: Final = 32
_helpers: WeakKeyDictionary[asyncio.AbstractEventLoop, "_Door"] = WeakKeyDictionary()


class _Door:
    """Lets in so many at once, and a few wait."""

    def __init__(self) -> None:
        self.waiting = 0
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def __aenter__(self) -> None:
        if self.waiting >= _MOST_WAITING:
            raise UserError("too much is asked for at once: ask again when some of it is done")
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1

    async def __aexit__(self, *error: object) -> None:
        self._free.release()


def scratch_file() -> BinaryIO:
    """Returns an empty file without a name, in memory where the system can."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("impsy-tui"), "w+b")
    return tempfile.TemporaryFile()


async def ask_helper(
    module: str, *arguments: str, patience: float | None = None, output: BinaryIO | None = None
) -> bytes:
    """Run ``python -m module``, niced, and take what it prints.

    That is not read here: decoding the picture of a long log would take milliseconds from the music.

    Args:
        module: of this program.
        arguments: for it.
        patience: Seconds that it may take, below its limit.
        output: Takes what the helper prints, so that a large answer does not go through the event loop. It is at
            its beginning afterwards, and nothing is returned.

    Raises:
        HelperTimeoutError: it took too long.
        UserError: it failed, or too much is asked for at once.
    """
    async with _helpers.setdefault(asyncio.get_running_loop(), _Door()):
        return await _ask(module, arguments, patience, output)


def _about(module: str, arguments: Sequence[str]) -> str:
    """Returns the name of a helper, and of the file that it was asked about."""
    file = next((argument for argument in arguments if os.sep in argument), "")
    return f"{module.rpartition('.')[2]} {file}".rstrip()


async def _read(
    stream: asyncio.StreamReader | None, process: asyncio.subprocess.Process, limits: Limits, what: str
) -> bytes:
    """All that a process writes; one that writes too much is killed."""
    if stream is None:
        return b""
    pieces = []
    count = 0
    while piece := await stream.read(_PIECE):
        count += len(piece)
        if count <= limits.output:
            pieces.append(piece)
        elif process.returncode is None:
            process.kill()
    if count > limits.output:
        raise UserError(over_output(what, limits))
    return b"".join(pieces)


async def _ask(module: str, arguments: Sequence[str], patience: float | None, output: BinaryIO | None) -> bytes:
    name, what, limits = module.rpartition(".")[2], _about(module, arguments), limits_of(module)
    try:
        process = await asyncio.create_subprocess_exec(
            *("nice", "-n", "10", sys.executable, "-P", "-m", module, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if output is None else output,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=_PIECE,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
    except OSError as error:
        raise UserError(f"{name} cannot be started: {error.strerror}") from None
    except ValueError as error:  # what no process can be told, such as a zero byte
        raise UserError(f"{name} cannot be asked that: {error}") from None
    try:
        async with asyncio.timeout(limits.wall_seconds if patience is None else min(patience, limits.wall_seconds)):
            said, errors = await asyncio.gather(
                *(_read(stream, process, limits, what) for stream in (process.stdout, process.stderr))
            )
            await process.wait()
    except TimeoutError:
        if patience is None or patience > limits.wall_seconds:
            raise HelperTimeoutError(over_time(what, limits)) from None
        raise HelperTimeoutError(f"{name} did not answer within {patience:.0f} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            if process.stdout is not None:
                await process.stdout.read()  # what is left in the pipe keeps wait() waiting
            await process.wait()
    if process.returncode:
        last = errors.decode(errors="replace").strip().rpartition("\n")[2]
        if problem := exceeded(what, limits, process.returncode, last):
            raise UserError(problem)
        raise UserError(f"{name} failed: {last or f'code {process.returncode}'}")
    if output is not None:
        output.seek(0)
        return b""
    return said
