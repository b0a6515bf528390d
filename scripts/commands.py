"""Reference page of the commands, from their table: ``commands.py FILE`` writes it, else it is printed."""

import sys
from collections.abc import Iterator
from pathlib import Path

from impsy_tui.language.command_schema import Argument, ArgumentKind, Command, Source
from impsy_tui.language.commands import GROUPS
from impsy_tui.language.osc_addresses import ADDRESSES
from impsy_tui.language.syntax_examples import SYNTAX

_HEAD = """\
# Commands

Type a command at the prompt, send it with `impsy-tui send`, bind it to a key or a foot-switch, write it into a set
list, or send it as an OSC message. `scripts/make-reference` makes this page from the table of the program.

## How it is written

| | |
|---|---|
"""
_NOTES = """
Words in `[ ]` of a usage line are optional. If the program cannot read a line, it carries out no part of it, and
shows an arrow below the wrong word. If a command of a line fails, the program reports that and carries out the other
commands.
"""


def page() -> str:
    """Returns the page as Markdown."""
    parts = [_HEAD]
    parts += [f"| `{example}` | {meaning} |\n" for example, meaning in SYNTAX]
    parts.append(_NOTES)
    addresses = {command.name: address for address, command in ADDRESSES.items()}
    for group, commands in GROUPS.items():
        parts.append(f"\n## {group}\n")
        for command in commands:
            parts.append("\n" + "\n".join(_entry(command, addresses.get(command.name, ""))) + "\n")
    return "".join(parts)


def _entry(command: Command, address: str) -> Iterator[str]:
    yield f"### `{command.usage}`"
    yield ""
    help_ = command.help[0].upper() + command.help[1:]
    yield f"{help_}. For example `{command.example}`."
    allowed = [f"`{argument.name}` is {argument.allowed}" for argument in _described(command)]
    if allowed:
        yield ""
        yield "; ".join(allowed) + "."
    if traits := list(_traits(command, address)):
        yield ""
        yield " · ".join(traits)


def _described(command: Command) -> list[Argument]:
    """Returns the arguments that the usage line does not describe completely."""
    plain = (ArgumentKind.CHOICE, ArgumentKind.SWITCH, ArgumentKind.LINE, ArgumentKind.SETTINGS)
    names = (ArgumentKind.NAME, ArgumentKind.FILE, ArgumentKind.MODEL, ArgumentKind.DATASET, ArgumentKind.LOG)
    return [argument for argument in command.arguments if argument.kind not in (*plain, *names)]


def _traits(command: Command, address: str) -> Iterator[str]:
    if command.player:
        yield "for one player or all: `@name`"
    if command.ramp:
        yield "`over` ramps it" + (" in equal ratios" if command.ramp == "log" else "")
    if command.undo:
        yield "`undo` reverts it"
    if command.console:
        yield "console only, on a separate line"
    elif command.ends:
        yield "keyboard only; the console asks first, and the stage lock refuses it"
    elif not command.sources:
        yield "keyboard only"
    elif Source.FILE not in command.sources:
        yield "not in set lists and recordings"
    elif Source.CHANNEL not in command.sources:
        yield "not from OSC or MIDI"
    elif Source.NETWORK in command.sources:
        yield "other machines may send it"
    if address:
        yield f"`{address}`"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
