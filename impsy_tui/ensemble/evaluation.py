"""How well a band's network knows an ensemble, and how it plays when only the lead is real, beside simpler models."""

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
    """A model on scores.

    Attributes:
        name: of the model, or ``REAL``.
        nats: how surprising each second of each follower was, piece by piece; none of what is real.
        changes: whether it brought another gesture, likewise.
        parts: what it plays.
    """

    name: str
    nats: list[NDArray[Any]] = field(default_factory=list)
    changes: list[NDArray[Any]] = field(default_factory=list)
    parts: list[Codes] = field(default_factory=list)

    @property
    def surprise(self) -> float | None:
        """Nats a follower and second, None of what is real."""
        return float(np.concatenate(self.nats).mean()) if self.nats else None

    @property
    def surprise_at_changes(self) -> float | None:
        """The same over the seconds alone that bring another gesture; None if there are none."""
        nats = np.concatenate(self.nats)[np.concatenate(self.changes)] if self.nats else np.zeros(0)
        return float(nats.mean()) if len(nats) else None

    @property
    def measures(self) -> Measures:
        """Of what it plays."""
        return measure(self.parts)


def evaluate_real(scores: Sequence[Codes]) -> Evaluation:
    """The scores themselves."""
    return Evaluation(REAL, parts=list(scores))


def evaluate_markov(
    order: int, known: Sequence[Codes], scores: Sequence[Codes], random: np.random.Generator
) -> Evaluation:
    """A Markov chain that knows some scores, on others.

    Args:
        order: 0 to 2, as in ``markov.MODELS``.
        known: what it learns from.
        scores: what it is judged on.
        random: source of chance.
    """
    model = Markov(known, order)
    judged = Evaluation(MODELS[order])
    for codes in scores:
        judged.nats.append(model.nats(codes).ravel())
        judged.changes.append((codes[1:] != codes[:-1]).ravel())
        judged.parts.append(model.play(codes, random))
    return judged


def evaluate_network(
    name: str,
    network: EnsembleNetwork,
    scores: Sequence[Codes],
    random: np.random.Generator,
    told: Callable[[int], None] = lambda done: None,
    temperature: float = 1.0,
    tuning: Callable[[int], Tuning] = lambda players: Tuning(),
) -> Evaluation:
    """A network on scores: everybody leads in turn, and it is judged on and plays the others.

    Args:
        name: of the model.
        network: of ensembles.
        scores: ``[seconds, players]`` each.
        random: source of chance.
        told: called with the number of scores done.
        temperature: of what it plays.
        tuning: likewise, of a band of so many players.
    """
    judged = Evaluation(name)
    for done, codes in enumerate(scores):
        told(done)
        for lead in range(codes.shape[1]):
            followers = np.delete(codes, lead, axis=1)
            band = EnsemblePredictor(network, followers.shape[1], random, tuning(codes.shape[1]))
            judged.nats.append(surprises(band, codes[:, lead], followers).ravel())
            judged.changes.append((followers[1:] != followers[:-1]).ravel())
            judged.parts.append(generate_followers(band, codes[:, lead], followers[0], temperature))
    return judged


def surprises(band: EnsemblePredictor, lead: Codes, followers: Codes) -> NDArray[np.float64]:
    """How surprising each second but the first is to a band, in nats, ``[seconds - 1, followers]``."""
    band.reset(followers[0].tolist())
    band.lead(int(lead[0]))
    found = np.empty((len(followers) - 1, followers.shape[1]))
    rows = np.arange(followers.shape[1])
    for second in range(1, len(followers)):
        logits = band.expect(int(lead[second])).astype(np.float64)
        found[second - 1] = np.logaddexp.reduce(logits, axis=1) - logits[rows, followers[second]]
        band.take(followers[second].tolist())
    return found


HEADS: Final = ("", "nats", "at changes", "flux", "entropy", "changes", "variety", "run s")
EXPLAINED: Final = (
    "nats: how surprising each second of a follower is, the less the better; at changes: where another gesture comes",
    "flux, entropy (bits): of where gestures are come to from; changes, variety (bits): of all; run: of one gesture",
)


def table(judged: Sequence[Evaluation]) -> list[tuple[str, ...]]:
    """Rows of a table, as ``HEADS`` says."""
    rows: list[tuple[str, ...]] = []
    for each in judged:
        numbers = each.measures
        surprise = ("" if nats is None else f"{nats:.3f}" for nats in (each.surprise, each.surprise_at_changes))
        found = (numbers.flux, numbers.entropy, numbers.changes, numbers.variety)
        rows.append((each.name, *surprise, *(f"{number:.3f}" for number in found), f"{numbers.run:.2f}"))
    return rows
