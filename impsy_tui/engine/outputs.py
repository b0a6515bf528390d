"""Every output at once: rate caps, silence, panic and fades."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from impsy_tui.channels import NONE_MUTED, Channel, Clocked
from impsy_tui.engine.scheduler import Scheduler, Timer

FADE_STEP: Final = 0.02
"""Seconds between the steps of a fade."""


class Outlet:
    """One channel's output. Where its wire is slow, the latest vector wins.

    One that is nudged does everything later by the same time, and so in the same order; panic alone,
    and a change of dimension, are at once, and end what waits.
    """

    def __init__(self, channel: Channel, scheduler: Scheduler) -> None:
        self.channel = channel
        self.last: tuple[float, ...] | None = None
        self._scheduler = scheduler
        self._free_at = 0.0
        self._waiting: tuple[float, ...] | None = None
        self._muted = NONE_MUTED
        self._struck: dict[str, frozenset[int]] = {}
        """What each player has struck last, and left sounding."""
        self._timer: Timer | None = None
        self._delay = 0.0
        self._is_late = False
        self._later: deque[Timer] = deque()

    def delay(self, seconds: float) -> None:
        """From now on do everything this much later, 0 for at once; nothing overtakes what waits already."""
        self._delay = seconds
        self._is_late = bool(seconds or self._later)

    def play(
        self,
        values: Sequence[float],
        muted: frozenset[int] = NONE_MUTED,
        others: frozenset[int] = NONE_MUTED,
        player: str = "",
    ) -> None:
        """Send a vector, now or as soon as the channel may be sent one.

        Args:
            values: of the whole instrument.
            muted: indices of values that sound nothing.
            others: indices that are not the player's: they stay where they are, and sound nothing anew.
            player: who plays; empty for the musician.
        """
        if others:
            last = self.last or values
            values = [last[i] if i in others else value for i, value in enumerate(values)]
        if player:
            self._strike(player, frozenset(range(len(values))) - muted - others)
        self.last = tuple(values)
        if self._is_late:
            self._postpone(self._play, self.last, muted, others)
        else:
            self._play(self.last, muted, others)

    def _play(self, values: tuple[float, ...], muted: frozenset[int], others: frozenset[int]) -> None:
        if others:
            # What others have struck and still waits for the wire is not kept from sounding.
            waits = others - self._muted if self._waiting is not None else NONE_MUTED
            muted |= others - waits
        self._muted = muted
        rate = self.channel.max_rate
        if not rate:
            self.channel.send(values, muted)
            return
        self._waiting = values
        now = self._scheduler.now()
        if self._timer is not None and self._timer.pending:
            return
        if now >= self._free_at:
            self._send(now)
        else:
            self._timer = self._scheduler.at(self._free_at, self._send, self._free_at)

    def _strike(self, player: str, indices: frozenset[int]) -> None:
        if len(self._struck) > 1 or player not in self._struck:
            for name, struck in self._struck.items():
                self._struck[name] = struck - indices
        self._struck[player] = indices

    def _of_others(self, player: str) -> frozenset[int]:
        """What other players have left sounding."""
        return frozenset().union(*(struck for name, struck in self._struck.items() if name != player))

    def end_notes(self, indices: frozenset[int], player: str = "") -> None:
        """Turn off what these values left sounding; a vector that waits begins no note of them.

        Args:
            indices: of the values.
            player: whose notes; empty for everybody's.
        """
        if player:
            indices -= self._of_others(player)
        if self._is_late:
            self._postpone(self._end_notes, indices)
        else:
            self._end_notes(indices)

    def _end_notes(self, indices: frozenset[int]) -> None:
        self._muted |= indices
        self.channel.end_notes(indices)

    def hush(self, player: str, own: frozenset[int]) -> None:
        """A player has nothing more to say: its notes end, and where nobody else plays, everything is silent."""
        self._struck.pop(player, None)
        if not self._of_others(player):
            self.silence()
        else:
            self.end_notes(own, player)

    def panic_of(self, player: str, own: frozenset[int]) -> None:
        """Everything of a player's off: where nobody else plays, everything."""
        self._struck.pop(player, None)
        if not self._of_others(player):
            self.panic()
        else:
            self.end_notes(own, player)

    def set_dimension(self, dimension: int) -> None:
        """From now on vectors have ``dimension - 1`` values; none that waits is sent."""
        self._forget_all()
        self.last = None
        self.channel.set_dimension(dimension)

    def silence(self) -> None:
        """Drop what waits, and turn off what the player left sounding."""
        self._struck.clear()
        if self._is_late:
            self._postpone(self._silence)
        else:
            self._silence()

    def _silence(self) -> None:
        self._forget()
        self.channel.silence()

    def panic(self) -> None:
        """Drop what waits, and turn off everything."""
        self._forget_all()
        self.channel.panic()

    def _postpone(self, action: Callable[..., None], *arguments: Any) -> None:
        due = self._scheduler.now() + self._delay
        if self._later:
            due = max(due, self._later[-1].deadline)
        self._later.append(self._scheduler.at(due, self._do, action, arguments))

    def _do(self, action: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        self._later.popleft()
        self._is_late = bool(self._delay or self._later)
        action(*arguments)

    def _forget_all(self) -> None:
        for timer in self._later:
            timer.cancel()
        self._later.clear()
        self._is_late = bool(self._delay)
        self._struck.clear()
        self._forget()

    def _send(self, promised: float) -> None:
        if self._waiting is not None:
            interval = 1.0 / self.channel.max_rate
            # From the time that was promised, so that turns that come late do not add up.
            self._free_at = max(promised, self._scheduler.now() - interval) + interval
            values, self._waiting = self._waiting, None
            self.channel.send(values, self._muted)

    def _forget(self) -> None:
        self._waiting = None
        if self._timer is not None:
            self._timer.cancel()


class Outputs:
    """All outlets."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.outlets: list[Outlet] = []
        self.nudges: dict[str, float] = {}
        """By name, the seconds by which each output is later than the others; below 0 for earlier."""
        self._scheduler = scheduler
        self._fade: Timer | None = None
        self._clocked: list[Clocked] = []

    def open(self, channels: Iterable[Channel]) -> None:
        """These are the channels from now on."""
        self.outlets = [Outlet(channel, self._scheduler) for channel in channels]
        self.nudges = {outlet.channel.name: 0.0 for outlet in self.outlets}
        self._clocked = [outlet.channel for outlet in self.outlets if isinstance(outlet.channel, Clocked)]

    def nudge(self, name: str, seconds: float) -> None:
        """Let one output be later than the others or, below 0, earlier: then the others wait for it.

        Args:
            name: one of ``nudges``.
            seconds: how much.
        """
        self.nudges[name] = seconds
        earliest = min(0.0, *self.nudges.values())
        for outlet in self.outlets:
            outlet.delay(self.nudges[outlet.channel.name] - earliest)

    def hear_clock(self, wanted: bool) -> None:
        """Let every channel that carries clocks tell of them, or not."""
        for channel in self._clocked:
            channel.hear_clock(wanted)

    def send_clock(self, message: bytes) -> None:
        """Send a message of a clock to every output that carries clocks."""
        for channel in self._clocked:
            channel.send_clock(message)

    def play(
        self,
        values: Sequence[float],
        muted: frozenset[int] = NONE_MUTED,
        others: frozenset[int] = NONE_MUTED,
        player: str = "",
        channels: frozenset[str] | None = None,
    ) -> None:
        """Send a vector to every output, or to those of these channels; see ``Outlet.play``."""
        for outlet in self._of(channels):
            outlet.play(values, muted, others, player)

    def end_notes(self, indices: frozenset[int], player: str = "", channels: frozenset[str] | None = None) -> None:
        """Turn off what these values left sounding, everywhere or there; see ``Outlet.end_notes``."""
        for outlet in self._of(channels):
            outlet.end_notes(indices, player)

    def hush(self, player: str, own: frozenset[int], channels: frozenset[str] | None = None) -> None:
        """A player falls silent, everywhere or there; see ``Outlet.hush``."""
        for outlet in self._of(channels):
            outlet.hush(player, own)

    def panic_of(self, player: str, own: frozenset[int], channels: frozenset[str] | None = None) -> None:
        """Everything of a player's off; see ``Outlet.panic_of``."""
        for outlet in self._of(channels):
            outlet.panic_of(player, own)

    def _of(self, channels: frozenset[str] | None) -> Iterable[Outlet]:
        return self.outlets if channels is None else [o for o in self.outlets if o.channel.name in channels]

    def silence(self) -> None:
        """Turn off what the player left sounding, everywhere."""
        for outlet in self.outlets:
            outlet.silence()

    def panic(self) -> None:
        """Turn off everything, everywhere; a fade ends."""
        self.cancel_fade()
        for outlet in self.outlets:
            outlet.panic()

    def cancel_fade(self) -> None:
        """Leave the outputs where a fade has brought them."""
        if self._fade is not None:
            self._fade.cancel()

    def fade(self, seconds: float, muted: Callable[[], frozenset[int]], done: Callable[[], None]) -> None:
        """Glide every output that has a safe vector to it, in a straight line.

        Args:
            seconds: how long that takes.
            muted: gives the indices of values that sound nothing, at every step.
            done: called when they are there.
        """
        self.cancel_fade()
        paths = [
            (outlet, outlet.last, tuple(outlet.channel.safe))
            for outlet in self.outlets
            if outlet.last is not None and len(outlet.channel.safe) == len(outlet.last)
        ]
        self._step(self._scheduler.now(), 0, seconds, paths, muted, done)

    def _step(
        self,
        began: float,
        step: int,
        seconds: float,
        paths: list[tuple[Outlet, tuple[float, ...], tuple[float, ...]]],
        muted: Callable[[], frozenset[int]],
        done: Callable[[], None],
    ) -> None:
        elapsed = min(step * FADE_STEP, seconds)
        share = elapsed / seconds if seconds > 0 else 1.0
        for outlet, start, safe in paths:
            outlet.play([a + (b - a) * share for a, b in zip(start, safe, strict=True)], muted())
        if elapsed >= seconds:
            done()
            return
        # After a stall the steps that are past are left out.
        late = int((self._scheduler.now() - began) / FADE_STEP)
        following = max(step, late) + 1
        due = began + min(following * FADE_STEP, seconds)
        self._fade = self._scheduler.at(due, self._step, began, following, seconds, paths, muted, done)
