"""An agent's part in the performance: what it hears of the musician's sound, and when it moves its synth."""

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
"""The source in logs of descriptors of the musician's sound: all 55, and how many frames there were since the last
row. Who reads events skips them."""
FEATS_STEP: Final = 0.02
"""Seconds between two such rows, so that an hour of them is 80 MB and not half a gigabyte."""
_ALONE: Final = 0.1
"""Seconds without a frame after which it strolls by itself, if it is to wander."""
_STROLL: Final = 0.02
"""Seconds between its moves then."""
_LOST: Final = 2.0
"""Seconds without a frame after which it is said that nothing is heard any more."""
_AGAIN: Final = 0.25
"""Seconds after which parameters that have not changed are sent again: who hears them may be new, or shaped anew."""
_LONGEST: Final = 0.1
"""Seconds; more between two frames is a gap, in which nothing was heard, and no time to move on in."""
_HISTORY: Final = 40
_HISTORY_STEP: Final = 0.1
_MODE: Final = modes.MODES["duet"]
"""An agent plays all the time, and hears the musician all the time."""


@dataclass(slots=True)
class AgentStatus:
    """How an agent is doing, for the performer.

    Attributes:
        heard: what it heard last, None for nothing yet.
        heard_at: when.
        frames: heard.
        rate: of them in a second.
        distance: between its synth and what it aims for, see ``PolicyStep``.
        resting: see ``PolicyStep``.
        distances: ten a second, the oldest first.
    """

    heard: HeardDescriptors | None = None
    heard_at: float = 0.0
    frames: int = 0
    rate: RateMeter = field(default_factory=RateMeter)
    distance: float = 0.0
    resting: bool = False
    distances: deque[float] = field(default_factory=lambda: deque(maxlen=_HISTORY))


class AgentBehaviour(ParameterHolder):
    """Lets an agent play: it moves with each frame that is heard, or every so many seconds.

    Events mean nothing to it, nor do modes, turns, temperatures and times between events.

    Args:
        agent: who plays.
        settings: how; of these, those of agents count.
        scheduler: keeps its time.
        stage: hears it.
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
        self._told = False
        self._take(agent)

    # What the performer asks for

    def start(self) -> None:
        """Begin to play."""
        self.started = True
        self._moved_at = self._scheduler.now()
        self._look()

    def stop(self) -> None:
        """End: nothing is played from now on, nothing is left sounding."""
        self.started = False
        if self._watch is not None:
            self._watch.cancel()
        self.halt()

    def halt(self, *, silence: bool = True) -> None:
        """Turn off what sounds, unless told not to."""
        if silence and self.last_output is not None:
            self._output.silence()

    def pause(self, *, silence: bool = True) -> None:
        """Listen, and do not move; what sounds is turned off unless told not to."""
        if not self.paused:
            self.paused = True
            self.halt(silence=silence)

    def resume(self) -> None:
        """Move again."""
        self.paused = False
        self._moved_at = self._scheduler.now()

    def reset(self) -> None:
        """It forgets what it has heard; the parameters go to the middle."""
        self.predictor.reset()

    def set_value(self, name: str, value: Any) -> None:
        """Sets a parameter.

        Raises:
            UserError: There is no such descriptor, or none that the network hears.
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
                self._means_nothing(name)
        setattr(self.settings, name, value)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Sets parameters together."""
        for name in values.keys() - {one.name for one in parameters_of(self.kind)}:
            self.set_value(name, values[name])
        vars(self.settings).update(values)
        self._take(self.predictor)

    def ramp_start(self, name: str) -> float | None:
        """From no limit, a ramp of the budget begins with a step of every parameter with each frame."""
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
        """Let another agent take over."""
        if agent.dimension != self.predictor.dimension:
            self.last_output = None
        self._take(agent)

    def take(self) -> None:
        """There are no turns."""

    def give(self) -> None:
        """There are no turns."""

    def _means_nothing(self, name: str) -> None:
        if not self._told:
            self._told = True
            instead = "aim, hear, budget and smooth say how it plays"
            self._output.notify("warning", f"{name} means nothing to an agent: {instead}")

    # What the musician does

    def hear(
        self,
        dt: float,
        values: tuple[float, ...],
        at: float,
        answerers: set[str] | None = None,
        *,
        may_answer: bool = True,
    ) -> None:
        """An event, which means nothing to it."""

    def held(self, source: str, held: bool, at: float) -> None:
        """Nothing that it knows of."""

    def listen(self, feats: HeardDescriptors, at: float) -> str:
        """A frame of descriptors was heard.

        Args:
            feats: it.
            at: when its last sample arrived.

        Returns:
            What is wrong with it, empty if nothing is.
        """
        if feats.parameters is not None and len(feats.parameters) != self.predictor.model.known.count:
            return (
                f"{len(feats.parameters)} parameters come with the descriptors, and {self.predictor.name} plays "
                f"{self.predictor.model.known.count}: is it the agent of this synth?"
            )
        status, now = self.status, self._scheduler.now()
        seconds = min(max(at - status.heard_at, 0.0), _LONGEST)
        status.heard, status.heard_at = feats, at
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

    # What others want to know

    @property
    def mode(self) -> modes.Mode:
        """The one mode."""
        return _MODE

    @property
    def turn(self) -> Turn:
        """Who plays now."""
        return Turn.YOU if self.paused else Turn.BOTH

    @property
    def max_gap(self) -> float:
        """Nothing is told of gaps."""
        return ranges.MAX_GAP.default

    @property
    def upcoming(self) -> tuple[float, tuple[float, ...]] | None:
        """It does not know before it hears."""
        return None

    # Playing

    def _take(self, agent: AgentPredictor) -> None:
        wishes = self.settings
        self.predictor = agent
        agent.aim, agent.policy = wishes.aim, wishes.steer
        agent.budget, agent.smoothing, agent.silence = wishes.budget, wishes.smooth, wishes.rest
        try:
            agent.hear(wishes.hear or agent.model.judged)
        except UserError as problem:
            wishes.hear = ()
            agent.hear(agent.model.judged)
            self._output.notify("warning", f"{problem}; what it has learned to match matters")

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

    def _look(self) -> None:
        """See whether anything is heard, and stroll where nothing is needed for that."""
        now = self._scheduler.now()
        silent = now - self.status.heard_at
        strolls = self.predictor.aim == "wander" and (silent >= _ALONE or not self.status.frames)
        if strolls:
            self._move(now, None)
        if not self._lost and silent >= _LOST:
            self._lost = True
            self._output.notify("warning", f"no descriptors have come for {_LOST:g} s: the synth stays where it is")
        self._watch = self._scheduler.at(now + (_STROLL if strolls else _ALONE), self._look)
