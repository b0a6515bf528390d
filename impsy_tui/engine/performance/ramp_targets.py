"""Tracks of ramps: parameters with their present value, their end value and their setter."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from impsy_tui.engine.io.dimension_routing import read_dimension
from impsy_tui.engine.io.mappings import Mappings, MappingState, is_dimension
from impsy_tui.engine.io.target_ends import MovingEnd
from impsy_tui.engine.performance.ramps import Key, RampTrack
from impsy_tui.engine.players.base import ParameterOwner
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.settings import has_parameter, set_parameter, value_of
from impsy_tui.errors import UserError
from impsy_tui.language import Invocation
from impsy_tui.language.mapping_completion import ARROW
from impsy_tui.language.table.dimensions import GIVEN_OFF
from impsy_tui.language.table.players import ENDING_BLENDS
from impsy_tui.parameters import (
    BLEND,
    DIMENSION,
    ENDS,
    FOLLOWER,
    GIVEN,
    GIVEN_DT,
    OUTPUT,
    PARAMETERS,
    QUANTISE,
    TEMPO,
    Kind,
    Parameter,
    parameters_of,
)


def ramp(player: ParameterOwner, parameter: Parameter, end: float, *, follows: bool = False) -> RampTrack:
    """Returns the track of a player's parameter, from its present value.

    If ``follows``, the parameter follows the training of the model once it is at the end.
    """
    now = value_of(player, parameter)
    if now is None or isinstance(now, tuple):
        now = player.behaviour.ramp_start(parameter.name)

    def set_value(value: float) -> None:
        set_parameter(player, parameter, value)
        for behaviour in player.behaviours if follows and value == end else ():
            behaviour.follow_training(parameter.name, follows=True)

    key = (player.name, parameter.name, -1)
    return RampTrack(key, end if now is None else now, end, set_value, log=parameter.ramp == "log")


def ramps_to(player: ParameterOwner, values: Mapping[str, Any], trained: Collection[str] = ()) -> Iterator[RampTrack]:
    """Yields the tracks to all values that a ramp can reach; ``trained`` ones follow the model at the end."""
    for name, end in values.items():
        if PARAMETERS[name].ramp and end is not None and not isinstance(end, tuple):
            yield ramp(player, PARAMETERS[name], end, follows=name in trained)


def switches_to(player: ParameterOwner, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values that a ramp does not reach."""
    return {
        name: end
        for name, end in values.items()
        if not is_ramped(PARAMETERS[name], value_of(player, PARAMETERS[name]), end)
    }


def is_ramped(parameter: Parameter, now: Any, end: Any) -> bool:
    """Returns True if a ramp leads from one value to another: both are numbers, or both are the pairs of a range."""
    if not parameter.ramp or now is None or end is None:
        return False
    return parameter.kind is Kind.PAIR or not (isinstance(now, tuple) or isinstance(end, tuple))


def dimension_ramps(player: Player, parameter: Parameter, index: int, end: Any) -> Iterator[RampTrack]:
    """Yields the tracks of a parameter of a dimension: one for a number, two for a pair, none for a range.

    A number without a present value starts from the value that sounds.
    """
    shaping = player.shaping

    def set_value(value: float | None) -> None:
        others = {each: kept for each, kept in shaping.values(parameter).items() if each != index}
        shaping.replace(parameter, others if value is None else others | {index: value})

    def set_end(number: int, value: float) -> None:
        pair = [*shaping.values(parameter).get(index, parameter.default)]
        pair[number] = value
        shaping.replace(parameter, shaping.values(parameter) | {index: tuple(pair)})

    now = shaping.values(parameter).get(index, parameter.default)
    if parameter.kind is Kind.PAIR:
        for number, name in enumerate(ENDS):
            yield RampTrack((player.name, name, index), now[number], end[number], partial(set_end, number))
        return
    if isinstance(end, tuple):
        return
    now = player.sounding_at(index) if now is None or isinstance(now, tuple) else now
    yield RampTrack((player.name, parameter.name, index), end if now is None else now, end, set_value)


def tracks_of_ends(mappings: Mappings, text: str) -> Iterator[RampTrack]:
    """Yields the tracks of low and high of a target, as typed behind ``over … map``.

    Raises:
        UserError: The text is no target with ends that the dimension plays.
    """
    source, _, target = map(str.strip, text.partition(ARROW))
    if not target or not is_dimension(source):
        raise UserError("over moves low and high of targets: over 8s map x3 -> cc 1 74 20 100")
    (number,) = read_dimension(source)
    yield from (_track_of_end(number, one) for one in mappings.outputs.moving_ends(number, target))


def tracks_of_targets(mappings: Mappings, state: MappingState) -> Iterator[RampTrack]:
    """Yields the tracks of low and high of the targets that a scene has with other ends."""
    if state.targets is not None:
        yield from (_track_of_end(number, one) for number, one in mappings.outputs.ends_to(state.targets))


def _track_of_end(number: int, one: MovingEnd) -> RampTrack:
    return RampTrack(("", one.key, number - 1), one.start, one.end, one.set_value)


def tracks_of(invocation: Invocation, players: Sequence[ParameterOwner]) -> Iterator[RampTrack]:
    """Yields the tracks of a command behind ``over``. Its dimensions must exist."""
    numbers = [value for value in invocation.values.values() if isinstance(value, float)]
    command = invocation.command
    if command.parameter is None:
        return
    if DIMENSION in command.parameter.scope:
        end = numbers[0] if len(numbers) == 1 else tuple(numbers)
        for one in (player for player in players if isinstance(player, Player)):
            for index in _indices(invocation, 0):
                yield from dimension_ramps(one, command.parameter, index, end)
        return
    parameter, number = command.parameter.typed(numbers[0])
    for player in players:
        if has_parameter(player, parameter):
            yield ramp(player, parameter, number)


def keys_of(invocation: Invocation, players: Sequence[ParameterOwner], width: int) -> Iterator[Key]:
    """Yields the parameters that a command sets at once, so that ramps release them.

    Args:
        invocation: the command.
        players: players of the command.
        width: number of dimensions of the instrument.
    """
    command = invocation.command
    if command.name == QUANTISE.name and "at" in invocation.values:
        yield ("", TEMPO.name, -1)
    released = parameters_of(DIMENSION) if command.name == "release" else []
    if command.name == GIVEN_OFF:
        released = [GIVEN, GIVEN_DT]
    if command.name in ENDING_BLENDS:
        released = [BLEND]
    parameters = released if command.parameter is None else [command.parameter]
    for parameter in parameters:
        names = ENDS if parameter.kind is Kind.PAIR else (parameter.inverse or parameter.name,)
        indices = _indices(invocation, width) if DIMENSION in parameter.scope else [-1]
        if FOLLOWER in parameter.scope or OUTPUT in parameter.scope:
            names = (f"{parameter.name} {next(iter(invocation.values.values()))}",)
        yield from ((player.name, name, index) for player in players for name in names for index in indices)


def _indices(invocation: Invocation, width: int) -> Sequence[int]:
    numbers = invocation.values.get("dimensions")
    return [int(number) - 1 for number in numbers] if isinstance(numbers, tuple) else range(width)
