"""Workers in the foreground: their progress and their result."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final, NoReturn

import msgspec
import typer

from impsy_tui.cli.output.text import say
from impsy_tui.limits import exceeded, limits_of, over_time
from impsy_tui.text import shown_name
from impsy_tui.workers.messages import Failed, Finished, FromWorker, Progress

_TAIL: Final = 20
"""Last lines of a worker's other output, shown if the worker ends without a result."""


def fail(message: str) -> NoReturn:
    """Prints a message and exits with 1."""
    say(shown_name(message), fg=typer.colors.RED, err=True)
    raise typer.Exit(1)


def work(module: str, arguments: Sequence[str | Path]) -> None:
    """Runs ``python -m module`` to its end, shows its progress and prints its result.

    Ctrl-C reaches the worker, which saves its best result first. A path is never read as an option.

    Args:
        module: worker module.
        arguments: its arguments.

    Raises:
        typer.Exit: the worker failed; the reason is printed.
    """
    limits, what = limits_of(module), " ".join([module.rpartition(".")[2], *map(str, arguments[:1])])
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, *map(_written, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={"TF_CPP_MIN_LOG_LEVEL": "2", **os.environ},
        )
        interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)
        late = threading.Timer(limits.wall_seconds, process.kill)
        late.daemon = True
        late.start()
        try:
            assert process.stdout is not None
            last = _follow(process.stdout)
            process.wait()
        finally:
            signal.signal(signal.SIGINT, interrupted)
            took_too_long = late.finished.is_set()
            late.cancel()
        if took_too_long:
            fail(over_time(what, limits))
        if last is None and process.returncode == -signal.SIGINT:
            fail("cancelled: nothing was saved")
        if last is None:
            errors.seek(0)
            said = errors.read().decode(errors="replace").splitlines()[-_TAIL:]
            if problem := exceeded(what, limits, process.returncode, said[-1] if said else ""):
                fail(problem)
            fail("\n".join(["The worker ended without a result. Its last output:", *said]))
    if isinstance(last, Failed):
        fail(last.text)
    say(last.text)


def _written(argument: str | Path) -> str:
    text = str(argument)
    return f"./{text}" if isinstance(argument, Path) and text.startswith("-") else text


def _follow(stream: IO[bytes]) -> Finished | Failed | None:
    last: Finished | Failed | None = None
    from impsy_tui.cli.output.progress_bar import ProgressDisplay

    with ProgressDisplay() as display:
        for message in _messages(stream):
            if isinstance(message, Progress):
                display.show(message)
            else:
                last = message
    return last


def _messages(stream: IO[bytes]) -> Iterator[FromWorker]:
    decoder = msgspec.json.Decoder(FromWorker)
    for line in stream:
        try:
            yield decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeError):
            continue  # output of a library
