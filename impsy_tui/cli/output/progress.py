"""Running a worker in the foreground, with what it tells."""

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

_WIDTH: Final = 78
_TAIL: Final = 20
"""Lines of what a worker printed besides that may say why it ended."""


def fail(message: str) -> NoReturn:
    """Say what is wrong, and exit with 1."""
    say(shown_name(message), fg=typer.colors.RED, err=True)
    raise typer.Exit(1)


def work(module: str, arguments: Sequence[str | Path]) -> None:
    """Run ``python -m module`` with these arguments to its end, and say how far it is and what came of it.

    Ctrl-C reaches the worker, which may have something to save first. A path is never taken for an option.
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
            fail("cancelled: nothing was kept")
        if last is None:
            errors.seek(0)
            said = errors.read().decode(errors="replace").splitlines()[-_TAIL:]
            if problem := exceeded(what, limits, process.returncode, said[-1] if said else ""):
                fail(problem)
            fail("\n".join(["it ended without a word; the last that it printed:", *said]))
    if isinstance(last, Failed):
        fail(last.text)
    say(last.text)


def _written(argument: str | Path) -> str:
    text = str(argument)
    return f"./{text}" if isinstance(argument, Path) and text.startswith("-") else text


def _follow(stream: IO[bytes]) -> Finished | Failed | None:
    last: Finished | Failed | None = None
    told = ""
    for message in _messages(stream):
        if not isinstance(message, Progress):
            last = message
        elif (text := _in_words(message)) != told:
            told = text
            _tell(text, stays=message.loss is not None)
    if sys.stderr.isatty():
        _tell("", stays=False)
    return last


def _messages(stream: IO[bytes]) -> Iterator[FromWorker]:
    decoder = msgspec.json.Decoder(FromWorker)
    for line in stream:
        try:
            yield decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeError):
            continue  # a library that prints where only reports belong


def _tell(text: str, *, stays: bool) -> None:
    if sys.stderr.isatty():
        say(f"{text:{_WIDTH}.{_WIDTH}}", nl=stays, err=True, back=True)
    elif stays:
        say(text, err=True)


def _in_words(progress: Progress) -> str:
    if progress.loss is None:
        share = f" {100 * progress.done // progress.of} %" if progress.of else ""
        return f"{progress.stage}{share}"
    parts = [f"{progress.stage} {progress.done}/{progress.of}", f"loss {progress.loss:.3f}"]
    if progress.validation is not None:
        parts.append(f"held out {progress.validation:.3f}")
    if progress.left is not None:
        parts.append(f"at most {progress.left // 60:.0f}:{progress.left % 60:02.0f} left")
    return "  ".join(parts)
