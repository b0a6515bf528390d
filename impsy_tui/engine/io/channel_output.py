"""Output of one channel: rate limit and sounding notes of each player."""

from collections.abc import Sequence

from impsy_tui.channels.base import NONE_MUTED, Channel, PartialOutput
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer


class ChannelOutput:
    """Output of one channel; with a rate limit, the latest vector wins."""

    def __init__(self, channel: Channel, scheduler: Scheduler) -> None:
        self.channel = channel
        self.last: tuple[float, ...] | None = None
        self._scheduler = scheduler
        self._free_at = 0.0
        self._waiting: tuple[float, ...] | None = None
        self._muted = NONE_MUTED
        self._said: frozenset[int] | None = None
        """Indices of the waiting vector to send; None for all."""
        self._struck: dict[str, frozenset[int]] = {}
        """Indices of the sounding notes of each player."""
        self._timer: Timer | None = None

    def play(
        self,
        values: Sequence[float],
        muted: frozenset[int] = NONE_MUTED,
        others: frozenset[int] = NONE_MUTED,
        player: str = "",
    ) -> None:
        """Sends a vector, now or as soon as the rate limit allows.

        Args:
            values: values of the whole instrument.
            muted: indices of dimensions that begin no note.
            others: indices of other players' dimensions, which keep their values and begin no note.
            player: name of the player; empty for the musician.
        """
        if others:
            values, muted = self._beside(values, muted, others)
        if player:
            self._strike(player, frozenset(range(len(values))) - muted - others)
        self._put(values, muted, None)

    def pass_on(self, values: Sequence[float], said: frozenset[int]) -> None:
        """Sends some dimensions of the musician; all of them if the channel needs whole vectors."""
        if not isinstance(self.channel, PartialOutput):
            self.play(values)
            return
        if self._waiting is not None:
            said = said | self._said if self._said is not None else frozenset(range(len(values)))
        self._put(values, self._muted - said, said)

    def _put(self, values: Sequence[float], muted: frozenset[int], said: frozenset[int] | None) -> None:
        self.last, self._muted, self._said = tuple(values), muted, said
        rate = self.channel.max_rate
        if not rate:
            self._out(values)
            return
        self._waiting = self.last
        now = self._scheduler.now()
        if self._timer is not None and self._timer.pending:
            return
        if now >= self._free_at:
            self._send(now)
        else:
            self._timer = self._scheduler.at(self._free_at, self._send, self._free_at)

    def _beside(
        self, values: Sequence[float], muted: frozenset[int], others: frozenset[int]
    ) -> tuple[list[float], frozenset[int]]:
        """Returns a vector with the last values of the other dimensions; their waiting notes still sound."""
        last = self.last or values
        waits = others - self._muted if self._waiting is not None else NONE_MUTED
        return [last[i] if i in others else value for i, value in enumerate(values)], muted | (others - waits)

    def _strike(self, player: str, indices: frozenset[int]) -> None:
        if len(self._struck) > 1 or player not in self._struck:
            for name, struck in self._struck.items():
                self._struck[name] = struck - indices
        self._struck[player] = indices

    def _of_others(self, player: str) -> frozenset[int]:
        """Returns the sounding notes of other players."""
        return frozenset().union(*(struck for name, struck in self._struck.items() if name != player))

    def end_notes(self, indices: frozenset[int], player: str = "") -> None:
        """Ends the notes of these dimensions, also in a waiting vector.

        Args:
            indices: indices of the dimensions.
            player: player of the notes; empty for all players.
        """
        if player:
            indices -= self._of_others(player)
        self._muted |= indices
        self.channel.end_notes(indices)

    def hush(self, player: str, own: frozenset[int]) -> None:
        """Ends the notes of a player; silences the channel if no other player sounds."""
        self._struck.pop(player, None)
        if not self._of_others(player):
            self.silence()
        else:
            self.end_notes(own, player)

    def panic_of(self, player: str, own: frozenset[int]) -> None:
        """Turns off a player; turns off everything if no other player sounds."""
        self._struck.pop(player, None)
        if not self._of_others(player):
            self.panic()
        else:
            self.end_notes(own, player)

    def set_dimension(self, dimension: int) -> None:
        """Sets the dimension: vectors have ``dimension - 1`` values; none that waits is sent."""
        self._forget()
        self.last = None
        self.channel.set_dimension(dimension)

    def silence(self) -> None:
        """Drops the waiting vector and ends all notes of the players."""
        self._forget()
        self.channel.silence()

    def panic(self) -> None:
        """Drops the waiting vector and turns off everything."""
        self._forget()
        self.channel.panic()

    def _send(self, promised: float) -> None:
        if self._waiting is not None:
            interval = 1.0 / self.channel.max_rate
            # Counted from the planned time, so that late turns of the loop do not add up.
            self._free_at = max(promised, self._scheduler.now() - interval) + interval
            values, self._waiting = self._waiting, None
            self._out(values)

    def _out(self, values: Sequence[float]) -> None:
        if self._said is not None and isinstance(self.channel, PartialOutput):
            self.channel.pass_on(values, self._said - self._muted)
        else:
            self.channel.send(values, self._muted)

    def _forget(self) -> None:
        self._waiting = None
        self._struck.clear()
        if self._timer is not None:
            self._timer.cancel()
