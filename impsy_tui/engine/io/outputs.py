"""All outputs together: silence, panic, fades and nudges."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from impsy_tui.channels.base import NONE_MUTED, Channel, ClockChannel, EnsembleDisplay, InputDisplay, TargetDisplay
from impsy_tui.engine.io.channel_output import ChannelOutput
from impsy_tui.engine.io.delayed_output import DelayedOutput
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer
from impsy_tui.ensemble.touches.surfaces import OscMessage

FADE_STEP: Final = 0.02
"""Seconds between the steps of a fade."""


class Outputs:
    """All outputs of the session."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.channel_outputs: list[ChannelOutput | DelayedOutput] = []
        self.nudges: dict[str, float] = {}
        """Delay of each output in seconds, by name; below 0 for a lead."""
        self._scheduler = scheduler
        self._fade: Timer | None = None
        self._clocked: list[ClockChannel] = []
        self._targeted: list[TargetDisplay] = []
        self._surfaces: list[EnsembleDisplay] = []
        self._input_displays: list[InputDisplay] = []

    def open(self, channels: Iterable[Channel]) -> None:
        """Sets the channels of the session."""
        self.channel_outputs = [ChannelOutput(channel, self._scheduler) for channel in channels]
        self.nudges = {output.channel.name: 0.0 for output in self.channel_outputs}
        found = [output.channel for output in self.channel_outputs if isinstance(output.channel, TargetDisplay)]
        self._targeted = [channel for channel in found if channel.wants_targets]
        shown = [output.channel for output in self.channel_outputs if isinstance(output.channel, EnsembleDisplay)]
        self._surfaces = [channel for channel in shown if channel.shows_ensembles]
        self._input_displays = [
            output.channel for output in self.channel_outputs if isinstance(output.channel, InputDisplay)
        ]
        self._clocked = [
            output.channel for output in self.channel_outputs if isinstance(output.channel, ClockChannel)
        ]

    def nudge(self, name: str, seconds: float) -> None:
        """Delays one output or, below 0, all other outputs.

        Args:
            name: name of the output, one of ``nudges``.
            seconds: delay in seconds.
        """
        self.nudges[name] = seconds
        earliest = min(0.0, *self.nudges.values())
        for index, output in enumerate(self.channel_outputs):
            delay = self.nudges[output.channel.name] - earliest
            if delay and isinstance(output, ChannelOutput):
                output = self.channel_outputs[index] = DelayedOutput(output, self._scheduler)
            if isinstance(output, DelayedOutput):
                output.delay = delay

    def show(self, messages: Sequence[OscMessage]) -> None:
        """Sends touches to all displays of the ensemble at once."""
        for channel in self._surfaces:
            channel.send_ensemble_messages(messages)

    def show_input(self, values: Sequence[float]) -> None:
        """Shows a vector of the musician on all displays of the input."""
        for channel in self._input_displays:
            channel.show_input(values)

    def pass_on(self, number: int, action: Callable[..., None], *arguments: Any) -> None:
        """Runs an action of a channel with the delay of its output.

        Args:
            number: index of the output, from 0.
            action: call of its channel.
        """
        output = self.channel_outputs[number]
        if isinstance(output, DelayedOutput):
            output.later(action, *arguments)
        else:
            action(*arguments)

    def aim(self, goal: Callable[[], Sequence[float]], channels: frozenset[str] | None = None) -> None:
        """Sends the target of an agent to the channels that display it; computes it only for them."""
        wanted = [channel for channel in self._targeted if channels is None or channel.name in channels]
        if wanted:
            values = goal()
            for channel in wanted:
                channel.send_target(values)

    def hear_clock(self, wanted: bool) -> None:
        """Starts or stops reporting incoming clocks."""
        for channel in self._clocked:
            channel.hear_clock(wanted)

    def send_clock(self, message: bytes) -> None:
        """Sends a message of a clock to all outputs that take clocks."""
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
        """Sends a vector to all outputs, or to these channels; see ``ChannelOutput.play``."""
        for output in self._of(channels):
            output.play(values, muted, others, player)

    def thru(self, values: Sequence[float], said: frozenset[int] | None) -> None:
        """Sends the musician's events to all outputs, for None the whole vector; see ``ChannelOutput.pass_on``."""
        if said is None:
            self.play(values)
            return
        for output in self.channel_outputs:
            output.pass_on(values, said)

    def end_notes(self, indices: frozenset[int], player: str = "", channels: frozenset[str] | None = None) -> None:
        """Ends the notes of these dimensions on all channels, or on these; see ``ChannelOutput.end_notes``."""
        for output in self._of(channels):
            output.end_notes(indices, player)

    def hush(self, player: str, own: frozenset[int], channels: frozenset[str] | None = None) -> None:
        """Silences a player on all channels, or on these; see ``ChannelOutput.hush``."""
        for output in self._of(channels):
            output.hush(player, own)

    def panic_of(self, player: str, own: frozenset[int], channels: frozenset[str] | None = None) -> None:
        """Ends all notes of a player; see ``ChannelOutput.panic_of``."""
        for output in self._of(channels):
            output.panic_of(player, own)

    def _of(self, channels: frozenset[str] | None) -> Iterable[ChannelOutput | DelayedOutput]:
        return (
            self.channel_outputs
            if channels is None
            else [o for o in self.channel_outputs if o.channel.name in channels]
        )

    def silence(self) -> None:
        """Ends the notes of all players on all channels."""
        for output in self.channel_outputs:
            output.silence()

    def stop(self) -> None:
        """Drops the waiting calls of delayed outputs and silences them."""
        self.cancel_fade()
        for output in self.channel_outputs:
            if isinstance(output, DelayedOutput):
                output.catch_up()

    def panic(self) -> None:
        """Turns off everything on all channels and ends a fade."""
        self._end_fade()
        for output in self.channel_outputs:
            output.panic()

    def cancel_fade(self) -> None:
        """Ends a fade at its current vector and silences the outputs."""
        if self._end_fade():
            self.silence()

    def _end_fade(self) -> bool:
        """Ends a fade; returns True if one was running."""
        if self._fade is None or not self._fade.pending:
            return False
        self._fade.cancel()
        return True

    def fade(self, seconds: float, muted: Callable[[], frozenset[int]], done: Callable[[], None]) -> None:
        """Moves each output with a safe vector to it in a straight line; silences the other outputs at once.

        Args:
            seconds: duration of the fade.
            muted: returns the indices of muted values, at every step.
            done: called at the end of the fade.
        """
        self._end_fade()
        paths = [
            (output, output.last, tuple(output.channel.safe))
            for output in self.channel_outputs
            if output.last is not None and len(output.channel.safe) == len(output.last)
        ]
        fading = {output for output, _, _ in paths}
        for output in self.channel_outputs:
            if output not in fading:
                output.silence()
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
        for output, start, safe in paths:
            output.play([a + (b - a) * share for a, b in zip(start, safe, strict=True)], muted())
        if elapsed >= seconds:
            done()
            return
        # After a stall, steps that are late are left out.
        late = int((self._scheduler.now() - began) / FADE_STEP)
        following = max(step, late) + 1
        due = began + min(following * FADE_STEP, seconds)
        self._fade = self._scheduler.at(due, self._step, began, following, seconds, paths, muted, done)
