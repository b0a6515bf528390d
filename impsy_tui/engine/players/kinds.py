"""Parts of every kind of player: what a seat and a session need of one, and which is whose."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from impsy_tui import modes
from impsy_tui.agent.predictor import AgentPredictor
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.players.agent import AgentBehaviour, AgentOutput
from impsy_tui.engine.players.mdrnn import MdrnnBehaviour
from impsy_tui.engine.players.settings import PlayerSettings
from impsy_tui.engine.players.turn_taking import Turn
from impsy_tui.engine.runtime.scheduler import Scheduler
from impsy_tui.prediction import Predictor

AnyPredictor = Predictor | AgentPredictor
"""Whoever can have a seat."""


class PlayerBehaviour(Protocol):
    """One player's part in the performance; ``mdrnn.MdrnnPlayer`` is that of players that answer events with events.

    What means nothing to a kind of player is kept, and changes nothing.

    Attributes:
        kind: the scope of its parameters.
        settings: their values.
        paused: whether it may not play.
        started: whether the performance has begun.
        played: how often it has played.
        last_output: what it played last, None for nothing yet.
        last_output_at: when that was.
        cause: what the output that is being played answers, as ``hear`` was told; None for nothing.
    """

    kind: str
    settings: PlayerSettings
    paused: bool
    started: bool
    played: int
    last_output: tuple[float, ...] | None
    last_output_at: float
    cause: set[str] | None

    @property
    def predictor(self) -> AnyPredictor:
        """Who plays."""

    @property
    def mode(self) -> modes.Mode:
        """The mode in force."""

    @property
    def turn(self) -> Turn:
        """Who plays now."""

    @property
    def max_gap(self) -> float:
        """Seconds; the longest dt that the player is told of."""

    @property
    def upcoming(self) -> tuple[float, tuple[float, ...]] | None:
        """When what it will play next will sound, and its values; None if that is not known."""

    @property
    def skipped(self) -> int:
        """What was left out because it was late."""

    @property
    def replaced(self) -> int:
        """What gave way to a later event on its line of the grid."""

    # What the musician does

    def hear(
        self,
        dt: float,
        values: tuple[float, ...],
        at: float,
        cause: set[str] | None = None,
        *,
        may_answer: bool = True,
    ) -> None:
        """The musician played; see ``MdrnnPlayer.hear``."""

    def held(self, source: str, held: bool, at: float) -> None:
        """The musician holds something down on a channel, or no longer does."""

    # What the performer asks for

    def start(self) -> None:
        """Begin to play."""

    def stop(self) -> None:
        """End: nothing is played from now on, nothing is left sounding."""

    def halt(self, *, silence: bool = True) -> None:
        """Take back what was to be played, and (unless told not to) turn off what sounds."""

    def pause(self, *, silence: bool = True) -> None:
        """Listen, but play nothing; what sounds is turned off unless told not to."""

    def resume(self) -> None:
        """Play again, in time from now."""

    def take(self) -> None:
        """The musician takes the turn."""

    def give(self) -> None:
        """The musician gives the player the turn."""

    def reset(self) -> None:
        """The player forgets what it has heard."""

    def set_value(self, name: str, value: Any) -> None:
        """Sets a parameter."""

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Sets parameters together."""

    def ramp_start(self, name: str) -> float | None:
        """Number that a ramp begins with while the value is None."""


def make_behaviour(
    predictor: AnyPredictor,
    settings: PlayerSettings,
    scheduler: Scheduler,
    output: AgentOutput,
    random: np.random.Generator,
    tempo: Tempo,
) -> PlayerBehaviour:
    """The part of a player, by its kind; see ``MdrnnPlayer``."""
    if isinstance(predictor, AgentPredictor):
        return AgentBehaviour(predictor, settings, scheduler, output)
    return MdrnnBehaviour(predictor, settings, scheduler, output, random, tempo)


def agent_behaviours(behaviours: Sequence[PlayerBehaviour]) -> list[AgentBehaviour]:
    """Those of the parts that hear descriptors."""
    return [behaviour for behaviour in behaviours if isinstance(behaviour, AgentBehaviour)]


def replace_predictor(behaviour: PlayerBehaviour, predictor: AnyPredictor) -> bool:
    """Let another player have a part; whether it is one for a player of this kind."""
    if isinstance(behaviour, AgentBehaviour) and isinstance(predictor, AgentPredictor):
        behaviour.change_predictor(predictor)
        return True
    if isinstance(behaviour, MdrnnBehaviour) and not isinstance(predictor, AgentPredictor):
        behaviour.change_predictor(predictor)
        return True
    return False
