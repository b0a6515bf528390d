"""What a worker says on its standard output: one JSON object a line, told apart by ``type``."""

import os
import sys
from typing import IO

import msgspec

from impsy_tui.control.encoding import encoded


def print_message(message: msgspec.Struct) -> None:
    """Prints one message, the whole answer of a worker, on standard output."""
    with os.fdopen(sys.stdout.fileno(), "wb", closefd=False) as out:
        out.write(encoded(message))


class Progress(msgspec.Struct, tag="progress", frozen=True):
    """How far a worker is.

    Attributes:
        stage: what it is doing, in a word or two.
        done: how much of that is done.
        of: how much there is, 0 if that is not known.
        loss: of training, None while there is none.
        validation: the same on what is held out.
        left: seconds that are left, None if that is not known.
        unit: of the loss.
    """

    stage: str
    done: int = 0
    of: int = 0
    loss: float | None = None
    validation: float | None = None
    left: float | None = None
    unit: str = "nats"


class Finished(msgspec.Struct, tag="finished", frozen=True):
    """A worker has done its work.

    Attributes:
        text: what came of it, for the performer.
        file: what it made, empty if nothing.
    """

    text: str
    file: str = ""


class Failed(msgspec.Struct, tag="failed", frozen=True):
    """A worker cannot do its work; the text says why."""

    text: str


FromWorker = Progress | Finished | Failed


class Reporter:
    """A worker's side: says things to the engine.

    Args:
        stream: where to; standard output unless told otherwise. Whatever else the worker's
            libraries print must be kept off it.
    """

    def __init__(self, stream: IO[bytes] | None = None) -> None:
        self._stream = stream or sys.stdout.buffer

    def say(self, message: FromWorker) -> None:
        """Say one thing, at once."""
        self._stream.write(encoded(message) + b"\n")
        self._stream.flush()


def sole_reporter() -> Reporter:
    """A reporter that has standard output to itself: libraries print where they like, so all else goes to errors."""
    reporter = Reporter(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    return reporter
