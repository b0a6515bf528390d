"""Learning on from a few minutes of playing: the last layer of a model learns the pace of the musician.

A few hundred events do not teach a whole network. They show how long this musician waits, and which components of
the mixture fit. So only the means and deviations of dt learn, and the logits. Old playing is mixed in, and the
weights stay near the old ones. Each part of the new playing is predicted by a last layer that learned from the other
parts: all events judge, and all events teach.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf

from impsy_tui.mdrnn.cells import cell_nats
from impsy_tui.mdrnn.lstm import NumpyNetwork, Weights
from impsy_tui.mdrnn.model import SCALE, Floats, Shape
from impsy_tui.training.common.figure import Figure, figure
from impsy_tui.training.mdrnn.loss import log_likelihood, loss_function
from impsy_tui.training.mdrnn.network import as_keras, last_layer

PARTS: Final = 5
"""Parts of the new playing that are judged in turn."""
_STEPS: Final = 60
_RATE: Final = 0.01
_NEAR: Final = 20.0
"""Nats of the loss of all new events together per unit of squared distance from the old weights."""
_OLD: Final = 0.5
"""Weight of an old event; a new one has 1."""
_WARM_UP: Final = 20
"""First events of each old excerpt that do not count: the network knows too little of it."""
_TOGETHER: Final = 4096
"""Most events in a step."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Events as the last layer hears them.

    Attributes:
        hidden: output of the last recurrent layer after each event, ``[events, units]``.
        events: the events, scaled, ``[events, dimension]``.
        next: the event after each, likewise.
    """

    hidden: Floats
    events: Floats
    next: Floats

    def __len__(self) -> int:
        return len(self.events)

    def some(self, chosen: Any) -> "Heard":
        """Returns the chosen events: a slice, a mask or indices."""
        return Heard(self.hidden[chosen], self.events[chosen], self.next[chosen])


@dataclass(frozen=True, slots=True)
class LearnedOn:
    """Result of learning on.

    Attributes:
        weights: weights of the network in the order of Keras.
        before: cell nats per new event under the old weights.
        after: cell nats per new event under weights that learned from the other parts.
        likelihood: negative log-likelihood of these in nats per event.
        gain: cell nats per new event that learning on saves.
    """

    weights: list[np.ndarray]
    before: float
    after: float
    likelihood: float
    gain: Figure


def hear(weights: Weights, performances: Sequence[np.ndarray], warm_up: int = 0) -> Heard:
    """Lets a network hear performances from their beginnings.

    Args:
        weights: weights of the network.
        performances: scaled, each ``[events, dimension]``, longer than the warm-up and one event.
        warm_up: first events of each performance that are left out.
    """
    network = NumpyNetwork(weights)
    heard = []
    for performance in performances:
        network.reset()
        hidden = np.array([network.listen(event) for event in performance[:-1]])
        heard.append(Heard(hidden, performance[:-1], performance[1:]).some(slice(warm_up, None)))
    return _joined(heard)


def _joined(heard: Sequence[Heard]) -> Heard:
    return Heard(
        np.concatenate([each.hidden for each in heard]),
        np.concatenate([each.events for each in heard]),
        np.concatenate([each.next for each in heard]),
    )


def learn_on(
    weights: Weights,
    new: Sequence[np.ndarray],
    old: Sequence[np.ndarray],
    seed: int,
    on_part: Callable[[int], None] = lambda done: None,
) -> LearnedOn:
    """Lets a model learn on.

    Args:
        weights: weights of the model.
        new: new performances, scaled.
        old: excerpts of old playing, scaled.
        seed: random seed.
        on_part: called with the number of judged parts.
    """
    layer = _LastLayer(weights, hear(weights, [one for one in old if len(one) > _WARM_UP + 1], _WARM_UP), seed)
    heard = hear(weights, [one for one in new if len(one) > 1])
    part = np.arange(len(heard)) * PARTS // len(heard)
    before = layer.expect(heard)
    after = np.empty_like(before)
    for number in range(PARTS):
        on_part(number)
        layer.learn(heard.some(part != number))
        after[part == number] = layer.expect(heard.some(part == number))
    on_part(PARTS)
    layer.learn(heard)
    events, shape = heard.next / np.float32(SCALE), weights.shape
    nats = [cell_nats(expected, events, shape) for expected in (before, after)]
    return LearnedOn(
        layer.all_weights(),
        float(nats[0].mean()),
        float(nats[1].mean()),
        -float(log_likelihood(heard.next, after, shape).mean()),
        figure(nats[0] - nats[1]),
    )


class _LastLayer:
    """Last layer of a network, which learns from the old weights again for each part."""

    def __init__(self, weights: Weights, old: Heard, seed: int) -> None:
        self._shape = weights.shape
        whole = as_keras(weights)
        self._model = last_layer(self._shape)
        count = len(self._model.weights)
        self._below, self._first = whole[:-count], whole[-count:]
        self._old, self._random = old, np.random.default_rng(seed)
        self._loss = loss_function(self._shape)
        self._learns = [tf.constant(mask) for mask in _learns(self._first, self._shape)]
        self._anchors = [tf.constant(array) for array in self._first]
        self._optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(_RATE, _STEPS))
        self._optimizer.build(self._model.trainable_variables)
        self._fresh = [tf.constant(variable) for variable in self._optimizer.variables]
        self._step = tf.function(self._learn, reduce_retracing=True)
        self._model.set_weights(self._first)

    def learn(self, new: Heard) -> None:
        """Learns from new events and old ones, beginning with the old weights."""
        self._model.set_weights(self._first)
        for variable, fresh in zip(self._optimizer.variables, self._fresh, strict=True):
            variable.assign(fresh)
        near = tf.constant(_NEAR / len(new))
        for _ in range(_STEPS):
            self._step(*self._drawn(new), *self._drawn(self._old), near)

    def _drawn(self, heard: Heard) -> tuple[Any, Any, Any]:
        if len(heard) > _TOGETHER:
            heard = heard.some(self._random.choice(len(heard), _TOGETHER, replace=False))
        return tf.constant(heard.hidden), tf.constant(heard.events), tf.constant(heard.next)

    def _learn(
        self, hidden: Any, events: Any, after: Any, old_hidden: Any, old_events: Any, old_after: Any, near: Any
    ) -> None:
        variables = self._model.trainable_variables
        with tf.GradientTape() as tape:
            loss, _ = self._loss(after, self._model([hidden, events]))
            loss += _OLD * self._loss(old_after, self._model([old_hidden, old_events]))[0]
            for variable, anchor in zip(variables, self._anchors, strict=True):
                loss += near * tf.reduce_sum((variable - anchor) ** 2)
        slopes = [slope * mask for slope, mask in zip(tape.gradient(loss, variables), self._learns, strict=True)]
        self._optimizer.apply_gradients(zip(slopes, variables, strict=True))

    def expect(self, heard: Heard) -> np.ndarray:
        """Returns the mixtures of the next events, ``[events, shape.parameters]``."""
        return np.asarray(self._model([tf.constant(heard.hidden), tf.constant(heard.events)]))

    def all_weights(self) -> list[np.ndarray]:
        """Returns the weights of the whole network in the order of Keras."""
        return [*self._below, *self._model.get_weights()]


def _learns(weights: Sequence[np.ndarray], shape: Shape) -> list[np.ndarray]:
    """Returns 1 for each weight of a last layer that learns and 0 for the others: dt and the logits learn."""
    dt = np.zeros(shape.mixtures * shape.dimension, np.float32)
    dt[:: shape.dimension] = 1.0
    means_and_deviations = [np.broadcast_to(dt, array.shape) for array in weights[:4]]
    logits = [np.ones_like(array) for array in weights[4:6]]
    return [*means_and_deviations, *logits, *(np.zeros_like(gates) for gates in weights[6:])]
