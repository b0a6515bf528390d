"""OSC addresses of the commands."""

from collections.abc import Sequence
from typing import Any, Final

from impsy_tui.language.command_schema import ArgumentKind, Command, Source
from impsy_tui.language.commands import COMMANDS, EARLIER_NAMES

PREFIX: Final = "/impsy/"
ANY_COMMAND: Final = "/impsy/command"
"""Address that takes any command line as its one string."""

ADDRESSES: Final[dict[str, Command]] = {
    PREFIX + earlier: COMMANDS[name] for earlier, name in EARLIER_NAMES.items()
} | {
    PREFIX + (command.osc or command.name.replace(" ", "_")): command
    for command in COMMANDS.values()
    if Source.CHANNEL in command.sources
}

FROM_NETWORK: Final = frozenset(
    address for address, command in ADDRESSES.items() if Source.NETWORK in command.sources
)
"""Addresses that other machines may use without ``[osc] remote_commands``."""

_QUOTE: Final = '"'


def command_line(address: str, arguments: Sequence[Any]) -> str | None:
    """Returns the command line of an OSC message.

    Numbers and words become arguments; for a switch, a number is off if it is 0. For a command
    without arguments a number is a button: 0 is its release, and does nothing or undoes it
    (``/impsy/pause 0`` resumes).

    Args:
        address: address of the message.
        arguments: numbers, strings, and other values of OSC.

    Returns:
        The line, not parsed; empty if the message has no effect; None if no command has this address.
    """
    command = ADDRESSES.get(address)
    if command is None:
        return None
    if not command.arguments:
        off = bool(arguments) and isinstance(arguments[0], int | float) and not arguments[0]
        return command.osc_off if off else command.name
    words = [command.name]
    for argument, value in zip(command.arguments, arguments, strict=False):
        if argument.keyword:
            words.append(argument.name)
        if argument.kind is ArgumentKind.SWITCH and isinstance(value, int | float):
            words.append("on" if value else "off")
        elif argument.kind is ArgumentKind.DIMENSIONS:
            words.append(_one_step(value) if isinstance(value, str) else f"x{value}")
        elif isinstance(value, str):
            # No quote can be typed within a name, so none may end it here.
            words.append(value if command.takes_rest else f'"{value.replace(_QUOTE, "")}"')
        else:
            number = str(value)
            # A number is never relative: = says so.
            words.append(f"={number}" if argument.relative and number.startswith("-") else number)
    return " ".join(words)


def _one_step(words: str) -> str:
    return words.replace(";", " ")
