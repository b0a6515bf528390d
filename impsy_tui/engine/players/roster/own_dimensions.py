"""Numbers of a player's dimensions in commands with ``@name``, translated to those of the instrument."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.roster.roster import Roster
from impsy_tui.errors import UserError
from impsy_tui.language import Invocation
from impsy_tui.language.mapping_completion import ARROW, MAPPING
from impsy_tui.language.program import Value
from impsy_tui.parameters import PARAMETERS

_NUMBERED: Final = re.compile(r'"[^"]*"|(?<!\S)x(\d{1,4})(?:\s*-\s*x(\d{1,4}))?(?!\S)', re.ASCII)
"""A quoted name, which stays as it is, or dimensions."""


def in_instrument(roster: Roster, step: Invocation) -> list[Invocation]:
    """Returns a command with the numbers of the instrument, once for each of its players.

    With ``@name``, x1 of commands with ``Command.own`` is the first dimension that the player plays; of a source, the
    first one that the player hears. Other commands are returned unchanged.

    Raises:
        UserError: There is no such player, or the player has fewer dimensions.
    """
    if not step.command.own or not step.player:
        return [step]
    return [_translated(step, player) for player in roster.value_players_for(step.player)]


def _translated(step: Invocation, player: Player) -> Invocation:
    is_mapping = step.command.name in MAPPING

    def translated(value: Value) -> Value:
        if isinstance(value, tuple):
            return tuple(_number(int(number), player, player.plays) for number in value)
        if is_mapping:
            return _mapping(str(value), player)
        return _numbers(str(value), player, player.plays)

    values = {name: translated(value) for name, value in step.values.items()}
    return replace(step, values=values, player="" if is_mapping else player.name)


def _mapping(text: str, player: Player) -> str:
    """Returns a text of ``map`` or ``unmap``: a target of the player, a source, or a control of its parameter."""
    source, arrow, target = map(str.strip, text.partition(ARROW))
    first, *rest = source.split() or [""]
    is_dimension = _NUMBERED.fullmatch(first) is not None and not first.startswith('"')
    if arrow and is_dimension:
        return f"{_numbers(source, player, player.plays)} {ARROW} {target}"
    if arrow:
        return f"{source} {ARROW} {_numbers(target, player, player.hears)}".strip()
    at = next((index for index, word in enumerate(rest) if word in PARAMETERS), None)
    if at is not None:
        control, parameter = (" ".join(words) for words in ([first, *rest[:at]], rest[at:]))
        moved = _numbers(parameter, player, player.plays)
        return f"{_numbers(control, player, player.hears)} @{player.name} {moved}"
    if not rest and not is_dimension:
        raise UserError(f"{text} is for the whole instrument: type it without @{player.name}")
    return _numbers(text, player, player.plays)


def _numbers(text: str, player: Player, indices: Sequence[int]) -> str:
    def replaced(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        first, last = int(found[1]), int(found[2] or found[1])
        numbers = range(first, last + 1) if first <= last else range(first, last - 1, -1)
        return " ".join(f"x{_number(number, player, indices)}" for number in numbers)

    return _NUMBERED.sub(replaced, text)


def _number(number: int, player: Player, indices: Sequence[int]) -> int:
    if not 1 <= number <= len(indices):
        raise UserError(f"{player.name} has no x{number}: with @{player.name}, its dimensions are x1-x{len(indices)}")
    return indices[number - 1] + 1
