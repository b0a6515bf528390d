"""Values of the parameters of players: read, set and checked by their declaration."""

from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Protocol

from impsy_tui.parameters import AGENT, MDRNN, Parameter, defaults, parameters_of


class PlayerSettings(SimpleNamespace):
    """Values of the parameters of one player, each under the parameter's name.

    ``max_gap`` (seconds; None takes the model's own, else the default) is set by the configuration alone.
    """

    def __init__(self, kind: str = "", **values: Any) -> None:
        """Takes values other than the defaults, for a kind of player other than those that can replace each other."""
        known = {"max_gap": None, **defaults(parameters_of(MDRNN, AGENT, kind))}
        if unknown := values.keys() - known.keys():
            raise TypeError(f"no parameter is called {', '.join(sorted(unknown))}")
        super().__init__(**known | values)


class HasParameters(Protocol):
    """Implementation of one kind of player; see ``ParameterHolder``."""

    kind: str

    @property
    def settings(self) -> Any:
        """The values, each an attribute."""

    def set_value(self, name: str, value: Any) -> None:
        """Sets a parameter."""

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Sets parameters together."""

    def ramp_start(self, name: str) -> float | None:
        """Number that a ramp begins with while the value is None."""


class ParameterHolder:
    """Base of the implementations of players.

    Attributes:
        kind: the scope of its parameters.
        settings: the values, each an attribute.
    """

    kind: str
    settings: Any

    def set_value(self, name: str, value: Any) -> None:
        """Sets a parameter. A value that means nothing to this kind is kept for another one."""
        setattr(self.settings, name, value)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Sets parameters together."""
        for name, value in values.items():
            self.set_value(name, value)

    def ramp_start(self, name: str) -> float | None:
        """Number that a ramp begins with while the value is None; None for the end of the ramp."""
        return None


class Parametric(Protocol):
    """A player as the parameters see it.

    Attributes:
        name: of the player.
    """

    name: str

    @property
    def behaviour(self) -> HasParameters:
        """What plays."""

    @property
    def behaviours(self) -> Sequence[HasParameters]:
        """What plays, and what is auditioned."""


def value_of(player: Parametric, parameter: Parameter) -> Any:
    """Returns the value of a parameter."""
    return getattr(player.behaviour.settings, parameter.name)


def set_parameter(player: Parametric, parameter: Parameter, value: Any) -> None:
    """Sets a parameter of a player, and of the model that is auditioned there."""
    for behaviour in player.behaviours:
        behaviour.set_value(parameter.name, value)


def has_parameter(player: Parametric, parameter: Parameter) -> bool:
    """True if a parameter means something to a player."""
    return any(behaviour.kind in parameter.scope for behaviour in player.behaviours)


def without_parameter(players: Sequence[Parametric], parameter: Parameter) -> str:
    """Returns the message for players that do not have a parameter."""
    names, kinds = ", ".join(player.name for player in players), " or ".join(parameter.scope)
    return f"{names} has no {parameter.name}: only a player of kind {kinds} has"


def captured(behaviour: HasParameters, *kinds: str) -> dict[str, Any]:
    """Returns the values of a player: of its own kind, and of others that may take its place."""
    return {one.name: getattr(behaviour.settings, one.name) for one in parameters_of(*kinds, behaviour.kind)}


def table(values: Mapping[str, Any], parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Returns values as files keep them."""
    return {
        one.name: one.none if values[one.name] is None else values[one.name]
        for one in parameters
        if one.name in values
    }


def read_values(table: Mapping[str, Any], parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Returns the values that a file keeps; what it does not have is left out.

    Raises:
        ValueError: One of them is not allowed; the message says which.
    """
    found = ((one, table.get(one.name, table.get(one.earlier or one.name, _MISSING))) for one in parameters)
    return {one.name: one.check(value) for one, value in found if value is not _MISSING}


_MISSING = object()


def command_lines(values: Mapping[str, Any], parameters: Iterable[Parameter], to: str) -> str:
    """Returns values as a command line, for the player that is addressed by ``to``."""
    settable = (one for one in parameters if one.example and one.name in values)
    return "; ".join(f"{to}{one.name} {one.written(values[one.name])}" for one in settable)
