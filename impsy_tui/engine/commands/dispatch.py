"""Carrying out commands: one handler for each entry of the table."""

from collections.abc import Awaitable, Callable, Sequence

from impsy_tui.engine.commands.handlers.agent import AgentHandlers
from impsy_tui.engine.commands.handlers.base import EngineInterface, Handlers
from impsy_tui.engine.commands.handlers.dimensions import DimensionHandlers
from impsy_tui.engine.commands.handlers.engine import EngineHandlers
from impsy_tui.engine.commands.handlers.ensemble import EnsembleHandlers
from impsy_tui.engine.commands.handlers.jobs import JobHandlers
from impsy_tui.engine.commands.handlers.players import PlayerHandlers
from impsy_tui.engine.commands.handlers.scheduling import SchedulingHandlers
from impsy_tui.engine.commands.handlers.time import TimeHandlers
from impsy_tui.engine.commands.handlers.undo import UndoHandlers
from impsy_tui.language import COMMANDS, Invocation
from impsy_tui.language.command_schema import Command
from impsy_tui.language.program import EVERYBODY

__all__ = ["CommandDispatcher", "EngineInterface", "Handlers"]

Handler = Callable[..., str | Awaitable[str]]


class CommandDispatcher:
    """Finds the handler of a command."""

    def __init__(self, host: EngineInterface) -> None:
        self._host = host
        hands = [
            kind(host)
            for kind in (
                PlayerHandlers,
                AgentHandlers,
                DimensionHandlers,
                EnsembleHandlers,
                SchedulingHandlers,
                UndoHandlers,
                TimeHandlers,
                JobHandlers,
                EngineHandlers,
            )
        ]
        self._handlers = {name: _handler(command, hands) for name, command in COMMANDS.items() if not command.console}

    def carry_out(self, invocation: Invocation) -> str | Awaitable[str]:
        """Do it.

        Returns:
            The reply, or for what takes time, the reply to come.

        Raises:
            UserError: it cannot be done.
            UserError: nobody is called as it is addressed, or the command is not about them.
        """
        command = invocation.command
        handler = self._handlers[command.name]
        if not command.player:
            return handler(**invocation.values)
        if command.takes_rest:
            return handler(invocation.player, **invocation.values)
        player = invocation.player or (EVERYBODY if command.everybody else "")
        return handler(self._host.session.whom(player, command.about), **invocation.values)


def _handler(command: Command, hands: Sequence[Handlers]) -> Handler:
    method, parameter = f"_{command.name.replace(' ', '_')}", command.parameter
    found: Handler | None = next((getattr(each, method) for each in hands if hasattr(each, method)), None)
    if found is not None:
        return found
    if parameter is None:
        raise LookupError(f"no handler of {command.name}")
    return lambda players, **values: hands[0].set_parameter(parameter, players, *values.values())
