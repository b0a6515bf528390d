"""Part of a scene for a player."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class PlayerScene:
    """Settings of one player.

    Attributes:
        model: name of the model; empty for the dummy, None if a file does not name it.
        kind: kind of player.
        values: values of the parameters by name.
        shaped: values of the parameters of dimensions by name, and by the number of the dimension from 1.
        forced: gesture (of ``choices.GESTURES``) that a follower of an ensemble must play, by follower.
        classifier: name of the classifier of an ensemble; empty if a file does not name it.
        trained: temperatures that follow the model, for ``undo`` only; None leaves the present ones.
    """

    model: str | None
    kind: str
    values: Mapping[str, Any]
    shaped: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)
    forced: Mapping[str, str] = field(default_factory=dict)
    classifier: str = ""
    trained: frozenset[str] | None = None
