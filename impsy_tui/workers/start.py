"""Starts processes of low priority next to an event loop that plays."""

import asyncio
import subprocess
from collections.abc import Mapping, Sequence
from typing import IO


async def start_process(
    command: Sequence[str], *, output: IO[bytes] | int, errors: IO[bytes] | int, environment: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    """Returns a new process at low priority, in its own session and without input.

    A thread starts it. The starter waits until the child runs another program, and the child has normal priority. On
    a busy machine, an event loop of real-time priority would wait for other programs.

    Args:
        command: Program and arguments.
        output: Standard output, as ``subprocess.Popen`` takes it.
        errors: Standard error, likewise.
        environment: Environment of the process.

    Raises:
        OSError: The process cannot be started.
    """
    starting = asyncio.get_running_loop().run_in_executor(
        None,
        lambda: subprocess.Popen(
            ("nice", "-n", "10", *command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
            env=environment,
        ),
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        starting.add_done_callback(_end_unwanted)
        raise


def _end_unwanted(starting: "asyncio.Future[subprocess.Popen[bytes]]") -> None:
    if not starting.cancelled() and starting.exception() is None:
        process = starting.result()
        process.kill()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        process.wait()
