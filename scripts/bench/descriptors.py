"""Extraction of descriptors: microseconds per live frame, and speed of look-up tables compared with real time.

Needs no other programs. The argument is the number of points of each parameter (default 20).
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from common import ROOT, percentile, table

from impsy_tui.agent.descriptors.extraction import DescriptorStream, FrameSettings
from impsy_tui.agent.descriptors.framing import Framing
from impsy_tui.worker_requests import worker_command
from impsy_tui.workers.requests import LookupTableRequest

FRAMES = 3_000
POINTS, SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 20, 2.0


def live(settings: FrameSettings) -> tuple[float, float, float]:
    """Returns the microseconds of a frame, p50 and p99: extraction alone, and from the last block to the
    descriptors."""
    framing, describer = Framing(settings), DescriptorStream(settings)
    noise = np.random.default_rng(1).normal(size=(FRAMES, settings.hop)) * 0.05
    pitch = 0.3 * np.sin(2 * np.pi * 330 / settings.rate * np.arange(noise.size)).reshape(noise.shape)
    sound = (noise + pitch).reshape(-1)
    frame, loud = sound[None, : settings.window], sound[None, : settings.loudness_window] ** 2
    describing, taking = [], []
    for block in noise + pitch:
        began = time.perf_counter()
        describer.hear(block)
        describer.describe(frame, loud, loud)
        between = time.perf_counter()
        framing.take(block)
        describing.append(1e6 * (between - began))
        taking.append(1e6 * (time.perf_counter() - between))
    return median(describing[200:]), median(taking[200:]), percentile(taking[200:], 0.99)


def lookup(synth: str, window: int, hop: int, processes: int) -> tuple[float, float]:
    """Returns the seconds for a table of the FM synth with the start, and the seconds of processor time."""
    with tempfile.TemporaryDirectory() as folder:
        request = LookupTableRequest(
            synth, Path(folder, "fm.csv"), 3, POINTS, SECONDS, window, hop, processes=processes
        )
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        began = time.monotonic()
        subprocess.run(worker_command(request), check=True, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - began
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


rows = []
for window, hop in ((256, 128), (1_024, 512), (1_024, 128)):
    for true_peak in (False, True):
        settings = FrameSettings(window=window, hop=hop, loudness_window=1_024, true_peak=true_peak)
        figures = [f"{microseconds:.0f}" for microseconds in live(settings)]
        rows.append([str(window), str(hop), "all 55" if true_peak else "all but true peak", *figures])
table("A frame, live", ["window", "hop", "what", "describing p50 µs", "with framing p50 µs", "p99 µs"], rows)

rows = []
for name, synth, window, hop in (
    ("built-in", "fm", 256, 128),
    ("built-in", "fm", 1_024, 512),
    ("Pd", str(ROOT / "configs" / "pd" / "fm.pd"), 256, 128),
):
    seconds, processor = lookup(synth, window, hop, 2)
    sound = POINTS**3 * SECONDS
    rows.append([name, str(window), str(hop), f"{seconds:.0f}", f"{sound / seconds:.0f}", f"{processor:.0f}"])
table(
    f"A table of {POINTS**3} points of FM, {SECONDS:g} s each, on 2 processes",
    ["synth", "window", "hop", "seconds", "times real time", "processor s"],
    rows,
)
