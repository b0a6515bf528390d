"""Targets of running ramps, which stand next to the current values."""

from functools import lru_cache
from typing import Final

from impsy_tui.control.messages import Snapshot
from impsy_tui.language import Invocation, Program, parse
from impsy_tui.language.parser import read_macros
from impsy_tui.parameters import shown_number

_REMEMBERED: Final = 64

Target = tuple[float, float]
"""Value at the end of a ramp, and seconds until then."""


def ramp_targets(snapshot: Snapshot) -> dict[str, Target]:
    """Returns the target of each ramp of the focused player, by parameter; the ramp that ends last wins."""
    targets: dict[str, Target] = {}
    for one in sorted((one for one in snapshot.pending if one.kind == "over"), key=lambda one: one.due):
        for player, name, value in _values(one.text, snapshot.macros):
            if player in ("", "all", snapshot.focused.name):
                targets[name] = (value, one.due)
    return targets


def shown_target(value: float, seconds: float) -> tuple[str, str]:
    """Returns a target for the eye: long, with the time, and short."""
    short = f"→{shown_number(float(f'{value:.3g}'))}"
    return f"{short} {max(0.0, seconds):.0f}s", short


@lru_cache(maxsize=_REMEMBERED)
def _values(line: str, macros: tuple[str, ...]) -> tuple[tuple[str, str, float], ...]:
    """Player, parameter and value of each step in a line."""
    program = parse(line, read_macros(macros))
    if not isinstance(program, Program):
        return ()
    found = []
    for step in program.steps:
        settings = step.values.get("settings") if isinstance(step, Invocation) else None
        if isinstance(settings, Program):
            for each in settings.steps:
                if isinstance(each, Invocation) and each.values:
                    value = next(iter(each.values.values()))
                    if isinstance(value, float):
                        found.append((each.player or step.player, each.command.name, value))
    return tuple(found)
