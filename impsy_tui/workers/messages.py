"""Messages of a worker on its standard output: one JSON object a line, with its kind in ``type``."""

import os
import sys
from collections.abc import Sequence
from typing import IO

import msgspec

from impsy_tui.control.encoding import encoded


def print_message(message: msgspec.Struct) -> None:
    """Prints one message, the whole answer of a worker, on standard output."""
    with os.fdopen(sys.stdout.fileno(), "wb", closefd=False) as out:
        out.write(encoded(message))


class Progress(msgspec.Struct, tag="progress", frozen=True):
    """Progress of a worker.

    Attributes:
        stage: present task in a word or two.
        done: finished amount.
        of: whole amount; 0 if unknown.
        loss: training loss; None while there is none.
        validation: held-out loss; None while there is none.
        left: remaining seconds; None if unknown.
        unit: unit of the loss.
    """

    stage: str
    done: int = 0
    of: int = 0
    loss: float | None = None
    validation: float | None = None
    left: float | None = None
    unit: str = "nats"


class Table(msgspec.Struct, frozen=True):
    """Table in the result of a worker.

    Attributes:
        columns: Headings; empty for a table without headings.
        rows: Cells of each row.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """Returns the table as text: numbers below headings are right-aligned."""
        lines = [self.columns, *self.rows] if self.columns else list(self.rows)
        widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if place and self.columns else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )


class Finished(msgspec.Struct, tag="finished", frozen=True):
    """Success of a worker.

    Attributes:
        text: result for the performer.
        file: new file; empty for none.
        blocks: the same result as lines and tables; empty if it has no table.
    """

    text: str
    file: str = ""
    blocks: tuple[str | Table, ...] = ()


class Failed(msgspec.Struct, tag="failed", frozen=True):
    """Failure of a worker, with the reason as text."""

    text: str


def finished_with(blocks: Sequence[str | Table], file: str = "") -> Finished:
    """Returns a result of lines and tables."""
    lines = [block.text() if isinstance(block, Table) else block for block in blocks]
    return Finished("\n".join(lines), file, tuple(blocks))


FromWorker = Progress | Finished | Failed


class Reporter:
    """Sends the messages of a worker to the engine.

    Args:
        stream: stream of the messages; standard output by default. Libraries must not print on it.
    """

    def __init__(self, stream: IO[bytes] | None = None) -> None:
        self._stream = stream or sys.stdout.buffer

    def say(self, message: msgspec.Struct) -> None:
        """Sends one message at once, for the engine a ``FromWorker``."""
        self._stream.write(encoded(message) + b"\n")
        self._stream.flush()


def sole_reporter() -> Reporter:
    """Returns the only writer of standard output: other output, such as that of libraries, goes to standard error."""
    reporter = Reporter(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    return reporter
