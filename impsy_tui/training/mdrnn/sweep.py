"""Trying sizes, seeds and corpora: which are worth it, what one prediction costs, and which is kept."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import keras
import numpy as np

from impsy_tui.choices import SIZES
from impsy_tui.mdrnn.lstm import LstmWeights, NumpyNetwork, Weights
from impsy_tui.mdrnn.model import Shape
from impsy_tui.training.mdrnn.fit import Epoch, Recipe, Trainer, split
from impsy_tui.training.mdrnn.network import shape_of

PARAMETERS_AN_EVENT: Final = 100
"""A size is tried if it has no more parameters than this for each event that is trained on."""
_STEPS, _WARM_UP = 200, 10


@dataclass(frozen=True, slots=True)
class SweepData:
    """What is learned from, and judged by.

    Attributes:
        name: of the data set.
        training: performances ``[time, dimension]``, capped and scaled.
        held_out: likewise, the rest of each.
    """

    name: str
    training: list[np.ndarray]
    held_out: list[np.ndarray]

    @property
    def dimension(self) -> int:
        """Length of an event."""
        return int(self.training[0].shape[1])

    @property
    def events(self) -> int:
        """How many are trained on."""
        return sum(map(len, self.training))


@dataclass(frozen=True, slots=True)
class SweepTask:
    """One training: arrays and numbers alone, so that it can be done anywhere."""

    corpus: SweepData
    size: str
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of one training.

    Attributes:
        best: the weights that were best on what is held out, as Keras keeps them.
        best_loss: theirs, in nats an event.
        best_epoch: when they were found.
        curve: loss and held-out loss of each epoch.
        seconds: that it took.
    """

    best: list[np.ndarray]
    best_loss: float
    best_epoch: int
    curve: list[tuple[float, float]]
    seconds: float


@dataclass(frozen=True, slots=True)
class Tried:
    """One line of the table.

    Attributes:
        size: of the network.
        ms: milliseconds of one prediction on this machine.
        seed: that it was trained with.
        trained: what came of it, None if it was not trained to an end.
        problem: why it was not, empty if it was.
    """

    size: str
    ms: float
    seed: int
    trained: Trained | None = None
    problem: str = ""

    @property
    def nats(self) -> float:
        """Of an event that was held out; infinitely many of what was not trained."""
        return self.trained.best_loss if self.trained else math.inf


def corpus_of(name: str, performances: list[np.ndarray], max_gap: float) -> SweepData:
    """A corpus with its last tenths held out.

    Raises:
        UserError: as ``split`` does.
    """
    return SweepData(name, *split(performances, max_gap))


def parameters(shape: Shape) -> int:
    """How many numbers a network learns."""
    lstm = sum(
        4 * shape.units * ((shape.units if layer else shape.dimension) + shape.units + 1)
        for layer in range(shape.layers)
    )
    return lstm + (shape.units + 1) * shape.parameters


def supported_sizes(events: int, dimension: int) -> tuple[str, ...]:
    """The sizes that are tried with so many events, the smallest first; it is always one of them.

    A network with far more parameters than it hears numbers learns its corpus by heart, which is noticed on
    what is held out. The rule is a bound on the time that is taken, and no promise that a larger one could not
    win: of 270 events, with two seeds each, one ``m`` was the best of eight (3.0 nats; ``xs``, the largest that
    would be tried, 5.9).
    """
    most = PARAMETERS_AN_EVENT * events
    return tuple(size for size in SIZES if size == SIZES[0] or parameters(shape_of(size, dimension)) <= most)


def step_ms(shape: Shape, steps: int = _STEPS) -> float:
    """Milliseconds that one prediction of such a network takes on this machine, as a median.

    It is stepped in NumPy, with random weights: an interpreter takes about as long, or less.
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
    """The one with the best held-out likelihood of those within the budget, the faster of equals; None if none is."""
    within = [one for one in tried if math.isfinite(one.nats) and one.ms <= budget_ms]
    return min(within, key=lambda one: (one.nats, one.ms), default=None)


def train_one(task: SweepTask, on_epoch: Callable[[Epoch], bool] = lambda epoch: True) -> Trained:
    """Do one training, here and now.

    Args:
        task: what.
        on_epoch: told of each epoch; what it returns says whether to go on.
    """
    began = time.monotonic()
    # What the last training in this process left behind would only take memory.
    keras.backend.clear_session()
    corpus = task.corpus
    trainer = Trainer(corpus.training, corpus.held_out, shape_of(task.size, corpus.dimension), task.recipe)
    trainer.run(on_epoch)
    progress = trainer.progress
    seconds = time.monotonic() - began
    return Trained(progress.best, progress.best_loss, progress.best_epoch, progress.curve, seconds)


def one_after_another(
    tasks: Sequence[SweepTask], stopped: Callable[[], bool], told: Callable[[int, Epoch], None]
) -> Iterator[tuple[int, Trained]]:
    """Train in this process: the number of each task with what came of it.

    Args:
        tasks: what to train.
        stopped: whether to end after this epoch; what is trained by then counts.
        told: of the number of the task that is trained, and its epoch.
    """
    for number, task in enumerate(tasks):
        if stopped():
            return

        def on_epoch(epoch: Epoch, number: int = number) -> bool:
            told(number, epoch)
            return not stopped()

        yield number, train_one(task, on_epoch)


def _random_weights(shape: Shape) -> Weights:
    random = np.random.default_rng(1)

    def dense(inputs: int, outputs: int) -> tuple[np.ndarray, np.ndarray]:
        return random.normal(0.0, 0.1, (inputs, outputs)).astype(np.float32), np.zeros(outputs, np.float32)

    layers = []
    for layer in range(shape.layers):
        kernel, bias = dense(shape.units if layer else shape.dimension, 4 * shape.units)
        recurrent, _ = dense(shape.units, 4 * shape.units)
        layers.append(LstmWeights(kernel, recurrent, bias))
    values = shape.mixtures * shape.dimension
    means, deviations, logits = (dense(shape.units, width) for width in (values, values, shape.mixtures))
    return Weights(tuple(layers), means, deviations, logits)
