"""Evaluation of a network: predictions of held-out events, next to simple guesses, and its playing alone.

The held-out events are the last tenth of each performance, as in training. The mixtures are those of TensorFlow
Probability: a likelihood that is computed apart from the loss of training and from the sampling on stage.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import tensorflow_probability as tfp
from numpy.typing import NDArray

from impsy_tui.data.held_out import cut
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.cells import DT_EDGES, UNIFORM, VALUES, cell_bounds, cell_nats, cells_of
from impsy_tui.mdrnn.model import SCALE, Floats, Network, Shape
from impsy_tui.mdrnn.predictor import MdrnnPredictor
from impsy_tui.training.common.figure import Figure, figure
from impsy_tui.training.mdrnn.baselines import markov_nats, repeat_mixtures, uniform_nats
from impsy_tui.training.mdrnn.playing_style import Style, style
from impsy_tui.training.mdrnn.temperatures import fitting_temperatures

Doubles = NDArray[np.float64]

LEAST: Final = 10
"""Events of the shortest performance with a tenth."""
PLAYED: Final = 2000
"""Events that a network plays alone."""
REPEAT, MARKOV, EVEN = "repeat", "Markov chain", "uniform"
"""Names of the baselines; see ``baselines``."""

_PRIMER: Final = 100
_PRIMER_HELD_OUT: Final = 50
_REPORT_EVERY: Final = 500

OnProgress = Callable[[int, int], None]
"""Receives the number of finished events and the number of all."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """Predictions of held-out events.

    Attributes:
        shape: shape of the mixtures.
        parameters: mixtures, ``[events, shape.parameters]``, as ``Network.step`` returns them.
        events: held-out events, ``[events, dimension]``, scaled by ``SCALE``.
    """

    shape: Shape
    parameters: Doubles
    events: Doubles


@dataclass(frozen=True, slots=True)
class Baseline:
    """A simple guess next to a network.

    Attributes:
        name: ``REPEAT``, ``MARKOV`` or ``EVEN``.
        cells: cell nats per event.
        density: negative log-likelihood per event in nats; None for a guess without a density.
        gain: cell nats per event that the network saves.
    """

    name: str
    cells: Figure
    density: Figure | None
    gain: Figure


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Evaluation of one model.

    Attributes:
        name: name for the performer.
        known: relation of its training data to this dataset, in a sentence.
        cells: cell nats per event.
        density: negative log-likelihood per event in nats, in the scaled space.
        each: cell nats of each dimension alone, ``[dimension]``.
        baselines: simple guesses.
        inside: from ``inside``.
        deciles: from ``dt_deciles``.
        events: number of held-out events.
        real: the performer's way of playing.
        alone: its own way of playing.
        temperatures: pi and sigma temperature at which it played.
        nearest: pi and sigma temperature at which it comes nearest to the performer.
    """

    name: str
    known: str
    cells: Figure
    density: Figure
    each: Doubles
    baselines: tuple[Baseline, ...]
    inside: Doubles
    deciles: Doubles
    events: int
    real: Style
    alone: Style
    temperatures: tuple[float, float]
    nearest: tuple[float, float]

    @property
    def best_guess(self) -> Baseline:
        """Best of the baselines, by cell nats."""
        return min(self.baselines, key=lambda baseline: baseline.cells.mean)


def capped(performances: Sequence[np.ndarray], max_gap: float) -> list[Floats]:
    """Returns the performances of ``LEAST`` events or more, with gaps limited to 0 to ``max_gap`` seconds."""
    heard = [performance.astype(np.float32) for performance in performances if len(performance) >= LEAST]
    for performance in heard:
        np.clip(performance[:, 0], 0.0, max_gap, out=performance[:, 0])
    return heard


def hear(network: Network, performances: Sequence[Floats], on_progress: OnProgress) -> Expectation:
    """Feeds performances to a network from their beginnings and returns its predictions of the held-out events.

    Args:
        network: network, which is reset before each performance.
        performances: from ``capped``.
        on_progress: receives the progress.

    Raises:
        UserError: the network predicts values that are not numbers.
    """
    of, done = sum(map(len, performances)), 0
    parameters, events = [], []
    for performance in performances:
        network.reset()
        first = cut(len(performance))
        # No held-out event follows the last one.
        for index, event in enumerate(performance[:-1].tolist(), 1):
            predicted = network.step(event)
            if index >= first:
                parameters.append(predicted.astype(np.float64))
            done += 1
            if done % _REPORT_EVERY == 0:
                on_progress(done, of)
        events.append(performance[first:].astype(np.float64) * SCALE)
    expectation = Expectation(network.shape, np.stack(parameters), np.concatenate(events))
    if not np.isfinite(expectation.parameters).all():
        raise UserError("predicts what is not a number")
    return expectation


def densities(expectation: Expectation) -> Doubles:
    """Returns the negative log-likelihood of each event in nats, ``[events]``."""
    return np.asarray(-_joint(expectation).log_prob(expectation.events).numpy(), np.float64)


def cells(expectation: Expectation) -> Doubles:
    """Returns the cell nats of each event, ``[events]``."""
    return cell_nats(expectation.parameters, expectation.events / SCALE, expectation.shape)


def cells_of_dimensions(expectation: Expectation) -> Doubles:
    """Returns the mean cell nats of each dimension alone, ``[dimension]``."""
    low, high = cell_bounds(cells_of(expectation.events / SCALE))
    marginals = _marginals(expectation)
    inside = (marginals.cdf(high * SCALE) - marginals.cdf(low * SCALE)).numpy()
    sizes = np.array([len(DT_EDGES) + 1.0, *[float(VALUES)] * (expectation.shape.dimension - 1)])
    return np.asarray(-np.log((1.0 - UNIFORM) * inside + UNIFORM / sizes).mean(axis=0), np.float64)


def baselines(performances: Sequence[Floats], surprise: Doubles) -> tuple[Baseline, ...]:
    """Returns the simple guesses next to a network.

    Args:
        performances: from ``capped``.
        surprise: cell nats of each held-out event under the network, ``[events]``.
    """
    events = np.concatenate([whole[cut(len(whole)) :] for whole in performances]).astype(np.float64)
    repeat = Expectation(*repeat_mixtures(performances), events * SCALE)
    found: list[tuple[str, Doubles, Figure | None]] = [
        (REPEAT, cells(repeat), figure(densities(repeat))),
        (MARKOV, markov_nats(performances), None),
        (EVEN, uniform_nats(*events.shape), None),
    ]
    return tuple(Baseline(name, figure(each), density, figure(each - surprise)) for name, each, density in found)


def inside(expectation: Expectation) -> Doubles:
    """Returns the shares of the events in the middle 50 % and 90 % of their predicted distributions.

    Each value is put through its predicted distribution alone. If the predictions are right, the results are spread
    evenly over 0..1 (A. P. Dawid, "Statistical Theory: The Prequential Approach", J. R. Stat. Soc. A 147(2), 1984).

    Returns:
        Shares, ``[dimension, 2]``.
    """
    distance = np.abs(_transformed(expectation) - 0.5)
    return np.stack([(distance <= half).mean(axis=0) for half in (0.25, 0.45)], axis=1)


def dt_deciles(expectation: Expectation) -> Doubles:
    """Returns the share of the events in each tenth of the predicted distribution of dt, ``[10]``; 0.1 is right."""
    counts, _ = np.histogram(_transformed(expectation)[:, 0], bins=10, range=(0.0, 1.0))
    return np.asarray(counts / len(expectation.events), np.float64)


def play(
    network: Network,
    name: str,
    performance: Floats,
    max_gap: float,
    temperatures: tuple[float, float],
    seed: int,
    on_progress: OnProgress,
) -> Floats:
    """Lets a network play alone, as on stage in mode battle, after the beginning of the held-out events.

    Args:
        network: network, which is reset.
        name: model name, for errors.
        performance: from ``capped``; the network hears some of it first.
        max_gap: seconds, as on stage.
        temperatures: pi and sigma temperature.
        seed: random seed.
        on_progress: receives the progress.

    Returns:
        ``PLAYED`` events ``[dt, x_1 … x_n]``, seconds and 0..1.

    Raises:
        UserError: the network predicts values that are not numbers.
    """
    player = MdrnnPredictor(network, name, np.random.default_rng(seed), max_gap)
    player.pi_temperature, player.sigma_temperature = temperatures
    player.reset()
    first = cut(len(performance))
    until = first + min(_PRIMER_HELD_OUT, len(performance) - first)
    for dt, *values in performance[max(0, until - _PRIMER) : until].tolist():
        prediction = player.predict(dt, values)
    played = np.empty((PLAYED, network.shape.dimension), np.float32)
    for index in range(PLAYED):
        dt = min(prediction.dt, max_gap)
        played[index] = dt, *prediction.values
        if index % _REPORT_EVERY == 0:
            on_progress(index, PLAYED)
        prediction = player.predict(dt, prediction.values)
    return played


def evaluate(
    network: Network,
    name: str,
    known: str,
    performances: Sequence[np.ndarray],
    max_gap: float,
    temperatures: tuple[float, float],
    seed: int,
    hears: OnProgress,
    plays: OnProgress,
) -> Evaluated:
    """Evaluates one model.

    Args:
        network: network of the model.
        name: name of the model.
        known: relation of its training data to this dataset, in a sentence.
        performances: as ``read_dataset`` returns them; at least one of ``LEAST`` events or more.
        max_gap: longest gap in seconds; longer gaps count as this.
        temperatures: pi and sigma temperature of its playing.
        seed: random seed.
        hears, plays: receive the progress.

    Raises:
        UserError: the network predicts values that are not numbers.
    """
    heard = capped(performances, max_gap)
    expectation = hear(network, heard, hears)
    surprise = cells(expectation)
    alone = play(network, name, max(heard, key=len), max_gap, temperatures, seed, plays)
    return Evaluated(
        name,
        known,
        figure(surprise),
        figure(densities(expectation)),
        cells_of_dimensions(expectation),
        baselines(heard, surprise),
        inside(expectation),
        dt_deciles(expectation),
        len(surprise),
        style(heard),
        style([alone]),
        temperatures,
        fitting_temperatures(network, [whole * np.float32(SCALE) for whole in heard], seed),
    )


def _transformed(expectation: Expectation) -> Doubles:
    """Returns each value's quantile in its predicted distribution, ``[events, dimension]``."""
    return np.asarray(_marginals(expectation).cdf(expectation.events).numpy(), np.float64)


def _parts(expectation: Expectation) -> tuple[Doubles, Doubles, Doubles]:
    """Returns means and deviations ``[events, mixtures, dimension]``, and logits ``[events, mixtures]``."""
    shape, parameters = expectation.shape, expectation.parameters
    values = shape.mixtures * shape.dimension
    means, deviations, logits = np.split(parameters, (values, 2 * values), axis=1)
    form = (len(parameters), shape.mixtures, shape.dimension)
    return means.reshape(form), deviations.reshape(form), logits


def _joint(expectation: Expectation) -> Any:
    means, deviations, logits = _parts(expectation)
    return tfp.distributions.MixtureSameFamily(
        tfp.distributions.Categorical(logits=logits), tfp.distributions.MultivariateNormalDiag(means, deviations)
    )


def _marginals(expectation: Expectation) -> Any:
    """Returns the mixture of each dimension alone."""
    means, deviations, logits = _parts(expectation)
    each = np.repeat(logits[:, None, :], expectation.shape.dimension, axis=1)
    return tfp.distributions.MixtureSameFamily(
        tfp.distributions.Categorical(logits=each),
        tfp.distributions.Normal(means.swapaxes(1, 2), deviations.swapaxes(1, 2)),
    )
