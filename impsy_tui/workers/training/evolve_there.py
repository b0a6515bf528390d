"""Worker that learns for another machine: the material comes from standard input, the result is printed."""

import sys
from functools import partial

from impsy_tui.errors import UserError
from impsy_tui.workers.messages import Failed, Progress, Reporter, sole_reporter
from impsy_tui.workers.requests import EvolveThereRequest as Request
from impsy_tui.workers.training.there import PackedResult

_LARGEST = 512 << 20
"""Bytes."""


def run(request: Request) -> None:
    """Learns."""
    reporter = sole_reporter()
    try:
        result = _learn(reporter)
    except UserError as problem:
        reporter.say(Failed(str(problem)))
    else:
        reporter.say(result)


def _learn(reporter: Reporter) -> PackedResult:
    from impsy_tui.training.evolution.trial import Material, attempt

    reporter.say(Progress("receiving the playing"))
    try:
        material = Material.unpacked(sys.stdin.buffer.read(_LARGEST))
    except Exception as error:  # a damaged file can raise any error
        raise UserError(f"the playing did not arrive whole: {error}") from None
    return PackedResult(attempt(material, partial(_report, reporter)).packed())


def _report(reporter: Reporter, number: int, of: int, loss: float, nats: float) -> bool:
    reporter.say(Progress("round", number, of, loss, nats))
    return True
