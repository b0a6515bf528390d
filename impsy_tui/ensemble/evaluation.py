"""Evaluation of networks of ensembles: held-out loss and measures of generated gestures, next to Markov chains."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.markov import MODELS, Markov
from impsy_tui.ensemble.measures import Measures, measure
from impsy_tui.ensemble.network import EnsembleNetwork
from impsy_tui.ensemble.predictor import EnsemblePredictor, Tuning, generate_followers

REAL: Final = "real"

Codes = NDArray[Any]


@dataclass(slots=True)
class Evaluation:
    """Result of a model on scores.

    Attributes:
        name: model name, or ``REAL`` for the scores themselves.
        nats: negative log-likelihood of each second and follower, flat arrays, one per score and lead; empty for
            ``REAL``.
        changes: True for each of these that brings another gesture, arrays of the same lengths.
        parts: generated gesture codes of the followers, ``[seconds, followers]``, one per score and lead.

    Every model is judged on the followers of every lead, so that large ensembles weigh alike in all figures.
    """

    name: str
    nats: list[NDArray[Any]] = field(default_factory=list)
    changes: list[NDArray[Any]] = field(default_factory=list)
    parts: list[Codes] = field(default_factory=list)

    @property
    def surprise(self) -> float | None:
        """Loss in nats per follower and second, None for ``REAL``."""
        return float(np.concatenate(self.nats).mean()) if self.nats else None

    @property
    def surprise_at_changes(self) -> float | None:
        """Loss over the seconds that bring another gesture; None if there are none."""
        nats = np.concatenate(self.nats)[np.concatenate(self.changes)] if self.nats else np.zeros(0)
        return float(nats.mean()) if len(nats) else None

    @property
    def measures(self) -> Measures:
        """Measures of the generated gestures."""
        return measure(self.parts)


def evaluate_real(scores: Sequence[Codes]) -> Evaluation:
    """Returns the evaluation of the scores themselves."""
    return Evaluation(REAL, parts=[part for codes in scores for part in _followers(codes)])


def _followers(columns: NDArray[Any]) -> list[NDArray[Any]]:
    """Returns the columns of the followers of each lead, from ``[seconds, players]``."""
    return [np.delete(columns, lead, axis=1) for lead in range(columns.shape[1])]


def evaluate_markov(
    order: int, known: Sequence[Codes], scores: Sequence[Codes], random: np.random.Generator
) -> Evaluation:
    """Evaluates a Markov chain.

    Args:
        order: 0 to 2, index into ``markov.MODELS``.
        known: training scores, each ``[seconds, players]``.
        scores: held-out scores, each ``[seconds, players]``.
        random: random generator.
    """
    model = Markov(known, order)
    judged = Evaluation(MODELS[order])
    for codes in scores:
        judged.nats += [nats.ravel() for nats in _followers(model.nats(codes))]
        judged.changes += [changes.ravel() for changes in _followers(codes[1:] != codes[:-1])]
        judged.parts += _followers(model.play(codes, random))
    return judged


def evaluate_network(
    name: str,
    network: EnsembleNetwork,
    scores: Sequence[Codes],
    random: np.random.Generator,
    progress: Callable[[int], None] = lambda done: None,
    temperature: float = 1.0,
    tuning: Callable[[int], Tuning] = lambda players: Tuning(),
) -> Evaluation:
    """Evaluates a network: each player of a score is the lead once, and the network predicts and plays the others.

    Args:
        name: model name.
        network: network of ensembles.
        scores: held-out scores, each ``[seconds, players]``.
        random: random generator.
        progress: called with the number of finished scores.
        temperature: temperature of the generated gestures, above 0.
        tuning: returns the tuning for a number of players.
    """
    judged = Evaluation(name)
    for done, codes in enumerate(scores):
        progress(done)
        for lead in range(codes.shape[1]):
            followers = np.delete(codes, lead, axis=1)
            ensemble = EnsemblePredictor(network, followers.shape[1], random, tuning(codes.shape[1]))
            judged.nats.append(surprises(ensemble, codes[:, lead], followers).ravel())
            judged.changes.append((followers[1:] != followers[:-1]).ravel())
            judged.parts.append(generate_followers(ensemble, codes[:, lead], None, temperature, rest=True))
    return judged


def surprises(ensemble: EnsemblePredictor, lead: Codes, followers: Codes) -> NDArray[np.float64]:
    """Returns the negative log-likelihood of each second but the first in nats, ``[seconds - 1, followers]``."""
    ensemble.reset(followers[0].tolist())
    ensemble.lead(int(lead[0]))
    found = np.empty((len(followers) - 1, followers.shape[1]))
    rows = np.arange(followers.shape[1])
    for second in range(1, len(followers)):
        logits = ensemble.predict(int(lead[second])).astype(np.float64)
        found[second - 1] = np.logaddexp.reduce(logits, axis=1) - logits[rows, followers[second]]
        ensemble.take(followers[second].tolist())
    return found


HEADS: Final = ("", "nats", "at changes", "flux", "entropy", "changes", "variety", "run s")
EXPLAINED: Final = (
    "nats: held-out loss per follower and second (lower is better); at changes: only seconds with another gesture",
    "flux, entropy (bits): of transitions by next gesture; changes, variety (bits): of all; run: length of a gesture",
)


def table(judged: Sequence[Evaluation]) -> list[tuple[str, ...]]:
    """Returns the rows of the result table; columns as in ``HEADS``."""
    rows: list[tuple[str, ...]] = []
    for each in judged:
        numbers = each.measures
        surprise = ("" if nats is None else f"{nats:.3f}" for nats in (each.surprise, each.surprise_at_changes))
        found = (numbers.flux, numbers.entropy, numbers.changes, numbers.variety)
        rows.append((each.name, *surprise, *(f"{number:.3f}" for number in found), f"{numbers.run:.2f}"))
    return rows
