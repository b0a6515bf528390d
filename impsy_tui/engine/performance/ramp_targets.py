"""Tracks of ramps: parameters with their present value, their end value and their setter."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from impsy_tui.engine.performance.ramps import Key, RampTrack
from impsy_tui.engine.players.base import ParameterOwner
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.settings import has_parameter, set_parameter, value_of
from impsy_tui.language import Invocation
from impsy_tui.parameters import PARAMETERS, Parameter

_BY_INDEX: Final = {"hold": ("hold",), "range": ("low", "high"), "release": ("hold", "low", "high")}


def ramp(player: ParameterOwner, parameter: Parameter, end: float) -> RampTrack:
    """Returns the track of a player's parameter, from its present value."""
    now = value_of(player, parameter)
    if now is None:
        now = player.behaviour.ramp_start(parameter.name)

    def set_value(value: float) -> None:
        set_parameter(player, parameter, value)

    key = (player.name, parameter.name, -1)
    return RampTrack(key, end if now is None else now, end, set_value, log=parameter.ramp == "log")


def ramps_to(player: ParameterOwner, values: Mapping[str, Any]) -> Iterator[RampTrack]:
    """Yields the tracks to all values that a ramp can reach."""
    for name, end in values.items():
        if PARAMETERS[name].ramp and end is not None:
            yield ramp(player, PARAMETERS[name], end)


def switches_to(player: ParameterOwner, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values that a ramp does not reach."""
    return {
        name: end
        for name, end in values.items()
        if not PARAMETERS[name].ramp or end is None or value_of(player, PARAMETERS[name]) is None
    }


def hold(player: Player, index: int, end: float) -> RampTrack:
    """Returns the track of a held dimension; one that is not held yet starts from the value that sounds."""
    now = player.shaping.held.get(index, player.sounding_at(index))

    def set_value(value: float) -> None:
        player.shaping.held[index] = value

    return RampTrack((player.name, "hold", index), end if now is None else now, end, set_value)


def ranged(player: Player, index: int, low: float, high: float) -> Iterator[RampTrack]:
    """Yields the tracks of both ends of the range of a dimension."""

    def set_low(value: float) -> None:
        player.shaping.ranged[index] = (value, player.shaping.ranged.get(index, (0.0, 1.0))[1])

    def set_high(value: float) -> None:
        player.shaping.ranged[index] = (player.shaping.ranged.get(index, (0.0, 1.0))[0], value)

    low_now, high_now = player.shaping.ranged.get(index, (0.0, 1.0))
    yield RampTrack((player.name, "low", index), low_now, low, set_low)
    yield RampTrack((player.name, "high", index), high_now, high, set_high)


def tracks_of(invocation: Invocation, players: Sequence[ParameterOwner]) -> Iterator[RampTrack]:
    """Yields the tracks of a command behind ``over``. Its dimensions must exist."""
    numbers = [value for value in invocation.values.values() if isinstance(value, float)]
    match invocation.command.name:
        case "hold" | "range" as name:
            for one in (player for player in players if isinstance(player, Player)):
                for index in _indices(invocation, 0):
                    if name == "hold":
                        yield hold(one, index, numbers[0])
                    else:
                        yield from ranged(one, index, numbers[0], numbers[1])
        case _ if invocation.command.parameter is not None:
            parameter, end = invocation.command.parameter.typed(numbers[0])
            for player in players:
                if has_parameter(player, parameter):
                    yield ramp(player, parameter, end)


def keys_of(invocation: Invocation, players: Sequence[ParameterOwner], width: int) -> Iterator[Key]:
    """Yields the parameters that a command sets at once, so that ramps release them.

    Args:
        invocation: the command.
        players: players of the command.
        width: number of dimensions of the instrument.
    """
    name, parameter = invocation.command.name, invocation.command.parameter
    if name == "quantise" and "at" in invocation.values:
        yield ("", "tempo", -1)
    if parameter is not None:
        yield from ((player.name, parameter.inverse or name, -1) for player in players)
    for setting in _BY_INDEX.get(name, ()):
        for player in players:
            yield from ((player.name, setting, index) for index in _indices(invocation, width))


def _indices(invocation: Invocation, width: int) -> Sequence[int]:
    numbers = invocation.values.get("dimensions")
    return [number - 1 for number in numbers] if isinstance(numbers, tuple) else range(width)
