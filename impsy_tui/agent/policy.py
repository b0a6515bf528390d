"""Policy of an agent in NumPy: takes frames of descriptors and returns parameters of the synth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from impsy_tui.agent.corpus import FRAMES_A_SECOND
from impsy_tui.agent.descriptors.names import NAMES, descriptor_indices
from impsy_tui.agent.file import AgentModel
from impsy_tui.agent.memory import Memory
from impsy_tui.agent.seek import Seek, moved, observed, rmse, towards
from impsy_tui.agent.targets import Forecast, SoundWalk, quietest_parameters
from impsy_tui.errors import UserError
from impsy_tui.parameters import AGENT, AIM, REST, STEER

POLICIES: Final = (*STEER.choices, "hold")
AHEAD: Final = 0.25
"""Seconds that *anticipate* looks ahead without a forecast network."""

_PATIENCE: Final = 0.2
_BURST: Final = 0.1
_LOUDNESS: Final = NAMES.index("loudness-dBFS")
_PEAK: Final = NAMES.index("loudness-TP")
_CLIPPED: Final = 0.0
_MUTE: Final = -120.0
"""Loudness in dBFS below which the microphone must be muted or unplugged."""
_MUTE_FOR: Final = 5.0
"""Seconds below ``_MUTE`` after which the policy reports it."""
_SAID_FOR: Final = 5.0


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """Result of a frame.

    Attributes:
        parameters: parameters of the synth, 0 to 1.
        distance: RMSE between the synth and the target over the compared descriptors, in standard deviations.
        resting: True while the musician is silent and the synth moves to its quietest point.
        notice: problem of the input when it begins; empty otherwise.
    """

    parameters: tuple[float, ...]
    distance: float
    resting: bool
    notice: str = ""


class AgentPolicy:
    """Agent that receives descriptors and moves the parameters of a synth.

    Attributes:
        model: trained agent.
        aim: choice of the target, one of the choices of ``parameters.AIM``.
        policy: choice of the moves: ``network``, ``seek``, or ``hold`` (no moves).
        silence: loudness in dBFS below which the agent rests; None: the agent never rests.
        budget: largest change of all parameters together per second; None: no limit.
        smoothing: time constant in seconds with which the output follows the parameters; 0: at once.

    Args:
        model: trained agent.
        random: random generator of ``wander``.
    """

    kind = AGENT

    def __init__(self, model: AgentModel, random: np.random.Generator | None = None) -> None:
        self.model = model
        self.aim: str = AIM.default
        self.policy = POLICIES[0]
        self.silence: float | None = REST.default
        self.budget: float | None = None
        self.smoothing = 0.0
        self._heard = descriptor_indices(model.heard)
        self._expectation = Forecast(model.foresight, AHEAD, FRAMES_A_SECOND)
        self._sound_walk = SoundWalk(model.known, random or np.random.default_rng(1))
        self.hear(model.judged)
        self.reset()

    def reset(self) -> None:
        """Forgets all frames and sets the parameters to 0.5."""
        self._meant = np.full(self.model.known.count, 0.5)
        self._played = self._meant.copy()
        self._musician: np.ndarray | None = None
        self._target = np.zeros(len(NAMES))
        self._sounds: np.ndarray = self.model.known.sound_at(self._meant[None])[0]
        self._silent_for = self._mute_for = 0.0
        self._allowance = 0.0
        self._said: dict[str, float] = {}
        self._expectation.forget()

    def hear(self, wanted: Sequence[str]) -> None:
        """Sets the compared descriptors.

        *seek* compares exactly these. The input of a network is fixed; the other descriptors in it are set to the
        mean, so they look matched.

        Args:
            wanted: names of descriptors or categories, at least one.

        Raises:
            UserError: there is no such descriptor, or none is in the network's input.
        """
        chosen = descriptor_indices(wanted)
        if not chosen:
            raise UserError(f"hear takes descriptors or categories, such as {NAMES[0]} or chroma")
        if self.policy == "network" and not set(chosen) & set(self._heard):
            raise UserError(f"this agent hears {', '.join(self.model.heard)} alone; seek hears all")
        self._matters = chosen
        self._mask = np.isin(self._heard, chosen).astype(float)
        self._seek = Seek(self.model.known, chosen)
        model, judged = self.model, descriptor_indices(self.model.judged)
        # The memory learned with the rewarded descriptors; without any of those it compares the network's input.
        self._recalls = _among(judged, chosen) or _among(self._heard, chosen) or judged
        self._memory = Memory(model.known, self._recalls, model.step, model.patience) if model.patience else None

    @property
    def matters(self) -> tuple[str, ...]:
        """Names of the compared descriptors."""
        return tuple(NAMES[place] for place in self._matters)

    @property
    def target(self) -> np.ndarray:
        """Last target, ``[55]``, standardised."""
        return self._target

    def goal(self) -> list[float]:
        """Returns the parameters ``[N]`` at which the synth sounds most like the last target."""
        goal: list[float] = self._seek.goal(self._target).tolist()
        return goal

    @property
    def sounds(self) -> np.ndarray:
        """Last sound of the synth, ``[55]``, standardised: measured, or from the look-up table."""
        return self._sounds

    def play(self, seconds: float, musician: np.ndarray, own: np.ndarray | None = None) -> PolicyStep:
        """Takes a frame and moves.

        Args:
            seconds: seconds since the last frame.
            musician: descriptors of the musician, ``[55]``.
            own: measured descriptors of the synth, ``[55]``; None takes them from the look-up table.
        """
        notice = self.listen(seconds, musician)
        return replace(self.move(seconds, own), notice=notice)

    def move(self, seconds: float, own: np.ndarray | None = None) -> PolicyStep:
        """Moves towards the target of the last frame.

        Args:
            seconds: seconds since the last move.
            own: see ``play``.
        """
        known = self.model.known
        resting = self.silence is not None and self._silent_for > _PATIENCE and self.aim != "wander"
        sounds = known.sound_at(self._meant[None])[0]
        if own is not None and own.shape == sounds.shape and np.isfinite(own).all():
            sounds = known.scaler.standardised(own)
        self._sounds = sounds
        self._target = self._next_target(seconds)
        if resting:
            move = towards(self._meant, quietest_parameters(known, self._meant), self.model.step)
        else:
            move = self._move(sounds, self._target)
        self._apply(move, seconds)
        distance = float(rmse(sounds[self._matters], self._target[self._matters]))
        return PolicyStep(tuple(self._played.tolist()), distance, resting)

    def listen(self, seconds: float, musician: np.ndarray) -> str:
        """Takes a frame without moving and returns a problem of the frame; see ``PolicyStep.notice``."""
        self._said = {text: left - seconds for text, left in self._said.items() if left > seconds}
        scaler = self.model.known.scaler
        if musician.shape != (len(NAMES),):
            return self._notice(f"a frame of {musician.size} descriptors was heard, not of {len(NAMES)}: left out")
        wrong = np.flatnonzero(~np.isfinite(musician))
        if len(wrong):
            more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
            return self._notice(f"{NAMES[wrong[0]]}{more} heard is not a finite number: the last frame counts")
        heard = scaler.standardised(musician)
        self._musician = heard
        self._expectation.hear(heard, seconds)
        silent = self.silence is not None and musician[_LOUDNESS] < self.silence
        self._silent_for = self._silent_for + seconds if silent else 0.0
        self._mute_for = self._mute_for + seconds if musician[_LOUDNESS] < _MUTE else 0.0
        if self._mute_for >= _MUTE_FOR:
            return self._notice(
                f"nothing at all is heard for {_MUTE_FOR:g} s: is the microphone muted, or unplugged?"
            )
        if musician[_PEAK] >= _CLIPPED:
            return self._notice("the sound clips: turn the microphone down")
        return ""

    def _notice(self, text: str) -> str:
        """Returns the notice, or an empty text within ``_SAID_FOR`` seconds after the same notice."""
        said = text in self._said
        self._said[text] = _SAID_FOR
        return "" if said else text

    def _next_target(self, seconds: float) -> np.ndarray:
        if self.aim == "wander":
            return self._sound_walk.walk(seconds)
        if self._musician is None:
            return np.zeros(len(NAMES))
        if self.aim == "contrast":
            return -self._musician
        return self._expectation.expected() if self.aim == "anticipate" else self._musician

    def _move(self, sounds: np.ndarray, target: np.ndarray) -> np.ndarray:
        model = self.model
        if self.policy == "hold" or (self._musician is None and self.aim != "wander"):
            return np.zeros(model.known.count)
        if self.policy == "seek":
            return towards(self._meant, self._seek.goal(target), model.step)
        own, wanted = (np.clip(frame, -model.limit, model.limit) for frame in (sounds, target))
        recalled = None
        if self._memory is not None:
            recalled = self._memory.recall(self._memory.alike(wanted[None, self._recalls]), self._meant[None])[0]
        own, wanted = own[self._heard] * self._mask, wanted[self._heard] * self._mask
        best = int(model.network(observed(own, wanted, self._meant, recalled)).argmax())
        return np.asarray(model.moves[best])

    def _apply(self, move: np.ndarray, seconds: float) -> None:
        """Makes a move within the budget; the output follows by the smoothing."""
        step = self.model.step
        if self.budget is not None:
            self._allowance = min(self._allowance + self.budget * seconds, self.budget * _BURST + step)
            wanted = float(np.abs(moved(self._meant, move, step) - self._meant).sum())
            if wanted > self._allowance:
                step *= self._allowance / wanted
        before = self._meant
        self._meant = moved(before, move, step)
        self._allowance -= float(np.abs(self._meant - before).sum()) if self.budget is not None else 0.0
        share = 1.0 if self.smoothing <= 0.0 else 1.0 - float(np.exp(-seconds / self.smoothing))
        self._played += share * (self._meant - self._played)


def _among(places: Sequence[int], chosen: Sequence[int]) -> list[int]:
    return [place for place in places if place in chosen]
