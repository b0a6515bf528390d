"""Worker that reads a performance log for replay.

The worker prints one line of JSON, a ``ReplayRows``. The events follow as raw floats (64 bit, little endian): for
each event its time in seconds since the first event, and its values. Then frames of descriptors follow (32 bit): for
each frame its time, the descriptors, and the number of equal frames that it represents.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.control.encoding import encoded
from impsy_tui.data.checks import steady
from impsy_tui.data.logs import read_rows, wall_time
from impsy_tui.language import Macro, Program, parse, refused_in_file
from impsy_tui.language.setlist import macros_after
from impsy_tui.paths import log_name
from impsy_tui.toml_files import open_text
from impsy_tui.worker_requests import WorkerRequest

COMMANDS_SUFFIX: Final = ".commands"
"""Suffix of the file next to a log that contains the commands of its set."""
MOST_BYTES: Final = 32 << 20
"""Greatest size of events: six hours of eight faders at 20 events a second. The engine copies them once in memory."""
_MOST_OF_TEXT: Final = 8 * MOST_BYTES
MOST_COMMANDS: Final = 20_000
_MOST_REFUSED: Final = 10
_PLAYED: Final = ("interface", "replay")
_BY_PATTERNS: Final = "pattern"
"""Source of the events of patterns. Recorded commands start the patterns again, which then play these events."""
_HEARD: Final = ("feats",)
FRAME: Final = 1 + len(NAMES) + 1
"""Number of floats of a frame of descriptors."""


class Request(WorkerRequest, frozen=True, tag="read_log"):
    """Request for the events and commands of a log."""

    file: Path


class ReplayRows(msgspec.Struct, frozen=True):
    """Header of a replay.

    Attributes:
        rows: number of events.
        values: number of values in each event.
        frames: number of frames of descriptors.
        commands: times, in seconds since the beginning, with the lines that ran then.
        refused: commands that are not allowed in a recording, each with its file and line.
        problem: reason why the log cannot be replayed; empty if it can.
    """

    rows: int = 0
    values: int = 0
    frames: int = 0
    commands: tuple[tuple[float, str], ...] = ()
    refused: tuple[str, ...] = ()
    problem: str = ""


def read_reel(file: Path) -> tuple[ReplayRows, bytes]:
    """Returns a log and its commands in the printed form."""
    try:
        if file.stat().st_size > _MOST_OF_TEXT:
            return _too_long(file)
        frames = _in_order(file, _HEARD)
    except (OSError, ValueError):
        frames = np.empty((0, FRAME))
    if frames.shape[1] != FRAME:
        frames = np.empty((0, FRAME))
    found, refused = _commands(file.with_name(log_name(file) + COMMANDS_SUFFIX))
    try:
        events = _in_order(file, _PLAYED if found else (*_PLAYED, _BY_PATTERNS))
    except (OSError, ValueError) as error:
        if not len(frames) and not found:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            return ReplayRows(problem=f"{log_name(file)} cannot be replayed: {reason}"), b""
        events = np.empty((0, 1))
    firsts = [float(rows[0, 0]) for rows in (events, frames) if len(rows)]
    began = _beginning(found)
    if began is None:
        began = min(firsts) if firsts else found[0][0]
    for rows in (events, frames):
        rows[:, 0] -= began
    np.clip(events[:, 1:], 0.0, 1.0, out=events[:, 1:])
    commands = tuple((time - began, line) for time, line in found)
    if events.nbytes + frames.nbytes > MOST_BYTES or len(commands) > MOST_COMMANDS:
        return _too_long(file)
    reel = ReplayRows(len(events), events.shape[1] - 1, len(frames), commands, refused)
    return reel, events.astype("<f8").tobytes() + frames.astype("<f4").tobytes()


def _in_order(file: Path, sources: Sequence[str]) -> np.ndarray:
    """Returns times and values of rows in order; rows of several channels can be slightly out of order."""
    times, _, table = read_rows(file, sources)
    times = steady(times)
    order = np.argsort(times, kind="stable")
    return np.column_stack((times[order], table[order]))


def _beginning(commands: Sequence[tuple[float, str]]) -> float | None:
    """Returns the time of the recorded state, whose lines have one time; None if there is no such state."""
    times = [time for time, _ in commands[:2]]
    return times[0] if len(times) == 2 and times[0] == times[1] else None


def _too_long(file: Path) -> tuple[ReplayRows, bytes]:
    return ReplayRows(problem=f"{log_name(file)} cannot be replayed: it is too long, a part of it can be"), b""


def _commands(file: Path) -> tuple[list[tuple[float, str]], tuple[str, ...]]:
    """Returns the times and lines of a recording, and the problems of the skipped lines."""
    found: list[tuple[float, str]] = []
    refused: list[str] = []
    macros: dict[str, Macro] = {}
    try:
        with open_text(file) as opened:
            rows = opened.read(MOST_BYTES).splitlines()
    except OSError:
        return [], ()
    for number, row in enumerate(rows, 1):
        stamp, _, line = row.partition(",")
        try:
            time = wall_time(stamp)
        except ValueError:
            continue
        # The engine reads lines with more macros, and refuses these commands too.
        read = parse(line.partition(" ")[2] if line.startswith("#") else line, macros)
        if isinstance(read, Program):
            if name := refused_in_file(read, macros):
                refused.append(
                    f"{file.name}, line {number}: {name} is not allowed in a recording: type it at the prompt"
                )
                continue
            macros = macros_after(read, macros)
        found.append((time, line))
        if len(found) > MOST_COMMANDS:
            break
    if len(refused) > _MOST_REFUSED:
        refused[_MOST_REFUSED:] = [f"{file.name}: {len(refused) - _MOST_REFUSED} more lines are not allowed"]
    return found, tuple(refused)


def run(request: Request) -> None:
    """Prints the events and commands."""
    reel, events = read_reel(request.file)
    sys.stdout.buffer.write(encoded(reel) + b"\n" + events)
