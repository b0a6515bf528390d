"""Behaviour of an agent: hears descriptors of the musician's sound and moves a synth."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from impsy_tui import modes, ranges
from impsy_tui.agent.corpus import FRAMES_A_SECOND
from impsy_tui.agent.descriptors.osc_messages import HeardDescriptors
from impsy_tui.agent.policy import PolicyStep
from impsy_tui.agent.predictor import AgentPredictor
from impsy_tui.channels.stats import RateMeter
from impsy_tui.engine.clock.quantiser import STALE
from impsy_tui.engine.players.base import BehaviourOutput, ParameterHolder
from impsy_tui.engine.players.settings import PlayerSettings
from impsy_tui.engine.players.turn_taking import Turn
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer
from impsy_tui.errors import UserError
from impsy_tui.parameters import AGENT, BUDGET, PARAMETERS, parameters_of

FEATS: Final = "feats"
"""Source in logs of rows of descriptors: the 55 descriptors, and the number of frames since the last row.
Readers of events skip these rows."""
FEATS_STEP: Final = 0.02
"""Seconds between two rows of descriptors: one hour takes 80 MB, not 500 MB."""
_ALONE: Final = 0.1
"""Seconds without a frame after which an agent with aim wander moves by itself."""
_WANDER_STEP: Final = 0.02
"""Seconds between two such moves."""
_LOST: Final = 2.0
"""Seconds without a frame after which the silence is reported."""
_AGAIN: Final = 0.25
"""Seconds after which unchanged parameters are sent again, because outputs or shaping may have changed."""
_LONGEST: Final = 0.1
"""Longest step of time in seconds; more between two frames is a gap in the sound."""
_HISTORY: Final = 40
_HISTORY_STEP: Final = 0.1
_MODE: Final = modes.MODES["duet"]
"""An agent plays and listens all the time."""


@dataclass(slots=True)
class AgentStatus:
    """State of an agent for the performer.

    Attributes:
        heard: Last heard frame of descriptors, None before the first.
        received_at: Time of the last frame.
        frames: Number of heard frames.
        rate: Frames per second.
        distance: Distance between synth and target; see ``PolicyStep``.
        resting: True while the agent rests; see ``PolicyStep``.
        distances: Last distances, ten per second, the oldest first.
    """

    heard: HeardDescriptors | None = None
    received_at: float = 0.0
    frames: int = 0
    rate: RateMeter = field(default_factory=RateMeter)
    distance: float = 0.0
    resting: bool = False
    distances: deque[float] = field(default_factory=lambda: deque(maxlen=_HISTORY))


class AgentBehaviour(ParameterHolder):
    """Moves an agent with each heard frame, or every ``every`` seconds.

    Events, modes, turns and the parameters of MDRNN players have no effect on an agent.

    Args:
        agent: Agent that moves.
        settings: Values of the parameters.
        scheduler: Scheduler of all events.
        output: Output of the synth's parameters.
    """

    kind = AGENT

    def __init__(
        self, agent: AgentPredictor, settings: PlayerSettings, scheduler: Scheduler, output: BehaviourOutput
    ) -> None:
        self.settings = settings
        self.paused = False
        self.started = False
        self.played = 0
        self.skipped = 0
        self.replaced = 0
        self.last_output: tuple[float, ...] | None = None
        self.last_output_at = 0.0
        self.answerers: set[str] | None = None
        self.status = AgentStatus()
        self._scheduler = scheduler
        self._output = output
        self._watch: Timer | None = None
        self._lost = True
        self._moved_at = scheduler.now()
        self._noted_at = 0.0
        self._has_warned = False
        self._take(agent)

    # Commands

    def start(self) -> None:
        """Begins to play."""
        self.started = True
        self._moved_at = self._scheduler.now()
        self._check_frames()

    def stop(self) -> None:
        """Stops playing for good and turns off the player's notes."""
        self.started = False
        if self._watch is not None:
            self._watch.cancel()
        self.halt()

    def halt(self, *, silence: bool = True) -> None:
        """Turns off the player's notes if ``silence``."""
        if silence and self.last_output is not None:
            self._output.silence()

    def pause(self, *, silence: bool = True) -> None:
        """Stops moving but goes on listening; turns off the player's notes if ``silence``."""
        if not self.paused:
            self.paused = True
            self.halt(silence=silence)

    def resume(self) -> None:
        """Moves again."""
        self.paused = False
        self._moved_at = self._scheduler.now()

    def reset(self) -> None:
        """Clears the memory of heard frames and sets the parameters to the middle."""
        self.predictor.reset()

    def set_value(self, name: str, value: Any) -> None:
        """Sets a parameter.

        Raises:
            UserError: There is no such descriptor, or the network does not hear the descriptor.
        """
        match name:
            case "aim":
                self.predictor.aim = value
            case "hear":
                self.predictor.hear(value or self.predictor.model.judged)
            case "steer":
                self._steer(value)
            case "budget":
                self.predictor.budget = value
            case "smooth":
                self.predictor.smoothing = value
            case "rest":
                self.predictor.silence = value
            case _ if self.kind not in PARAMETERS[name].scope and value != getattr(self.settings, name):
                self._warn_no_effect(name)
        setattr(self.settings, name, value)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Sets parameters together."""
        for name in values.keys() - {one.name for one in parameters_of(self.kind)}:
            self.set_value(name, values[name])
        vars(self.settings).update(values)
        self._take(self.predictor)

    def follow_training(self, name: str, *, follows: bool) -> None:
        self.settings.follow_training(name, follows=follows)

    def ramp_start(self, name: str) -> float | None:
        """Returns one step of every parameter per frame as the begin of a ramp from an unlimited budget."""
        if name != "budget":
            return None
        model = self.predictor.model
        return BUDGET.limits.clamp(model.step * model.known.count * FRAMES_A_SECOND)

    def _steer(self, policy: str) -> None:
        before, self.predictor.policy = self.predictor.policy, policy
        try:
            self.predictor.hear(self.predictor.matters)
        except UserError:
            self.predictor.policy = before
            raise

    def change_predictor(self, agent: AgentPredictor) -> None:
        """Replaces the agent."""
        if agent.dimension != self.predictor.dimension:
            self.last_output = None
        self._take(agent)

    def take(self) -> None:
        """Does nothing, because agents have no turns."""

    def give(self) -> None:
        """Does nothing, because agents have no turns."""

    def _warn_no_effect(self, name: str) -> None:
        if not self._has_warned:
            self._has_warned = True
            self._output.notify("warning", f"{name} has no effect on an agent: use aim, hear, budget or smooth")

    # Sound of the musician

    def hear(
        self,
        dt: float,
        values: tuple[float, ...],
        at: float,
        answerers: set[str] | None = None,
        *,
        may_answer: bool = True,
    ) -> None:
        """Ignores an event."""

    def held(self, source: str, held: bool, at: float) -> None:
        """Ignores held notes."""

    def listen(self, feats: HeardDescriptors, at: float) -> str:
        """Hears a frame of descriptors.

        Args:
            feats: Frame of descriptors.
            at: Arrival of the frame's last sample in seconds on the scheduler's clock.

        Returns:
            The problem with the frame, empty for none.
        """
        if feats.parameters is not None and len(feats.parameters) != self.predictor.model.known.count:
            return (
                f"{len(feats.parameters)} parameters come with the descriptors, and {self.predictor.name} plays "
                f"{self.predictor.model.known.count}: is it the agent of this synth?"
            )
        status, now = self.status, self._scheduler.now()
        seconds = min(max(at - status.received_at, 0.0), _LONGEST)
        status.heard, status.received_at = feats, at
        status.frames += 1
        status.rate.count(at)
        if self._lost and status.frames > 1:
            self._output.notify("info", "descriptors are heard again")
        self._lost = False
        if notice := self.predictor.listen(seconds, feats.musician):
            self._output.notify("warning", notice)
        if now - at > STALE:
            self.skipped += 1
        elif at - self._moved_at >= self.settings.every:
            self._move(at, feats.agent)
        return ""

    # State

    @property
    def mode(self) -> modes.Mode:
        """Mode of every agent: duet."""
        return _MODE

    @property
    def turn(self) -> Turn:
        """Current turn."""
        return Turn.YOU if self.paused else Turn.BOTH

    @property
    def max_gap(self) -> float:
        """Longest dt in seconds, which has no effect on an agent."""
        return ranges.MAX_GAP.default

    @property
    def expected(self) -> tuple[float, ...] | None:
        """Values that the agent played last; None before the first."""
        return self.last_output

    @property
    def upcoming(self) -> tuple[float, tuple[float, ...]] | None:
        """None: an agent has no pending events."""
        return None

    # Playing

    def _take(self, agent: AgentPredictor) -> None:
        settings = self.settings
        self.predictor = agent
        agent.aim, agent.policy = settings.aim, settings.steer
        agent.budget, agent.smoothing, agent.silence = settings.budget, settings.smooth, settings.rest
        try:
            agent.hear(settings.hear or agent.model.judged)
        except UserError as problem:
            settings.hear = ()
            agent.hear(agent.model.judged)
            self._output.notify("warning", f"{problem}: the agent hears the descriptors that it was trained to match")

    def _move(self, at: float, own: np.ndarray | None) -> None:
        seconds = min(at - self._moved_at, _LONGEST)
        self._moved_at = at
        if self.paused or not self.started:
            return
        moved = self.predictor.move(seconds, own)
        self._note(moved, at)
        self._output.aim(self.predictor.goal)
        now = self._scheduler.now()
        if moved.parameters != self.last_output or now - self.last_output_at >= _AGAIN:
            self.last_output, self.last_output_at = moved.parameters, now
            self.played += 1
            self._output.play(moved.parameters)

    def _note(self, moved: PolicyStep, at: float) -> None:
        status = self.status
        status.distance, status.resting = moved.distance, moved.resting
        if at - self._noted_at >= _HISTORY_STEP:
            self._noted_at = at
            status.distances.append(moved.distance)

    def _check_frames(self) -> None:
        """Reports a lost sound, and moves an agent with aim wander that hears no frames."""
        now = self._scheduler.now()
        silent = now - self.status.received_at
        wanders = self.predictor.aim == "wander" and (silent >= _ALONE or not self.status.frames)
        if wanders:
            self._move(now, None)
        if not self._lost and silent >= _LOST:
            self._lost = True
            self._output.notify("warning", f"no descriptors have come for {_LOST:g} s: the synth stays where it is")
        self._watch = self._scheduler.at(now + (_WANDER_STEP if wanders else _ALONE), self._check_frames)
