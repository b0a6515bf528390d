"""What those who sit in a session need of it, and it of them; and what a player hears and plays."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.io.outputs import Outputs
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.settings import HasParameters
from impsy_tui.engine.runtime.scheduler import Scheduler

if TYPE_CHECKING:
    from impsy_tui.engine.players.player import Player

Notify = Callable[[str, str, str], None]
"""Says something to the performer: level (info, warning, error), source, text."""

MAIN = "main"
"""The player of a configuration that names none."""

REPLAY: Final = "replay"
"""The channel, and the source in logs, of what is replayed."""

Impulse = set[str]
"""The players that have answered something, or what somebody answered to it: each does so once, so that
players who hear each other cannot fill the room with answers to answers."""


class PlayerLog(Protocol):
    """Where rows of one player's performance go."""

    def write(self, at: float, source: str, values: Sequence[float]) -> None:
        """One row."""

    def begin(self, dimension: int) -> None:
        """Begin another file, for this dimension."""


class AnyPlayer(Protocol):
    """Whoever sits in a session: a ``player.Player``, or a ``player.BandSeat``.

    Attributes:
        name: of the player.
        wiring: what it hears and plays.
    """

    name: str
    routing: Routing

    @property
    def behaviour(self) -> HasParameters:
        """What plays."""

    @property
    def behaviours(self) -> Sequence[HasParameters]:
        """What plays, and what is auditioned."""

    def start(self) -> None:
        """Begin to play."""

    def stop(self) -> None:
        """End: nothing is played from now on, nothing is left sounding."""

    @property
    def paused(self) -> bool:
        """Whether it may not play."""

    def pause(self, *, silence: bool = True) -> None:
        """It is silent and listens; what sounds is turned off unless told not to."""

    def resume(self) -> None:
        """It may play again."""

    def panic(self) -> None:
        """All of its own off, and paused."""

    def reset(self) -> None:
        """It forgets what it has heard."""

    def discard_drawn_numbers(self) -> None:
        """Chance that was drawn beforehand is forgotten."""

    def begin_log(self) -> None:
        """Begin another file of its log."""

    def describe(self) -> str:
        """What it is and how it plays, in a few words."""


class SessionInterface(Protocol):
    """What seats need of the session they are in.

    Attributes:
        scheduler: keeps time.
        outputs: where everything is heard.
        dimension: of the instrument: its values and one for time.
        tempo: musical time.
        last_input: what the musician played last.
    """

    scheduler: Scheduler
    outputs: Outputs
    tempo: Tempo
    dimension: int
    last_input: tuple[float, ...]

    @property
    def began(self) -> float:
        """When the session began, on the scheduler's clock."""

    @property
    def logs_input(self) -> bool:
        """Whether what is heard is written down."""

    @property
    def source(self) -> str:
        """Who plays what is heard, as logs have it: "interface", or "replay"."""

    @property
    def logs_predictions(self) -> bool:
        """Whether what is played is, too."""

    def listeners(self, name: str) -> Sequence["Player"]:
        """Who hears this player."""

    def refuses(self, player: "Player", dimension: int) -> str:
        """Why the instrument cannot be played by this seat's player if it has this dimension; empty if it can."""

    def resize(self, player: "Player", dimension: int) -> None:
        """This seat's player has another dimension: the instrument takes it on, if it is this player's alone."""

    def played(self) -> None:
        """A player has played: what was passed on before sounds no more."""

    def turned(self, player: str) -> None:
        """A player's turn began."""

    @property
    def alone(self) -> bool:
        """Whether there is one player only."""

    def notify(self, level: str, source: str, text: str) -> None:
        """Say something to the performer."""
