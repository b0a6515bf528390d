"""Worker that writes a performance log as a MIDI file or as a table."""

import csv
import io
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.channels.midi.file_mapping import SOURCES, FileMapping
from impsy_tui.channels.midi.files import FileEvent, midi_file
from impsy_tui.config.mapping_targets import targets_of
from impsy_tui.data.checks import are_raw, steady
from impsy_tui.data.logs import read_rows
from impsy_tui.errors import UserError
from impsy_tui.paths import free_file, log_name
from impsy_tui.text import counted
from impsy_tui.toml_files import check_regular, replace_file
from impsy_tui.workers.jobs import run_job
from impsy_tui.workers.messages import Finished, Progress, Reporter
from impsy_tui.workers.requests import ExportRequest as Request

_LARGEST: Final = 256 << 20
"""Bytes of a log."""


def run(request: Request) -> None:
    """Writes the file of a request."""
    run_job(partial(_export, request), request.file)


def _export(request: Request, reporter: Reporter) -> Finished:
    reporter.say(Progress("reading"))
    events = _events(request.log)
    reporter.say(Progress("writing"))
    file, lost = request.file, ""
    if file.suffix == ".mid":
        content, lost = _midi(request, events)
    else:
        content = _table(events)
    file.parent.mkdir(parents=True, exist_ok=True)
    if request.numbered:
        file = free_file(file.parent, file.stem, file.suffix)
    elif file.exists():
        raise UserError(f"{file} exists already and is not overwritten: choose another name")
    replace_file(file, content)
    text = f"{counted(len(events), 'event')} in {events[-1].at:.1f} s: {file}{lost}"
    return Finished(text, str(file))


def _events(log: Path) -> list[FileEvent]:
    """Returns the events of a log, in time.

    Raises:
        UserError: the log has no events.
    """
    check_regular(log, _LARGEST)
    try:
        at, sources, rows = read_rows(log, SOURCES)
    except ValueError as problem:
        raise UserError(f"{log_name(log)} cannot be exported: {problem}") from None
    at = steady(at)
    order = np.argsort(at, kind="stable")
    at = at[order] - at[order[0]]
    return [
        FileEvent(*event)
        for event in zip(
            at.tolist(), (SOURCES[source] for source in sources[order]), map(tuple, rows[order].tolist()), strict=True
        )
    ]


def _midi(request: Request, events: list[FileEvent]) -> tuple[bytes, str]:
    """Returns the MIDI file, and a note on dimensions without a message."""
    name, count = log_name(request.log), len(events[0].values)
    table = "a .csv file needs no mapping"
    if count != request.dimension - 1:
        raise UserError(
            f"{name} has dimension {count + 1}, the configuration {request.dimension}: "
            f"choose a configuration of dimension {count + 1}; {table}"
        )
    if are_raw(np.array([event.values for event in events])):
        raise UserError(f"the values of {name} are not 0 to 1: {table}")
    mapping = FileMapping(request.input, request.output)
    if not (mapping.input or mapping.output):
        raise UserError(f"the configuration has no MIDI mapping: add input and output to [midi]; {table}")
    content = midi_file(events, mapping, name)
    used = {event.source for event in events}
    without = {
        f"x{index + 1}"
        for source in used
        for index in range(count)
        if not any(targets_of(entry) for entry in mapping.entries(source)[index : index + 1])
    }
    return content, f"; without {' '.join(sorted(without))}, which have no message" if without else ""


def _table(events: list[FileEvent]) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(["seconds", "source", *(f"x{number + 1}" for number in range(len(events[0].values)))])
    rows.writerows([f"{at:.6f}", source, *values] for at, source, values in events)
    return text.getvalue().encode()
