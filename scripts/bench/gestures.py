"""Classification of gestures: accuracy, and time.

Needs the labelled recordings of the Metatone project, and its performances with touches and scores. They are in
``metatone/`` of the folder that IMPSY_SHARED_DATA names. The environment needs the extra ``[gestures]``.
"""

import os
import time
from pathlib import Path

import numpy as np
from common import ROOT, percentile, table

from impsy_tui.ensemble.classifier import SHIPPED, Classifier, read_classifier
from impsy_tui.ensemble.gestures import NOTHING
from impsy_tui.ensemble.score_touches import agreement, classify_recording
from impsy_tui.ensemble.scores import read_score
from impsy_tui.ensemble.synthetic.touches import play
from impsy_tui.ensemble.touches.features import FeatureWindow, features, seconds_of
from impsy_tui.ensemble.touches.touch import TouchRecording, in_time, read_touches
from impsy_tui.training.gestures.forest import across, grow, within
from impsy_tui.training.gestures.labelled_recordings import LabelledRecording, read_labelled

DATA = Path(os.environ.get("IMPSY_SHARED_DATA", ROOT.parent / "shared" / "data")) / "metatone"
SEEDS = (1, 2, 3, 4, 5)
OLDER = "2013-07-01-TrainingData1s.csv"
NEWER = "2014-12-12T12-05-53-GestureTargetLog-CPM-FeatureVectors.csv"
RAW = "2014-12-12T12-05-53-GestureTargetLog-CPM-touches.csv"


def judging() -> Classifier:
    """Measures the accuracy on labelled seconds; returns the classifier of the newest recording."""
    older, newer = (read_labelled(DATA / "classifier" / name) for name in (OLDER, NEWER))
    raw = read_labelled(DATA / "classifier" / RAW)
    rows = []
    for what, bar, measure in (
        ("within 2013", "", lambda seed: within(older, seed)),
        ("within 2014", "0.898", lambda seed: within(newer, seed)),
        ("within 2014, from its touches", "", lambda seed: within(raw, seed)),
        ("trained on 2014, tested on 2013", "0.854", lambda seed: across([newer], older, seed)),
        ("trained on 2013, tested on 2014", "", lambda seed: across([older], newer, seed)),
    ):
        found = [measure(seed) for seed in SEEDS]
        rows.append([what, bar, f"{np.mean(found):.3f}", f"{min(found):.3f}", f"{max(found):.3f}"])
    shipped = read_classifier(ROOT / "models" / SHIPPED)
    for name, recording in (("2013", older), ("2014", newer)):
        what = f"shipped (made-up touches alone), tested on {name}"
        rows.append([what, "", f"{_right(shipped, recording):.3f}", "", ""])
    table("Seconds classified right", ["what", "bound", "mean", "least", "most"], rows)
    return grow(newer.features, newer.labels, SEEDS[0])


def _right(classifier: Classifier, recording: LabelledRecording) -> float:
    return float((classifier.gestures(recording.features) == recording.labels).mean())


def agreeing(trained: Classifier) -> None:
    """Measures the agreement of scores from raw touches with the published scores of the performances."""
    rows = []
    shipped = read_classifier(ROOT / "models" / SHIPPED)
    for file in sorted((DATA / "touches").glob("*.csv")):
        written = read_score(DATA / "gestures" / f"{file.stem}-posthoc-gestures.csv").score
        recording = read_touches(file)
        cells = [file.name[:19], str(len(written.players)), str(len(written))]
        for classifier in (trained, shipped):
            same, said = agreement(classify_recording(recording, classifier), written)
            cells += [f"{same.mean():.3f}", f"{same[said != NOTHING].mean():.3f}"]
        rows.append(cells)
    by = [who + where for who in ("trained on 2014", "shipped") for where in ("", ", where not nothing")]
    columns = ["performance", "players", "seconds", *by]
    table("Agreement with published scores", columns, rows)


def timing() -> None:
    """Measures the time for one live second of the lead: features of its window, and the gesture."""
    classifier = read_classifier(ROOT / "models" / SHIPPED)
    touches = play(8, 120.0, np.random.default_rng(1))
    coming = list(in_time(TouchRecording("", {"lead": touches})))
    window, spent = FeatureWindow(), []
    for moment in seconds_of(1, 120).tolist():
        while coming and coming[0].time <= moment:
            window.add(coming.pop(0))
        began = time.perf_counter()
        found = window.features(moment)
        between = time.perf_counter()
        classifier.gestures(found[np.newaxis])
        spent.append((between - began, time.perf_counter() - between))
    rows = [
        [what, f"{1e3 * percentile(took, 0.5):.3f}", f"{1e3 * percentile(took, 0.99):.3f}"]
        for what, took in zip(("features", "gesture"), zip(*spent, strict=True), strict=True)
    ]
    file = max((DATA / "touches").glob("*.csv"), key=lambda file: file.stat().st_size)
    recording = read_touches(file)
    began = time.perf_counter()
    for one in recording.players.values():
        features(one, seconds_of(*recording.span()))
    took, count = time.perf_counter() - began, sum(map(len, recording.players.values()))
    rows.append([f"features of a performance, {count} touches", f"{1e3 * took:.1f}", ""])
    table("Time", ["what", "p50 ms", "p99 ms"], rows)


def main() -> None:
    agreeing(judging())
    timing()


if __name__ == "__main__":
    main()
