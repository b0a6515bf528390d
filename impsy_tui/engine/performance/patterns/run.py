"""One running pattern: the next steps, and the steps that are due."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, NamedTuple

from impsy_tui.engine.clock.quantiser import STALE
from impsy_tui.engine.performance.patterns.cycles import CycleClock
from impsy_tui.engine.performance.ramps import STEP, Key
from impsy_tui.language.patterns.events import Hole, PatternEvent, PatternValue, Signal
from impsy_tui.language.patterns.pattern import CyclicPattern
from impsy_tui.parameters import shown_number

_NEAR: Final = 2e-5
"""Seconds. A step that is nearer than this is due, because an alarm can be so early."""
_TOGETHER: Final = 16
"""Steps that are computed in one turn of the event loop. Each takes about 50 µs, because times are exact."""
_PRESENT: Final = 0.02
"""Seconds. A step that is older than this when its pattern starts or jumps is not played."""


@dataclass(frozen=True, slots=True)
class Target:
    """Parameter of a player that a pattern moves, or dimension that it plays.

    Attributes:
        key: the parameter.
        layer: layer of the pattern that moves it; None for all layers.
        set_value: takes the value of a step, and its time.
        open: takes the player of a hole, empty for the player of the command, and the time; None without holes.
        rest: ends what sounds, at the end of a step without a next one; None if values stay.
    """

    key: Key
    layer: int | None
    set_value: Callable[[PatternValue, float], None]
    open: Callable[[str, float], None] | None = None
    rest: Callable[[], None] | None = None


class _Step(NamedTuple):
    at: Fraction
    layer: int
    event: PatternEvent


@dataclass(slots=True)
class PatternRun:
    """Running pattern.

    Attributes:
        pattern: the pattern.
        clock: cycles.
        first: number on the clock of the pattern's cycle 0.
        tracks: targets that the pattern still moves.
        seed: returns the seed of random numbers.
        ended: called when the pattern is cancelled.
        computed: position up to which steps are computed.
    """

    pattern: CyclicPattern
    clock: CycleClock
    first: int
    tracks: dict[Key, Target]
    seed: Callable[[], int]
    ended: Callable[["PatternRun"], None]
    computed: Fraction = Fraction(0)
    shown: str = ""
    """Value of the step that sounds now."""
    _steps: list[_Step] = field(default_factory=list)
    _next: int = 0
    _signals: dict[int, tuple[PatternEvent, float]] = field(default_factory=dict)
    """Signals that sound, by layer, with the number that was set last."""
    _ends: dict[int, Fraction] = field(default_factory=dict)
    """Ends of the steps that sound, by layer, for targets that rest."""

    @property
    def plays(self) -> bool:
        """True if the pattern plays as the musician."""
        return any(target.rest is not None for target in self.tracks.values())

    # Mover

    def cancel(self) -> None:
        """Ends the pattern; parameters keep their values."""
        self.release(tuple(self.tracks))
        self.ended(self)

    def release(self, keys: Iterable[Key]) -> None:
        """Removes targets, because another command sets them."""
        for key in keys:
            target = self.tracks.pop(key, None)
            if target is not None and target.rest is not None:
                target.rest()

    # Time

    def position(self, now: float) -> float:
        """Returns the position in cycles; below 0 before the pattern begins."""
        return self.clock.position(now) - self.first

    def time_of(self, position: Fraction | int) -> float:
        """Returns the time of a position at the current tempo."""
        return self.clock.time_of(float(position) + self.first)

    def move_to(self, position: float, now: float) -> None:
        """Continues near another position after a jump of the clock, at the phase that the clock has now."""
        self.first = round(self.clock.position(now) - position)
        self.begin(now)

    @property
    def next_step(self) -> Fraction:
        """Position of the next step, the end of a step that rests, or the next span to compute."""
        following = self._steps[self._next].at if self._next < len(self._steps) else self.computed
        return min((following, *self._ends.values()))

    def next_sample(self, now: float) -> float | None:
        """Returns the time of the next sample of the signals; None without signals."""
        begins = [self.time_of(event.begin) for event, _ in self._signals.values()]
        return min((begin + (math.floor((now - begin + _NEAR) / STEP) + 1) * STEP for begin in begins), default=None)

    # Steps

    def begin(self, now: float) -> None:
        """Computes the present span, and sets the step that sounds already; a step that begins now is due.

        It looks for that step backwards in the present cycle, so that the start of a long pattern takes little time.
        """
        at = self.position(now)
        cycle, span = Fraction(max(0, math.floor(at))), self._span
        begin = cycle + math.floor(max(0.0, at - cycle) / span) * span
        self.computed, self._next = begin, 0
        self._signals.clear()
        self._steps = self._next_steps()
        while begin > cycle and self._begun_layers(at) < len(self.pattern.layers):
            begin -= span
            self._steps = self._steps_in(begin, begin + span) + self._steps
        if at > 0.0:
            self.sound(now, passed=True)
            self.compute(now)

    def compute(self, now: float) -> None:
        """Computes the next steps if no computed step is left. Cycles in the past are left out."""
        if self._next >= len(self._steps):
            self.computed = max(self.computed, Fraction(math.floor(self.position(now))))
            self._steps, self._next = self._next_steps(), 0

    @property
    def _span(self) -> Fraction:
        """Cycles that are computed at once: one, or a part of it if the cycle has many steps."""
        most = sum(layer.most for layer in self.pattern.layers)
        return Fraction(1, max(1, math.ceil(most / _TOGETHER)))

    def _begun_layers(self, at: float) -> int:
        """Returns the number of layers of which a step has begun."""
        return len({step.layer for step in self._steps if step.at <= at})

    def _next_steps(self) -> list[_Step]:
        """Returns the steps of the next span."""
        begin, self.computed = self.computed, self.computed + self._span
        return self._steps_in(begin, self.computed)

    def _steps_in(self, begin: Fraction, end: Fraction) -> list[_Step]:
        seed = self.seed()
        return sorted(
            (
                _Step(event.begin, layer, event)
                for layer, node in enumerate(self.pattern.layers)
                for event in node.query(begin, end, seed)
                if event.has_onset
            ),
            key=lambda step: step[:2],
        )

    def sound(self, now: float, *, passed: bool = False) -> None:
        """Sets the steps that are due; of several late ones in a layer, the last.

        Args:
            now: present time.
            passed: True for steps from before the start, which are not played late.
        """
        due: dict[int, _Step] = {}
        until = now - _NEAR if passed else now + _NEAR
        while self._next < len(self._steps) and self.time_of(self._steps[self._next].at) <= until:
            step = self._steps[self._next]
            due[step.layer] = step
            self._next += 1
        for layer, step in due.items():
            self._set(layer, step, now, passed=passed)
        for layer, end in tuple(self._ends.items()):
            if self.time_of(end) <= now + _NEAR:
                del self._ends[layer]
                self._rest(layer)
        self._sample(now)

    def _set(self, layer: int, step: _Step, now: float, *, passed: bool) -> None:
        self._signals.pop(layer, None)
        at, value = self.time_of(step.at), step.event.value
        self.shown = written(value)
        targets = self._of(layer)
        if (plays := self.plays) and now - at > (_PRESENT if passed else STALE):
            return
        if isinstance(value, Signal):
            self._signals[layer] = step.event, math.nan
        if plays:
            self._ends[layer] = step.event.end
        for target in targets:
            if isinstance(value, Hole):
                if target.open is not None:
                    target.open(value.player, at)
            elif not isinstance(value, Signal):
                target.set_value(value, at)

    def _sample(self, now: float) -> None:
        position = self.position(now)
        for layer, (event, last) in tuple(self._signals.items()):
            assert isinstance(event.value, Signal)
            share = (position - float(event.begin)) / float(event.end - event.begin)
            begin = self.time_of(event.begin)
            sample = max(0, math.floor((now - begin + _NEAR) / STEP))
            value = event.value.at(event, min(max(share, 0.0), 1.0), sample, self.seed())
            self._signals[layer] = event, value
            if share >= 1.0:
                del self._signals[layer]
            if value != last:
                self.shown = f"{event.value} {value:.3g}"
                for target in self._of(layer):
                    target.set_value(value, now)

    def _rest(self, layer: int) -> None:
        self._signals.pop(layer, None)
        self.shown = "~"
        for target in self._of(layer):
            if target.rest is not None:
                target.rest()

    def _of(self, layer: int) -> list[Target]:
        return [target for target in tuple(self.tracks.values()) if target.layer in (None, layer)]


def written(value: PatternValue) -> str:
    """Returns the value of a step as text."""
    if isinstance(value, bool):
        return "t" if value else "f"
    return shown_number(round(value, 6)) if isinstance(value, float) else str(value)
