"""Targets of patterns: the parameters of players and the dimensions that a pattern moves."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, Protocol

from impsy_tui.engine.performance import ramp_targets
from impsy_tui.engine.performance.patterns.run import PatternRun, Target
from impsy_tui.engine.performance.ramps import Key, RampTrack
from impsy_tui.engine.players.base import ParameterOwner
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.players.settings import has_parameter, without_parameter
from impsy_tui.errors import UserError
from impsy_tui.language import Invocation
from impsy_tui.language.patterns.events import Hole, PatternValue
from impsy_tui.language.patterns.nodes import values_in
from impsy_tui.language.patterns.pattern import CyclicPattern
from impsy_tui.parameters import DIMENSION, FOLLOWER, HOLD, OUTPUT, TEMPO, Kind, Parameter

PLAY: Final = "play"
_NUMERIC: Final = (Kind.NUMBER, Kind.TIME, Kind.PAIR)


class StepOutput(Protocol):
    """Output of the steps of dimensions, which sound together when all due steps are set."""

    def hold(self, player: Player, index: int) -> None:
        """Sends a held dimension."""

    def play(self, index: int, value: float, at: float) -> None:
        """Plays a dimension as the musician."""

    def rest(self, index: int) -> None:
        """Ends the note of a dimension that was played."""

    def carry_out(self, invocation: Invocation) -> None:
        """Carries out a command with the value of a step."""


def pattern_of(line: Invocation) -> tuple[str, CyclicPattern] | None:
    """Returns the argument of a command that is a pattern, and the pattern; None without one.

    Raises:
        UserError: Two arguments are patterns.
    """
    found = [(name, value) for name, value in line.values.items() if isinstance(value, CyclicPattern)]
    if len(found) > 1:
        raise UserError(f"{line.command.name} takes one pattern: write a number for the other value")
    return found[0] if found else None


def continued_line(line: Invocation, run: PatternRun, now: float) -> str:
    """Returns a running pattern as a line that continues at its present position when it is typed."""
    found = pattern_of(line)
    assert found is not None
    name, pattern = found
    position = run.position(now)
    if position < 0.0:
        return str(line)
    passed = position if pattern.cycle.seconds else math.floor(position)
    words = (pattern.behind, f"shift {-passed:.9g}" if passed else "", "" if pattern.now else "now")
    behind = " ".join(filter(None, words))
    return str(replace(line, values={**line.values, name: replace(pattern, behind=behind)}))


def targets_of(line: Invocation, session: Session, output: StepOutput) -> dict[Key, Target]:
    """Returns the targets of a command with a pattern.

    Args:
        line: the command.
        session: session with the players.
        output: sounds steps of dimensions.

    Raises:
        UserError: No player has the parameter, or a dimension or the player of a hole is missing.
    """
    found = pattern_of(line)
    assert found is not None
    name, pattern = found
    _check_dimensions(line, session)
    for layer in pattern.layers:
        for value in values_in(layer):
            if isinstance(value, Hole) and value.player:
                session.value_players_for(value.player)
    parameter = line.command.parameter
    if parameter is None:
        targets = list(_played(line, session, output))
    else:
        about = line.command.about
        players = session.players_of(line.player, about) if line.command.player else (session.parameters,)
        of = _numbers if parameter.kind in _NUMERIC and OUTPUT not in parameter.scope else _words
        _check_players(line, players, parameter)
        targets = list(of(line, name, players, parameter, session.dimension - 1, output))
    several = len(pattern.layers) > 1 and len({target.key[2] for target in targets}) > 1
    numbers = line.values.get("dimensions")
    order = [number - 1 for number in numbers] if isinstance(numbers, tuple) else []
    return {
        target.key: replace(target, layer=order.index(target.key[2]) % len(pattern.layers)) if several else target
        for target in targets
    }


def _check_dimensions(line: Invocation, session: Session) -> None:
    numbers = line.values.get("dimensions", ())
    last = session.dimension - 1
    if isinstance(numbers, tuple) and (beyond := [one for one in numbers if one > last]):
        raise UserError(f"there is no x{beyond[0]}: the last is x{last}")


def _check_players(line: Invocation, players: Sequence[ParameterOwner], parameter: Parameter) -> None:
    if DIMENSION in parameter.scope:
        numbers = line.values.get("dimensions", ())
        assert isinstance(numbers, tuple)
        plays = {index for player in players if isinstance(player, Player) for index in player.plays}
        if plays.isdisjoint(number - 1 for number in numbers):
            raise UserError(f"{line.command.name} has no effect: no player of the command plays these dimensions")
        return
    if FOLLOWER in parameter.scope or OUTPUT in parameter.scope:
        return
    having = [player for player in players if has_parameter(player, parameter)]
    if not having:
        raise UserError(without_parameter(players, parameter))
    meant = parameter.inverse or parameter.name
    if why := next(filter(None, (player.behaviour.refusal(meant) for player in having)), ""):
        raise UserError(why)


def _numbers(
    line: Invocation,
    name: str,
    players: Sequence[ParameterOwner],
    parameter: Parameter,
    width: int,
    output: StepOutput,
) -> Iterator[Target]:
    """Yields the targets of a numeric parameter, which the setters of ramps set."""
    sample = replace(line, values={**line.values, name: parameter.limits.clamp(1.0)})
    by_name = {player.name: player for player in players}
    for track in ramp_targets.tracks_of(sample, players):
        owner, part, index = track.key
        if parameter.kind is Kind.PAIR and part != name:
            track.set_value(track.end)
            continue
        player = by_name[owner]
        if parameter is HOLD and isinstance(player, Player):
            yield _held(track, player, index, output)
        else:
            yield Target(track.key, None, partial(_set_number, track, parameter))


def _set_number(track: RampTrack, parameter: Parameter, value: PatternValue, at: float) -> None:
    given = parameter.limits.clamp(value) if isinstance(value, float) else value
    if parameter.kind is Kind.PAIR and isinstance(given, float):
        track.set_value(given)
    else:
        track.set_value(parameter.typed(given)[1])


def _held(track: RampTrack, player: Player, index: int, output: StepOutput) -> Target:
    """Returns the target of a held dimension."""

    def set_value(value: PatternValue, at: float) -> None:
        if isinstance(value, float):
            track.set_value(HOLD.limits.clamp(value))
            output.hold(player, index)

    def open_hole(name: str, at: float) -> None:
        if name in ("", player.name):
            player.shaping.held.pop(index, None)

    return Target(track.key, None, set_value, open_hole)


def _words(
    line: Invocation,
    name: str,
    players: Sequence[ParameterOwner],
    parameter: Parameter,
    width: int,
    output: StepOutput,
) -> Iterator[Target]:
    """Yields the targets of other parameters, which their commands set."""
    for key in ramp_targets.keys_of(line, players, width):
        owner, part, index = key
        if part == TEMPO.name and parameter is not TEMPO:
            continue
        dimensions = {"dimensions": (index + 1,)} if index >= 0 else {}
        one = replace(line, player=owner, values={**line.values, **dimensions})
        yield Target(key, None, _setter(one, name, parameter, output.carry_out))


def _setter(
    line: Invocation, name: str, parameter: Parameter, carry_out: Callable[[Invocation], None]
) -> Callable[[PatternValue, float], None]:
    def set_value(value: PatternValue, at: float) -> None:
        if isinstance(value, float):
            value = parameter.limits.clamp(value)
            value = float(round(value)) if parameter.kind is Kind.WHOLE else value
        if isinstance(value, bool | float | str):
            carry_out(replace(line, values={**line.values, name: value}))

    return set_value


def _played(line: Invocation, session: Session, output: StepOutput) -> Iterator[Target]:
    """Yields the dimensions that the musician's patterns play."""
    numbers = line.values["dimensions"]
    assert isinstance(numbers, tuple)
    for number in numbers:
        yield _played_dimension(int(number) - 1, session, output)


def _played_dimension(index: int, session: Session, output: StepOutput) -> Target:
    def set_value(value: PatternValue, at: float) -> None:
        if isinstance(value, float):
            output.play(index, min(max(value, 0.0), 1.0), at)

    def open_hole(name: str, at: float) -> None:
        player = session.players.get(name or session.focus)
        expected = None if player is None else player.expected_at(index)
        if expected is not None:
            output.play(index, expected, at)

    return Target(("", PLAY, index), None, set_value, open_hole, lambda: output.rest(index))
