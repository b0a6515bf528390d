"""Workers in the foreground: their progress and their result."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import IO, Final, NoReturn

import msgspec
import typer

from impsy_tui.cli.output.tables import show_table
from impsy_tui.cli.output.text import say
from impsy_tui.errors import UserError
from impsy_tui.limits import Limits, exceeded, limits_of, over_output, over_time
from impsy_tui.text import shown_name
from impsy_tui.worker_requests import WorkerRequest, encode_request, subject, worker_name
from impsy_tui.workers.messages import Failed, Finished, FromWorker, Progress, Table

_TAIL: Final = 20
"""Last lines of a worker's other output, shown if the worker ends without a result."""
_TAIL_BYTES: Final = 1 << 16
_LONGEST_LINE: Final = 1 << 16


def fail(message: str) -> NoReturn:
    """Prints a message and exits with 1."""
    say(shown_name(message), fg=typer.colors.RED, err=True)
    raise typer.Exit(1)


def work(request: WorkerRequest) -> None:
    """Runs a worker to its end, shows its progress and prints its result.

    Ctrl-C reaches the worker, which saves its best result first.

    Args:
        request: Request to the worker.

    Raises:
        typer.Exit: The worker failed; the reason is printed.
    """
    try:
        last = _result(request)
    except UserError as problem:
        fail(str(problem))
    if isinstance(last, Failed):
        fail(last.text)
    for block in last.blocks or (last.text,):
        if isinstance(block, Table):
            show_table(block)
        else:
            say(block)


def _result(request: WorkerRequest) -> Finished | Failed:
    """Returns the result of a worker.

    Raises:
        UserError: The worker ended without a result, or went over a limit.
    """
    limits, what = limits_of(worker_name(request)), subject(request)
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as errors:
        # Not as an argument: a request can name more files than a command line can hold.
        asked.write(encode_request(request).encode())
        asked.seek(0)
        command = [sys.executable, "-P", "-m", "impsy_tui.workers", worker_name(request)]
        process = subprocess.Popen(command, stdin=asked, stdout=subprocess.PIPE, stderr=errors)
        interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)
        late = threading.Timer(limits.wall_seconds, process.kill)
        late.daemon = True
        late.start()
        try:
            assert process.stdout is not None
            last = _follow(process.stdout, limits, what)
            process.wait()
        finally:
            process.kill()
            process.wait()
            signal.signal(signal.SIGINT, interrupted)
            took_too_long = late.finished.is_set()
            late.cancel()
        if took_too_long:
            raise UserError(over_time(what, limits))
        if last is None and process.returncode == -signal.SIGINT:
            raise UserError("cancelled: nothing was saved")
        if last is None:
            lines = _last_lines(errors)
            if problem := exceeded(what, limits, process.returncode, lines[-1] if lines else ""):
                raise UserError(problem)
            raise UserError("\n".join(["The worker ended without a result. Its last output:", *lines]))
    return last


def _last_lines(output: IO[bytes]) -> list[str]:
    output.seek(max(0, output.seek(0, os.SEEK_END) - _TAIL_BYTES))
    return output.read().decode(errors="replace").splitlines()[-_TAIL:]


def _follow(stream: IO[bytes], limits: Limits, what: str) -> Finished | Failed | None:
    """Shows the progress of a worker and returns its result, None if there is none."""
    last: Finished | Failed | None = None
    from impsy_tui.cli.output.progress_bar import ProgressDisplay

    with ProgressDisplay() as display:
        for message in _messages(stream, limits, what):
            if isinstance(message, Progress):
                display.show(message)
            else:
                last = message
    return last


def _messages(stream: IO[bytes], limits: Limits, what: str) -> Iterator[FromWorker]:
    decoder = msgspec.json.Decoder(FromWorker)
    printed = 0
    while line := stream.readline(_LONGEST_LINE):
        printed += len(line)
        if printed > limits.output:
            raise UserError(over_output(what, limits))
        try:
            yield decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            continue  # output of a library
