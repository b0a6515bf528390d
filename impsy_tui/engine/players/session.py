"""Session: passes events of the channels to the outputs and to the players."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from impsy_tui import parameters, ranges
from impsy_tui.agent.descriptors.osc_messages import HeardDescriptors
from impsy_tui.channels.base import Rights
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.io.outputs import Outputs
from impsy_tui.engine.players.base import INTERFACE, PATTERN, REPLAY, Answerers, Notify, PlayerLog, SessionObserver
from impsy_tui.engine.players.behaviours import AnyPredictor
from impsy_tui.engine.players.engine_parameters import EngineParameters
from impsy_tui.engine.players.ensemble.gesture_recording import GestureRecording
from impsy_tui.engine.players.held_notes import HeldNotes
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.recent_input import RecentInput
from impsy_tui.engine.players.roster.roster import Roster
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.settings import PlayerSettings
from impsy_tui.engine.players.turn_taking import Turn
from impsy_tui.engine.runtime.scheduler import Scheduler
from impsy_tui.ensemble.touches.surfaces import Lifted
from impsy_tui.ensemble.touches.touch import Touch

NO_AGENT: Final = 'descriptors came in, but no player hears them: add a [[player]] with kind = "agent"'


@dataclass(slots=True)
class SessionSettings:
    """Settings of the session.

    Attributes:
        thru: True if input is sent to every output.
        log_input: True if input is logged.
        log_predictions: True if played events are logged.
        thru_before_filter: Value of ``thru`` before mode filter; None in other modes.
        hold_limit: Seconds beyond the threshold for which a held note counts as playing; 0 for no limit.
    """

    thru: bool = parameters.THRU.default
    log_input: bool = True
    log_predictions: bool = False
    thru_before_filter: bool | None = None
    hold_limit: float = ranges.HOLD_LIMIT.default


class Session(Roster):
    """Hears every channel and lets the players play.

    The session is the ``Listener`` of the channels and the ``SessionInterface`` of the players. It has no sockets and
    no event loop: with a virtual clock, the same input gives the same performance.

    Attributes:
        observer: Observer of events and turns, None for none.
        gesture_recording: Recorder of labelled gestures, None without a log.
        source: Source of heard events in logs: "interface", "replay" or "pattern".
        recent: Last input of the musician.
        message_handler: Takes MIDI messages that are bound to a command or learned; returns True if taken.
        osc_handler: Takes OSC messages that are learned; returns True if taken.
        dimension_handler: Takes every vector that is heard, for dimensions that move parameters.

    Args:
        scheduler: Scheduler of all events.
        outputs: All outputs.
        notify: Reports to the performer.
        addressed: Handler of control messages that channels receive.
        settings: Settings of the session.
        random: Random generator.
        dimension: Dimension of the instrument: its values and one for time.
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
        self.received_events = 0
        self.last_input: tuple[float, ...] = (0.0,) * (dimension - 1)
        self.last_input_at: float | None = None
        self.observer: SessionObserver | None = None
        self.gesture_recording: GestureRecording | None = None
        self.source = INTERFACE
        self.recent = RecentInput()
        self.held_notes = HeldNotes(
            scheduler,
            outputs,
            self._hold_limit,
            lambda: self.last_input_at or 0.0,
            lambda channel, at: self.holding(channel, False, at),
            notify,
        )
        self.tempo = Tempo(scheduler, outputs, lambda level, text: notify(level, "clock", text))
        self.parameters = EngineParameters(self.tempo, lambda: self.settings.thru, self.set_thru)
        self.message_handler: Callable[[str, str, bytes, Rights], bool] | None = None
        self.osc_handler: Callable[[str, str, Sequence[Any]], bool] | None = None
        self.dimension_handler: Callable[[str, Sequence[float]], None] | None = None
        self._thru_sounds = False
        self._random = random
        self._began = scheduler.now()
        self.notify = notify
        self._addressed = addressed

    # Players

    def add(
        self,
        name: str,
        predictor: AnyPredictor,
        settings: PlayerSettings,
        log: PlayerLog,
        routing: Routing | None = None,
    ) -> Player:
        """Adds a player of values; the first player has the focus."""
        player = Player(name, predictor, settings, routing or Routing(), log, self, self._random)
        self.insert(player)
        return player

    def _hold_limit(self) -> float | None:
        if not self.settings.hold_limit:
            return None
        thresholds = [player.behaviour.settings.threshold for player in self.players.values()]
        return float(max(thresholds, default=parameters.THRESHOLD.default)) + self.settings.hold_limit

    # Listener of the channels

    def received(self, channel: str, values: Sequence[float], at: float) -> None:
        """Hears a whole vector; a vector of another dimension is refused."""
        if len(values) != self.dimension - 1:
            self.trouble(channel, f"{len(values)} values arrived, but {self.dimension - 1} are played")
            return
        vector = tuple(values)
        # A vector without a change concerns every player.
        changed = None if self._lone else _changed(self.last_input, vector) or None
        self._hear(channel, vector, None, changed, at)

    def updated(self, channel: str, updates: Sequence[tuple[int, float]], at: float) -> None:
        """Hears new values of some dimensions: pairs of index from 0 and value."""
        vector = list(self.last_input)
        for index, value in updates:
            if index < len(vector):
                vector[index] = value
        indices = frozenset(index for index, _ in updates if index < len(vector))
        self._hear(channel, tuple(vector), indices, indices or None, at)

    def _hear(
        self,
        channel: str,
        vector: tuple[float, ...],
        updated: frozenset[int] | None,
        changed: frozenset[int] | None,
        at: float,
    ) -> None:
        before = self._began if self.last_input_at is None else self.last_input_at
        at = max(at, before)
        self.source = channel if channel in (REPLAY, PATTERN) else INTERFACE
        self.received_events += 1
        self.last_input, self.last_input_at = vector, at
        if self.source is INTERFACE:
            self.recent.note(vector, at)
        if self.settings.thru:
            self.outputs.thru(vector, updated)
            self._thru_sounds = True
        answerers: Answerers | None = None if self._lone else set()
        observer = self.observer if self.observer is not None and self.observer.listens else None
        began = observer is not None and self._is_call(at - before)
        for player in self.players.values():
            if player.hears_channel(channel):
                player.hear(vector, updated, changed, at, answerers)
        if observer is not None:
            observer.received(began)
        self.outputs.show_input(vector)
        if self.dimension_handler is not None:
            self.dimension_handler(channel, vector)

    @property
    def player_has_turn(self) -> bool:
        """True while a player that takes turns has its turn."""
        return any(player.behaviour.turn is Turn.PLAYER for player in self.players.values())

    def _is_call(self, silence: float) -> bool:
        if self.received_events == 1:
            return True
        player = self.players.get(self.focus)
        if player is None:
            return silence >= float(parameters.THRESHOLD.default)
        return silence >= player.behaviour.settings.threshold or player.behaviour.turn is Turn.PLAYER

    def turned(self, player: str) -> None:
        """Reports that a player's turn began."""
        if self.observer is not None:
            self.observer.turned(player)

    def replayed(self, values: Sequence[float], at: float) -> None:
        """Hears an event of a log like an event of the musician."""
        self.received(REPLAY, values, at)

    def resounded(self, descriptors: np.ndarray, at: float) -> None:
        """Hears a descriptor frame of a log like the musician's sound."""
        self.described(REPLAY, HeardDescriptors(descriptors), at)

    def holding(self, channel: str, held: bool, at: float) -> None:
        """Records that the musician holds notes on a channel, or no longer."""
        self.held_notes.note(channel, held, at)
        for player in self.players.values():
            if player.hears_channel(channel):
                player.held(channel, held, at)

    @property
    def holds(self) -> bool:
        """True while the musician holds a note."""
        return self.held_notes.any

    def released(self, channel: str, indices: frozenset[int]) -> None:
        """Ends the thru notes of released keys."""
        if self._thru_sounds:
            self.outputs.end_notes(indices)

    def described(self, channel: str, feats: HeardDescriptors, at: float) -> str:
        """Hears a descriptor frame of the musician's sound; returns the problem with the frame, empty for none."""
        results = [player.described(feats, at) for player in self.players.values() if player.hears_channel(channel)]
        problems = [problem for problem in results if problem is not None]
        return next(filter(None, problems), "") if problems else NO_AGENT

    def message(self, channel: str, device: str, message: bytes, rights: Rights = Rights.COMMANDS) -> bool:
        """Hears a MIDI message; returns True if a command or MIDI learn took the message."""
        return self.message_handler is not None and self.message_handler(channel, device, message, rights)

    def touched(self, channel: str, touch: Touch | Lifted) -> None:
        """Hears a touch on a surface, or its end."""
        for ensemble in self.ensembles.values():
            if ensemble.hears_channel(channel):
                ensemble.hear(touch)
        if self.gesture_recording is not None:
            self.gesture_recording.hear(channel, touch)

    def clock(self, channel: str, device: str, message: bytes, at: float) -> None:
        """Hears a message of a MIDI clock."""
        self.tempo.clock_in.take(f"{channel} {device}".rstrip(), message, at)

    def osc_message(self, channel: str, address: str, arguments: Sequence[Any]) -> bool:
        """Hears an OSC message; returns True if learning took the message."""
        return self.osc_handler is not None and self.osc_handler(channel, address, arguments)

    def addressed(self, channel: str, address: str, arguments: Sequence[Any], trusted: bool) -> str:
        """Carries out a control message; returns the problem, empty for none."""
        return self._addressed(channel, address, arguments, trusted)

    def trouble(self, channel: str, message: str, level: str = "warning") -> None:
        """Reports a problem of a channel."""
        self.notify(level, channel, message)

    # SessionInterface of the players

    @property
    def began(self) -> float:
        """Begin of the session in seconds on the scheduler's clock."""
        return self._began

    @property
    def logs_input(self) -> bool:
        """True if heard events are logged."""
        return self.settings.log_input

    @property
    def logs_predictions(self) -> bool:
        """True if played events are logged."""
        return self.settings.log_predictions

    def refuses(self, routing: Routing, dimension: int) -> str:
        """Returns the reason why a player with this routing cannot have this dimension; empty if it can."""
        if not self._lone or routing.fixed:
            return f"the instrument has {self.dimension - 1} values" if dimension > self.dimension else ""
        whys = ((output.channel.name, output.channel.refuses(dimension)) for output in self.outputs.channel_outputs)
        return next((f"{name}: {why}" for name, why in whys if why), "")

    def resize(self, routing: Routing, dimension: int) -> None:
        """Changes the dimension of the instrument, if the player with this routing plays alone."""
        if self._lone and not routing.fixed:
            self.last_input = ()
            self.set_dimension(dimension)

    def set_dimension(self, dimension: int) -> None:
        """Changes the dimension of the instrument; new values begin at 0."""
        self.outputs.cancel_fade()
        self.dimension = dimension
        self.last_input = (*self.last_input, *(0.0,) * dimension)[: dimension - 1]
        for output in self.outputs.channel_outputs:
            output.set_dimension(dimension)

    def played(self) -> None:
        """Records that a player has played, so notes of thru are replaced."""
        self._thru_sounds = False

    @property
    def alone(self) -> bool:
        """True if the session has one player."""
        return len(self.all_players) == 1

    @property
    def _lone(self) -> bool:
        return len(self.players) <= 1

    # Commands for all players

    def set_thru(self, thru: bool) -> None:
        """Turns thru on or off; turning it off ends its notes."""
        self.settings.thru_before_filter = None
        self.settings.thru = thru
        if not thru:
            self.end_thru()

    def end_thru(self) -> None:
        """Ends the notes of thru."""
        if self._thru_sounds:
            self._thru_sounds = False
            self.outputs.end_notes(frozenset(range(self.dimension - 1)))

    def begin_filter(self) -> None:
        """Begins mode filter: thru is off until every player has left polyphony."""
        before = self.settings.thru_before_filter
        before = self.settings.thru if before is None else before
        self.set_thru(False)
        self.settings.thru_before_filter = before

    def leave_filter(self) -> None:
        """Restores thru as before mode filter, if no player is in polyphony."""
        before = self.settings.thru_before_filter
        if before is not None and all(player.behaviour.mode.name != "polyphony" for player in self.players.values()):
            self.set_thru(before)

    def start(self) -> None:
        """Begins to play."""
        for player in self.all_players.values():
            player.start()

    def stop(self) -> None:
        """Stops all players for good and turns off all notes."""
        for player in self.all_players.values():
            player.stop()
        self.outputs.stop()

    def pause(self) -> None:
        """Pauses every player and ends the notes of thru."""
        self.end_thru()
        for player in self.all_players.values():
            player.pause()

    def resume(self) -> None:
        """Lets every player play again; a running fade ends."""
        for player in self.all_players.values():
            player.resume()

    def panic(self) -> None:
        """Turns off all notes, pauses every player and ends patterns that play."""
        if self.observer is not None:
            self.observer.silenced()
        self.pause()
        self.outputs.panic()
        self.held_notes.release()

    def fade(self, seconds: float, done: Callable[[], None]) -> None:
        """Pauses the players and ramps the outputs to their safe values in ``seconds``; then silences them."""
        if self.observer is not None:
            self.observer.silenced()
        for player in self.players.values():
            player.pause(silence=False)

        def arrived() -> None:
            for ensemble in self.ensembles.values():
                ensemble.pause()
            self.outputs.silence()
            done()

        self.outputs.fade(seconds, self._silent, arrived)

    def _silent(self) -> frozenset[int]:
        players = self.players.values()
        sounding = {index for player in players for index in player.plays if index not in player.silent}
        return frozenset(range(self.dimension - 1)) - sounding


def _changed(before: Sequence[float], after: Sequence[float]) -> frozenset[int]:
    return frozenset(index for index, (old, new) in enumerate(zip(before, after, strict=True)) if old != new)
