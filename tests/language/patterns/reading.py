"""Patterns from lines, and their events."""

from fractions import Fraction

from impsy_tui.language import Invocation, Program, parse
from impsy_tui.language.patterns.events import PatternEvent
from impsy_tui.language.patterns.pattern import CyclicPattern


def pattern(text: str, behind: str = "now", command: str = "sigma") -> CyclicPattern:
    """Returns the pattern of a line; one number alone needs ``behind``."""
    read = parse(f'{command} "{text}" {behind}')
    assert isinstance(read, Program), read
    (step,) = read.steps
    assert isinstance(step, Invocation)
    (found,) = (value for value in step.values.values() if isinstance(value, CyclicPattern))
    return found


def onsets(found: CyclicPattern, begin: Fraction | int, end: Fraction | int, seed: int = 0) -> list[PatternEvent]:
    """Returns the events that begin in a span, in order."""
    spans = Fraction(begin), Fraction(end)
    events = [event for layer in found.layers for event in layer.query(*spans, seed) if event.has_onset]
    return sorted(events, key=lambda event: (event.begin, event.end, str(event.value)))


def written(events: list[PatternEvent], cycle: int = 0) -> str:
    """Returns events as ``begin-end:value``, with times from the beginning of a cycle."""
    return " ".join(f"{one.begin - cycle}-{one.end - cycle}:{one.value:g}" for one in events)
