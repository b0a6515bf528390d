"""Checks of model files in a separate process, because a corrupted file can end the interpreter that opens it."""

import subprocess
import tempfile

from impsy_tui.errors import UserError
from impsy_tui.limits import exceeded, limits_of
from impsy_tui.worker_requests import WorkerRequest, worker_command, worker_name


def run_file_check(request: WorkerRequest, timeout: float) -> bytes:
    """Checks a model file in a worker and returns the output of the worker.

    Args:
        request: request for the check of a file.
        timeout: seconds, above 0.

    Raises:
        UserError: the process takes too long, exceeds its limits or dies.
    """
    limits = limits_of(worker_name(request))
    with (
        tempfile.TemporaryFile() as answer,
        tempfile.TemporaryFile() as errors,
    ):
        try:
            seen = subprocess.run(
                worker_command(request),
                stdin=subprocess.DEVNULL,
                stdout=answer,
                stderr=errors,
                timeout=min(timeout, limits.wall_seconds),
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UserError(
                f"could not be opened within {timeout:.0f} s: the machine is busy, or the file is damaged"
            ) from None
        errors.seek(0)
        last = errors.read(1 << 16).decode(errors="replace").strip().rpartition("\n")[2]
        if problem := exceeded("opening it", limits, seen.returncode, last):
            raise UserError(f"could not be opened: {problem}")
        answer.seek(0)
        return answer.read(limits.output)
