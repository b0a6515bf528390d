"""Worker that makes a performance log of a MIDI file."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from impsy_tui.channels.midi.file_mapping import FileMapping
from impsy_tui.channels.midi.files import read_events
from impsy_tui.data.collate import LOG_NAME
from impsy_tui.errors import UserError
from impsy_tui.paths import free_file
from impsy_tui.text import counted
from impsy_tui.toml_files import read_regular, replace_text
from impsy_tui.workers.jobs import run_job
from impsy_tui.workers.messages import Finished, Progress, Reporter
from impsy_tui.workers.requests import ImportRequest as Request

_LARGEST: Final = 8 << 20
"""Bytes of a MIDI file: hours of playing."""


def run(request: Request) -> None:
    """Makes the log of a request."""
    run_job(partial(_import, request), request.file)


def _import(request: Request, reporter: Reporter) -> Finished:
    reporter.say(Progress("reading"))
    name, content = request.file.name, read_regular(request.file, _LARGEST)
    try:
        events = read_events(content, FileMapping(request.input, request.output), request.dimension)
    except UserError as problem:
        raise UserError(f"{name} {problem}") from None
    if not events:
        raise UserError(
            f"{name} has no message of the mapping: add its notes and controllers to input in [midi]. No log was made"
        )
    reporter.say(Progress("writing"))
    seconds = events[-1].at - events[0].at
    began = datetime.now() - timedelta(seconds=seconds)
    rows = []
    for at, source, values in events:
        stamp = (began + timedelta(seconds=at - events[0].at)).isoformat(timespec="microseconds")
        rows.append(f"{stamp},{source},{','.join(map(repr, values))}\n")
    request.logs.mkdir(parents=True, exist_ok=True)
    stem = LOG_NAME.sub("", request.file.stem)
    file = free_file(request.logs, stem, f"-{request.dimension}d-mdrnn.log")
    replace_text(file, "".join(rows))
    text = f"{counted(len(events), 'event')} in {seconds:.1f} s: {file}"
    return Finished(text, str(file))
