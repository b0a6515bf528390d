"""Asking a short-lived process of its own: what takes long there takes nothing from the music."""

import asyncio
import os
import sys
from typing import Final

_LARGEST: Final = 64 << 20


class HelperProblem(Exception):
    """There is no answer; the message says why."""


class NoAnswer(HelperProblem):
    """It took too long."""


async def ask_helper(module: str, *arguments: str, patience: float = 60.0) -> bytes:
    """Run ``python -m module``, niced, and take what it prints.

    That is not read here: decoding the picture of a long log would take milliseconds from the music.

    Args:
        module: of this program.
        arguments: for it.
        patience: seconds that it may take.

    Raises:
        NoAnswer: it took too long.
        HelperProblem: it failed.
    """
    name = module.rpartition(".")[2]
    try:
        process = await asyncio.create_subprocess_exec(
            *("nice", "-n", "10", sys.executable, "-P", "-m", module, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=_LARGEST,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
    except OSError as error:
        raise HelperProblem(f"{name} cannot be started: {error.strerror}") from None
    except ValueError as error:  # what no process can be told, such as a zero byte
        raise HelperProblem(f"{name} cannot be asked that: {error}") from None
    try:
        said, errors = await asyncio.wait_for(process.communicate(), patience)
    except TimeoutError:
        raise NoAnswer(f"{name} did not answer within {patience:.0f} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        last = errors.decode(errors="replace").strip().rpartition("\n")[2]
        raise HelperProblem(f"{name} failed: {last or f'code {process.returncode}'}")
    return said
