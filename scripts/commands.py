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

Everything that can be typed at the prompt, sent with `impsy-tui send`, bound to a key or a foot-switch, written
into a set list, or sent as an OSC message. `scripts/make-reference` makes this page from the table that the program
reads.

## How it is written

| | |
|---|---|
"""
_NOTES = """
What a usage line has in `[ ]` may be left out. Whatever cannot be read is not done at all, and is told with an arrow
below the word; whatever cannot be done is told, and the rest of the line is done all the same.
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
        yield "glides behind `over`" + (" in equal ratios" if command.ramp == "log" else "")
    if command.undo:
        yield "`undo` takes it back"
    if command.console:
        yield "typed in a console, by itself"
    elif command.ends:
        yield "from the keyboard alone; the console asks first, and the stage lock keeps it from being done"
    elif not command.sources:
        yield "from the keyboard alone"
    elif Source.FILE not in command.sources:
        yield "not taken from set lists and recordings"
    elif Source.CHANNEL not in command.sources:
        yield "not taken from OSC or MIDI"
    elif Source.NETWORK in command.sources:
        yield "taken from other machines"
    if address:
        yield f"`{address}`"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
