"""Part of a scene for a player or an ensemble."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from impsy_tui.engine.players.routing import Routing
from impsy_tui.parameters import DIMENSION, ENSEMBLE, FOLLOWER, MDRNN, Parameter, parameters_of


@dataclass(frozen=True, slots=True)
class PlayerScene:
    """Settings of one player.

    Attributes:
        model: name of the model; empty for the dummy, None if a file does not name it.
        kind: kind of player.
        values: values of the parameters by name.
        items: values of single dimensions or followers by name of the parameter. Dimensions have numbers from 1,
            followers have names.
        trained: temperatures that follow the training of the model.
        blended: name of the second model; empty for none.
        routing: values and channels that the player hears and plays; None leaves the present ones.
    """

    model: str | None
    kind: str
    values: Mapping[str, Any]
    items: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)
    trained: frozenset[str] = frozenset()
    blended: str = ""
    routing: Routing | None = None


def saved_parameters(kind: str) -> list[Parameter]:
    """Returns the parameters in scenes of a kind of player, those of a model that may replace an agent among them."""
    return parameters_of(ENSEMBLE) if kind == ENSEMBLE else parameters_of(MDRNN, kind)


def item_parameters(kind: str) -> list[Parameter]:
    """Returns the parameters of single dimensions or followers of a kind of player."""
    return parameters_of(FOLLOWER if kind == ENSEMBLE else DIMENSION)
