"""Steps of a program: macros expanded, and random values drawn."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from impsy_tui.engine.performance.set_recording import needs_own_line
from impsy_tui.language import ArgumentKind, Call, Chance, Invocation, Program
from impsy_tui.language.program import Step, Value

Steps = Iterator[tuple[Invocation, Step | None]]
"""Commands, each with its recorded form: the command itself, the macro that it begins, or None inside a macro."""


def expanded(steps: tuple[Step, ...], player: str) -> Steps:
    """Yields the commands of steps and macros; commands without a player get ``player``."""
    for step in steps:
        if not isinstance(step, Call):
            addressed = replace(step, player=step.player or player) if step.command.player else step
            yield addressed, addressed
            continue
        call, apart = replace(step, player=step.player or player), needs_own_line(step)
        for number, (inner, recorded) in enumerate(expanded(call.program.steps, call.player)):
            yield inner, recorded if apart else call if number == 0 else None


def drawn(step: Invocation, random: np.random.Generator) -> Invocation:
    """Returns a command with its random values drawn, also those of a ramp, not those of later commands."""
    values: dict[str, Value] = {}
    for name, value in step.values.items():
        if isinstance(value, Chance):
            low, high = sorted((value.low, value.high))
            value = float(random.uniform(low, high))
        elif isinstance(value, Program) and step.command.argument(name).kind is ArgumentKind.SETTINGS:
            steps = (one if isinstance(one, Call) else drawn(one, random) for one in value.steps)
            value = Program(tuple(steps))
        values[name] = value
    return replace(step, values=values)


def ends_recorded_line(step: Step) -> bool:
    """Returns True if no further step can be recorded on the same line."""
    return not isinstance(step, Call) and (step.command.takes_rest or needs_own_line(step))
