"""Base class of the command handlers, and their interface to the engine."""

from collections.abc import Awaitable, Sequence
from typing import Any, Protocol

from impsy_tui.channels.midi.file_mapping import FileMapping
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.commands.executor import Executor
from impsy_tui.engine.io.bindings import Bindings
from impsy_tui.engine.io.midi_learn import MidiLearn
from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.engine.performance.line_result import Reversal
from impsy_tui.engine.performance.live_set import LiveSet
from impsy_tui.engine.players.base import ParameterOwner
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.players.settings import changed_number, has_parameter, set_parameter, without_parameter
from impsy_tui.engine.server.ports import PortLister
from impsy_tui.engine.server.set_timer import SetTimer
from impsy_tui.errors import UserError
from impsy_tui.language import Change
from impsy_tui.parameters import Parameter
from impsy_tui.workers.client import JobRunner


class EngineInterface(Protocol):
    """Parts of the engine that commands use."""

    session: Session
    set_timer: SetTimer
    jobs: JobRunner
    user_files: UserFiles
    player_models: PlayerModels
    bindings: Bindings
    ports: PortLister
    midi_learn: MidiLearn
    executor: Executor
    live_set: LiveSet

    def keep_mapping(self) -> Awaitable[str]:
        """Writes learned controls and bindings into the configuration file; returns the reply."""

    def keep_players(self) -> Awaitable[str]:
        """Writes the players into the configuration file; returns the reply."""

    @property
    def tempo(self) -> Tempo:
        """Musical time."""

    @property
    def training_size(self) -> str:
        """Default size of a training."""

    @property
    def file_mapping(self) -> FileMapping:
        """MIDI mapping of the configuration for files."""

    @property
    def agent_python(self) -> str:
        """Python interpreter for the training of agents, empty for that of the engine."""

    def change_setting(self, key: str, value: str) -> Awaitable[str]:
        """Changes a setting in the configuration file; returns the reply."""

    def set_log(self, what: str) -> str:
        """Switches the log on or off, or starts a new file; returns the reply."""

    def status_text(self) -> str:
        """Returns the status of the engine as lines of text."""

    def shut_down(self) -> None:
        """Ends the engine after the reply."""


class Handlers:
    """Handlers of commands, by name: ``_cancel_job`` handles ``cancel job``.

    A handler takes the values of the arguments. It returns the reply, or an awaitable of the reply if the command
    takes time, and may raise ``UserError``. The handler of a command for players takes the players first. If the
    command takes the rest of the line, the handler takes the name of the player instead.
    """

    def __init__(self, host: EngineInterface) -> None:
        self._host = host

    @property
    def _session(self) -> Session:
        return self._host.session

    @property
    def _reversals(self) -> list[Reversal]:
        """Reversals of the changes to files that the present line makes; a handler adds its own."""
        return self._host.executor.current.reversals

    def set_parameter(self, parameter: Parameter, players: Sequence[ParameterOwner], given: Any = None) -> str:
        """Sets a parameter of players to the argument of its command; a switch without one switches over."""
        having = [player for player in players if has_parameter(player, parameter)]
        if not having:
            raise UserError(without_parameter(players, parameter))
        if isinstance(given, Change):
            numbers = [changed_number(player, parameter, given) for player in having]
            changed = zip(having, numbers, strict=True)
            return "\n".join(self.set_parameter(parameter, [player], number) for player, number in changed)
        if given is None:
            given = not having[0].behaviour.value(parameter.name)
        meant, value = parameter.typed(given)
        if why := next(filter(None, (player.behaviour.refusal(meant.name) for player in having)), ""):
            raise UserError(why)
        for player in having:
            set_parameter(player, meant, value)
        if meant is parameter:
            return self._reply(having, f"{meant.name} {meant.shown(value)}")
        return self._reply(having, f"{parameter.name} {given:g} ({meant.name} {meant.shown(value)})")

    def set_engine_parameter(self, parameter: Parameter, given: Any = None) -> str:
        """Sets a parameter of the engine; returns the reply."""
        return self.set_parameter(parameter, [self._session.parameters], given)

    def _indices(self, dimensions: tuple[int, ...]) -> list[int]:
        most = self._session.dimension - 1
        if beyond := [number for number in dimensions if number > most]:
            raise UserError(f"there is no x{beyond[0]}: the last is x{most}")
        return [number - 1 for number in dimensions]

    def _reply(self, players: Sequence[ParameterOwner], reply: str) -> str:
        """Returns a reply that names the players, if the session has several."""
        there = len(self._session.all_players)
        if there == 1 or players[0] is self._session.parameters:
            return reply
        names = "all" if len(players) == there else ", ".join(player.name for player in players)
        return f"{names}: {reply}"
