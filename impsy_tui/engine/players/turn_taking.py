"""Whose turn it is, in call and response."""

from collections.abc import Callable
from enum import Enum

from impsy_tui.engine.clock.tempo import NOW, Tempo
from impsy_tui.engine.runtime.scheduler import Timer


class Turn(Enum):
    """Who plays now."""

    YOU = "you"
    PLAYER = "player"
    BOTH = "both"


class TurnTaking:
    """Gives the turn to the player when the musician has been silent, and back when they play.

    The musician's turn ends ``threshold`` seconds after their last event, unless they hold
    something down. Before they have played at all, and after they took the turn by hand, there
    is no call to answer, and the player waits for one.

    Where the tempo hands over on a beat or a bar, the player's turn begins on the next one after
    the silence, if they have been silent until then. Whatever they play, and what is asked for by
    hand, is never kept waiting.

    Args:
        tempo: musical time, and the clock that keeps the silence.
        threshold: seconds of silence before the player's turn.
        max_response: seconds after which its turn ends by itself; None for never.
        respond: called when the player's turn begins.
        listen: called when it ends.
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
        self._await_silence()

    @property
    def max_response(self) -> float | None:
        """Seconds after which the player's turn ends by itself."""
        return self._max_response

    @max_response.setter
    def max_response(self, seconds: float | None) -> None:
        self._max_response = seconds
        if self.turn is Turn.PLAYER:
            self._await_end()

    def start(self) -> None:
        """Begin taking turns, with the musician; an earlier call of theirs still counts."""
        self._running = True
        self._last = self._scheduler.now()
        self._await_silence()

    def stop(self) -> None:
        """No turns are taken from now on; calls are still noted."""
        self._running = False
        self._cancel()
        self.turn = Turn.YOU

    def heard(self, at: float) -> None:
        """The musician played."""
        self._called = True
        self._last = max(self._last, at)
        if self.turn is Turn.PLAYER:
            self._to_musician()
        if self._running and (self._silence is None or not self._silence.pending):
            self._await_silence()

    def held(self, source: str, held: bool, at: float) -> None:
        """The musician holds something on a channel, or no longer does."""
        if held:
            self._holding.add(source)
            return
        self._holding.discard(source)
        self._last = max(self._last, at)
        self._await_silence()

    def take(self) -> None:
        """The musician takes the turn; the player waits for their next call."""
        if self.turn is Turn.PLAYER:
            self._to_musician()
        self._called = False
        self._cancel()

    def give(self) -> None:
        """The musician gives the turn, whether or not they have been silent."""
        if self._running and self.turn is Turn.YOU:
            self._to_player()

    def _await_silence(self) -> None:
        """Look again when the silence would be long enough, as things stand."""
        self._entry.clear()
        if self._silence is not None:
            self._silence.cancel()
        if self._running and self._called and self.turn is Turn.YOU and not self._holding:
            self._silence = self._scheduler.at(self._last + self._threshold, self._look)

    def _look(self) -> None:
        # Events merely move self._last: one timer a silence, not one an event.
        if self._holding:
            return
        if self._scheduler.now() < self._last + self._threshold:
            self._await_silence()
        elif self._tempo.hand_over == NOW:
            self._to_player()
        else:
            self._entry.set(self._tempo.next_turn(self._tempo.beat_at(self._scheduler.now())))

    def _enter(self) -> None:
        if not self._holding:
            self._to_player()

    def _await_end(self) -> None:
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
        self._await_end()
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
