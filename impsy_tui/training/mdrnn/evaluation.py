"""How well a network knows a performer, and what it plays when it is left to itself.

What it expects is judged on the last tenth of each performance, which training holds out. The
mixtures are those of TensorFlow Probability: a likelihood that is computed apart from the loss of
training and from the sampling on stage.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import tensorflow_probability as tfp
from numpy.typing import NDArray

from impsy_tui.data.held_out import cut
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.model import SCALE, Floats, Network, Shape
from impsy_tui.mdrnn.predictor import MdrnnPredictor

Doubles = NDArray[np.float64]

LEAST: Final = 10
"""Events. A shorter performance has no tenth."""
PLAYED: Final = 2000
"""Events that a network plays by itself."""
STEP: Final = 1 / 127
"""What is less than a step of a MIDI fader is no movement."""

_PRIMER: Final = 100
_PRIMER_HELD_OUT: Final = 50
_REPORT_EVERY: Final = 500
_NARROWEST: Final = STEP / 12**0.5
"""Deviation of what is rounded to such a step: nothing is known better."""

OnProgress = Callable[[int, int], None]
"""Told how much is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a network expected of events held out.

    Attributes:
        shape: of the network.
        parameters: of its mixtures, ``[events, shape.parameters]``, as ``step`` gives them.
        events: what came, ``[events, dimension]``, scaled as the parameters are.
    """

    shape: Shape
    parameters: Doubles
    events: Doubles


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Mean negative log-likelihood of what was held out.

    Attributes:
        nats: an event, in the scaled space.
        each: the same of each dimension alone, ``[dimension]``.
    """

    nats: float
    each: Doubles


@dataclass(frozen=True, slots=True)
class Style:
    """How somebody plays.

    Attributes:
        gaps: seconds between events: 5 %, half and 95 % are at most so long.
        pace: events a second.
        movement: a second, of all values together, in lengths of a fader.
        still: share of events in which no value moves by more than ``STEP``.
        moving: share of events in which each value does, ``[dimension - 1]``.
    """

    gaps: tuple[float, float, float]
    pace: float
    movement: float
    still: float
    moving: Doubles


def capped(performances: Sequence[np.ndarray], max_gap: float) -> list[Floats]:
    """Performances as a network hears them: those long enough, no gap negative or above ``max_gap`` seconds."""
    heard = [performance.astype(np.float32) for performance in performances if len(performance) >= LEAST]
    for performance in heard:
        np.clip(performance[:, 0], 0.0, max_gap, out=performance[:, 0])
    return heard


def hear(network: Network, performances: Sequence[Floats], on_progress: OnProgress) -> Expectation:
    """Let a network hear performances from their beginnings, and keep what it expects of their last tenths.

    Args:
        network: what it has heard before is forgotten.
        performances: from ``capped``.
        on_progress: takes the number of heard events, and of all.

    Raises:
        UserError: it predicts what is not a number.
    """
    of, done = sum(map(len, performances)), 0
    parameters, events = [], []
    for performance in performances:
        network.reset()
        first = cut(len(performance))
        # All but the last: nothing is held out that would follow it.
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


def likelihood(expectation: Expectation) -> Likelihood:
    """How likely what came was to a network."""
    joint = _joint(expectation).log_prob(expectation.events).numpy()
    each = _marginals(expectation).log_prob(expectation.events).numpy()
    return Likelihood(-float(joint.mean()), -each.mean(axis=0))


def repeating(performances: Sequence[Floats]) -> Likelihood:
    """How likely what came was to somebody who expects the last event again.

    To them each dimension is one Gaussian about what it was, as wide as its steps are in what is
    not held out.

    Args:
        performances: from ``capped``.
    """
    steps = [np.diff(whole, axis=0) for whole in performances]
    known = np.concatenate([step[: cut(len(whole)) - 1] for step, whole in zip(steps, performances, strict=True)])
    came = np.concatenate([step[cut(len(whole)) - 1 :] for step, whole in zip(steps, performances, strict=True)])
    return _to_gaussians(0.0, np.sqrt((known.astype(np.float64) ** 2).mean(axis=0)), came)


def deaf(performances: Sequence[Floats]) -> Likelihood:
    """How likely what came was to somebody who does not listen, and knows only where values and gaps lie.

    To them each dimension is one Gaussian, that of what is not held out.

    Args:
        performances: from ``capped``.
    """
    known = np.concatenate([whole[: cut(len(whole))] for whole in performances]).astype(np.float64)
    came = np.concatenate([whole[cut(len(whole)) :] for whole in performances])
    return _to_gaussians(known.mean(axis=0), known.std(axis=0), came)


def inside(expectation: Expectation) -> Doubles:
    """How often what came lies where a network expects half, and nine tenths, of it.

    Each value is put through the distribution expected of it alone; if that is right, the results
    are spread evenly over 0..1 (A. P. Dawid, "Statistical Theory: The Prequential Approach",
    J. R. Stat. Soc. A 147(2), 1984).

    Returns:
        Shares, ``[dimension, 2]``: inside the middle 50 % and the middle 90 %.
    """
    distance = np.abs(_marginals(expectation).cdf(expectation.events).numpy() - 0.5)
    return np.stack([(distance <= half).mean(axis=0) for half in (0.25, 0.45)], axis=1)


def play(
    network: Network, name: str, performance: Floats, max_gap: float, seed: int, on_progress: OnProgress
) -> Floats:
    """Let a network play by itself, as on stage in mode battle, after the beginning of what is held out.

    Args:
        network: what it has heard before is forgotten.
        name: of the model, for errors.
        performance: from ``capped``; it hears some of it first.
        max_gap: seconds, as on stage.
        seed: of chance.
        on_progress: takes the number of played events, and of all.

    Returns:
        ``PLAYED`` events ``[dt, x_1 … x_n]``, seconds and 0..1, sampled with the default temperatures.

    Raises:
        UserError: it predicts what is not a number.
    """
    player = MdrnnPredictor(network, name, np.random.default_rng(seed), max_gap)
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


def style(performances: Sequence[np.ndarray]) -> Style:
    """How somebody plays.

    Args:
        performances: ``[events, dimension]``, at least two events in one of them, unscaled.
    """
    gaps = np.concatenate([performance[1:, 0] for performance in performances]).astype(np.float64)
    steps = np.abs(np.concatenate([np.diff(performance[:, 1:], axis=0) for performance in performances]))
    seconds = max(float(gaps.sum()), 1e-9)
    moves = steps > STEP
    low, middle, high = np.percentile(gaps, (5, 50, 95)).tolist()
    return Style(
        (low, middle, high),
        len(gaps) / seconds,
        float(steps.sum(dtype=np.float64)) / seconds,
        1.0 - float(moves.any(axis=1).mean()),
        moves.mean(axis=0),
    )


@dataclass(frozen=True, slots=True)
class Evaluated:
    """All figures of one model.

    Attributes:
        name: for the performer.
        known: what is known of what it was trained on, in a line.
        likelihood: of what was held out.
        repeating: the same to somebody who expects the last event again.
        deaf: the same to somebody who does not listen.
        inside: from ``inside``.
        events: how many were held out.
        real: how the performer plays.
        alone: how it plays by itself.
    """

    name: str
    known: str
    likelihood: Likelihood
    repeating: Likelihood
    deaf: Likelihood
    inside: Doubles
    events: int
    real: Style
    alone: Style


def evaluate(
    network: Network,
    name: str,
    known: str,
    performances: Sequence[np.ndarray],
    max_gap: float,
    seed: int,
    hears: OnProgress,
    plays: OnProgress,
) -> Evaluated:
    """Judge one model.

    Args:
        network: its network.
        name: what it is called.
        known: what is known of what it was trained on.
        performances: as ``read_dataset`` gives them; one at least of ``LEAST`` events.
        max_gap: seconds; longer gaps are taken for this.
        seed: of chance.
        hears, plays: take the progress.

    Raises:
        UserError: it predicts what is not a number.
    """
    heard = capped(performances, max_gap)
    expectation = hear(network, heard, hears)
    alone = play(network, name, max(heard, key=len), max_gap, seed, plays)
    return Evaluated(
        name,
        known,
        likelihood(expectation),
        repeating(heard),
        deaf(heard),
        inside(expectation),
        len(expectation.events),
        style(heard),
        style([alone]),
    )


def _to_gaussians(means: Doubles | float, deviations: Doubles, came: np.ndarray) -> Likelihood:
    """How likely what came, ``[events, dimension]``, is to one Gaussian a dimension; nothing is scaled yet."""
    widths = np.maximum(deviations, _NARROWEST) * SCALE
    each = tfp.distributions.Normal(means * SCALE, widths).log_prob(came.astype(np.float64) * SCALE).numpy()
    nats = -each.mean(axis=0)
    return Likelihood(float(nats.sum()), nats)


def _parts(expectation: Expectation) -> tuple[Doubles, Doubles, Doubles]:
    """Means and deviations ``[events, mixtures, dimension]``, and logits ``[events, mixtures]``."""
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
    """The mixture of each dimension alone."""
    means, deviations, logits = _parts(expectation)
    each = np.repeat(logits[:, None, :], expectation.shape.dimension, axis=1)
    return tfp.distributions.MixtureSameFamily(
        tfp.distributions.Categorical(logits=each),
        tfp.distributions.Normal(means.swapaxes(1, 2), deviations.swapaxes(1, 2)),
    )
