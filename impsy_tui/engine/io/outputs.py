"""Every output at once: silence, panic, fades and nudges."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from impsy_tui.channels.base import NONE_MUTED, Channel, ClockChannel, EnsembleDisplay, TargetDisplay
from impsy_tui.engine.io.channel_output import ChannelOutput
from impsy_tui.engine.io.delayed_output import DelayedOutput
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer
from impsy_tui.ensemble.touches.surfaces import OscMessage

FADE_STEP: Final = 0.02
"""Seconds between the steps of a fade."""


class Outputs:
    """All outlets."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.outlets: list[ChannelOutput | DelayedOutput] = []
        self.nudges: dict[str, float] = {}
        """By name, the seconds by which each output is later than the others; below 0 for earlier."""
        self._scheduler = scheduler
        self._fade: Timer | None = None
        self._clocked: list[ClockChannel] = []
        self._targeted: list[TargetDisplay] = []
        self._surfaces: list[EnsembleDisplay] = []

    def open(self, channels: Iterable[Channel]) -> None:
        """These are the channels from now on."""
        self.outlets = [ChannelOutput(channel, self._scheduler) for channel in channels]
        self.nudges = {outlet.channel.name: 0.0 for outlet in self.outlets}
        found = [outlet.channel for outlet in self.outlets if isinstance(outlet.channel, TargetDisplay)]
        self._targeted = [channel for channel in found if channel.wants_targets]
        shown = [outlet.channel for outlet in self.outlets if isinstance(outlet.channel, EnsembleDisplay)]
        self._surfaces = [channel for channel in shown if channel.wants_band]
        self._clocked = [outlet.channel for outlet in self.outlets if isinstance(outlet.channel, ClockChannel)]

    def nudge(self, name: str, seconds: float) -> None:
        """Let one output be later than the others or, below 0, earlier: then the others wait for it.

        Args:
            name: one of ``nudges``.
            seconds: how much.
        """
        self.nudges[name] = seconds
        earliest = min(0.0, *self.nudges.values())
        for index, outlet in enumerate(self.outlets):
            delay = self.nudges[outlet.channel.name] - earliest
            if delay and isinstance(outlet, ChannelOutput):
                outlet = self.outlets[index] = DelayedOutput(outlet, self._scheduler)
            if isinstance(outlet, DelayedOutput):
                outlet.delay = delay

    def show(self, told: Sequence[OscMessage]) -> None:
        """Tell whoever plays a surface that shows it, at once."""
        for channel in self._surfaces:
            channel.tell_band(told)

    def pass_on(self, number: int, action: Callable[..., None], *arguments: Any) -> None:
        """Do something of a channel's that is no vector, as late as everything else there.

        Args:
            number: of the outlet, from 0.
            action: of its channel's.
        """
        outlet = self.outlets[number]
        if isinstance(outlet, DelayedOutput):
            outlet.later(action, *arguments)
        else:
            action(*arguments)

    def aim(self, goal: Callable[[], Sequence[float]], channels: frozenset[str] | None = None) -> None:
        """Tell what an agent aims for, to whoever wants to know; it is found out only then."""
        wanted = [channel for channel in self._targeted if channels is None or channel.name in channels]
        if wanted:
            values = goal()
            for channel in wanted:
                channel.send_target(values)

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
        """Send a vector to every output, or to those of these channels; see ``ChannelOutput.play``."""
        for outlet in self._of(channels):
            outlet.play(values, muted, others, player)

    def thru(self, values: Sequence[float], said: frozenset[int]) -> None:
        """Pass on what the musician played to every output; see ``ChannelOutput.pass_on``."""
        for outlet in self.outlets:
            outlet.pass_on(values, said)

    def end_notes(self, indices: frozenset[int], player: str = "", channels: frozenset[str] | None = None) -> None:
        """Turn off what these values left sounding, everywhere or there; see ``ChannelOutput.end_notes``."""
        for outlet in self._of(channels):
            outlet.end_notes(indices, player)

    def hush(self, player: str, own: frozenset[int], channels: frozenset[str] | None = None) -> None:
        """A player falls silent, everywhere or there; see ``ChannelOutput.hush``."""
        for outlet in self._of(channels):
            outlet.hush(player, own)

    def panic_of(self, player: str, own: frozenset[int], channels: frozenset[str] | None = None) -> None:
        """Everything of a player's off; see ``ChannelOutput.panic_of``."""
        for outlet in self._of(channels):
            outlet.panic_of(player, own)

    def _of(self, channels: frozenset[str] | None) -> Iterable[ChannelOutput | DelayedOutput]:
        return self.outlets if channels is None else [o for o in self.outlets if o.channel.name in channels]

    def silence(self) -> None:
        """Turn off what the player left sounding, everywhere."""
        for outlet in self.outlets:
            outlet.silence()

    def stop(self) -> None:
        """Nothing more is sent: what outputs that are late have yet to play is left out, and they are silent now."""
        self.cancel_fade()
        for outlet in self.outlets:
            if isinstance(outlet, DelayedOutput):
                outlet.catch_up()

    def panic(self) -> None:
        """Turn off everything, everywhere; a fade ends."""
        self._end_fade()
        for outlet in self.outlets:
            outlet.panic()

    def cancel_fade(self) -> None:
        """Leave the outputs where a fade has brought them, silent: those who played before it may not play on."""
        if self._end_fade():
            self.silence()

    def _end_fade(self) -> bool:
        """Take no more steps; whether there were any to take."""
        if self._fade is None or not self._fade.pending:
            return False
        self._fade.cancel()
        return True

    def fade(self, seconds: float, muted: Callable[[], frozenset[int]], done: Callable[[], None]) -> None:
        """Glide every output that has a safe vector to it, in a straight line; the others are silent at once.

        Args:
            seconds: how long that takes.
            muted: gives the indices of values that sound nothing, at every step.
            done: called when they are there.
        """
        self._end_fade()
        paths = [
            (outlet, outlet.last, tuple(outlet.channel.safe))
            for outlet in self.outlets
            if outlet.last is not None and len(outlet.channel.safe) == len(outlet.last)
        ]
        fading = {outlet for outlet, _, _ in paths}
        for outlet in self.outlets:
            if outlet not in fading:
                outlet.silence()
        self._step(self._scheduler.now(), 0, seconds, paths, muted, done)

    def _step(
        self,
        began: float,
        step: int,
        seconds: float,
        paths: list[tuple[ChannelOutput | DelayedOutput, tuple[float, ...], tuple[float, ...]]],
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
