"""Output with a delay."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from impsy_tui.channels.base import NONE_MUTED, Channel
from impsy_tui.engine.io.channel_output import ChannelOutput
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer


class DelayedOutput:
    """Runs each call of an output after the same delay, in the same order.

    Panic and a change of dimension act at once and drop the waiting calls.

    Args:
        output: output of the calls.
        scheduler: scheduler of the calls.

    Attributes:
        delay: delay in seconds. After a change to a shorter delay, no call overtakes a waiting call.
    """

    def __init__(self, output: ChannelOutput, scheduler: Scheduler) -> None:
        self.delay = 0.0
        self._output = output
        self._scheduler = scheduler
        self._waiting: deque[Timer] = deque()

    @property
    def channel(self) -> Channel:
        """Channel of the output."""
        return self._output.channel

    @property
    def last(self) -> tuple[float, ...] | None:
        """Last sent vector."""
        return self._output.last

    def play(
        self,
        values: Sequence[float],
        muted: frozenset[int] = NONE_MUTED,
        others: frozenset[int] = NONE_MUTED,
        player: str = "",
    ) -> None:
        """Sends a vector; see ``ChannelOutput.play``."""
        self.later(self._output.play, tuple(values), muted, others, player)

    def pass_on(self, values: Sequence[float], said: frozenset[int]) -> None:
        """Sends some dimensions; see ``ChannelOutput.pass_on``."""
        self.later(self._output.pass_on, tuple(values), said)

    def end_notes(self, indices: frozenset[int], player: str = "") -> None:
        """Ends the notes of these dimensions; see ``ChannelOutput.end_notes``."""
        self.later(self._output.end_notes, indices, player)

    def hush(self, player: str, own: frozenset[int]) -> None:
        """Silences a player; see ``ChannelOutput.hush``."""
        self.later(self._output.hush, player, own)

    def panic_of(self, player: str, own: frozenset[int]) -> None:
        """Turns off a player now, and again after its waiting calls."""
        self._output.panic_of(player, own)
        if self._waiting:
            self.later(self._output.panic_of, player, own)

    def set_dimension(self, dimension: int) -> None:
        """Sets the dimension: vectors have ``dimension - 1`` values; none that waits is sent."""
        self._forget()
        self._output.set_dimension(dimension)

    def silence(self) -> None:
        """Ends the notes of all players."""
        self.later(self._output.silence)

    def panic(self) -> None:
        """Drops the waiting calls and turns off everything."""
        self._forget()
        self._output.panic()

    def catch_up(self) -> None:
        """Drops the waiting calls and silences the output now."""
        if self._waiting:
            self._forget()
            self._output.silence()

    def later(self, action: Callable[..., None], *arguments: Any) -> None:
        """Runs an action in the order of all other calls."""
        if not self.delay and not self._waiting:
            action(*arguments)
            return
        due = self._scheduler.now() + self.delay
        if self._waiting:
            due = max(due, self._waiting[-1].deadline)
        self._waiting.append(self._scheduler.at(due, self._do, action, arguments))

    def _do(self, action: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        self._waiting.popleft()
        action(*arguments)

    def _forget(self) -> None:
        for timer in self._waiting:
            timer.cancel()
        self._waiting.clear()
