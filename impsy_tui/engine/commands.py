"""Carrying out commands: one handler for each entry of the table."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from impsy_tui import terms
from impsy_tui.engine.session import Session
from impsy_tui.language import COMMANDS, Invocation

Value = float | bool | str


class CommandProblem(Exception):
    """A command that cannot be carried out now; the message says why."""


class Host(Protocol):
    """What commands need of the engine besides the session."""

    session: Session

    def load(self, name: str) -> Awaitable[str]:
        """Load a model by name and let it play; the reply, or ``CommandProblem``."""

    def unload(self) -> None:
        """Let the dummy play."""

    def set_log(self, what: str) -> str:
        """Switch the log on or off, or begin a new file; the reply."""

    def status_text(self) -> str:
        """What the engine is doing, in lines."""

    def shut_down(self) -> None:
        """End the engine, soon."""


class Commands:
    """Handlers by command name. Each takes the values of its arguments and gives the reply."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._handlers: dict[str, Callable[..., str | Awaitable[str]]] = {
            name: getattr(self, f"_{name}") for name in COMMANDS
        }

    def carry_out(self, invocation: Invocation) -> str | Awaitable[str]:
        """Do it.

        Returns:
            The reply, or for what takes time, the reply to come.

        Raises:
            CommandProblem: it cannot be done.
        """
        return self._handlers[invocation.command.name](**invocation.values)

    @property
    def _session(self) -> Session:
        return self._host.session

    def _mode(self, mode: str) -> str:
        session = self._session
        if mode == terms.FILTER:
            session.settings.thru = False
            session.part.set_mode("polyphony")
            return "filter: polyphony with thru off, only the predictions are heard"
        session.part.set_mode(mode)
        return f"{mode}: {terms.MODES[mode].help}"

    def _temp(self, temperature: float) -> str:
        self._session.part.set_temperature(pi=temperature)
        return f"temp {temperature:g}"

    def _sigma(self, temperature: float) -> str:
        self._session.part.set_temperature(sigma=temperature)
        return f"sigma {temperature:g}"

    def _timescale(self, factor: float) -> str:
        self._session.part.set_timescale(factor)
        return f"timescale {factor:g}"

    def _speed(self, factor: float) -> str:
        self._session.part.set_timescale(1.0 / factor)
        return f"speed {factor:g} (timescale {1.0 / factor:g})"

    def _threshold(self, silence: float) -> str:
        self._session.part.set_threshold(silence)
        return f"threshold {silence:g}s"

    def _max_response(self, time: float | str) -> str:
        limit = time if isinstance(time, float) else None
        self._session.part.set_max_response(limit)
        return "max_response off" if limit is None else f"max_response {limit:g}s"

    def _take(self) -> str:
        self._need_turns("take")
        self._session.part.take()
        return "your turn: the player listens until you have played and fall silent"

    def _give(self) -> str:
        self._need_turns("give")
        if self._session.part.paused:
            raise CommandProblem("the player is paused: resume lets it play")
        self._session.part.give()
        return "the player's turn"

    def _need_turns(self, word: str) -> None:
        mode = self._session.part.mode
        if not mode.takes_turns:
            raise CommandProblem(f"there are no turns to {word} in {mode.name}, only in callresponse")

    def _pause(self) -> str:
        self._session.pause()
        return "paused: the player is silent and listens"

    def _resume(self) -> str:
        self._session.resume()
        return "the player may play"

    def _reset(self) -> str:
        self._session.part.reset()
        return "the player has forgotten what it heard"

    def _thru(self, switch: bool | None = None) -> str:
        settings = self._session.settings
        settings.thru = not settings.thru if switch is None else switch
        return f"thru {'on' if settings.thru else 'off'}"

    def _log(self, switch: str) -> str:
        return self._host.set_log(switch)

    def _load(self, model: str) -> Awaitable[str]:
        return self._host.load(model)

    def _unload(self) -> str:
        self._host.unload()
        return "DUMMY: no model is loaded, the dummy player wanders at random"

    def _panic(self) -> str:
        self._session.panic()
        return "everything off; paused: resume lets the player play"

    def _fade(self, time: float = terms.FADE.default) -> str:
        self._session.fade(time, lambda: None)
        return f"fading for {time:g}s; resume lets the player play"

    def _status(self) -> str:
        return self._host.status_text()

    def _help(self, command: str | None = None) -> str:
        if command is not None:
            entry = COMMANDS[command]
            return f"{entry.usage}\n  {entry.help}\n  for example: {entry.example}"
        width = max(len(entry.usage) for entry in COMMANDS.values() if len(entry.usage) <= 30)
        return "\n".join(
            f"{entry.usage:<{width}}  {entry.help}"
            if len(entry.usage) <= width
            else f"{entry.usage}\n{'':<{width}}  {entry.help}"
            for entry in COMMANDS.values()
        )

    def _shutdown(self) -> str:
        self._host.shut_down()
        return "the engine ends"
