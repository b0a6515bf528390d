"""Training of a network on the playing of tonight, from the model that plays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.mdrnn.cells import cell_nats
from impsy_tui.mdrnn.model import SCALE, Floats, Shape
from impsy_tui.training.common.parts import WINDOW, stacked
from impsy_tui.training.common.windows import window_starts
from impsy_tui.training.evolution.loss import loss_with_slopes
from impsy_tui.training.evolution.network import gradient, hear, learns

_BATCH: Final = 32
_TEMPO: Final = 0.06
"""Standard deviation of the logarithm of the tempo of a window."""
_PASSES: Final = 8
"""Approximate number of times that a round uses each event."""
_LEAST_STEPS, _MOST_STEPS = 20, 100
_KEPT: Final = 0.99
"""Share of the averages of the weights that each step keeps."""
_LARGEST: Final = 1.0
"""Greatest length of the gradient of an array."""
_FIRST, _SECOND, _EPSILON = 0.9, 0.999, 1e-7
"""Constants of Adam: D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015."""
_JUDGED_TOGETHER: Final = 8
"""Rows that are judged at once, to bound the memory."""


@dataclass(frozen=True, slots=True)
class LearningRecipe:
    """Constants of a training, as in ``training.mdrnn.fit``.

    Attributes:
        rate: greatest rate of the descent.
        near: nats of the loss per unit of squared distance from the initial weights.
        rounds: greatest number of rounds.
        patience: rounds without fewer cell nats before the training ends.
    """

    rate: float
    near: float
    rounds: int
    patience: int


ON: Final = LearningRecipe(rate=1e-3, near=0.2, rounds=16, patience=4)
"""Training from weights that know how to play."""
NEW: Final = LearningRecipe(rate=3e-3, near=0.0, rounds=48, patience=6)
"""Training of a new network."""


@dataclass(frozen=True, slots=True)
class Learned:
    """Result of a training.

    Attributes:
        arrays: weights with the fewest held-out cell nats, as ``arrays_of`` orders them.
        curve: loss, and held-out cell nats per event, of each round.
        best: round of these weights from 1; 0 if no round was better than the initial weights.
    """

    arrays: list[Floats]
    curve: list[tuple[float, float]]
    best: int


OnRound = Callable[[int, int, float, float], bool]
"""Receives the number of the round, the number of all, the loss and the held-out cell nats; True to go on."""


def judge(arrays: Sequence[Floats], shape: Shape, performances: Sequence[Floats]) -> NDArray[np.float64]:
    """Returns the cell nats of each event of scaled performances but the first of each, ``[events]``."""
    inputs, targets, counted = stacked(list(performances))
    found = []
    for at in range(0, len(inputs), _JUDGED_TOGETHER):
        some = slice(at, at + _JUDGED_TOGETHER)
        parameters = hear(arrays, shape, inputs[some]).parameters.swapaxes(0, 1)
        chosen = counted[some]
        found.append(cell_nats(parameters[chosen], targets[some][chosen] / SCALE, shape))
    return np.concatenate(found)


def learn(
    begin_with: Sequence[Floats],
    shape: Shape,
    training: Sequence[Floats],
    held_out: Sequence[Floats],
    seed: int,
    on_round: OnRound,
    recipe: LearningRecipe = ON,
) -> Learned:
    """Trains a network from its present weights.

    Args:
        begin_with: present weights, as ``arrays_of`` orders them.
        shape: shape of the network.
        training: scaled performances of at least ``WINDOW + 1`` events each.
        held_out: scaled performances that choose the best round.
        seed: random seed.
        on_round: receives the progress.
        recipe: constants of the training.
    """
    random = np.random.default_rng(seed)
    flat = np.concatenate(training)
    starts = window_starts(map(len, training), WINDOW + 1)
    steps = int(np.clip(len(flat) / WINDOW / _BATCH * _PASSES, _LEAST_STEPS, _MOST_STEPS))
    descent = _Descent(begin_with, shape, recipe, recipe.rounds * steps)
    best, best_nats, best_round = list(begin_with), float(judge(begin_with, shape, held_out).mean()), 0
    curve: list[tuple[float, float]] = []
    for number in range(1, recipe.rounds + 1):
        losses = [descent.step(_windows(flat, starts, random)) for _ in range(steps)]
        loss, nats = float(np.mean(losses)), float(judge(descent.averages, shape, held_out).mean())
        curve.append((loss, nats))
        if nats < best_nats:
            best, best_nats, best_round = [array.copy() for array in descent.averages], nats, number
        goes_on = on_round(number, recipe.rounds, loss, nats) and np.isfinite(nats)
        if not goes_on or number - best_round >= recipe.patience:
            break
    return Learned(best, curve, best_round)


def _windows(flat: Floats, starts: np.ndarray, random: np.random.Generator) -> Floats:
    """Returns windows at random places and at slightly other tempos: ``[batch, WINDOW + 1, dimension]``."""
    windows = flat[random.choice(starts, _BATCH)[:, None] + np.arange(WINDOW + 1)]
    windows[:, :, 0] *= np.exp(_TEMPO * random.standard_normal((_BATCH, 1))).astype(np.float32)
    return windows


class _Descent:
    """Descent with Adam, near the initial weights, and the averages of the weights; see ``training.mdrnn.fit``.

    Args:
        begin_with: initial weights.
        shape: shape of the network.
        recipe: constants.
        steps: greatest number of steps.
    """

    def __init__(self, begin_with: Sequence[Floats], shape: Shape, recipe: LearningRecipe, steps: int) -> None:
        self._shape = shape
        self._recipe = recipe
        self._anchors = [np.array(array, np.float32) for array in begin_with]
        self._weights = [array.copy() for array in self._anchors]
        self.averages = [array.copy() for array in self._anchors]
        self._masks = learns(self._anchors, shape)
        self._first = [np.zeros_like(array) for array in self._anchors]
        self._second = [np.zeros_like(array) for array in self._anchors]
        self._steps = steps
        self._done = 0

    def step(self, windows: Floats) -> float:
        """Takes one step; returns the loss before it."""
        shape = self._shape
        heard = hear(self._weights, shape, windows[:, :-1])
        targets = windows[:, 1:].swapaxes(0, 1).reshape(-1, shape.dimension)
        loss, slopes = loss_with_slopes(heard.parameters.reshape(-1, shape.parameters), targets, shape)
        slopes_of_all = gradient(
            self._weights, shape, heard, slopes.reshape(heard.parameters.shape).astype(np.float32)
        )
        self._done += 1
        rate = self._recipe.rate * (0.05 + 0.95 * 0.5 * (1 + np.cos(np.pi * self._done / self._steps)))
        rate *= np.sqrt(1 - _SECOND**self._done) / (1 - _FIRST**self._done)
        kept = min(_KEPT, 1 - 1 / (self._done + 1))
        for number, slope in enumerate(slopes_of_all):
            weight, first, second = self._weights[number], self._first[number], self._second[number]
            slope = (slope + 2 * self._recipe.near * (weight - self._anchors[number])) * self._masks[number]
            length = float(np.sqrt((slope * slope).sum()))
            if not np.isfinite(length):
                continue
            if length > _LARGEST:
                slope *= _LARGEST / length
            first += (1 - _FIRST) * (slope - first)
            second += (1 - _SECOND) * (slope * slope - second)
            weight -= (rate * first / (np.sqrt(second) + _EPSILON)).astype(np.float32)
            self.averages[number] += (1 - kept) * (weight - self.averages[number])
        return loss
