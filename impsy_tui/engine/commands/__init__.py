"""Carrying out commands: one handler for each entry of the table."""

from collections.abc import Awaitable, Callable, Sequence

from impsy_tui.engine.commands.around import Around
from impsy_tui.engine.commands.hands import CommandProblem, Hands, Host
from impsy_tui.engine.commands.playing import Playing
from impsy_tui.engine.commands.shaping import Shaping
from impsy_tui.engine.commands.timing import Timing
from impsy_tui.engine.commands.workshop import Workshop
from impsy_tui.language import COMMANDS, Invocation

__all__ = ["CommandProblem", "Commands", "Hands", "Host"]

Handler = Callable[..., str | Awaitable[str]]


class Commands:
    """Finds the handler of a command."""

    def __init__(self, host: Host) -> None:
        hands = [kind(host) for kind in (Playing, Shaping, Timing, Workshop, Around)]
        self._handlers = {
            name: found
            for name, command in COMMANDS.items()
            if not command.console and (found := _handler(name, hands)) is not None
        }

    def carry_out(self, invocation: Invocation) -> str | Awaitable[str]:
        """Do it.

        Returns:
            The reply, or for what takes time, the reply to come.

        Raises:
            CommandProblem: it cannot be done.
        """
        handler = self._handlers.get(invocation.command.name)
        if handler is None:
            raise CommandProblem(f"{invocation.command.name} cannot be done yet")
        return handler(**invocation.values)


def _handler(name: str, hands: Sequence[Hands]) -> Handler | None:
    method = f"_{name.replace(' ', '_')}"
    return next((getattr(each, method) for each in hands if hasattr(each, method)), None)
