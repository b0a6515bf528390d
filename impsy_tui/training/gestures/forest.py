"""Training and evaluation of the gesture classifier, a random forest of scikit-learn."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier

from impsy_tui.ensemble.classifier import Classifier, Forest, described
from impsy_tui.ensemble.gestures import GESTURES, NOTHING
from impsy_tui.ensemble.synthetic.touches import recordings
from impsy_tui.ensemble.touches.features import FEATURES, features
from impsy_tui.training.gestures.labelled_recordings import LabelledRecording, folds

TREES: Final = 200
_PARTS: Final = 4096


def grow(
    found: NDArray[np.float64], labels: NDArray[np.int8], seed: int, trees: int = TREES, smallest: int = 1
) -> Classifier:
    """Trains a classifier of gestures.

    Args:
        found: features ``[rows, 8]``, columns ``FEATURES``.
        labels: gesture codes ``[rows]``.
        seed: random seed.
        trees: number of trees.
        smallest: least number of rows in a leaf.
    """
    model = ExtraTreesClassifier(trees, max_features=None, min_samples_leaf=smallest, random_state=seed)
    model.fit(described(found), labels)
    forest = as_forest(model)
    return Classifier(replace(forest, threshold=_rounded(forest.threshold)))


def as_forest(model: Any) -> Forest:
    """Returns the forest of a model of scikit-learn whose classes are gesture codes."""
    grown = [estimator.tree_ for estimator in model.estimators_]
    roots = np.cumsum([0, *(tree.node_count for tree in grown[:-1])]).astype(np.int32)
    sides: tuple[list[NDArray[Any]], list[NDArray[Any]]] = ([], [])
    chances = np.zeros((sum(tree.node_count for tree in grown), GESTURES), np.float32)
    for root, tree in zip(roots.tolist(), grown, strict=True):
        nodes = np.arange(tree.node_count)
        leaf = tree.children_left < 0
        for side, children in zip(sides, (tree.children_left, tree.children_right), strict=True):
            side.append(root + np.where(leaf, nodes, children))
        votes = tree.value[:, 0] * leaf[:, np.newaxis]
        counts = np.maximum(votes.sum(axis=1, keepdims=True), 1e-12)  # shares or counts, by its version
        chances[root : root + tree.node_count][:, model.classes_] = votes / counts
    asked = np.concatenate([tree.feature for tree in grown])
    thresholds = np.where(asked < 0, 0.0, np.concatenate([tree.threshold for tree in grown]))
    left, right = (np.concatenate(side).astype(np.int32) for side in sides)
    return Forest(roots, np.maximum(asked, 0).astype(np.int32), thresholds, left, right, chances)


def _rounded(thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns numbers rounded to 12 bits: the results stay, and files are a third smaller."""
    part, power = np.frexp(thresholds)
    return np.ldexp(np.round(part * _PARTS) / _PARTS, power)


def within(recording: LabelledRecording, seed: int) -> float:
    """Returns the accuracy within a recording by five-fold cross-validation.

    Args:
        recording: labelled recording.
        seed: random seed.

    Returns:
        The share of correct rows, 0..1.
    """
    right = 0
    for learned, held_out in folds(recording):
        if len(learned):
            classifier = grow(recording.features[learned], recording.labels[learned], seed)
            found = classifier.gestures(recording.features[held_out])
            right += int((found == recording.labels[held_out]).sum())
    return right / len(recording)


def across(learned: Sequence[LabelledRecording], judged: LabelledRecording, seed: int) -> float:
    """Returns the accuracy (0..1) on one recording of a classifier that was trained on others."""
    classifier = grow(*together(learned), seed)
    return float((classifier.gestures(judged.features) == judged.labels).mean())


def together(recordings: Sequence[LabelledRecording]) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Returns the features and labels of several recordings."""
    return np.concatenate([one.features for one in recordings]), np.concatenate([one.labels for one in recordings])


def synthetic(count: int, seconds: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Returns the features and labels of synthetic touches, one row a second."""
    moments = np.arange(1.0, seconds + 1)
    found, labels = [], []
    for gesture, touches in recordings(count, seconds, seed):
        found.append(features(touches, moments))
        empty = found[-1][:, FEATURES.index("freq")] == 0
        labels.append(np.where(empty, NOTHING, gesture).astype(np.int8))
    return np.concatenate(found), np.concatenate(labels)
