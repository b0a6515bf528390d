"""Reference page of the OSC commands, from their table: ``osc_commands.py FILE`` writes it, else it is printed."""

import sys
from pathlib import Path

from impsy_tui.language.command_schema import Argument, ArgumentKind
from impsy_tui.language.osc_addresses import ADDRESSES, ANY_COMMAND, FROM_NETWORK

_HEAD = f"""\
# OSC commands

Every command that the engine takes by OSC, with its arguments. `scripts/make-reference` makes this page from the
table that the program reads. `{ANY_COMMAND}` takes any command line as one string. [OSC addresses](osc.md) describes
the other addresses.

Arguments in `[ ]` may be left out. *Network* marks the addresses that other machines may use without
`remote_commands = true`. A command without arguments takes a number too: 0 is the release of a button.

| address | arguments | network | command |
|---|---|---|---|
"""


def page() -> str:
    """Returns the page as Markdown."""
    rows = [
        f"| `{address}` | {' '.join(map(_argument, command.arguments))} | {'yes' if address in FROM_NETWORK else ''} "
        f"| `{command.name}` |\n"
        for address, command in sorted(ADDRESSES.items())
    ]
    return _HEAD + "".join(rows)


def _argument(argument: Argument) -> str:
    kind = "0 or 1" if argument.kind is ArgumentKind.SWITCH else argument.name
    return f"`[{kind}]`" if argument.optional else f"`{kind}`"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
