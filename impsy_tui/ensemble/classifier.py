"""Which gesture a player makes: a forest of decision trees over what the last five seconds were like.

Stepped in NumPy from a file of arrays: what made the forest is needed in training alone. Extremely randomised trees:
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

PREFIX: Final = "gestures-"
"""Names of classifiers begin with it."""
SHIPPED: Final = "gestures-synthetic.npz"
"""Among the models: the classifier that ships, which has seen nobody's playing."""
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
"""What the trees ask about, made of the features; where on the surface it was is left out. The smaller standard
deviation, the larger and both together; counts; mean velocity; what share of the touches moved, how many of them for
each touch-down, and how fast; the way of all fingers, that for each touch-down, and that for its spread; the smaller
deviation by the larger."""

_DEEPEST: Final = 200
"""Questions from a root to a leaf: each takes a moment of the performance, and trees that learned ask some thirty."""
_FORMAT: Final = 1
_ARRAYS: Final = {
    "format": ("i", 0),
    "asks": ("U", 1),
    "roots": ("i", 1),
    "question": ("i", 1),
    "threshold": ("f", 1),
    "left": ("i", 1),
    "right": ("i", 1),
    "chances": ("f", 2),
}
"""The kind of each array, and how many axes it has."""


def described(features: NDArray[np.float64]) -> NDArray[np.float32]:
    """What the trees ask about.

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
    """Decision trees, all nodes in one row.

    Attributes:
        roots: the first node of each tree.
        question: of each node, the column of ``DESCRIPTION`` that it asks about; of a leaf, whichever.
        threshold: what is at most this goes left.
        left: the node that follows; of a leaf, itself.
        right: likewise.
        chances: of each gesture, at each node; only those of leaves count. ``[nodes, 9]``.
    """

    roots: NDArray[np.int32]
    question: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    chances: NDArray[np.float32]


class Classifier:
    """Tells gestures.

    Args:
        forest: that it asks.
    """

    def __init__(self, forest: Forest) -> None:
        self.forest = forest

    def chances(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of each gesture, by the trees' votes.

        Args:
            features: ``[rows, 8]``, columns ``FEATURES``.

        Returns:
            ``[rows, 9]``, each row sums to 1. Where nothing was touched it is nothing, whatever the trees say.
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
        """The likeliest gesture of each row, its code."""
        return np.asarray(np.argmax(self.chances(features), axis=1), np.int8)


def read_classifier(file: Path) -> Classifier:
    """Read a classifier.

    Raises:
        UserError: the file cannot be read, or is none.
    """
    arrays = read_arrays(file, _ARRAYS, "classifier of gestures")
    if arrays["format"] != _FORMAT or tuple(arrays["asks"].tolist()) != DESCRIPTION:
        raise UserError(f"{file}: its trees ask what this version does not know: train it anew")
    if problem := _damage(arrays):
        raise UserError(f"{file}: is no classifier of gestures: {problem}")
    roots, question, left, right = (arrays[name].astype(np.int32) for name in ("roots", "question", "left", "right"))
    threshold, chances = arrays["threshold"].astype(np.float64), arrays["chances"].astype(np.float32)
    return Classifier(Forest(roots, question, threshold, left, right, chances))


def write_classifier(file: Path, classifier: Classifier) -> None:
    """Write a classifier, ``.npz``.

    Raises:
        OSError: it cannot be written.
    """
    arrays = {"format": np.array(_FORMAT), "asks": np.array(DESCRIPTION)}
    write_arrays(file, arrays | {name: getattr(classifier.forest, name) for name in Forest.__slots__})


def _damage(arrays: Arrays) -> str:
    """Why these make no forest in which every way ends, empty if they do."""
    roots, question, left, right = (arrays[name] for name in ("roots", "question", "left", "right"))
    threshold, chances = arrays["threshold"], arrays["chances"]
    nodes = np.arange(len(question))
    if not 0 < len(roots) <= len(nodes):
        return "it has no trees"
    if {len(threshold), len(left), len(right), len(chances)} != {len(nodes)} or chances.shape[1] != GESTURES:
        return "its arrays do not fit together"
    leaf = left == nodes
    # What follows a node comes after it, so that nobody goes round in circles.
    ahead = np.where(leaf, right == nodes, (left > nodes) & (right > nodes))
    inside = (np.maximum(left, right) < len(nodes)) & (question >= 0) & (question < len(DESCRIPTION))
    if not (ahead & inside).all() or not ((roots >= 0) & (roots < len(nodes))).all():
        return "its trees lead nowhere"
    if not np.isfinite(threshold).all() or not np.allclose(chances[leaf].sum(axis=1), 1, atol=1e-3):
        return "its numbers make no sense"
    followed = roots
    for _ in range(_DEEPEST + 1):
        if leaf[followed].all():
            return ""
        followed = np.unique(np.concatenate([left[followed], right[followed]]))
    return f"its trees ask more than {_DEEPEST} questions"
