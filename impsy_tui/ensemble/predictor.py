"""Predictor of an ensemble: followers that answer the gestures of a lead, second by second."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.gestures import GESTURES, NOTHING
from impsy_tui.ensemble.lead_activity import Activity, LeadActivity
from impsy_tui.ensemble.markov import draw
from impsy_tui.ensemble.memory import EnsembleMemory, Floats, network_inputs
from impsy_tui.ensemble.network import MOST_FOLLOWERS
from impsy_tui.errors import UserError

ABSENT: Final = -1
"""Gesture code of a follower that is absent."""
GONE_AFTER: Final = 10
"""Seconds without a gesture after which the lead has stopped; the followers rest until it plays again."""


class GestureNetwork(Protocol):
    """Network that an ensemble steps; see ``ensemble.network.EnsembleNetwork``."""

    def step(self, inputs: Floats) -> Floats:
        """Returns logits ``[followers, GESTURES]`` for inputs ``[followers, INPUTS]`` of one second."""

    def reset(self) -> None:
        """Forgets all seconds."""


class RandomEnsemble:
    """Replacement of a network without a model: followers keep their gestures for a while, then change at random."""

    def step(self, inputs: Floats) -> Floats:
        """Returns logits that keep the gesture in nine of ten seconds."""
        logits: Floats = inputs[:, :GESTURES] * np.float32(4.3)
        return logits

    def reset(self) -> None:
        """Does nothing."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Offsets of the logits of an ensemble that plays; see ``ensemble.tuning``.

    Attributes:
        leave: for each current gesture, offset of all other gestures; length ``GESTURES``, empty for no offsets.
        come: for each gesture, offset of its logit while another gesture is current; likewise.
        usual: share of each gesture in the training data, ``GESTURES`` numbers; empty if unknown. The followers start
            with these.
        changes: share of seconds with another gesture in the training data.
        lead: usual activity of a lead; None for followers that ignore its activity.
    """

    leave: tuple[float, ...] = ()
    come: tuple[float, ...] = ()
    usual: tuple[float, ...] = ()
    changes: float = 0.0
    lead: Activity | None = None

    @property
    def offsets(self) -> NDArray[np.float64]:
        """Offsets ``[GESTURES, GESTURES]``: rows are current gestures, columns next gestures."""
        leave, come = (np.array(each or (0.0,) * GESTURES) for each in (self.leave, self.come))
        return np.asarray((leave[:, np.newaxis] + come) * (1.0 - np.eye(GESTURES)))


_UNTUNED: Final = Tuning()
_FOLLOW, _PLAY = 0.5, 2.0
"""Offset of all changes per unit of the lead's activity in changes, and of playing per unit of its playing. Measured:
see ``docs/pages/contribute/benchmarks.md``."""


class EnsemblePredictor:
    """Followers of a lead.

    Each second ``predict`` returns logits of the followers' gestures, from the gesture of the lead now and the
    gestures of the followers one second before. ``take`` sets the gestures. ``play`` draws gestures and sets them.

    Attributes:
        followers: number of followers.
        codes: current gesture of each follower; ``ABSENT`` for a follower that is absent.

    Args:
        network: network of this ensemble alone.
        followers: number of followers, 1 to ``MOST_FOLLOWERS``.
        random: random generator of the gestures.
        tuning: offsets of the logits.
    """

    def __init__(
        self, network: GestureNetwork, followers: int, random: np.random.Generator, tuning: Tuning = _UNTUNED
    ) -> None:
        if not 1 <= followers <= MOST_FOLLOWERS:
            raise ValueError(f"{followers} followers: 1 to {MOST_FOLLOWERS}")
        self._network = network
        self._random = random
        self._tuning = tuning
        self._offsets = np.concatenate([tuning.offsets, np.zeros((1, GESTURES))])  # the last row is for ABSENT
        self.followers = followers
        self.reset()

    def reset(self, codes: Sequence[int] | None = None) -> None:
        """Forgets all seconds and sets the gestures of the followers, by default nothing."""
        self._network.reset()
        self._lead, self._memory = EnsembleMemory(1), EnsembleMemory(self.followers)
        self._activity = LeadActivity()
        self._now = self._tuning.lead
        self.take([NOTHING] * self.followers if codes is None else codes)

    def begin(self) -> None:
        """Forgets all seconds; the followers start with usual gestures, as if they had played for a long time.

        An ensemble that starts from silence stays quiet for long: it hears itself.
        """
        usual = self._tuning.usual
        if not usual:
            self.reset()
            return
        self.reset(draw(np.tile(usual, (self.followers, 1)), self._random).tolist())
        self._inputs = self._memory.expect(usual, self._tuning.changes)

    def lead(self, code: int) -> None:
        """Records a gesture of the lead from before the ensemble begins."""
        self._hear(code)

    def _hear(self, code: int) -> Floats:
        self._now = self._activity.hear(code)
        heard: Floats = self._lead.hear([code])[0]
        return heard

    def predict(self, lead: int) -> Floats:
        """Returns logits of the followers' gestures now, ``[followers, GESTURES]``.

        Args:
            lead: gesture code of the lead now.

        Raises:
            UserError: the logits are not finite, or the network cannot be computed.
        """
        logits = self._network.step(network_inputs(self._hear(lead), self._inputs))
        if not np.isfinite(logits).all():
            raise UserError("the model predicts values that are not finite numbers")
        return logits

    def take(self, codes: Sequence[int]) -> None:
        """Sets the gestures of the followers; ``ABSENT`` for a follower that is absent."""
        self.codes = tuple(map(int, codes))
        self._inputs = self._memory.hear(self.codes)

    def play(
        self,
        lead: int,
        temperature: float = 1.0,
        forced: Mapping[int, int] | None = None,
        activity: float = 1.0,
    ) -> tuple[int, ...]:
        """Draws the followers' gestures of this second and sets them.

        Args:
            lead: gesture code of the lead now.
            temperature: divisor of the logits, above 0; a high temperature gives rare gestures more often.
            forced: gestures that are not drawn, by index of the follower from 0.
            activity: factor of the odds of starting and changing, above 0.

        Returns:
            Gesture code of each follower.

        Raises:
            UserError: the logits are not finite, or the network cannot be computed.
        """
        logits = (self.predict(lead) + self._offsets[list(self.codes)] + self._moves(activity)) / temperature
        drawn = draw(np.exp(logits - logits.max(axis=1, keepdims=True)), self._random).tolist()
        for follower, code in (forced or {}).items():
            drawn[follower] = code
        self.take(drawn)
        return self.codes

    def _moves(self, activity: float) -> NDArray[np.float64]:
        """Returns the offsets for the activity of the lead and of the performer, ``[followers, GESTURES]``."""
        usual, now = self._tuning.lead, self._now
        change = play = math.log(activity)
        if usual is not None and now is not None:
            change += _FOLLOW * (now.changes - usual.changes)
            play += _PLAY * (now.playing - usual.playing)
        codes = np.array(self.codes)
        moves = np.full((self.followers, GESTURES), change)
        moves[:, NOTHING] -= play
        moves[codes == NOTHING] += play
        moves[np.arange(self.followers), codes] = 0.0
        return moves


def generate_followers(
    ensemble: EnsemblePredictor,
    lead: NDArray[Any],
    first: NDArray[Any] | None = None,
    temperature: float = 1.0,
    *,
    rest: bool = False,
) -> NDArray[np.int8]:
    """Returns the gestures that the followers play to a lead, ``[seconds, followers]``.

    Args:
        ensemble: predictor, which is reset.
        lead: gesture codes of the lead, ``[seconds]``.
        first: gesture codes of the followers in the first second, ``[followers]``; None for usual ones.
        temperature: see ``EnsemblePredictor.play``.
        rest: True for followers that rest while the lead has stopped, as on stage.
    """
    if first is None:
        ensemble.begin()
    else:
        ensemble.reset(first.tolist())
    ensemble.lead(int(lead[0]))
    rows, silent, rests = [ensemble.codes], 0, False
    nothing = dict.fromkeys(range(ensemble.followers), NOTHING)
    for code in lead[1:].tolist():
        silent = silent + 1 if code == NOTHING else 0
        rested, rests = rests, rest and silent >= GONE_AFTER
        if rested and not rests:
            ensemble.begin()
        rows.append(ensemble.play(code, temperature, nothing if rests else None))
    return np.array(rows, np.int8)


def primed(ensemble: EnsemblePredictor, seconds: Sequence[Sequence[int]]) -> EnsemblePredictor:
    """Resets an ensemble, replays these seconds and returns the ensemble.

    Args:
        ensemble: predictor.
        seconds: gesture codes of each second, the lead first, then the followers.

    Raises:
        UserError: the logits are not finite, or the network cannot be computed.
    """
    for number, (lead, *codes) in enumerate(seconds):
        if not number:
            ensemble.reset(codes)
            ensemble.lead(lead)
        else:
            ensemble.predict(lead)
            ensemble.take(codes)
    return ensemble
