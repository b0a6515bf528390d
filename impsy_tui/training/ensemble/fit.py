"""Training of the ensemble network on gesture scores.

The constants were chosen by measurement; the figures are in ``docs/pages/contribute/benchmarks.md``.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf

from impsy_tui.data.held_out import cut
from impsy_tui.ensemble.gestures import NOTHING
from impsy_tui.ensemble.memory import INPUTS, EnsembleMemory, network_inputs
from impsy_tui.errors import UserError
from impsy_tui.ranges import ENSEMBLE_EPOCHS, ENSEMBLE_PATIENCE, ENSEMBLE_UNITS, SEED
from impsy_tui.training.common.weight_averages import WeightAverages
from impsy_tui.training.common.windows import window_starts
from impsy_tui.training.ensemble.network import training_model
from impsy_tui.training.mdrnn.fit import Epoch

LEAST_PLAYING: Final = 0.2
"""Share of seconds with a gesture that a player needs to be learned from."""
WINDOW: Final = 64
"""Seconds of a training sequence, after which the state is reset; the inputs reach further back."""
_BATCH: Final = 64
_PASSES: Final = 4
"""Approximate number of times that an epoch uses each second of each follower, within the bounds on its steps."""
_LEAST_STEPS, _MOST_STEPS = 20, 150
_RATE: Final = 3e-3
_DECAY: Final = 1e-4
_DROPOUT, _INPUT_DROPOUT = 0.4, 0.1
_HELD_OUT: Final = 7
"""One performance in this number is held out for early stopping; with fewer, the last tenth of each."""
_JUDGED_TOGETHER: Final = 24


@dataclass(frozen=True, slots=True)
class EnsembleRecipe:
    """Options of a training.

    Attributes:
        epochs: greatest number of epochs.
        patience: epochs without a lower held-out loss before the training ends; 0 for never.
        units: units of the recurrent layer.
        seed: random seed.
    """

    epochs: int = int(ENSEMBLE_EPOCHS.default)
    patience: int = int(ENSEMBLE_PATIENCE.default)
    units: int = int(ENSEMBLE_UNITS.default)
    seed: int = int(SEED.default)


@dataclass(frozen=True, slots=True)
class Part:
    """One follower of one lead in one performance.

    Attributes:
        inputs: float array ``[seconds, INPUTS]``, in half precision to save memory.
        codes: gestures ``[seconds]``.
    """

    inputs: np.ndarray
    codes: np.ndarray


def parts_of(codes: np.ndarray) -> list[Part]:
    """Returns every follower of every lead. A player that hardly plays is heard, but is not learned from.

    Each player leads once. The order of the followers does not matter, because a follower hears the average of the
    others.

    Args:
        codes: ``[seconds, players]``, two players or more.
    """
    players = codes.shape[1]
    plays = (codes != NOTHING).mean(axis=0) >= LEAST_PLAYING
    memory = EnsembleMemory(players)
    heard = np.stack([memory.hear(row) for row in codes])
    parts = []
    for lead in range(players):
        followers = [player for player in range(players) if player != lead]
        inputs = network_inputs(heard[1:, lead], heard[:-1, followers]).astype(np.float16)
        learned = [(place, player) for place, player in enumerate(followers) if plays[player]]
        parts += [Part(inputs[:, place], codes[1:, player]) for place, player in learned]
    return parts


def split(scores: Sequence[np.ndarray], seed: int) -> tuple[list[Part], list[Part]]:
    """Returns the training data and the held-out data.

    Args:
        scores: ``[seconds, players]`` each.
        seed: random seed of the choice of held-out performances.

    Raises:
        UserError: there is not enough of either.
    """
    ensembles = [codes for codes in scores if codes.shape[1] > 1 and len(codes) > 2]
    if len(ensembles) >= _HELD_OUT:
        order = np.random.default_rng(seed).permutation(len(ensembles)).tolist()
        out = set(order[: len(ensembles) // _HELD_OUT])
        training = [part for number, codes in enumerate(ensembles) if number not in out for part in parts_of(codes)]
        held_out = [part for number in sorted(out) for part in parts_of(ensembles[number])]
    else:
        whole = [part for codes in ensembles for part in parts_of(codes)]
        training = [Part(part.inputs[: cut(len(part.codes))], part.codes[: cut(len(part.codes))]) for part in whole]
        held_out = [Part(part.inputs[cut(len(part.codes)) :], part.codes[cut(len(part.codes)) :]) for part in whole]
    if ensembles and not training:
        raise UserError(f"no player plays in {LEAST_PLAYING:.0%} of its seconds or more: there is nothing to learn")
    training = [part for part in training if len(part.codes) >= WINDOW]
    held_out = [part for part in held_out if len(part.codes)]
    if not training or not held_out:
        longest = max((len(codes) for codes in ensembles), default=0)
        raise UserError(
            f"no performance of two players or more is long enough: the longest has {longest} seconds, and at least "
            f"{WINDOW + WINDOW // 9 + 2} in one go are needed"
        )
    return training, held_out


@dataclass(slots=True)
class TrainedEnsemble:
    """Result of a training.

    Attributes:
        best: weights with the lowest held-out loss.
        best_loss: lowest held-out loss, in nats per follower and second.
        best_epoch: epoch of the lowest held-out loss.
        curve: loss and held-out loss of each epoch.
    """

    best: list[np.ndarray]
    best_loss: float = float("inf")
    best_epoch: int = 0
    curve: list[tuple[float, float]] = field(default_factory=list)


class EnsembleTrainer:
    """Trains the ensemble network, epoch by epoch.

    Args:
        training, held_out: data from ``split``.
        recipe: options.
    """

    def __init__(self, training: list[Part], held_out: list[Part], recipe: EnsembleRecipe) -> None:
        keras.utils.set_random_seed(recipe.seed)
        self._recipe = recipe
        self.model = training_model(recipe.units, _DROPOUT, _INPUT_DROPOUT)
        self._inputs = tf.constant(np.concatenate([part.inputs for part in training]))
        self._codes = tf.constant(np.concatenate([part.codes for part in training]).astype(np.int32))
        self._starts = tf.constant(window_starts((len(part.codes) for part in training), WINDOW))
        self._held_out = held_out
        self._steps = int(np.clip(len(self._codes) * _PASSES / (_BATCH * WINDOW), _LEAST_STEPS, _MOST_STEPS))
        schedule = keras.optimizers.schedules.CosineDecay(_RATE, self._steps * recipe.epochs, alpha=0.02)
        self._optimizer = keras.optimizers.AdamW(schedule, weight_decay=_DECAY, clipnorm=1.0)
        self._optimizer.build(self.model.trainable_variables)
        self._averages = WeightAverages(self.model.trainable_variables)
        self._learn = tf.function(self._step)
        self._judge = tf.function(self._judged, reduce_retracing=True)
        self.learned = TrainedEnsemble([np.asarray(weight) for weight in self.model.get_weights()])

    def run(self, on_epoch: Callable[[Epoch], bool]) -> None:
        """Trains until the patience or the epochs end.

        Args:
            on_epoch: called after each epoch; returns False to end.
        """
        recipe, learned = self._recipe, self.learned
        began = time.monotonic()
        for number in range(1, recipe.epochs + 1):
            loss = float(np.mean([self._learn() for _ in range(self._steps)]))
            held_out = self._end_epoch(loss, number)
            left = (time.monotonic() - began) / number * (recipe.epochs - number)
            if not on_epoch(Epoch(number, loss, held_out, left)):
                break
            if recipe.patience and number - learned.best_epoch >= recipe.patience:
                break

    def loss_on(self, parts: Sequence[Part]) -> float:
        """Returns the loss of the present network in nats per follower and second."""
        total, seconds = 0.0, 0
        ordered = sorted(parts, key=lambda part: len(part.codes))
        for begin in range(0, len(ordered), _JUDGED_TOGETHER):
            some = ordered[begin : begin + _JUDGED_TOGETHER]
            longest = len(some[-1].codes)
            inputs = np.zeros((len(some), longest, INPUTS), np.float32)
            codes = np.full((len(some), longest), -1, np.int32)
            for row, part in enumerate(some):
                inputs[row, : len(part.codes)] = part.inputs
                codes[row, : len(part.codes)] = part.codes
            total += float(self._judge(inputs, codes))
            seconds += sum(len(part.codes) for part in some)
        return total / seconds

    def _end_epoch(self, loss: float, number: int) -> float:
        """Evaluates the averaged network, and keeps it if it is the best so far."""
        learned = self.learned
        with self._averages.in_force():
            held_out = self.loss_on(self._held_out)
        learned.curve.append((loss, held_out))
        if held_out < learned.best_loss:
            learned.best, learned.best_loss, learned.best_epoch = self._averages.values(), held_out, number
        return held_out

    def _step(self) -> Any:
        chosen = tf.random.uniform([_BATCH], 0, len(self._starts), tf.int32)
        places = tf.gather(self._starts, chosen)[:, None] + tf.range(WINDOW)
        inputs = tf.cast(tf.gather(self._inputs, places), tf.float32)
        with tf.GradientTape() as tape:
            logits = self.model(inputs, training=True)
            loss = tf.reduce_mean(_surprise(tf.gather(self._codes, places), logits))
        variables = self.model.trainable_variables
        self._optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        self._averages.follow(self._optimizer.iterations)
        return loss

    def _judged(self, inputs: Any, codes: Any) -> Any:
        there = codes >= 0
        logits = tf.boolean_mask(self.model(inputs), there)
        return tf.reduce_sum(_surprise(tf.boolean_mask(codes, there), logits))


def _surprise(codes: Any, logits: Any) -> Any:
    return tf.nn.sparse_softmax_cross_entropy_with_logits(codes, logits)
