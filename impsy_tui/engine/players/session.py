"""The performance: what channels hear goes to the outputs and to the players' seats."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np

from impsy_tui import parameters, ranges
from impsy_tui.agent.descriptors.osc_messages import HeardDescriptors
from impsy_tui.channels.base import Rights
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.io.outputs import Outputs
from impsy_tui.engine.players.base import REPLAY, Impulse, Notify, PlayerLog
from impsy_tui.engine.players.ensemble.gesture_recording import GestureRecording
from impsy_tui.engine.players.held_notes import HeldNotes
from impsy_tui.engine.players.kinds import AnyPredictor
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.roster import Roster
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.settings import PlayerSettings
from impsy_tui.engine.players.turn_taking import Turn
from impsy_tui.engine.runtime.scheduler import Scheduler
from impsy_tui.ensemble.touches.surfaces import Lifted
from impsy_tui.ensemble.touches.touch import Touch

NO_AGENT: Final = 'descriptors came in, and nobody hears them: a [[player]] of kind "agent" does'


@dataclass(slots=True)
class SessionSettings:
    """What is passed on and written down.

    Attributes:
        thru: input goes to every output.
        log_input: input is written to the log.
        log_predictions: what the player plays is, too.
        thru_before_filter: in mode filter, whether input went to every output before; None in other modes.
        hold_limit: seconds beyond the threshold for which a held note counts as playing; 0 for no limit.
    """

    thru: bool = False
    log_input: bool = True
    log_predictions: bool = False
    thru_before_filter: bool | None = None
    hold_limit: float = ranges.HOLD_LIMIT.default


class SessionObserver(Protocol):
    """Who wants to know what happens; see ``scheduled_commands.Conductor``."""

    @property
    def listens(self) -> bool:
        """Whether it wants to know just now."""

    def heard(self, began: bool) -> None:
        """The musician played; ``began`` says that a call of theirs begins with it."""

    def turned(self, player: str) -> None:
        """A player's turn began."""


class Session(Roster):
    """Hears every channel, in every mode, and lets the players play.

    It is a channels' ``Listener``, and the ``Room`` of its seats. It knows no sockets and no
    event loop: with a virtual clock it gives the same performance every time.

    Args:
        scheduler: keeps time.
        outputs: where everything is heard.
        tell: says things to the performer.
        addressed: told of control messages that channels receive.
        settings: what is passed on and written down.
        random: source of chance.
        dimension: of the instrument: its values and one for time.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        outputs: Outputs,
        notify: Notify,
        addressed: Callable[[str, str, Sequence[Any], bool], str],
        settings: SessionSettings,
        random: np.random.Generator,
        dimension: int,
    ) -> None:
        super().__init__()
        self.scheduler = scheduler
        self.outputs = outputs
        self.settings = settings
        self.dimension = dimension
        self.heard_events = 0
        self.last_input: tuple[float, ...] = (0.0,) * (dimension - 1)
        self.last_input_at: float | None = None
        self.observer: SessionObserver | None = None
        """Who is told what the musician and the players do, if anybody is to be."""
        self.gesture_recording: GestureRecording | None = None
        """Records labelled gestures, where there is a log for them."""
        self.source = "interface"
        """Who plays what is heard: "interface", or "replay" while a log is replayed."""
        self.held_notes = HeldNotes(self)
        self.tempo = Tempo(scheduler, outputs, lambda level, text: notify(level, "clock", text))
        self.message_handler: Callable[[str, str, bytes, Rights], bool] | None = None
        """Takes messages that are bound to a command, or to be learned; None where there is neither."""
        self.osc_handler: Callable[[str, str, Sequence[Any]], bool] | None = None
        """Takes OSC messages that are to be learned; None if nothing is learned here."""
        self._listeners: dict[str, list[Player]] = {}
        self._thru_sounds = False
        self._random = random
        self._began = scheduler.now()
        self.notify = notify
        self._addressed = addressed

    # Seats

    def add(
        self,
        name: str,
        predictor: AnyPredictor,
        settings: PlayerSettings,
        log: PlayerLog,
        routing: Routing | None = None,
    ) -> Player:
        """Give a player a seat; the first has the focus."""
        player = Player(name, predictor, settings, routing or Routing(), log, self, self._random)
        self.players[name] = self.all_players[name] = player
        self.focus = self.focus or name
        for each in self.players:
            hear_it = [other for other in self.players.values() if each in other.routing.hears_players]
            self._listeners[each] = hear_it
        return player

    # A Listener, for channels

    def heard(self, channel: str, values: Sequence[float], at: float) -> None:
        """A whole vector came in; one of another dimension than the session's is refused."""
        if len(values) != self.dimension - 1:
            self.trouble(channel, f"{len(values)} values came in where {self.dimension - 1} are played")
            return
        vector = tuple(values)
        # A vector that says again what was said is meant for everybody.
        moved = None if self._lone else _moved(self.last_input, vector) or None
        self._hear(channel, vector, None, moved, at)

    def updated(self, channel: str, updates: Sequence[tuple[int, float]], at: float) -> None:
        """Some dimensions took new values; the others keep theirs."""
        vector = list(self.last_input)
        for index, value in updates:
            if index < len(vector):
                vector[index] = value
        said = frozenset(index for index, _ in updates if index < len(vector))
        self._hear(channel, tuple(vector), said, said or None, at)

    def _hear(
        self,
        channel: str,
        vector: tuple[float, ...],
        said: frozenset[int] | None,
        meant: frozenset[int] | None,
        at: float,
    ) -> None:
        before = self._began if self.last_input_at is None else self.last_input_at
        at = max(at, before)
        self.heard_events += 1
        self.last_input, self.last_input_at = vector, at
        if self.settings.thru:
            if said is None:
                self.outputs.play(vector)
            else:
                self.outputs.thru(vector, said)
            self._thru_sounds = True
        impulse: Impulse | None = None if self._lone else set()
        observer = self.observer if self.observer is not None and self.observer.listens else None
        began = observer is not None and self._is_call(at - before)
        for player in self.players.values():
            if player.hears_channel(channel):
                player.hear(vector, said, meant, at, impulse)
        if observer is not None:
            observer.heard(began)

    @property
    def player_has_turn(self) -> bool:
        """True while a player that takes turns has its turn."""
        return any(player.behaviour.turn is Turn.PLAYER for player in self.players.values())

    def _is_call(self, silence: float) -> bool:
        """Whether what the musician plays now, after a silence, begins a call."""
        if self.heard_events == 1:
            return True
        player = self.players.get(self.focus)
        if player is None:
            return silence >= parameters.THRESHOLD.limits.default
        return silence >= player.behaviour.settings.threshold or player.behaviour.turn is Turn.PLAYER

    def turned(self, player: str) -> None:
        """A player's turn began."""
        if self.observer is not None:
            self.observer.turned(player)

    def replayed(self, values: Sequence[float], at: float) -> None:
        """An event of a log is played as if the musician had played it now."""
        self.source = REPLAY
        try:
            self.heard(REPLAY, values, at)
        finally:
            self.source = "interface"

    def resounded(self, descriptors: np.ndarray, at: float) -> None:
        """A frame of a log is heard as if the musician sounded so now."""
        self.described(REPLAY, HeardDescriptors(descriptors), at)

    def holding(self, channel: str, held: bool, at: float) -> None:
        """The musician holds something down on a channel, or has let go of everything there."""
        self.held_notes.note(channel, held, at)
        for player in self.players.values():
            if player.hears_channel(channel):
                player.held(channel, held, at)

    @property
    def holds(self) -> bool:
        """Whether the musician holds something down."""
        return self.held_notes.any

    def released(self, channel: str, indices: frozenset[int]) -> None:
        """The musician let go of keys: the notes that were passed on for them end."""
        if self._thru_sounds:
            self.outputs.end_notes(indices)

    def described(self, channel: str, feats: HeardDescriptors, at: float) -> str:
        """A frame of descriptors of the musician's sound came in; what is wrong with it, if anything, is returned."""
        told = [player.described(feats, at) for player in self.players.values() if player.hears_channel(channel)]
        heard = [problem for problem in told if problem is not None]
        return next(filter(None, heard), "") if heard else NO_AGENT

    def message(self, channel: str, device: str, message: bytes, rights: Rights = Rights.COMMANDS) -> bool:
        """A MIDI message came in; whether it was taken for a command, or to be learned."""
        return self.message_handler is not None and self.message_handler(channel, device, message, rights)

    def touched(self, channel: str, touch: Touch | Lifted) -> None:
        """A finger did something on a surface."""
        for ensemble in self.ensembles.values():
            if ensemble.hears_channel(channel):
                ensemble.hear(touch)
        if self.gesture_recording is not None:
            self.gesture_recording.hear(channel, touch)

    def clock(self, channel: str, device: str, message: bytes, at: float) -> None:
        """A message of a clock came in."""
        self.tempo.clock_in.take(f"{channel} {device}".rstrip(), message, at)

    def osc_message(self, channel: str, address: str, arguments: Sequence[Any]) -> bool:
        """An OSC message came in; true if it was taken to be learned."""
        return self.osc_handler is not None and self.osc_handler(channel, address, arguments)

    def addressed(self, channel: str, address: str, arguments: Sequence[Any], trusted: bool) -> str:
        """A control message came in; what is wrong with it, if anything, is returned."""
        return self._addressed(channel, address, arguments, trusted)

    def trouble(self, channel: str, message: str, level: str = "warning") -> None:
        """Something is wrong with a channel."""
        self.notify(level, channel, message)

    # A Room, for seats

    @property
    def began(self) -> float:
        """When the session began."""
        return self._began

    @property
    def logs_input(self) -> bool:
        """Whether what is heard is written down."""
        return self.settings.log_input

    @property
    def logs_predictions(self) -> bool:
        """Whether what is played is, too."""
        return self.settings.log_predictions

    def listeners(self, name: str) -> Sequence[Player]:
        """Who hears this player."""
        return self._listeners[name]

    def refuses(self, player: Player, dimension: int) -> str:
        """Why the instrument cannot be played by this seat's player if it has this dimension; empty if it can."""
        if not self._lone or player.routing.fixed:
            if dimension > self.dimension:
                return f"the instrument has {self.dimension - 1} values"
            return ""
        for outlet in self.outputs.outlets:
            if why := outlet.channel.refuses(dimension):
                return f"{outlet.channel.name}: {why}"
        return ""

    def resize(self, player: Player, dimension: int) -> None:
        """This seat's player has another dimension: the instrument takes it on, if it is this player's alone."""
        if not self._lone or player.routing.fixed:
            return
        self.outputs.cancel_fade()
        self.dimension = dimension
        self.last_input = (0.0,) * (dimension - 1)
        for outlet in self.outputs.outlets:
            outlet.set_dimension(dimension)

    def played(self) -> None:
        """A player has played: what was passed on before sounds no more."""
        self._thru_sounds = False

    @property
    def alone(self) -> bool:
        """Whether there is one player only."""
        return len(self.all_players) == 1

    @property
    def _lone(self) -> bool:
        """Whether nobody, or one only, plays the instrument's values."""
        return len(self.players) <= 1

    # For the performer, about everybody

    def set_thru(self, thru: bool) -> None:
        """Pass input on or not; what was passed on last does not sound on when nothing follows it."""
        self.settings.thru_before_filter = None
        self.settings.thru = thru
        if not thru:
            self.end_thru()

    def end_thru(self) -> None:
        """Ends the notes that were passed on last."""
        if self._thru_sounds:
            self._thru_sounds = False
            self.outputs.end_notes(frozenset(range(self.dimension - 1)))

    def begin_filter(self) -> None:
        """Mode filter: only predictions are heard, until every player has left polyphony."""
        before = self.settings.thru_before_filter
        before = self.settings.thru if before is None else before
        self.set_thru(False)
        self.settings.thru_before_filter = before

    def leave_filter(self) -> None:
        """A player has another mode: pass input on as before mode filter, if no player is in polyphony any more."""
        before = self.settings.thru_before_filter
        if before is not None and all(player.behaviour.mode.name != "polyphony" for player in self.players.values()):
            self.set_thru(before)

    def start(self) -> None:
        """Begin to play."""
        for player in self.all_players.values():
            player.start()

    def stop(self) -> None:
        """End: nothing is played from now on, nothing is left sounding."""
        for player in self.all_players.values():
            player.stop()
        self.outputs.stop()

    def pause(self) -> None:
        """Every player is silent and listens; a knob that was passed on as a note sounds no more."""
        self.end_thru()
        for player in self.all_players.values():
            player.pause()

    def resume(self) -> None:
        """Every player may play again; a fade ends where it is."""
        for player in self.all_players.values():
            player.resume()

    def panic(self) -> None:
        """Everything off, and everybody paused."""
        self.pause()
        self.outputs.panic()
        self.held_notes.release()

    def fade(self, seconds: float, done: Callable[[], None]) -> None:
        """The players stop, and the outputs glide to their safe values; then silence."""
        for player in self.players.values():
            player.pause(silence=False)

        def arrived() -> None:
            for ensemble in self.ensembles.values():
                ensemble.pause()
            self.outputs.silence()
            done()

        self.outputs.fade(seconds, self._silent, arrived)

    def _silent(self) -> frozenset[int]:
        """The values that nobody lets sound."""
        sounding: set[int] = set()
        for player in self.players.values():
            sounding.update(index for index in player.plays if index not in player.silent)
        return frozenset(range(self.dimension - 1)) - sounding


def _moved(before: Sequence[float], after: Sequence[float]) -> frozenset[int]:
    return frozenset(index for index, (old, new) in enumerate(zip(before, after, strict=True)) if old != new)
