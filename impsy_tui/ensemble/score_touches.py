"""Gesture scores and clips from recordings of touches."""

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.classifier import Classifier
from impsy_tui.ensemble.clips import Clips, cut, together
from impsy_tui.ensemble.scores import Score
from impsy_tui.ensemble.touches.features import features, seconds_of
from impsy_tui.ensemble.touches.touch import TouchRecording, wall_time


def classify_recording(recording: TouchRecording, classifier: Classifier) -> Score:
    """Classifies the gestures of each player at every whole second of a recording."""
    moments = seconds_of(*recording.span())
    codes = np.stack([classifier.gestures(features(one, moments)) for one in recording.players.values()], axis=1)
    return Score(recording.name, tuple(recording.players), codes, wall_time(float(moments[0])))


def clips_of(recordings: list[tuple[TouchRecording, Score]]) -> Clips:
    """Returns a library of clips, cut from recordings with their scores."""
    found = []
    for recording, score in recordings:
        moments = seconds_of(*recording.span())[: len(score)]
        for player, codes in zip(score.players, score.codes.T, strict=True):
            if player in recording.players:
                found.append(cut(recording.players[player], moments, codes[: len(moments)]))
    return together(found)


def agreement(found: Score, expected: Score) -> tuple[NDArray[np.bool_], NDArray[np.int8]]:
    """Compares two scores of one performance over the seconds and players that both have.

    Args:
        found: score of a classifier.
        expected: score to compare with.

    Returns:
        True for each equal gesture, ``[cells]``, and the expected gesture codes, ``[cells]``; players follow each
        other.
    """
    began = max(score.began for score in (found, expected) if score.began is not None)
    same, codes = [], []
    for player in (name for name in found.players if name in expected.players):
        columns = []
        for score in (found, expected):
            offset = round((began - (score.began or began)).total_seconds())
            columns.append(score.codes[offset:, score.players.index(player)])
        length = min(map(len, columns))
        same.append(columns[0][:length] == columns[1][:length])
        codes.append(columns[1][:length])
    return np.concatenate([np.empty(0, bool), *same]), np.concatenate([np.empty(0, np.int8), *codes])
