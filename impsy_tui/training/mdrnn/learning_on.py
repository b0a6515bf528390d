"""Learning on from a few minutes of playing: the last layer of a model learns the pace of the musician.

A few hundred events do not teach a whole network. They show how long this musician waits, and which components of
the mixture fit. So the means and deviations of dt learn, and the logits. Many musicians move other values later in
a performance, and such logits do not last. Three numbers last longer, and are learned instead: the pace, its
evenness, and how decidedly the network chooses a component. So do networks whose components move one value each:
their logits say which value moves. All changes stay small, and dt and the logits hear old playing too. Each part of
the new playing is predicted by a last layer that learned from the other parts: all events judge, and all teach.
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

PARTS: Final = 10
"""Parts of the new playing that are judged in turn."""
JUDGED: Final = 2 * PARTS
"""Most parts that are judged: those of both ways to learn."""
_STEPS: Final = 60
_WARM_UP: Final = 20
"""First events of a performance that do not count: the network knows too little of it."""
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
        whole: True if dt and the logits learned; False if only the three numbers did.
    """

    weights: list[np.ndarray]
    before: float
    after: float
    likelihood: float
    gain: Figure
    whole: bool


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

    All of dt and the logits learn if each part of the new playing gains by that, and the components move all values.
    Otherwise, the three numbers learn.

    Args:
        weights: weights of the model.
        new: new performances, scaled.
        old: excerpts of old playing, scaled.
        seed: random seed.
        on_part: called with the number of judged parts, of 0 to ``JUDGED``.
    """
    old_heard, heard = (
        hear(weights, [one for one in performances if len(one) > _WARM_UP + 1], _WARM_UP)
        for performances in (old, new)
    )
    part = np.arange(len(heard)) * PARTS // len(heard)
    events, shape = heard.next / np.float32(SCALE), weights.shape
    for whole in (False,) if _stays(weights) else (True, False):
        layer = _LastLayer(weights, old_heard, seed, whole=whole)
        before = layer.expect(heard)
        after = np.empty_like(before)
        for number in range(PARTS):
            on_part(number if whole else PARTS + number)
            layer.learn(heard.some(part != number))
            after[part == number] = layer.expect(heard.some(part == number))
        nats = [cell_nats(expected, events, shape) for expected in (before, after)]
        if all((nats[0] - nats[1])[part == number].mean() > 0.0 for number in range(PARTS)):
            break
    on_part(JUDGED)
    layer.learn(heard)
    return LearnedOn(
        layer.all_weights(),
        float(nats[0].mean()),
        float(nats[1].mean()),
        -float(log_likelihood(heard.next, after, shape).mean()),
        figure(nats[0] - nats[1]),
        whole,
    )


def _stays(weights: Weights) -> bool:
    """Returns True if a component leaves a value at the last event; see ``first_weights``."""
    moves = (weights.means[0] != 0.0).any(axis=0).reshape(weights.shape.mixtures, weights.shape.dimension)
    return not moves[:, 1:].all()


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to learn.

    Attributes:
        learned: what is learned; all begin at zero.
        changes: returns the change of each weight array of the last layer.
        rate: first learning rate.
        near: nats of the loss of all new events together per unit of squared change.
        old: weight of all old playing; the new playing has 1.
        by: index of what is learned by in the results of ``loss_function``.
    """

    learned: list[tf.Variable]
    changes: Callable[[], list[Any]]
    rate: float
    near: float
    old: float
    by: int


class _LastLayer:
    """Last layer of a network, which learns from the old weights again for each part."""

    def __init__(self, weights: Weights, old: Heard, seed: int, *, whole: bool) -> None:
        arrays = as_keras(weights)
        self._model = last_layer(weights.shape)
        count = len(self._model.weights)
        self._below, self._first = arrays[:-count], arrays[-count:]
        self._random = np.random.default_rng(seed)
        self._loss = loss_function(weights.shape)
        self._way = (_dt_and_logits if whole else _three_numbers)(self._first, weights.shape)
        self._old = old if self._way.old else old.some(slice(1))
        self._optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(self._way.rate, _STEPS))
        self._optimizer.build(self._way.learned)
        self._fresh = [tf.constant(variable) for variable in self._optimizer.variables]
        self._step = tf.function(self._learn, reduce_retracing=True)
        self._model.set_weights(self._first)

    def learn(self, new: Heard) -> None:
        """Learns from new events and old ones, beginning with the old weights."""
        for variable in self._way.learned:
            variable.assign(tf.zeros_like(variable))
        for variable, fresh in zip(self._optimizer.variables, self._fresh, strict=True):
            variable.assign(fresh)
        near = tf.constant(self._way.near / len(new))
        for _ in range(_STEPS):
            self._step(*self._drawn(new), *self._drawn(self._old), near)
        self._model.set_weights(self._changed())

    def _drawn(self, heard: Heard) -> tuple[Any, Any, Any]:
        if len(heard) > _TOGETHER:
            heard = heard.some(self._random.choice(len(heard), _TOGETHER, replace=False))
        return tf.constant(heard.hidden), tf.constant(heard.events), tf.constant(heard.next)

    def _changed(self) -> list[Any]:
        return [first + change for first, change in zip(self._first, self._way.changes(), strict=True)]

    def _learn(
        self, hidden: Any, events: Any, after: Any, old_hidden: Any, old_events: Any, old_after: Any, near: Any
    ) -> None:
        learned = self._way.learned
        with tf.GradientTape() as tape:
            loss = near * tf.add_n([tf.reduce_sum(variable**2) for variable in learned])
            loss += self._loss_of(hidden, events, after)
            if self._way.old:
                loss += self._way.old * self._loss_of(old_hidden, old_events, old_after)
        self._optimizer.apply_gradients(zip(tape.gradient(loss, learned), learned, strict=True))

    def _loss_of(self, hidden: Any, events: Any, after: Any) -> Any:
        expected, _ = self._model.stateless_call(self._changed(), [], [hidden, events])
        return self._loss(after, expected)[self._way.by]

    def expect(self, heard: Heard) -> np.ndarray:
        """Returns the mixtures of the next events, ``[events, shape.parameters]``."""
        return np.asarray(self._model([tf.constant(heard.hidden), tf.constant(heard.events)]))

    def all_weights(self) -> list[np.ndarray]:
        """Returns the weights of the whole network in the order of Keras."""
        return [*self._below, *self._model.get_weights()]


def _dt_and_logits(weights: Sequence[np.ndarray], shape: Shape) -> _Way:
    """Returns the way in which the means and deviations of dt and the logits learn."""
    masks = [*[_dt(shape)] * 4, 1.0, 1.0]
    learned = [tf.Variable(tf.zeros_like(array)) for array in weights[: len(masks)]]
    still = [tf.zeros_like(array) for array in weights[len(masks) :]]

    def changes() -> list[Any]:
        return [*[change * mask for change, mask in zip(learned, masks, strict=True)], *still]

    return _Way(learned, changes, rate=0.01, near=20.0, old=0.5, by=0)


def _three_numbers(weights: Sequence[np.ndarray], shape: Shape) -> _Way:
    """Returns the way in which three numbers learn.

    One is added to each mean of dt, which is a logarithm in a network with gates. One is added to each deviation of
    dt, and one enlarges all logits. They learn by the cell nats, which judge them: by its density, a few long waits
    would rule dt. Old playing would have to be much, or its choice would decide. So it is left out, and the numbers
    stay near zero.
    """
    pace, evenness, decision = (tf.Variable(0.0) for _ in range(3))
    dt = tf.constant(_dt(shape))
    still = [tf.zeros_like(array) for array in weights]

    def changes() -> list[Any]:
        logits = [array * decision for array in weights[4:6]]
        return [still[0], dt * pace, still[2], dt * evenness, *logits, *still[6:]]

    return _Way([pace, evenness, decision], changes, rate=0.02, near=500.0, old=0.0, by=1)


def _dt(shape: Shape) -> np.ndarray:
    """Returns 1 for dt and 0 for values, for each mean or deviation of a mixture."""
    dt = np.zeros(shape.mixtures * shape.dimension, np.float32)
    dt[:: shape.dimension] = 1.0
    return dt
