"""Dispatch of commands: one handler for each entry of the command table."""

from collections.abc import Awaitable, Callable, Sequence

from impsy_tui.engine.commands.handlers.agent import AgentHandlers
from impsy_tui.engine.commands.handlers.base import EngineInterface, Handlers
from impsy_tui.engine.commands.handlers.dimensions import DimensionHandlers
from impsy_tui.engine.commands.handlers.engine import EngineHandlers
from impsy_tui.engine.commands.handlers.ensemble import EnsembleHandlers
from impsy_tui.engine.commands.handlers.jobs import JobHandlers
from impsy_tui.engine.commands.handlers.mapping import MappingHandlers
from impsy_tui.engine.commands.handlers.players import PlayerHandlers
from impsy_tui.engine.commands.handlers.roster import RosterHandlers
from impsy_tui.engine.commands.handlers.scheduling import SchedulingHandlers
from impsy_tui.engine.commands.handlers.time import TimeHandlers
from impsy_tui.engine.commands.handlers.undo import UndoHandlers
from impsy_tui.engine.performance.patterns.targets import pattern_of
from impsy_tui.engine.players.roster.own_dimensions import in_instrument
from impsy_tui.language import COMMANDS, Invocation
from impsy_tui.language.command_schema import Command
from impsy_tui.language.program import ALL_PLAYERS

Handler = Callable[..., str | Awaitable[str]]


class CommandDispatcher:
    """Calls the handlers of commands.

    Args:
        host: parts of the engine that the handlers use.
    """

    def __init__(self, host: EngineInterface) -> None:
        self._host = host
        handlers = [
            kind(host)
            for kind in (
                PlayerHandlers,
                RosterHandlers,
                AgentHandlers,
                DimensionHandlers,
                MappingHandlers,
                EnsembleHandlers,
                SchedulingHandlers,
                UndoHandlers,
                TimeHandlers,
                JobHandlers,
                EngineHandlers,
            )
        ]
        self._handlers = {
            name: _handler(command, handlers) for name, command in COMMANDS.items() if not command.console
        }

    def carry_out(self, invocation: Invocation) -> str | Awaitable[str]:
        """Carries out a command.

        Returns:
            The reply, or an awaitable of the reply if the command takes time.

        Raises:
            UserError: The command is refused, no player has the name, or the command is not for this kind of player.
        """
        each = in_instrument(self._host.session, invocation)
        if len(each) == 1:
            return self._carry_out(each[0])
        return "\n".join(str(self._carry_out(one)) for one in each)

    def _carry_out(self, invocation: Invocation) -> str | Awaitable[str]:
        command = invocation.command
        if pattern_of(invocation) is not None:
            if "model" in invocation.values:
                return self._start_pattern(invocation, self._host.live_set.scheduled.reserve(invocation))
            pending = self._host.live_set.patterns.start(invocation)
            return f"{pending.number}  {pending.text}"
        handler = self._handlers[command.name]
        if not command.player:
            return handler(**invocation.values)
        if command.takes_rest:
            return handler(invocation.player, **invocation.values)
        player = invocation.player or (ALL_PLAYERS if command.to_all else "")
        return handler(self._host.session.players_of(player, command.about), **invocation.values)

    async def _start_pattern(self, invocation: Invocation, number: int) -> str:
        """Starts a pattern after the model that the command names is loaded."""
        live_set = self._host.live_set
        try:
            await live_set.ramps.blend(invocation, invocation.player)
        finally:
            reserved = live_set.scheduled.reserved.claim(number)
        if reserved is None:
            return f"cancelled: {invocation}"
        pending = live_set.patterns.start(invocation, number=number, released=reserved.released)
        return f"{pending.number}  {pending.text}"


def _handler(command: Command, handlers: Sequence[Handlers]) -> Handler:
    method, parameter = f"_{command.name.replace(' ', '_')}", command.parameter
    found: Handler | None = next((getattr(each, method) for each in handlers if hasattr(each, method)), None)
    if found is not None:
        return found
    if parameter is None:
        raise LookupError(f"{command.name} has no handler")
    if not command.player:
        return lambda **values: handlers[0].set_engine_parameter(parameter, *values.values())
    return lambda players, /, **values: handlers[0].set_parameter(parameter, players, *values.values())
