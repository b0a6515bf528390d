"""A band: followers that answer a lead in gestures, second by second."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.gestures import GESTURES, NOTHING
from impsy_tui.ensemble.markov import draw
from impsy_tui.ensemble.memory import EnsembleMemory, Floats, network_inputs
from impsy_tui.ensemble.network import MOST_FOLLOWERS
from impsy_tui.errors import UserError

ABSENT: Final = -1
"""In place of the gesture of a follower who is not there."""


class GestureNetwork(Protocol):
    """What a band steps; see ``ensemble.network.EnsembleNetwork``."""

    def step(self, told: Floats) -> Floats:
        """Hear a second."""

    def reset(self) -> None:
        """Forget everything heard."""


class RandomEnsemble:
    """In place of a network where there is no model: everybody goes on for a while, and then does anything."""

    def step(self, told: Floats) -> Floats:
        """Logits, by which nine seconds of ten are like the one before."""
        logits: Floats = told[:, :GESTURES] * np.float32(4.3)
        return logits

    def reset(self) -> None:
        """There is nothing to forget."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is added to logits when a band plays; see ``band_tuning``.

    Attributes:
        leave: to those of all gestures but the one that is played, by that one; none if empty.
        come: to that of a gesture that is not the one that is played, by itself; likewise.
    """

    leave: tuple[float, ...] = ()
    come: tuple[float, ...] = ()

    @property
    def offsets(self) -> NDArray[np.float64]:
        """``[gestures, gestures]``, rows what is played, columns what is to come."""
        leave, come = (np.array(each or (0.0,) * GESTURES) for each in (self.leave, self.come))
        return np.asarray((leave[:, np.newaxis] + come) * (1.0 - np.eye(GESTURES)))


_UNTUNED: Final = Tuning()


class EnsemblePredictor:
    """The followers of a lead.

    Each second ``expect`` says what each follower may do now, given what the lead does now and what the followers did
    a second before; ``take`` says what they do. ``play`` is both, by chance.

    Args:
        network: of ensembles; it is this band's alone.
        followers: how many there are, 1 to ``MOST_FOLLOWERS``.
        random: source of chance.
        tuning: of how it plays.
    """

    def __init__(
        self, network: GestureNetwork, followers: int, random: np.random.Generator, tuning: Tuning = _UNTUNED
    ) -> None:
        if not 1 <= followers <= MOST_FOLLOWERS:
            raise ValueError(f"{followers} followers: 1 to {MOST_FOLLOWERS}")
        self._network = network
        self._random = random
        self._offsets = np.concatenate([tuning.offsets, np.zeros((1, GESTURES))])  # the last is for who is not there
        self.followers = followers
        self.reset()

    def reset(self, codes: Sequence[int] | None = None) -> None:
        """Forget all, and begin from these gestures of the followers; from nothing, unless they are given."""
        self._network.reset()
        self._lead, self._memory = EnsembleMemory(1), EnsembleMemory(self.followers)
        self.take([NOTHING] * self.followers if codes is None else codes)

    def lead(self, code: int) -> None:
        """The lead does this, and nobody follows yet: for what it did before the band begins."""
        self._lead.hear([code])

    def expect(self, lead: int) -> Floats:
        """Logits of what each follower may do now, ``[followers, gestures]``.

        Raises:
            UserError: the network gives what are not numbers.
        """
        logits = self._network.step(network_inputs(self._lead.hear([lead])[0], self._told))
        if not np.isfinite(logits).all():
            raise UserError("the model predicts what is not a number")
        return logits

    def take(self, codes: Sequence[int]) -> None:
        """The followers do this; ``ABSENT`` for those who are not there."""
        self.codes = tuple(map(int, codes))
        self._told = self._memory.hear(self.codes)

    def play(self, lead: int, temperature: float = 1.0, forced: Mapping[int, int] | None = None) -> tuple[int, ...]:
        """What each follower does now.

        Args:
            lead: the lead's gesture now.
            temperature: logits are divided by it, above 0: high is adventurous, low is sure.
            forced: gestures that are not left to chance, by number of the follower from 0; ``ABSENT`` for who is not
                there.

        Raises:
            UserError: the network gives what are not numbers.
        """
        logits = (self.expect(lead) + self._offsets[list(self.codes)]) / temperature
        drawn = draw(np.exp(logits - logits.max(axis=1, keepdims=True)), self._random).tolist()
        for follower, code in (forced or {}).items():
            drawn[follower] = code
        self.take(drawn)
        return self.codes


def generate_followers(
    band: EnsemblePredictor, lead: NDArray[Any], first: NDArray[Any], temperature: float = 1.0
) -> NDArray[np.int8]:
    """What a band plays to a lead, ``[seconds, followers]``.

    Args:
        band: it begins anew.
        lead: ``[seconds]``.
        first: what the followers do in the first second.
        temperature: of the chance by which they play.
    """
    band.reset(first.tolist())
    band.lead(int(lead[0]))
    rows = [first.tolist(), *(band.play(code, temperature) for code in lead[1:].tolist())]
    return np.array(rows, np.int8)


def primed(band: EnsemblePredictor, seconds: Sequence[Sequence[int]]) -> EnsemblePredictor:
    """A band that has heard these seconds, the lead first in each, as if its followers had played in them.

    Raises:
        UserError: its network gives what are not numbers.
    """
    for number, (lead, *codes) in enumerate(seconds):
        if not number:
            band.reset(codes)
            band.lead(lead)
        else:
            band.expect(lead)
            band.take(codes)
    return band
