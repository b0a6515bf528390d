"""Worker that describes recordings.

Each recording of a folder and its subfolders becomes a packed CSV file of descriptors in the corpus. A file that is
newer than its recording stays.
"""

import signal
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.agent.corpus import write_corpus
from impsy_tui.agent.descriptors.extraction import RATES, FrameSettings, describe
from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.text import counted
from impsy_tui.workers.jobs import run_job
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter
from impsy_tui.workers.requests import CorpusRequest as Request

SUFFIXES: Final = (".wav", ".flac", ".ogg", ".aif", ".aiff")
MOST_CHANNELS: Final = 8
LONGEST: Final = 3_600
"""Seconds; a longer recording would not fit in the memory of a small machine."""
_BLOCK: Final = 1 << 16
"""Number of frames read at once, so that all channels of a long recording are never in memory together."""


def run(request: Request) -> None:
    """Describes the recordings of a request."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run_job(partial(_describe_until_interrupted, request), request.corpus)


def _describe_until_interrupted(request: Request, reporter: Reporter) -> Finished | Failed:
    if find_spec("soundfile") is None:
        raise UserError(needs_extra("reading recordings", "soundfile", "audio"))
    try:
        return _describe_all(request, reporter)
    except KeyboardInterrupt:
        return Failed("cancelled: finished recordings are kept, and the same command continues with the others")


def _describe_all(request: Request, reporter: Reporter) -> Finished | Failed:
    FrameSettings(
        window=request.window, hop=request.hop, loudness_window=max(1_024, request.window)
    )  # reported before the first recording
    files = sorted(file for file in request.folder.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    if not files:
        return Failed(f"no recordings are in {request.folder}: {', '.join(SUFFIXES)} are read")
    request.corpus.mkdir(parents=True, exist_ok=True)
    frames, left_out = 0, []
    for done, file in enumerate(files):
        reporter.say(Progress(file.name, done, len(files)))
        # The folder distinguishes recordings of the same name.
        name = "-".join(file.relative_to(request.folder).with_suffix("").parts)
        to = request.corpus / f"{name}.csv.gz"
        try:
            if to.exists() and to.stat().st_mtime > file.stat().st_mtime:
                continue
            described, rate = describe_file(file, request.window, request.hop)
        except (UserError, OSError) as problem:
            left_out.append(str(problem))
            continue
        write_corpus(to, described, rate)
        frames += len(described)
    if len(left_out) == len(files):
        return Failed("; ".join(left_out[:3]))
    there = counted(len(files) - len(left_out), "recording")
    text = f"{request.corpus}: {there}, {counted(frames, 'new frame')}"
    if left_out:
        text += f"; left out: {'; '.join(left_out)}"
    return Finished(text, str(request.corpus))


def describe_file(file: Path, window: int, hop: int) -> tuple[np.ndarray, float]:
    """Returns the frames of a recording ``[frames, 55]`` with its channels mixed, and the frames per second.

    Raises:
        UserError: the recording cannot be read, is too long, or is empty; the message names the file.
    """
    try:
        import soundfile  # loads a library of codecs, which only this worker needs
    except OSError as error:
        raise UserError(f"reading recordings needs libsndfile (Debian: libsndfile1): {error}") from None

    try:
        with soundfile.SoundFile(str(file)) as recording:
            rate = recording.samplerate
            if rate not in RATES:
                raise UserError(f"{file.name} has {rate} samples a second")
            if recording.frames > LONGEST * rate:
                raise UserError(f"{file.name} is longer than {LONGEST // 60} minutes: cut it")
            if recording.channels > MOST_CHANNELS:
                raise UserError(f"{file.name} has {recording.channels} channels: at most {MOST_CHANNELS}")
            mixed = np.empty(recording.frames)
            heard = 0
            for block in recording.blocks(_BLOCK, dtype="float64", always_2d=True):
                mixed[heard : heard + len(block)] = block.mean(axis=1)
                heard += len(block)
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise UserError(f"{file.name} cannot be read: {error}") from None
    mixed = mixed[:heard]
    if not len(mixed):
        raise UserError(f"{file.name} holds no sound")
    mixed[~np.isfinite(mixed)] = 0.0
    return describe(mixed, FrameSettings(rate, window, hop, max(1_024, window))), rate / hop
