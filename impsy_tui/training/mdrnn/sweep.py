"""Trials of several sizes, seeds and corpora, with the choice of the best network."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import keras
import numpy as np

from impsy_tui.choices import SIZES
from impsy_tui.data.datasets import content_hash
from impsy_tui.mdrnn.lstm import LstmWeights, NumpyNetwork, Weights
from impsy_tui.mdrnn.model import Shape
from impsy_tui.training.common.parts import split
from impsy_tui.training.common.shapes import shape_of
from impsy_tui.training.mdrnn.dt_parts import divided
from impsy_tui.training.mdrnn.fit import Epoch, Recipe, Trainer

PARAMETERS_AN_EVENT: Final = 100
"""Greatest number of parameters per training event for a size that is tried."""
_STEPS, _WARM_UP = 200, 10


@dataclass(frozen=True, slots=True)
class SweepData:
    """Corpus for training and evaluation.

    Attributes:
        name: name of the dataset.
        content: hash of its content.
        training: performances ``[time, dimension]``, capped and scaled.
        held_out: rest of each performance, in the same form.
    """

    name: str
    content: str
    training: list[np.ndarray]
    held_out: list[np.ndarray]

    @property
    def dimension(self) -> int:
        """Length of an event."""
        return int(self.training[0].shape[1])

    @property
    def events(self) -> int:
        """Number of training events."""
        return sum(map(len, self.training))


@dataclass(frozen=True, slots=True)
class SweepTask:
    """One training as arrays and numbers, so that any process can do it."""

    corpus: SweepData
    size: str
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Trained:
    """Result of one training.

    Attributes:
        best: weights with the lowest held-out loss, in the order of Keras.
        best_loss: lowest held-out loss in cell nats per event.
        best_likelihood: negative log-likelihood of the same weights in nats per event.
        best_epoch: epoch of the lowest held-out loss.
        curve: loss and held-out loss of each epoch.
        seconds: duration.
    """

    best: list[np.ndarray]
    best_loss: float
    best_likelihood: float
    best_epoch: int
    curve: list[tuple[float, float]]
    seconds: float


@dataclass(frozen=True, slots=True)
class Tried:
    """Line of the table.

    Attributes:
        size: size of the network.
        ms: time of one prediction on this machine in milliseconds.
        seed: random seed of the training.
        trained: result; None for an unfinished training.
        problem: reason of an unfinished training; empty for a finished one.
    """

    size: str
    ms: float
    seed: int
    trained: Trained | None = None
    problem: str = ""

    @property
    def nats(self) -> float:
        """Held-out cell nats per event; infinite for an unfinished training."""
        return self.trained.best_loss if self.trained else math.inf


def corpus_of(name: str, performances: list[np.ndarray], max_gap: float) -> SweepData:
    """Returns a corpus with the last tenth of each performance held out.

    Raises:
        UserError: as ``split`` does.
    """
    return SweepData(name, content_hash(performances), *split(performances, max_gap))


def parameters(shape: Shape) -> int:
    """Returns the number of parameters of a network."""
    lstm = sum(
        4 * shape.units * ((shape.units if layer else shape.dimension + shape.gated) + shape.units + 1)
        for layer in range(shape.layers)
    )
    return lstm + (shape.units + 1) * shape.parameters + shape.gated * shape.mixtures * shape.dimension


def supported_sizes(events: int, dimension: int) -> tuple[str, ...]:
    """Returns the sizes that are tried with this number of events, the smallest first; always at least one.

    A network with far more parameters than training numbers overfits, which the held-out loss shows. The rule bounds
    the time of the trials. It does not exclude that a larger network is better. With 270 events and two seeds each,
    one ``m`` was the best of eight (3.0 nats); ``xs``, the largest that would be tried, had 5.9.
    """
    most = PARAMETERS_AN_EVENT * events
    return tuple(size for size in SIZES if size == SIZES[0] or parameters(shape_of(size, dimension)) <= most)


def step_ms(shape: Shape, steps: int = _STEPS) -> float:
    """Returns the median time in milliseconds of one prediction of such a network on this machine.

    The network has random weights and runs in NumPy; an interpreter is about as fast, or faster.
    """
    network = NumpyNetwork(_random_weights(shape))
    event = [0.5] * shape.dimension
    taken = []
    for _ in range(_WARM_UP + steps):
        began = time.perf_counter()
        network.step(event)
        taken.append(time.perf_counter() - began)
    return 1000.0 * float(np.median(taken[_WARM_UP:]))


def choose(tried: Sequence[Tried], budget_ms: float = math.inf) -> Tried | None:
    """Returns the trial with the lowest held-out loss within the budget, the faster of equal ones; None for none."""
    within = [one for one in tried if math.isfinite(one.nats) and one.ms <= budget_ms]
    return min(within, key=lambda one: (one.nats, one.ms), default=None)


def train_one(task: SweepTask, on_epoch: Callable[[Epoch], bool] = lambda epoch: True) -> Trained:
    """Runs one training in this process.

    Args:
        task: the training.
        on_epoch: called after each epoch; returns False to end.
    """
    began = time.monotonic()
    # What the last training in this process left behind would only take memory.
    keras.backend.clear_session()
    corpus = task.corpus
    trainer = Trainer(corpus.training, corpus.held_out, shape_of(task.size, corpus.dimension), task.recipe)
    trainer.run(on_epoch)
    progress = trainer.progress
    if math.isfinite(progress.best_loss):
        progress = divided(progress, corpus.training, corpus.held_out)
    seconds = time.monotonic() - began
    return Trained(
        progress.best, progress.best_loss, progress.best_likelihood, progress.best_epoch, progress.curve, seconds
    )


def one_after_another(
    tasks: Sequence[SweepTask], stopped: Callable[[], bool], on_epoch: Callable[[int, Epoch], None]
) -> Iterator[tuple[int, Trained]]:
    """Runs trainings in this process; yields the number of each task with its result.

    Args:
        tasks: the trainings.
        stopped: returns True to end after this epoch; the networks trained by then count.
        told: called with the number of the current task and its epoch.
    """
    for number, task in enumerate(tasks):
        if stopped():
            return

        def go_on(epoch: Epoch, number: int = number) -> bool:
            on_epoch(number, epoch)
            return not stopped()

        yield number, train_one(task, go_on)


def _random_weights(shape: Shape) -> Weights:
    random = np.random.default_rng(1)

    def dense(inputs: int, outputs: int) -> tuple[np.ndarray, np.ndarray]:
        return random.normal(0.0, 0.1, (inputs, outputs)).astype(np.float32), np.zeros(outputs, np.float32)

    layers = []
    for layer in range(shape.layers):
        kernel, bias = dense(shape.units if layer else shape.dimension + shape.gated, 4 * shape.units)
        recurrent, _ = dense(shape.units, 4 * shape.units)
        layers.append(LstmWeights(kernel, recurrent, bias))
    values = shape.mixtures * shape.dimension
    means, deviations, logits = (dense(shape.units, width) for width in (values, values, shape.mixtures))
    gates = np.ones((shape.mixtures, shape.dimension), np.float32) if shape.gated else None
    return Weights(tuple(layers), means, deviations, logits, gates)
