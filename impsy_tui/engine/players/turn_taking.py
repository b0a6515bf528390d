"""Turns of musician and player in call and response."""

from collections.abc import Callable
from enum import Enum

from impsy_tui.engine.clock.tempo import NOW, Tempo
from impsy_tui.engine.runtime.scheduler import Timer


class Turn(Enum):
    """Musician, player, or both (in modes without turns)."""

    YOU = "you"
    PLAYER = "player"
    BOTH = "both"


class TurnTaking:
    """Gives the turn to the player after a silence of the musician, and back when the musician plays.

    The musician's turn ends ``threshold`` seconds after the last event, unless the musician holds a note. Before the
    first event, and after the command ``take``, the player waits for a call.

    If the tempo hands over on a beat or a bar, the player's turn begins on the next one after the silence. The
    musician must be silent until then. Events of the musician and commands take the turn at once.

    Args:
        tempo: Musical time and the scheduler.
        threshold: Seconds of silence before the player's turn.
        max_response: Seconds after which the player's turn ends; None for no limit.
        respond: Called when the player's turn begins.
        listen: Called when the player's turn ends.
    """

    def __init__(
        self,
        tempo: Tempo,
        threshold: float,
        max_response: float | None,
        respond: Callable[[], None],
        listen: Callable[[], None],
    ) -> None:
        self.turn = Turn.YOU
        self._tempo = tempo
        self._scheduler = tempo.scheduler
        self._threshold = threshold
        self._max_response = max_response
        self._respond = respond
        self._listen = listen
        self._running = False
        self._called = False
        self._last = 0.0
        self._holding: set[str] = set()
        self._silence: Timer | None = None
        self._end: Timer | None = None
        self._entry = tempo.turn_alarm(self._enter)

    @property
    def threshold(self) -> float:
        """Seconds of silence before the player's turn."""
        return self._threshold

    @threshold.setter
    def threshold(self, seconds: float) -> None:
        self._threshold = seconds
        self._wait_for_silence()

    @property
    def max_response(self) -> float | None:
        """Seconds after which the player's turn ends; None for no limit."""
        return self._max_response

    @max_response.setter
    def max_response(self, seconds: float | None) -> None:
        self._max_response = seconds
        if self.turn is Turn.PLAYER:
            self._wait_for_end()

    def start(self) -> None:
        """Begins with the musician's turn; an earlier call still counts."""
        self._running = True
        self._last = self._scheduler.now()
        self._wait_for_silence()

    def stop(self) -> None:
        """Stops taking turns; calls are still recorded."""
        self._running = False
        self._cancel()
        self.turn = Turn.YOU

    def received(self, at: float) -> None:
        """Records an event of the musician."""
        self._called = True
        self._last = max(self._last, at)
        if self.turn is Turn.PLAYER:
            self._to_musician()
        if self._running and (self._silence is None or not self._silence.pending):
            self._wait_for_silence()

    def held(self, source: str, held: bool, at: float) -> None:
        """Records that the musician holds notes on a channel, or no longer."""
        if held:
            self._holding.add(source)
            return
        self._holding.discard(source)
        self._last = max(self._last, at)
        self._wait_for_silence()

    def take(self) -> None:
        """Gives the turn to the musician; the player waits for the next call."""
        if self.turn is Turn.PLAYER:
            self._to_musician()
        self._called = False
        self._cancel()

    def give(self) -> None:
        """Gives the turn to the player, without waiting for silence."""
        if self._running and self.turn is Turn.YOU:
            self._to_player()

    def _wait_for_silence(self) -> None:
        self._entry.clear()
        if self._silence is not None:
            self._silence.cancel()
        if self._running and self._called and self.turn is Turn.YOU and not self._holding:
            self._silence = self._scheduler.at(self._last + self._threshold, self._check_silence)

    def _check_silence(self) -> None:
        # Events only change self._last: one timer for each silence, not for each event.
        if self._holding:
            return
        if self._scheduler.now() < self._last + self._threshold:
            self._wait_for_silence()
        elif self._tempo.hand_over == NOW:
            self._to_player()
        else:
            self._entry.set(self._tempo.next_turn(self._tempo.beat_at(self._scheduler.now())))

    def _enter(self) -> None:
        if not self._holding:
            self._to_player()

    def _wait_for_end(self) -> None:
        if self._end is not None:
            self._end.cancel()
        if self._max_response is not None:
            self._end = self._scheduler.at(self._scheduler.now() + self._max_response, self._ended)

    def _ended(self) -> None:
        self._called = False
        self._to_musician()

    def _to_player(self) -> None:
        self._cancel()
        self.turn = Turn.PLAYER
        self._wait_for_end()
        self._respond()

    def _to_musician(self) -> None:
        self._cancel()
        self.turn = Turn.YOU
        self._listen()

    def _cancel(self) -> None:
        self._entry.clear()
        for timer in (self._silence, self._end):
            if timer is not None:
                timer.cancel()
