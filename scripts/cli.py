"""Reference page of the command line, from the program's options: ``cli.py FILE`` writes it, else it is printed."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from impsy_tui.cli.main import app

_HEAD = """\
# Command line

Every command that a shell takes. `impsy-tui COMMAND --help` prints the same. `scripts/make-reference` makes this page
from the program's options.

Command-line options override the configuration file.
"""


def page() -> str:
    """Returns the page as Markdown."""
    parts = [_HEAD]
    root = typer.main.get_command(app)
    for words, command in commands("impsy-tui", root):
        parts.append("\n".join(_entry(words, command)) + "\n")
    return "\n".join(parts)


def commands(words: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Yields each command without subcommands, with all its words."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words, command
        return
    for name, each in sorted(inner.items()):
        yield from commands(f"{words} {name}", each)


def _entry(words: str, command: Any) -> Iterator[str]:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = options_of(command)
    yield f"## `{words}`"
    yield ""
    yield sentence(" ".join((command.help or "").split()))
    yield ""
    yield f"```text\n{' '.join([words, *('[OPTIONS]' for _ in options[:1]), *map(usage, arguments)])}\n```"
    yield ""
    if arguments or options:
        yield "| | | default |"
        yield "|---|---|---|"
    for each in arguments:
        yield f"| `{usage(each)}` | {_cell(getattr(each, 'help', '') or '')} | {default(each)} |"
    for each in options:
        names = ", ".join(f"`{name}`" for name in [*each.opts, *each.secondary_opts])
        kind = "" if each.is_flag else f" {kind_of(command, each)}"
        yield f"| {names}{kind} | {_cell(each.help or '')} | {default(each)} |"


def options_of(command: Any) -> list[Any]:
    """Returns the options of a command that its help shows, without ``--help``."""
    shown = command.get_params(typer.Context(command))
    return [each for each in shown if each.param_type_name == "option" and each.name != "help" and not each.hidden]


def kind_of(command: Any, option: Any) -> str:
    """Returns the kind of an option's value, such as ``int``."""
    if option.metavar:
        return str(option.metavar)
    shown = getattr(option, "display_type", None) or option.make_metavar  # from typer 0.29 on, and before
    kind = str(shown(typer.Context(command))).strip("<>")
    return kind.removeprefix("list[").rstrip("]").lower()


def usage(argument: Any) -> str:
    """Returns an argument as the usage line shows it."""
    name = (argument.metavar or argument.name).upper().strip("{}[]. ")
    name += "…" if argument.nargs == -1 else ""
    return name if argument.required else f"[{name}]"


def default(parameter: Any) -> str:
    """Returns the default of an argument or option; empty if it has none."""
    shown = getattr(parameter, "show_default", None)
    if isinstance(shown, str):
        return shown
    value = parameter.default
    if value is None or value == () or callable(value) or isinstance(value, bool):
        return "" if not isinstance(value, bool) or not value else "on"
    return f"`{value}`"


def _cell(text: str) -> str:
    return sentence(" ".join(text.split())).replace("|", r"\|")


def sentence(text: str) -> str:
    """Returns a text with a full stop."""
    return text if not text or text.endswith((".", "…")) else f"{text}."


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
