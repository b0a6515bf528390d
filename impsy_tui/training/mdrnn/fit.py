"""Training of an MDRNN on performances.

The constants were chosen by measurement; the figures are in ``docs/pages/contribute/benchmarks.md``.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf

from impsy_tui.mdrnn.cells import cell_nats
from impsy_tui.mdrnn.model import SCALE, Shape
from impsy_tui.ranges import BATCH, EPOCHS, MAX_GAP, PATIENCE, SEED
from impsy_tui.training.common.figure import Figure, figure
from impsy_tui.training.common.parts import WINDOW, stacked
from impsy_tui.training.common.weight_averages import WeightAverages, assign
from impsy_tui.training.common.windows import window_starts
from impsy_tui.training.mdrnn.first_weights import learning, moves_one_at_a_time
from impsy_tui.training.mdrnn.loss import log_likelihood, loss_function
from impsy_tui.training.mdrnn.network import training_model
from impsy_tui.training.mdrnn.playing_style import glides

_PASSES: Final = 16
"""Approximate number of times that an epoch uses each event; more frequent evaluation takes longer than learning."""
_LEAST_STEPS, _MOST_STEPS = 20, 250
_MIRRORED: Final = 0.3
"""Share of windows in which a gliding value is mirrored."""
_TEMPO: Final = 0.06
"""Standard deviation of the logarithm of the tempo of a window."""
_RATE, _TUNING_RATE = 3e-3, 1e-3
_NEAR: Final = 0.2
"""Nats of the loss per unit of squared distance from the initial weights: a model keeps its style as it learns on."""
_JUDGED_TOGETHER: Final = 64


@dataclass(frozen=True, slots=True)
class Recipe:
    """Options of a training.

    Attributes:
        epochs: greatest number of epochs.
        patience: epochs without fewer held-out cell nats before the training ends; 0 for never.
        batch: windows in a step.
        seed: random seed.
        max_gap: longest dt in seconds; longer gaps are shortened to it.
    """

    epochs: int = int(EPOCHS.default)
    patience: int = int(PATIENCE.default)
    batch: int = int(BATCH.default)
    seed: int = int(SEED.default)
    max_gap: float = MAX_GAP.default


@dataclass(frozen=True, slots=True)
class Epoch:
    """Result of an epoch: number from 1, cell nats per event in training and held out, greatest remaining seconds."""

    number: int
    loss: float
    held_out: float
    left: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """Figures of a network on held-out events.

    Attributes:
        cells: cell nats per event; networks are chosen by them.
        likelihood: negative log-likelihood in nats per event. One event in a hundred rules its mean.
    """

    cells: float
    likelihood: float


@dataclass(slots=True)
class FitProgress:
    """State of a training, from which it can continue.

    Attributes:
        weights: present weights of the network.
        averages: averages of the weights over the last steps.
        optimizer: variables of the optimizer.
        best: averages with the fewest held-out cell nats.
        best_loss: cell nats per event of the best averages.
        best_likelihood: negative log-likelihood of the best averages in nats per event.
        best_epoch: epoch of the best averages; 0 for the initial weights.
        curve: cell nats per event of each epoch so far, in training and held out.
    """

    weights: list[np.ndarray]
    averages: list[np.ndarray]
    optimizer: list[np.ndarray]
    best: list[np.ndarray]
    best_loss: float = float("inf")
    best_likelihood: float = float("inf")
    best_epoch: int = 0
    curve: list[tuple[float, float]] = field(default_factory=list)


class Trainer:
    """Trains a network, epoch by epoch.

    Args:
        training, held_out: data from ``split``.
        shape: shape of the network.
        recipe: options.
        begin_with: initial weights; they stay the best ones if the training does not improve them.
        go_on_from: state of an interrupted training.
    """

    def __init__(
        self,
        training: list[np.ndarray],
        held_out: list[np.ndarray],
        shape: Shape,
        recipe: Recipe,
        begin_with: list[np.ndarray] | None = None,
        go_on_from: FitProgress | None = None,
    ) -> None:
        # A continued training must not use the same windows again.
        done = len(go_on_from.curve) if go_on_from else 0
        keras.utils.set_random_seed(recipe.seed + done)
        self._shape = shape
        self.model = training_model(shape, one_at_a_time=moves_one_at_a_time(training))
        self._recipe = recipe
        self._flat = tf.constant(np.concatenate(training))
        self._starts = tf.constant(window_starts(map(len, training), WINDOW + 1))
        self._mirrored = tf.constant(_MIRRORED * glides([part / SCALE for part in training]), tf.float32)
        self._held_out = stacked(held_out)
        self._loss = loss_function(shape)
        events = sum(map(len, training))
        self._steps = int(np.clip(events / WINDOW / recipe.batch * _PASSES, _LEAST_STEPS, _MOST_STEPS))
        rate = _RATE if begin_with is None else _TUNING_RATE
        schedule = keras.optimizers.schedules.CosineDecay(rate, self._steps * recipe.epochs, alpha=0.05)
        self._optimizer = keras.optimizers.Adam(schedule, clipnorm=1.0)
        self._optimizer.build(self.model.trainable_variables)
        if begin_with is not None:
            self.model.set_weights(begin_with)
        self._initial = begin_with
        self._learning = learning(self.model, shape)
        self._anchors = [tf.constant(weight) for weight in begin_with] if begin_with is not None else []
        self._averages = WeightAverages(self.model.trainable_variables)
        self._learn = tf.function(self._step)
        self._expect = tf.function(self.model)
        now = self._weights()
        self.progress = go_on_from or FitProgress(now, now, [], now)
        if go_on_from is not None:
            self.model.set_weights(go_on_from.weights)
            assign(self._averages.variables, go_on_from.averages)
            assign(self._optimizer.variables, go_on_from.optimizer)
        elif begin_with is not None:
            found = self.judge()
            self.progress.best_loss, self.progress.best_likelihood = found.cells, found.likelihood

    def run(self, on_epoch: Callable[[Epoch], bool]) -> None:
        """Trains until the patience or the epochs end.

        Args:
            on_epoch: takes each epoch; returns True to go on.
        """
        recipe, progress = self._recipe, self.progress
        began, first = time.monotonic(), len(progress.curve)
        for number in range(first + 1, recipe.epochs + 1):
            loss = float(np.mean([self._learn() for _ in range(self._steps)]))
            held_out = self._end_epoch(loss, number)
            left = (time.monotonic() - began) / (number - first) * (recipe.epochs - number)
            if not on_epoch(Epoch(number, loss, held_out, left)):
                break
            if recipe.patience and number - progress.best_epoch >= recipe.patience:
                break

    def gain(self) -> Figure:
        """Returns the cell nats per held-out event that the best weights save, compared with the initial ones."""
        _, targets, counted = self._held_out
        nats = []
        for weights in (self._initial, self.progress.best):
            self.model.set_weights(weights)
            nats.append(cell_nats(self._expected(), targets[counted] / SCALE, self._shape))
        return figure(nats[0] - nats[1])

    def _expected(self) -> np.ndarray:
        """Returns the mixtures that the network expects for the held-out events."""
        inputs, _, counted = self._held_out
        expected = []
        for at in range(0, len(counted), _JUDGED_TOGETHER):
            some = slice(at, at + _JUDGED_TOGETHER)
            expected.append(np.asarray(self._expect(tf.constant(inputs[some])))[counted[some]])
        return np.concatenate(expected)

    def judge(self) -> Judgement:
        """Returns the figures of the averaged network on the held-out events."""
        _, targets, counted = self._held_out
        with self._averages.in_force():
            parameters = self._expected()
        events = targets[counted]
        if not np.isfinite(parameters).all():
            return Judgement(float("inf"), float("inf"))
        return Judgement(
            float(cell_nats(parameters, events / SCALE, self._shape).mean()),
            -float(log_likelihood(events, parameters, self._shape).mean()),
        )

    def _end_epoch(self, loss: float, number: int) -> float:
        progress = self.progress
        found = self.judge()
        progress.curve.append((loss, found.cells))
        progress.weights = self._weights()
        progress.averages = self._averages.values()
        progress.optimizer = [np.asarray(variable) for variable in self._optimizer.variables]
        if found.cells < progress.best_loss:
            progress.best, progress.best_epoch = progress.averages, number
            progress.best_loss, progress.best_likelihood = found.cells, found.likelihood
        return found.cells

    def _weights(self) -> list[np.ndarray]:
        return [np.asarray(weight) for weight in self.model.get_weights()]

    def _step(self) -> Any:
        windows = self._varied(self._windows())
        with tf.GradientTape() as tape:
            loss, nats = self._loss(windows[:, 1:], self.model(windows[:, :-1], training=True))
            for variable, anchor in zip(self.model.trainable_variables, self._anchors, strict=False):
                loss += _NEAR * tf.reduce_sum((variable - anchor) ** 2)
        variables = self.model.trainable_variables
        slopes = [slope * mask for slope, mask in zip(tape.gradient(loss, variables), self._learning, strict=True)]
        self._optimizer.apply_gradients(zip(slopes, variables, strict=True))
        self._averages.follow(self._optimizer.iterations)
        return nats

    def _windows(self) -> Any:
        """Returns windows at random places, with the event after each: ``[batch, WINDOW + 1, dimension]``."""
        chosen = tf.random.uniform([self._recipe.batch], 0, len(self._starts), tf.int32)
        return tf.gather(self._flat, tf.gather(self._starts, chosen)[:, None] + tf.range(WINDOW + 1))

    def _varied(self, windows: Any) -> Any:
        """Returns windows at other tempos, with mirrored values: few performances prepare for more of them."""
        batch, dimension = windows.shape[0], self._shape.dimension
        tempo = tf.exp(_TEMPO * tf.random.normal([batch, 1, 1]))
        mirrored = tf.random.uniform([batch, 1, dimension - 1]) < self._mirrored
        values = windows[:, :, 1:]
        return tf.concat([windows[:, :, :1] * tempo, tf.where(mirrored, SCALE - values, values)], axis=-1)
