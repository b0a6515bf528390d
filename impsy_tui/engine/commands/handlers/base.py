"""What carries out commands, and what it may need of the engine."""

from collections.abc import Awaitable, Sequence
from typing import Any, Protocol

from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.commands.executor import Executor
from impsy_tui.engine.io.bindings import Bindings
from impsy_tui.engine.io.midi_learn import MidiLearn
from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.engine.performance.line_result import Reversal
from impsy_tui.engine.performance.live_set import LiveSet
from impsy_tui.engine.players.base import AnyPlayer
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.players.settings import has_parameter, set_parameter, without_parameter
from impsy_tui.engine.server.ports import PortLister
from impsy_tui.engine.server.set_timer import SetTimer
from impsy_tui.errors import UserError
from impsy_tui.parameters import Parameter
from impsy_tui.workers.client import JobRunner


class EngineInterface(Protocol):
    """What commands need of the engine besides the session."""

    session: Session
    set_timer: SetTimer
    jobs: JobRunner
    library: UserFiles
    casting: PlayerModels
    bindings: Bindings
    ports: PortLister
    learner: MidiLearn
    executor: Executor
    live_set: LiveSet

    def keep_mapping(self) -> Awaitable[str]:
        """Write what was learned and bound into the configuration file; the reply."""

    @property
    def tempo(self) -> Tempo:
        """Musical time."""

    @property
    def training_size(self) -> str:
        """The size that is trained unless one is named."""

    @property
    def agent_python(self) -> str:
        """The python that agents are trained with; empty for the engine's own."""

    def change_setting(self, key: str, value: str) -> Awaitable[str]:
        """Change a setting in the configuration file; the reply, or ``UserError``."""

    def set_log(self, what: str) -> str:
        """Switch the log on or off, or begin a new file; the reply."""

    def status_text(self) -> str:
        """What the engine is doing, in lines."""

    def shut_down(self) -> None:
        """End the engine, soon."""


class Handlers:
    """Handlers of commands, by name: ``_cancel_job`` carries out ``cancel job``.

    Each takes the values of its command's arguments and gives the reply, or for what takes time,
    the reply to come. It may raise ``UserError``. That of a command about players takes
    them first; where the rest of a line is the command's, the name they were addressed by.
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

    def set_parameter(self, parameter: Parameter, players: Sequence[AnyPlayer], given: Any) -> str:
        """Sets a parameter to the argument of its command."""
        having = [player for player in players if has_parameter(player, parameter)]
        if not having:
            raise UserError(without_parameter(players, parameter))
        meant, value = parameter.typed(given)
        for player in having:
            set_parameter(player, meant, value)
        if meant is parameter:
            return self._of(having, f"{meant.name} {meant.shown(value)}")
        return self._of(having, f"{parameter.name} {given:g} ({meant.name} {meant.shown(value)})")

    def _of(self, players: Sequence[AnyPlayer], reply: str) -> str:
        """A reply that says who it is about, where there are several players."""
        there = len(self._session.everybody)
        if there == 1:
            return reply
        who = "all" if len(players) == there else ", ".join(player.name for player in players)
        return f"{who}: {reply}"
