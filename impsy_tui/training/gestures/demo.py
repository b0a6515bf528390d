"""Shipped classifier of gestures and shipped clips, made from synthetic touches in a minute.

The same versions make the same files.
"""

from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.ensemble import classifier, clips
from impsy_tui.ensemble.synthetic.touches import recordings
from impsy_tui.ensemble.touches.features import WINDOW
from impsy_tui.model_files.metadata import write_metadata
from impsy_tui.training.gestures.forest import grow, synthetic

_SEED: Final = 1
_PERFORMERS: Final = 120
_SECONDS: Final = 20
_TREES: Final = 40
_SMALLEST_LEAF: Final = 5
_CLIPS: Final = 16
"""Number of clips of each gesture."""


def make(folder: Path) -> str:
    """Saves the classifier and the clips with their metadata in a folder; returns a summary."""
    found, labels = synthetic(_PERFORMERS, _SECONDS, _SEED)
    grown = grow(found, labels, _SEED, _TREES, _SMALLEST_LEAF)
    others, asked = synthetic(_PERFORMERS // 4, _SECONDS, _SEED + 1)
    accuracy = float((grown.gestures(others) == asked).mean())
    file = folder / classifier.SHIPPED
    classifier.write_classifier(file, grown)
    corpus = "synthetic touches of each gesture, by as many made-up hands"
    facts: dict[str, str | float | None] = {
        "corpus": corpus,
        "hands": _PERFORMERS,
        "seconds_labelled": len(labels),
        "seed": _SEED,
        "accuracy_on_other_hands": round(accuracy, 4),
    }
    write_metadata(file, facts, ())
    cut = [
        clips.cut(touches, WINDOW + np.arange(-2.0, 2.0), np.full(4, gesture, np.int8))
        for gesture, touches in recordings(_CLIPS, WINDOW, _SEED + 2)
    ]
    library = clips.together(cut)
    library_file = folder / clips.SHIPPED
    clips.write_clips(library_file, library)
    write_metadata(library_file, {"corpus": corpus, "clips": len(library.all), "seed": _SEED + 2}, ())
    return f"{file}: {accuracy:.3f} of the seconds of other hands; {library_file}: {library.counts()}"
