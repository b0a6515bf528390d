"""Interfaces between a session, its players and their behaviours."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.io.outputs import Outputs
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.runtime.scheduler import Scheduler
from impsy_tui.parameters import PARAMETERS
from impsy_tui.prediction import Given

Notify = Callable[[str, str, str], None]
"""Reports to the performer: level (info, warning, error), source, text."""

MAIN = "main"
"""Name of the player if the configuration names none."""

INTERFACE: Final = "interface"
"""Source in logs of events of the musician."""

REPLAY: Final = "replay"
"""Channel, and source in logs, of replayed events."""

PATTERN: Final = "pattern"
"""Channel, and source in logs, of events that patterns play."""

Answerers = set[str]
"""Names of the players that have answered an event or an answer to the event.

A player answers each event at most once, so players that hear each other cannot start an endless loop.
"""


class PlayerLog(Protocol):
    """Performance log of one player."""

    def write(self, at: float, source: str, values: Sequence[float]) -> None:
        """Writes a row; ``at`` is in seconds on the scheduler's clock."""

    def begin(self, dimension: int) -> None:
        """Begins another file, for events of this dimension."""

    def end(self) -> None:
        """Ends the present file."""


class ParameterHolder:
    """Base of the behaviours of players.

    Attributes:
        kind: Scope of the parameters.
        settings: Values of the parameters, each an attribute.
    """

    kind: str
    settings: Any

    def value(self, name: str) -> Any:
        """Returns the value of a parameter."""
        return getattr(self.settings, name)

    def refusal(self, name: str) -> str:
        """Returns the reason why a parameter cannot be set now; empty if it can be set."""
        return ""

    def set_value(self, name: str, value: Any) -> None:
        """Sets a parameter. A value without effect on this kind is kept for another kind."""
        setattr(self.settings, name, value)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Sets several parameters."""
        for name, value in values.items():
            self.set_value(name, value)

    def fitted(self, name: str) -> Any:
        """Returns the value of a parameter that the training of the model found, else its default."""
        return PARAMETERS[name].default

    def follow_training(self, name: str, *, follows: bool) -> None:
        """Makes a parameter follow the training of each model, or keep its value."""

    def ramp_start(self, name: str) -> float | None:
        """Returns the number that a ramp begins with while the value is None; None for the end of the ramp."""
        return None


class BehaviourOutput(Protocol):
    """Output of a behaviour: a player, or silence while a behaviour is auditioned."""

    @property
    def given(self) -> Mapping[int, Given]:
        """Given values of the next events by index in the player's order, from 0."""

    def play(self, values: Sequence[float]) -> None:
        """Sends the values and writes them to the log."""

    def silence(self) -> None:
        """Turns off the notes that the player left sounding."""

    def aim(self, goal: Callable[[], Sequence[float]]) -> None:
        """Passes on the target sound of an agent."""

    def turned(self) -> None:
        """Reports that the player's turn began."""

    def notify(self, level: str, text: str) -> None:
        """Reports to the performer."""


class ParameterOwner(Protocol):
    """Owner of parameters: a player, or the engine.

    Attributes:
        name: Name of the player; empty for the engine.
    """

    name: str

    @property
    def behaviour(self) -> ParameterHolder:
        """Behaviour that is heard."""

    @property
    def behaviours(self) -> Sequence[ParameterHolder]:
        """Behaviour that is heard, and the auditioned behaviour if there is one."""


class AnyPlayer(ParameterOwner, Protocol):
    """Player of a session: ``player.Player`` or ``ensemble.player.EnsemblePlayer``.

    Attributes:
        routing: Values and channels that the player hears and plays.
    """

    routing: Routing

    def start(self) -> None:
        """Begins to play."""

    def stop(self) -> None:
        """Stops playing for good and turns off the player's notes."""

    @property
    def paused(self) -> bool:
        """True while the player may not play."""

    def pause(self, *, silence: bool = True) -> None:
        """Stops playing but goes on listening; turns off the player's notes if ``silence``."""

    def resume(self) -> None:
        """Lets the player play again."""

    def panic(self) -> None:
        """Turns off all notes of the player and pauses the player."""

    def reset(self) -> None:
        """Clears the memory of heard events."""

    def discard_drawn_numbers(self) -> None:
        """Discards random numbers that were drawn ahead."""

    def begin_log(self) -> None:
        """Begins another log file."""

    def end_log(self) -> None:
        """Ends the log file."""

    def describe(self) -> str:
        """Returns mode and model in a few words."""


class SessionInterface(Protocol):
    """Services of the session for its players (``session.Session`` imports the players).

    Attributes:
        scheduler: Scheduler of all events.
        outputs: All outputs.
        tempo: Musical time.
        dimension: Dimension of the instrument: its values and one for time.
        last_input: Last values of the musician.
    """

    scheduler: Scheduler
    outputs: Outputs
    tempo: Tempo
    dimension: int
    last_input: tuple[float, ...]

    @property
    def began(self) -> float:
        """Begin of the session in seconds on the scheduler's clock."""

    @property
    def logs_input(self) -> bool:
        """True if heard events are logged."""

    @property
    def source(self) -> str:
        """Source of heard events in logs: "interface", "replay" or "pattern"."""

    @property
    def logs_predictions(self) -> bool:
        """True if played events are logged."""

    def refuses(self, routing: Routing, dimension: int) -> str:
        """Returns the reason why a player with this routing cannot have this dimension; empty if it can."""

    def resize(self, routing: Routing, dimension: int) -> None:
        """Changes the dimension of the instrument, if the player with this routing plays alone."""

    def played(self) -> None:
        """Records that a player has played, so notes of thru are replaced."""

    def turned(self, player: str) -> None:
        """Reports that a player's turn began."""

    @property
    def alone(self) -> bool:
        """True if the session has one player."""

    def notify(self, level: str, source: str, text: str) -> None:
        """Reports to the performer."""


class SessionObserver(Protocol):
    """Observer of events and turns: the scheduled commands, in a package that imports this one."""

    @property
    def listens(self) -> bool:
        """True while the observer waits for an event or a turn."""

    def received(self, began: bool) -> None:
        """Receives an event of the musician; ``began`` is True for the first event of a call."""

    def turned(self, player: str) -> None:
        """Receives the begin of a player's turn."""

    def silenced(self) -> None:
        """Receives a panic, or the begin of a fade."""
