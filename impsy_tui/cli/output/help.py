"""Help page of the program: the performer's commands first, the options last."""

from collections.abc import Mapping
from typing import Any

import typer.core


class CommandGroup(typer.core.TyperGroup):
    """Group of all shell commands, listed by panel.

    A command may have two words: ``train`` and ``train agent``.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parses the arguments of the program; ``help`` as the first is ``--help``."""
        return super().parse_args(ctx, ["--help", *args[1:]] if args[:1] == ["help"] else args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Returns the command with the longest name at the start of the arguments."""
        both = " ".join(args[:2])
        return super().resolve_command(ctx, [both, *args[2:]] if both in self.commands else args)

    def list_commands(self, ctx: Any) -> list[str]:
        """Returns the command names in the order of their panels."""
        commands: Mapping[str, Any] = self.commands
        panels = list(dict.fromkeys(command.rich_help_panel for command in commands.values()))
        return sorted(commands, key=lambda name: panels.index(commands[name].rich_help_panel))

    def get_params(self, ctx: Any) -> list[Any]:
        """Returns the options; ``--show-completion`` works, but the help does not list it."""
        params: list[Any] = super().get_params(ctx)
        for param in params:
            param.hidden = param.hidden or "--show-completion" in param.opts
        return params

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Prints the panels of commands, then the options."""
        options = [param for param in self.get_params(ctx) if not param.hidden]
        for option in options:
            option.hidden = True
        try:
            super().format_help(ctx, formatter)
        finally:
            for option in options:
                option.hidden = False
        _print_options(dict(option.get_help_record(ctx) for option in options))


def _print_options(options: Mapping[str, str]) -> None:
    # Imported here: each engine imports this module at its start, and prints nothing with Rich.
    from rich.console import Console
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold cyan", no_wrap=True)
    for names, text in options.items():
        table.add_row(names, Text(text))
    Console().print(Panel(table, title="Options", title_align="left", border_style="dim"))
