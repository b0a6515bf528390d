"""Touches into gesture scores."""

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.classifier import Classifier
from impsy_tui.ensemble.clips import Clips, cut, together
from impsy_tui.ensemble.scores import Score
from impsy_tui.ensemble.touches.features import features, seconds_of
from impsy_tui.ensemble.touches.touch import TouchRecording, wall_time


def classify_recording(recording: TouchRecording, classifier: Classifier) -> Score:
    """What each player of a recording did, every whole second of it."""
    moments = seconds_of(*recording.span())
    codes = np.stack([classifier.gestures(features(one, moments)) for one in recording.players.values()], axis=1)
    return Score(recording.name, tuple(recording.players), codes, wall_time(float(moments[0])))


def clips_of(recordings: list[tuple[TouchRecording, Score]]) -> Clips:
    """A library of clips, cut from recordings of whose seconds it is known which gestures were played."""
    found = []
    for recording, score in recordings:
        moments = seconds_of(*recording.span())[: len(score)]
        for player, codes in zip(score.players, score.codes.T, strict=True):
            if player in recording.players:
                found.append(cut(recording.players[player], moments, codes[: len(moments)]))
    return together(found)


def agreement(told: Score, written: Score) -> tuple[NDArray[np.bool_], NDArray[np.int8]]:
    """Where two scores of one performance say the same.

    Returns:
        Whether they do, and what the written one says: of all seconds and players that both have, ``[seconds]``.
    """
    began = max(score.began for score in (told, written) if score.began is not None)
    same, said = [], []
    for player in (name for name in told.players if name in written.players):
        columns = []
        for score in (told, written):
            offset = round((began - (score.began or began)).total_seconds())
            columns.append(score.codes[offset:, score.players.index(player)])
        length = min(map(len, columns))
        same.append(columns[0][:length] == columns[1][:length])
        said.append(columns[1][:length])
    return np.concatenate([np.empty(0, bool), *same]), np.concatenate([np.empty(0, np.int8), *said])
