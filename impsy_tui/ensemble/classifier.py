"""Classifier of gestures: a forest of decision trees over the features of the last five seconds.

The forest is evaluated in NumPy from a file of arrays; only training needs scikit-learn. Extremely randomised trees:
P. Geurts, D. Ernst and L. Wehenkel, "Extremely randomized trees", Machine Learning 63(1), 2006.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.arrays import Arrays, read_arrays, write_arrays
from impsy_tui.ensemble.gestures import GESTURES, NOTHING
from impsy_tui.ensemble.touches.features import FEATURES
from impsy_tui.errors import UserError
from impsy_tui.parameters import CLASSIFIER

PREFIX: Final = "gestures-"
"""Beginning of the file names of classifiers."""
SHIPPED: Final = f"{CLASSIFIER.default}.npz"
"""File name of the shipped classifier, trained on synthetic touches."""
DESCRIPTION: Final = (
    "narrow",
    "wide",
    "spread",
    "freq",
    "movement_freq",
    "touchdown_freq",
    "velocity",
    "moving_share",
    "moves_a_touchdown",
    "moving_velocity",
    "path",
    "path_a_touchdown",
    "winding",
    "roundness",
)
"""Inputs of the trees, computed from the features without the place on the surface. They are the smaller and the
larger standard deviation, their norm, the counts and the mean velocity. The next ones are the share of moving
touches, moving touches per touch-down, and their velocity. The last ones are the path of all fingers, per touch-down
and per spread, and the ratio of the deviations."""

_DEEPEST: Final = 200
"""Largest depth of a tree: each level takes time of the performance; trained trees have about 30 levels."""
_FORMAT: Final = 1
ARRAYS: Final = {
    "format": ("i", 0),
    "asks": ("U", 1),
    "roots": ("i", 1),
    "question": ("i", 1),
    "threshold": ("f", 1),
    "left": ("i", 1),
    "right": ("i", 1),
    "chances": ("f", 2),
}
"""NumPy kind and number of axes of each array."""


def described(features: NDArray[np.float64]) -> NDArray[np.float32]:
    """Computes the inputs of the trees.

    Args:
        features: ``[rows, 8]``, columns ``FEATURES``.

    Returns:
        ``[rows, 14]``, columns ``DESCRIPTION``.
    """
    _, _, std_x, std_y, count, moved, down, velocity = features.T
    narrow, wide, spread = np.minimum(std_x, std_y), np.maximum(std_x, std_y), np.hypot(std_x, std_y)
    path = velocity * count
    columns = (
        narrow,
        wide,
        spread,
        count,
        moved,
        down,
        velocity,
        moved / np.maximum(count, 1),
        moved / np.maximum(down, 1),
        path / np.maximum(moved, 1),
        path,
        path / np.maximum(down, 1),
        path / (spread + 1),
        narrow / (wide + 1),
    )
    return np.stack(columns, axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Forest:
    """Decision trees; the nodes of all trees share arrays ``[nodes]``.

    Attributes:
        roots: index of the first node of each tree, ``[trees]``.
        question: column of ``DESCRIPTION`` that a node compares; any column for a leaf.
        threshold: a value of at most this goes to the left.
        left: index of the next node at the left; a leaf has its own index.
        right: likewise, at the right.
        chances: probability of each gesture, ``[nodes, 9]``; only those of leaves count.
    """

    roots: NDArray[np.int32]
    question: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    chances: NDArray[np.float32]


class Classifier:
    """Classifier of gestures.

    Args:
        forest: trained decision trees.
    """

    def __init__(self, forest: Forest) -> None:
        self.forest = forest

    def chances(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the probability of each gesture: the mean of the trees.

        Args:
            features: ``[rows, 8]``, columns ``FEATURES``.

        Returns:
            ``[rows, 9]``, each row sums to 1. A row without touches is nothing with probability 1.
        """
        forest = self.forest
        rows = described(features)
        places = np.arange(len(rows))[:, np.newaxis]
        node = np.broadcast_to(forest.roots, (len(rows), len(forest.roots)))
        while True:
            low = rows[places, forest.question[node]] <= forest.threshold[node]
            following = np.where(low, forest.left[node], forest.right[node])
            if np.array_equal(following, node):
                break
            node = following
        found = forest.chances[node].mean(axis=1, dtype=np.float64)
        found[features[:, FEATURES.index("freq")] == 0] = np.eye(GESTURES)[NOTHING]
        return np.asarray(found)

    def gestures(self, features: NDArray[np.float64]) -> NDArray[np.int8]:
        """Returns the code of the most probable gesture of each row, ``[rows]``."""
        return np.asarray(np.argmax(self.chances(features), axis=1), np.int8)


def read_classifier(file: Path) -> Classifier:
    """Returns the classifier of a file.

    Raises:
        UserError: the file cannot be read, or is not a classifier of this version.
    """
    arrays = read_arrays(file, ARRAYS, "classifier of gestures")
    if arrays["format"] != _FORMAT or tuple(arrays["asks"].tolist()) != DESCRIPTION:
        raise UserError(f"{file}: its trees have other inputs than this version: train it again")
    if problem := _damage(arrays):
        raise UserError(f"{file}: is not a classifier of gestures: {problem}")
    roots, question, left, right = (arrays[name].astype(np.int32) for name in ("roots", "question", "left", "right"))
    threshold, chances = arrays["threshold"].astype(np.float64), arrays["chances"].astype(np.float32)
    return Classifier(Forest(roots, question, threshold, left, right, chances))


def write_classifier(file: Path, classifier: Classifier) -> None:
    """Writes a classifier to an ``.npz`` file.

    Raises:
        OSError: the file cannot be written.
    """
    arrays = {"format": np.array(_FORMAT), "asks": np.array(DESCRIPTION)}
    write_arrays(file, arrays | {name: getattr(classifier.forest, name) for name in Forest.__slots__})


def _damage(arrays: Arrays) -> str:
    """Returns why these arrays are not a forest in which every path ends; empty if they are one."""
    roots, question, left, right = (arrays[name] for name in ("roots", "question", "left", "right"))
    threshold, chances = arrays["threshold"], arrays["chances"]
    nodes = np.arange(len(question))
    if not 0 < len(roots) <= len(nodes):
        return "it has no trees"
    if {len(threshold), len(left), len(right), len(chances)} != {len(nodes)} or chances.shape[1] != GESTURES:
        return "its arrays have different lengths"
    leaf = left == nodes
    # The next node always has a higher index, so a path cannot be a loop.
    ahead = np.where(leaf, right == nodes, (left > nodes) & (right > nodes))
    inside = (np.maximum(left, right) < len(nodes)) & (question >= 0) & (question < len(DESCRIPTION))
    if not (ahead & inside).all() or not ((roots >= 0) & (roots < len(nodes))).all():
        return "its trees have invalid nodes"
    if not np.isfinite(threshold).all() or not np.allclose(chances[leaf].sum(axis=1), 1, atol=1e-3):
        return "its thresholds or probabilities are out of range"
    followed = roots
    for _ in range(_DEEPEST + 1):
        if leaf[followed].all():
            return ""
        followed = np.unique(np.concatenate([left[followed], right[followed]]))
    return f"its trees have more than {_DEEPEST} levels"
