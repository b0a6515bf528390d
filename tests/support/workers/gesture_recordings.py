"""Labelled recordings, and the worker that trains a classifier on them."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from impsy_tui.ensemble.synthetic.touches import play
from impsy_tui.ensemble.touches.touch import Touches, TouchRecording, wall_seconds, write_touches
from impsy_tui.training.gestures.labelled_recordings import TARGETS

BEGAN = datetime(2026, 5, 1, 20, 0, 0)


def recorded(folder: Path, gestures: tuple[int, ...] = (1, 7, 5), seconds: int = 20) -> Path:
    """Writes touches, one gesture after the other with rests between them, and the requested gestures."""
    parts, targets = [], []
    for number, gesture in enumerate(gestures):
        begin = wall_seconds(BEGAN) + number * (seconds + 10)
        touches = play(gesture, float(seconds), np.random.default_rng(number))
        parts.append(Touches(touches.times + begin, touches.fingers, touches.x, touches.y, touches.velocities))
        at = BEGAN + timedelta(seconds=number * (seconds + 10))
        targets += [f"{at},{gesture}", f"{at + timedelta(seconds=seconds)},100"]
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in Touches.__slots__]
    file = folder / "guided-touches.csv"
    write_touches(file, TouchRecording("guided", {"ann": Touches(*columns)}))
    (folder / f"guided{TARGETS}").write_text("time,target\n" + "\n".join(targets) + "\n")
    return file
