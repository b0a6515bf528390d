"""Table of all commands.

The parser, the help, the reference page, the completion and the OSC addresses use this table. Only the handler of a
command is elsewhere.
"""

from collections.abc import Sequence
from typing import Final

from impsy_tui.language.command_schema import Command, parameter_command
from impsy_tui.language.table.agent import HEARING
from impsy_tui.language.table.dimensions import SHAPING
from impsy_tui.language.table.engine import AROUND
from impsy_tui.language.table.ensemble import ENSEMBLES
from impsy_tui.language.table.files import WORKSHOP
from impsy_tui.language.table.players import PLAYING
from impsy_tui.language.table.scheduling import CONDUCTING
from impsy_tui.language.table.time import TIME
from impsy_tui.parameters import PARAMETERS

GROUPS: Final[dict[str, tuple[Command, ...]]] = {
    "Playing": PLAYING,
    "Agents": HEARING,
    "Dimensions, controls and keys": SHAPING,
    "Ensembles": ENSEMBLES,
    "Scheduling": CONDUCTING,
    "Musical time": TIME,
    "Files and jobs": WORKSHOP,
    "Engine and console": AROUND,
}
"""Commands in the groups of the help and the reference page."""

_LISTED: Final = {command.parameter for group in GROUPS.values() for command in group}

if _others := [one for one in PARAMETERS.values() if one.example and one not in _LISTED]:
    GROUPS["Other parameters"] = tuple(map(parameter_command, _others))

COMMANDS: Final[dict[str, Command]] = {command.name: command for group in GROUPS.values() for command in group}
EARLIER_NAMES: Final = {"band": "ensemble"}
"""Names of commands in set lists, recordings and scripts of version 0.1.0."""


def find_command(words: Sequence[str]) -> tuple[Command | None, int]:
    """Returns the command at the beginning of these words, and the number of words in its name."""
    if len(words) > 1 and (found := COMMANDS.get(f"{words[0]} {words[1]}")):
        return found, 2
    return (COMMANDS.get(EARLIER_NAMES.get(words[0], words[0])), 1) if words else (None, 0)
