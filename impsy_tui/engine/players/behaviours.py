"""Behaviours by kind of predictor."""

from collections.abc import Sequence

import numpy as np

from impsy_tui.agent.predictor import AgentPredictor
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.players.agent import AgentBehaviour
from impsy_tui.engine.players.base import BehaviourOutput
from impsy_tui.engine.players.mdrnn import MdrnnBehaviour
from impsy_tui.engine.players.settings import PlayerSettings
from impsy_tui.engine.runtime.scheduler import Scheduler
from impsy_tui.mdrnn.predictor import MdrnnPredictor
from impsy_tui.prediction import Outlook, Predictor

AnyPredictor = Predictor | AgentPredictor

PlayerBehaviour = MdrnnBehaviour | AgentBehaviour
"""Behaviour of a player of values. Parameters without effect on a kind are kept for the other kind."""


def make_behaviour(
    predictor: AnyPredictor,
    settings: PlayerSettings,
    scheduler: Scheduler,
    output: BehaviourOutput,
    random: np.random.Generator,
    tempo: Tempo,
) -> PlayerBehaviour:
    """Returns the behaviour for a predictor; see ``MdrnnBehaviour`` for the arguments."""
    if isinstance(predictor, AgentPredictor):
        return AgentBehaviour(predictor, settings, scheduler, output)
    return MdrnnBehaviour(predictor, settings, scheduler, output, random, tempo)


def agent_behaviours(behaviours: Sequence[PlayerBehaviour]) -> list[AgentBehaviour]:
    """Returns the behaviours that hear descriptors."""
    return [behaviour for behaviour in behaviours if isinstance(behaviour, AgentBehaviour)]


def blended_predictor(behaviour: PlayerBehaviour) -> MdrnnPredictor | None:
    """Returns the second predictor of a behaviour, None for none."""
    return behaviour.blended if isinstance(behaviour, MdrnnBehaviour) else None


def outlook_of(behaviour: PlayerBehaviour) -> tuple[Outlook | None, float | None]:
    """Returns the distribution of the next event and the surprise by the musician, None if unknown."""
    if not isinstance(behaviour.predictor, MdrnnPredictor):
        return None, None
    return behaviour.predictor.outlook, behaviour.predictor.surprise.look()


def replace_predictor(behaviour: PlayerBehaviour, predictor: AnyPredictor) -> bool:
    """Gives a behaviour another predictor; returns False if the predictor needs another kind of behaviour."""
    if isinstance(behaviour, AgentBehaviour) and isinstance(predictor, AgentPredictor):
        behaviour.change_predictor(predictor)
        return True
    if isinstance(behaviour, MdrnnBehaviour) and not isinstance(predictor, AgentPredictor):
        behaviour.change_predictor(predictor)
        return True
    return False
