"""Offline rendering of a Pure Data patch at a list of parameter points, without a sound card.

Pd runs faster than real time (``-batch``). A table records each point, and ``soundfiler`` writes it. ``writesf~``
would lose files: it writes in a thread that Pd does not wait for in batch mode.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from impsy_tui.errors import UserError

SETTLE: Final = 0.3
"""Seconds between setting the parameters and recording, in which the sound of the last point fades."""
_PATIENCE: Final = 120.0
_PER_SECOND: Final = 2.0
"""Time limit of Pd: seconds, plus this factor times the rendered seconds."""

_HOST: Final = """#N canvas 0 50 600 400 12;
#X obj 30 90 {synth};
#X obj 30 130 tabwrite~ recorded;
#X obj 300 130 array define recorded {samples};
#X obj 30 50 r parameters;
#X obj 160 90 r impsy-begin;
#X obj 300 50 r write;
#X obj 300 90 soundfiler;
#X obj 30 200 loadbang;
#X msg 30 230 \\; pd dsp 1;
#X msg 160 230 read score.txt \\, rewind \\, bang;
#X obj 160 260 qlist;
#X connect 0 0 1 0;
#X connect 3 0 0 0;
#X connect 4 0 1 0;
#X connect 5 0 6 0;
#X connect 7 0 9 0;
#X connect 7 0 8 0;
#X connect 9 0 10 0;
"""


def missing() -> str:
    """Returns why Pd cannot run here; empty if it can."""
    if shutil.which("pd") is None:
        return "Pure Data is not installed here: sudo apt install puredata-core"
    return ""


def render(patch: Path, parameters: np.ndarray, seconds: float, rate: int) -> Iterator[np.ndarray]:
    """Renders a patch at each point.

    Args:
        patch: abstraction with an inlet for a list of parameters and a first outlet for sound. ``r impsy-begin``
            receives a bang before each recording, for example to reset the phase of an oscillator.
        parameters: ``[points, N]``, from 0 to 1.
        seconds: length of each recording.
        rate: sample rate in Hz.

    Yields:
        Samples of each point in turn, 16-bit values with full scale 1.

    Raises:
        UserError: Pd is not installed, or the patch fails; the message quotes Pd.
    """
    if problem := missing():
        raise UserError(problem)
    if not patch.is_file():
        raise UserError(f"{patch}: there is no such patch")
    if any(character in patch.name for character in " ;,\\$"):
        raise UserError(f"{patch.name}: Pd opens no abstraction with such a name")
    samples = round(seconds * rate)
    with TemporaryDirectory(prefix="impsy-pd-") as folder:
        place = Path(folder)
        (place / "host.pd").write_text(_HOST.format(synth=patch.stem, samples=samples))
        (place / "score.txt").write_text(_score(parameters, seconds))
        said = _run(place, patch.resolve().parent, rate, len(parameters) * (seconds + SETTLE))
        for point in range(len(parameters)):
            file = place / f"{point}.wav"
            if not file.exists():
                raise UserError(f"{patch.name} made no sound in Pd: {said}")
            yield _samples(file, samples)


def _score(parameters: np.ndarray, seconds: float) -> str:
    """Returns the score of ``qlist``: lines of milliseconds since the line before, and a message."""
    lines = []
    for point, values in enumerate(parameters):
        lines.append(f"0 parameters {' '.join(f'{value:.6f}' for value in values)};")
        lines.append(f"{1000 * SETTLE:g} impsy-begin bang;")
        # One block longer, so that the table is full.
        lines.append(f"{1000 * seconds + 10:g} write write -wave -bytes 2 {point}.wav recorded;")
    return "\n".join([*lines, "0 pd quit;", ""])


def _run(place: Path, synths: Path, rate: int, seconds: float) -> str:
    """Runs Pd and returns the first line of its errors."""
    command = ["pd", "-nogui", "-batch", "-nomidi", "-r", str(rate), "-path", str(synths), "-open", "host.pd"]
    try:
        done = subprocess.run(
            command,
            cwd=place,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE + _PER_SECOND * seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UserError("Pd did not end in time") from None
    except OSError as error:
        raise UserError(f"Pd does not start: {error.strerror}") from None
    said = (done.stderr + done.stdout).decode(errors="replace").splitlines()
    lines = [line for line in said if line.strip() and "biggest amplitude" not in line]
    wrong = [line for line in lines if "couldn't create" in line or "error" in line]
    if any("couldn't create" in line for line in wrong):
        at = next(index for index, line in enumerate(said) if "couldn't create" in line)
        raise UserError(f"Pd lacks what the patch needs: {said[max(0, at - 1)].strip()} {said[at].strip()}")
    return (wrong or lines or ["no message"])[0]


def _samples(file: Path, count: int) -> np.ndarray:
    """Returns the samples at the end of a 16-bit WAV file of one channel, as Pd writes it."""
    pcm = np.frombuffer(file.read_bytes(), np.uint8)[-2 * count :].view("<i2")
    file.unlink()
    return pcm / 32_768.0
