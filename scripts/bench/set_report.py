"""Figures of the set benchmark, measured from outside, and a picture of its course."""

import html
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from common import percentile
from set_rig import BEATS, PATTERN, STEP, Arrived, MidiMessage, Sent, code_of, sounding

LATE: Final = 0.005
"""Seconds of lateness that count as late."""
_WINDOW: Final = 30.0
"""Seconds in which the median of the beats is the grid."""


@dataclass
class Course:
    """Moments of a set, in seconds since 1970.

    Attributes:
        steps: what the performer did: begin, end, name.
        faults: what went wrong: begin, end, name, effect.
        down: spans in which no engine ran.
        silences: moments at which no note may sound.
    """

    began: float
    steps: list[tuple[float, float, str]] = field(default_factory=list)
    faults: list[tuple[float, float, str, str]] = field(default_factory=list)
    down: list[tuple[float, float]] = field(default_factory=list)
    silences: list[float] = field(default_factory=list)

    def is_down(self, time: float) -> bool:
        """Returns True if no engine ran at a time."""
        return self.was_down(time, time)

    def was_down(self, begin: float, end: float) -> bool:
        """Returns True if no engine ran at a moment of a span."""
        return any(first <= end and begin <= last for first, last in self.down)


@dataclass(frozen=True)
class Figures:
    """Figures of a set.

    Attributes:
        sent: messages of the controller while an engine ran.
        lost: these without a row in a log.
        passed: seconds from each message to the synthesiser.
        beats: time and lateness of each step of the pattern, in seconds.
        hanging: notes that sounded when none may sound: time and notes.
    """

    sent: int
    lost: tuple[Sent, ...]
    passed: tuple[tuple[float, float], ...]
    beats: tuple[tuple[float, float], ...]
    hanging: tuple[tuple[float, str], ...]

    def late(self, course: Course) -> list[tuple[float, float]]:
        """Returns time and lateness of the passed messages and beats that were late while an engine ran."""
        events = sorted((*self.passed, *self.beats))
        return [(at, delay) for at, delay in events if delay > LATE and not course.is_down(at)]

    def worst(self, course: Course, begin: float, end: float) -> str:
        """Returns the milliseconds of the latest event of a span in which an engine ran."""
        events = (*self.passed, *self.beats)
        late = [delay for at, delay in events if begin <= at <= end and not course.is_down(at)]
        return f"{max(late) * 1000:.2f}" if late else ""


def figures(
    course: Course,
    sent: Sequence[Sent],
    arrived: Sequence[Arrived],
    messages: Sequence[MidiMessage],
    logs: Iterable[Path],
) -> Figures:
    """Returns the figures of a set."""
    rows = logged(logs)
    counted = [one for one in sent if not course.is_down(one.time)]
    return Figures(
        len(counted),
        tuple(one for one in counted if (one.dimension, one.code) not in rows),
        tuple(passed(sent, arrived)),
        tuple(beats(course, arrived)),
        tuple(
            (at, ", ".join(f"note {note} on channel {channel + 1}" for channel, note in sorted(notes)))
            for at in course.silences
            if (notes := sounding(messages, at))
        ),
    )


def logged(logs: Iterable[Path]) -> set[tuple[int, int]]:
    """Returns the dimensions and codes in the rows of the musician."""
    found: set[tuple[int, int]] = set()
    for file in logs:
        for line in file.read_text().splitlines():
            parts = line.split(",")
            if len(parts) > 2 and parts[1] == "interface":
                found |= {(index, code_of(float(value))) for index, value in enumerate(parts[2:])}
    return found


def passed(sent: Sequence[Sent], arrived: Sequence[Arrived]) -> Iterable[tuple[float, float]]:
    """Yields the time of each message that was passed on, and the seconds until it arrived."""
    times: dict[tuple[int, int], list[float]] = defaultdict(list)
    for one in arrived:
        times[one.fader - 1, code_of(one.value)].append(one.time)
    for message in sent:
        later = [at for at in times[message.dimension, message.code] if 0.0 <= at - message.time < 1.0]
        if later:
            yield message.time, min(later) - message.time


def beats(course: Course, arrived: Sequence[Arrived]) -> Iterable[tuple[float, float]]:
    """Yields the time of each step of the pattern, and its lateness against the steps around it."""
    steps: list[tuple[float, float]] = []  # time, and time less the position on the grid
    last, count = -1, 0
    for one in arrived:
        if one.fader != BEATS or (number := _step_of(one.value)) in (None, last):
            continue
        # An engine that starts again has a grid of its own, however soon it plays.
        goes_on = steps and one.time - steps[-1][0] < 1.0 and not course.was_down(steps[-1][0], one.time)
        moved = (number - last) % len(PATTERN) if goes_on else 0
        if moved == 0:  # the pattern begins, or begins again
            yield from _lateness(steps)
            steps, count = [], 0
        count += moved
        last = number
        steps.append((one.time, one.time - count * STEP))
    yield from _lateness(steps)


def _step_of(value: float) -> int | None:
    return next((index for index, step in enumerate(PATTERN) if abs(step - value) < 1e-4), None)


def _lateness(steps: Sequence[tuple[float, float]]) -> Iterable[tuple[float, float]]:
    size = round(_WINDOW / STEP)
    for begin in range(0, len(steps), size):
        part = steps[begin : begin + size]
        grid = median(offset for _, offset in part)
        yield from ((at, offset - grid) for at, offset in part)


def ms(values: Sequence[float], share: float) -> str:
    """Returns the milliseconds that this share of the values does not exceed."""
    return f"{percentile(values, share) * 1000:.2f}"


# Picture

_WIDTH, _LEFT, _LANE, _LINE = 1200, 110, 22, 14
_INK, _DIM, _BAD, _GOOD = "#d8d0c0", "#6a6458", "#ff6b5e", "#9fd18b"
_TOP, _MS, _MOST = 30, 6, 12
"""Top of the first lane, points of a millisecond, and the largest lateness in the picture."""


class Timeline:
    """SVG picture of a set: what was played, lateness, steps and faults."""

    def __init__(self, course: Course, end: float) -> None:
        self._course, self._end = course, end
        self._scale = (_WIDTH - _LEFT - 20) / (end - course.began)
        self._parts: list[str] = []

    def draw(self, found: Figures, sent: Sequence[Sent], arrived: Sequence[Arrived]) -> str:
        """Returns the picture."""
        self._seconds(_TOP, "musician", "#f2a33a", (one.time for one in sent))
        self._seconds(_TOP + _LANE, "synth", "#58b8c9", (one.time for one in arrived if one.fader != BEATS))
        self._text(8, _TOP + 2 * _LANE + 12, _INK, "no engine")
        for begin, stop in self._course.down:
            stop = min(stop, self._end)
            self._box(begin, _TOP + 2 * _LANE, (stop - begin) * self._scale, _BAD)
        self._lateness(_TOP + 4 * _LANE + _MS * _MOST, (*found.beats, *found.passed))
        height = self._names(_TOP + 5 * _LANE + _MS * _MOST)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="monospace" '
            f'font-size="12"><rect width="100%" height="100%" fill="#14120f"/>{"".join(self._parts)}</svg>\n'
        )

    def _x(self, time: float) -> float:
        return _LEFT + (time - self._course.began) * self._scale

    def _text(self, x: float, y: float, colour: str, text: str, anchor: str = "start") -> None:
        place = f'x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}"'
        self._parts.append(f"<text {place}>{html.escape(text)}</text>")

    def _line(self, x1: float, y1: float, x2: float, y2: float, colour: str) -> None:
        place = f'x1="{x1:.1f}" y1="{y1:.0f}" x2="{x2:.1f}" y2="{y2:.0f}"'
        self._parts.append(f'<line {place} stroke="{colour}" stroke-width="0.4"/>')

    def _box(self, time: float, y: float, width: float, colour: str) -> None:
        place = f'x="{self._x(time):.1f}" y="{y:.0f}" width="{width:.2f}" height="{_LINE}"'
        self._parts.append(f'<rect {place} fill="{colour}"/>')

    def _seconds(self, y: float, name: str, colour: str, times: Iterable[float]) -> None:
        """Draws the seconds in which something was played."""
        self._text(8, y + 12, _INK, name)
        began = self._course.began
        for second in sorted({int(time - began) for time in times if began <= time < self._end}):
            self._box(began + second, y, max(self._scale, 0.6), colour)

    def _lateness(self, y: float, points: Iterable[tuple[float, float]]) -> None:
        self._text(8, y - 30, _INK, "late, ms")
        for level in (0, 5, 10):
            self._line(_LEFT, y - level * _MS, _WIDTH - 20, y - level * _MS, _DIM)
            self._text(_LEFT - 6, y - level * _MS + 4, _DIM, str(level), "end")
        for time, late in points:
            if late > 0.0005:
                place = f'cx="{self._x(time):.1f}" cy="{y - min(late * 1000, _MOST) * _MS:.1f}"'
                self._parts.append(f'<circle {place} r="1.2" fill="{_BAD if late > LATE else _GOOD}"/>')

    def _names(self, y: float) -> float:
        """Draws the names of steps and faults at their times, one below the other; returns the height.

        The name of a fault replaces that of its step.
        """
        begins = [begin for begin, _, _, _ in self._course.faults]
        steps = [
            (begin, name, _INK)
            for begin, end, name in self._course.steps
            if not any(begin <= at <= end for at in begins)
        ]
        faults = [(at, name, _BAD) for at, _, name, _ in self._course.faults]
        for at, name, colour in sorted(steps + faults):
            x = self._x(at)
            self._line(x, _TOP - 6, x, y, colour)
            is_right = x > 0.7 * _WIDTH
            self._text(x - 4 if is_right else x + 4, y + 4, colour, name, "end" if is_right else "start")
            y += _LINE
        return y + _LINE
