"""Training a network on performances."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf

from impsy_tui.networks import SCALE, Shape
from impsy_tui.terms import MAX_GAP
from impsy_tui.training.network import loss_function, training_model

WINDOW: Final = 50
_HELD_OUT: Final = 0.1
_LEAST_STEPS, _MOST_STEPS = 20, 400
_RATE: Final = 3e-3


class TooLittle(Exception):
    """There is not enough to train on; the message says how much is missing."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train.

    Attributes:
        epochs: at most.
        patience: epochs without a better held-out likelihood after which it ends.
        batch: windows a step.
        seed: of all chance.
        max_gap: seconds; longer gaps are taken for this.
    """

    epochs: int = 100
    patience: int = 10
    batch: int = 64
    seed: int = 1
    max_gap: float = MAX_GAP.default


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch: its number from 1, nats an event in training and on what is held out, seconds left at most."""

    number: int
    loss: float
    held_out: float
    left: float


def split(performances: list[np.ndarray], max_gap: float) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """What to train on, and the last tenth of each performance, held out; gaps capped, all scaled.

    Raises:
        TooLittle: there is not one window of each.
    """
    training, held_out = [], []
    for performance in performances:
        scaled = performance.astype(np.float32)
        np.clip(scaled[:, 0], 0.0, max_gap, out=scaled[:, 0])
        scaled *= np.float32(SCALE)
        cut = len(scaled) - int(len(scaled) * _HELD_OUT)
        training.append(scaled[:cut])
        held_out.append(scaled[cut:])
    training = [part for part in training if len(part) > WINDOW]
    held_out = [part for part in held_out if len(part) > 1]
    if not training or not held_out:
        longest = max((len(performance) for performance in performances), default=0)
        need = next(n for n in itertools.count(WINDOW) if n - int(n * _HELD_OUT) > WINDOW)
        raise TooLittle(f"the longest performance has {longest} events; at least {need} in one go are needed")
    return training, held_out


def fit(
    training: list[np.ndarray],
    held_out: list[np.ndarray],
    shape: Shape,
    recipe: Recipe,
    on_epoch: Callable[[Epoch], bool],
) -> tuple[Any, float, int]:
    """Train.

    Args:
        training, held_out: from ``split``.
        shape: of the network.
        recipe: how.
        on_epoch: told of each epoch; what it returns says whether to go on.

    Returns:
        The network over sequences with its best weights, its held-out loss in nats an event, and
        the number of epochs it took.
    """
    keras.utils.set_random_seed(recipe.seed)
    events = sum(map(len, training))
    steps = int(np.clip(events / WINDOW / recipe.batch * 10, _LEAST_STEPS, _MOST_STEPS))
    model = training_model(shape)
    schedule = keras.optimizers.schedules.CosineDecay(_RATE, steps * recipe.epochs, alpha=0.05)
    model.compile(optimizer=keras.optimizers.Adam(schedule, clipnorm=1.0), loss=loss_function(shape))
    windows = _windows(training, shape.dimension, recipe)
    judged = _stacked(held_out)
    began = time.monotonic()
    best, best_weights, best_epoch = float("inf"), model.get_weights(), 0
    number = 0
    for number in range(1, recipe.epochs + 1):
        history = model.fit(windows, epochs=1, steps_per_epoch=steps, shuffle=False, verbose=0)
        loss = model.evaluate(judged[0], judged[1], sample_weight=judged[2], batch_size=256, verbose=0)
        if loss < best:
            best, best_weights, best_epoch = loss, model.get_weights(), number
        left = (time.monotonic() - began) / number * (recipe.epochs - number)
        if not on_epoch(Epoch(number, history.history["loss"][-1], loss, left)):
            break
        if number - best_epoch >= recipe.patience:
            break
    model.set_weights(best_weights)
    return model, best, number


def _windows(training: list[np.ndarray], dimension: int, recipe: Recipe) -> tf.data.Dataset:
    """Endless batches of windows cut at random places: events, and the events that follow them."""
    flat = np.concatenate(training)
    lengths = np.array([len(part) for part in training])
    first = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    # Every place in a performance from which a whole window can be cut.
    starts = np.concatenate([np.arange(begin, begin + n - WINDOW) for begin, n in zip(first, lengths, strict=True)])
    random = np.random.default_rng(recipe.seed)
    span = np.arange(WINDOW + 1)

    def cut() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        while True:
            batch = flat[random.choice(starts, recipe.batch)[:, None] + span]
            yield batch[:, :-1], batch[:, 1:]

    kind = tf.TensorSpec((recipe.batch, WINDOW, dimension), tf.float32)
    return tf.data.Dataset.from_generator(cut, output_signature=(kind, kind)).prefetch(2)


def _stacked(held_out: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Held-out stretches in rows of one length, with weights of 0 where a row is filled up."""
    longest = min(max(map(len, held_out)) - 1, 500)
    inputs, targets, weights = [], [], []
    for part in held_out:
        for begin in range(0, len(part) - 1, longest):
            piece = part[begin : begin + longest + 1]
            missing = longest + 1 - len(piece)
            filled = np.pad(piece, ((0, missing), (0, 0)), mode="edge")
            inputs.append(filled[:-1])
            targets.append(filled[1:])
            weights.append(np.arange(longest) < len(piece) - 1)
    return np.stack(inputs), np.stack(targets), np.stack(weights).astype(np.float32)
