"""Parameters of players: values, changes and their form in files and command lines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from impsy_tui.engine.players.base import ParameterHolder, ParameterOwner
from impsy_tui.errors import UserError
from impsy_tui.language import Change
from impsy_tui.language.program import quoted
from impsy_tui.parameters import (
    AGENT,
    ENSEMBLE,
    MDRNN,
    PARAMETERS,
    SIGMA,
    TEMP,
    TRAINED,
    Kind,
    Parameter,
    defaults,
    parameters_of,
)


class EnsembleSettings(SimpleNamespace):
    """Values of the parameters of one ensemble, each an attribute with the parameter's name.

    Args:
        **values: Values other than the defaults.
    """

    def __init__(self, **values: Any) -> None:
        super().__init__(**_known(defaults(parameters_of(ENSEMBLE)), values))


class PlayerSettings(SimpleNamespace):
    """Values of the parameters of one player, each an attribute with the parameter's name.

    Only the configuration sets ``max_gap`` (seconds; None for the model's own, else the default). ``fitted`` holds
    the pi and sigma temperature that the training of the model found. ``trained`` names the temperatures that follow
    the model: nothing else has set them.

    Args:
        kind: Kind of player whose parameters are added to those of MDRNN players and agents.
        **values: Values other than the defaults.
    """

    trained: frozenset[str]

    def __init__(self, kind: str = "", **values: Any) -> None:
        fitted = TEMP.default, SIGMA.default
        trained = frozenset((TEMP.name, SIGMA.name)) - values.keys()
        known = {"max_gap": None, "fitted": fitted, "trained": trained, **defaults(parameters_of(MDRNN, AGENT, kind))}
        super().__init__(**_known(known, values))

    def follow_training(self, name: str, *, follows: bool) -> None:
        """Makes a temperature follow the training of each model, or keep its value."""
        self.trained = self.trained | {name} if follows else self.trained - {name}


def _known(known: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := values.keys() - known.keys():
        raise TypeError(f"no parameter is called {', '.join(sorted(unknown))}")
    return {**known, **values}


def value_of(player: ParameterOwner, parameter: Parameter) -> Any:
    """Returns the value of a parameter."""
    return player.behaviour.value(parameter.name)


def present_number(player: ParameterOwner, parameter: Parameter) -> float | None:
    """Returns the value of a numeric parameter; None if it is off, or the player does not have it."""
    if not has_parameter(player, parameter):
        return None
    value = player.behaviour.value(parameter.inverse or parameter.name)
    if parameter.inverse:
        return 1.0 / value if value else None
    return None if value is None or isinstance(value, tuple) else float(value)


def trained_parameters(behaviour: ParameterHolder) -> tuple[str, ...]:
    """Returns the parameters with a value that the training of the model found, other than the default."""
    return tuple(
        sorted(
            name
            for name in behaviour.settings.trained
            if behaviour.value(name) == behaviour.fitted(name) != PARAMETERS[name].default
        )
    )


def changed_number(player: ParameterOwner, parameter: Parameter, change: Change) -> float:
    """Returns the value of a numeric parameter after a relative change, within its limits.

    Raises:
        UserError: The parameter has no number now, or the lower limit is not a value.
    """
    present = present_number(player, parameter)
    if present is None:
        raise UserError(f"{parameter.name} has no number that could change: type a new value")
    number, limits = change.applied(present), parameter.limits
    if limits.above and number <= limits.low:
        raise UserError(f"{parameter.name} {number:g} {limits.refusal}")
    return limits.clamp(number)


def set_parameter(player: ParameterOwner, parameter: Parameter, value: Any) -> None:
    """Sets a parameter of a player, and of the auditioned model; ``TRAINED`` is the value that its model fits."""
    for behaviour in player.behaviours:
        behaviour.follow_training(parameter.name, follows=value == TRAINED)
        behaviour.set_value(parameter.name, behaviour.fitted(parameter.name) if value == TRAINED else value)


def has_parameter(player: ParameterOwner, parameter: Parameter) -> bool:
    """Returns True if a parameter has an effect on a player."""
    return any(behaviour.kind in parameter.scope for behaviour in player.behaviours)


def without_parameter(players: Sequence[ParameterOwner], parameter: Parameter) -> str:
    """Returns the message for players without a parameter."""
    names, kinds = ", ".join(player.name for player in players), " or ".join(parameter.scope)
    return f"{names} has no {parameter.name}: only a player of kind {kinds} has"


def present(behaviour: ParameterHolder) -> dict[str, Any]:
    """Returns the present values of all parameters of a behaviour's kind."""
    return {one.name: behaviour.value(one.name) for one in parameters_of(behaviour.kind)}


def captured(behaviour: ParameterHolder, *kinds: str) -> dict[str, Any]:
    """Returns the values that scenes have, of a behaviour's kind and of ``kinds`` that may replace the behaviour."""
    return {one.name: behaviour.value(one.name) for one in parameters_of(*kinds, behaviour.kind) if one.in_scenes}


def table(values: Mapping[str, Any], parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Returns values in the form of files."""
    return {
        one.keys[0]: one.none if values[one.name] is None else values[one.name]
        for one in parameters
        if one.name in values
    }


def read_values(table: Mapping[str, Any], parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Returns the values of a file's table, without parameters that the table omits.

    Raises:
        ValueError: A value is not allowed; the message names the parameter.
    """
    return {one.name: one.check(table[key], key) for one, key in keys_in(table, parameters)}


def read_trained(table: Mapping[str, Any]) -> frozenset[str]:
    """Returns the parameters of a file's table that follow the training of the model.

    Raises:
        ValueError: The training finds no value of a parameter.
    """
    names, known = frozenset(table.get(TRAINED, ())), [one.name for one in PARAMETERS.values() if TRAINED in one.more]
    if unknown := names.difference(known):
        raise ValueError(f"{TRAINED}: {', '.join(map(repr, unknown))} is not one of {', '.join(known)}")
    return names


def keys_in(table: Mapping[str, Any], parameters: Iterable[Parameter]) -> Iterator[tuple[Parameter, str]]:
    """Yields the parameters that a file's table has, and their keys; of two keys, the present one."""
    for one in parameters:
        if (key := next(filter(table.__contains__, one.keys), None)) is not None:
            yield one, key


def command_lines(
    values: Mapping[str, Any], parameters: Iterable[Parameter], to: str, trained: Iterable[str] = ()
) -> str:
    """Returns values as a command line, with ``to`` before each command; ``trained`` ones follow the model."""
    values = {**values, **dict.fromkeys(trained, TRAINED)}
    settable = [(one, values[one.name]) for one in parameters if one.example and one.name in values]
    return "; ".join(
        f"{to}{one.name} {quoted(value) if one.kind is Kind.FILE else one.written(value)}" for one, value in settable
    )
