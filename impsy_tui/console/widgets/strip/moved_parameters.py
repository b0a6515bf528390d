"""Parameters that ramps and patterns move: the words next to their current values."""

from functools import lru_cache
from typing import Final, NamedTuple

from impsy_tui.control.messages import Snapshot
from impsy_tui.language import Invocation, Program, parse
from impsy_tui.language.parser import read_macros
from impsy_tui.parameters import SPEED, TIMESCALE, shown_number

_REMEMBERED: Final = 256


class MovedParameter(NamedTuple):
    """Movement of a parameter.

    Attributes:
        value: value at the end of a ramp; None for a pattern.
        seconds: seconds until then.
    """

    value: float | None
    seconds: float

    @property
    def words(self) -> tuple[str, str]:
        """Words next to the value: long, and short."""
        if self.value is None:
            return " pattern", " pat"
        short = f"→{shown_number(float(f'{self.value:.3g}'))}"
        return f"{short} {max(0.0, self.seconds):.0f}s", short


def moved_parameters(snapshot: Snapshot) -> dict[str, MovedParameter]:
    """Returns the moved parameters of the focused player; of several ramps, the one that ends last."""
    moved: dict[str, MovedParameter] = {}
    for one in sorted(snapshot.pending, key=lambda one: one.due):
        if one.kind == "over" or (one.kind == "pattern" and one.due < 0):
            for player, name, value in _steps(one.text, snapshot.macros):
                if player in ("", "all", snapshot.focused.name):
                    moved[name] = MovedParameter(value, one.due)
    if (slower := moved.get(TIMESCALE.name)) is not None and slower.value != 0.0:
        moved.setdefault(SPEED.name, slower._replace(value=1.0 / slower.value if slower.value else None))
    return moved


@lru_cache(maxsize=_REMEMBERED)
def _steps(line: str, macros: tuple[str, ...]) -> tuple[tuple[str, str, float | None], ...]:
    """Player and parameter of each step in a line, and the value at the end of a ramp."""
    program = parse(line, read_macros(macros))
    if not isinstance(program, Program):
        return ()
    found: list[tuple[str, str, float | None]] = []
    for step in program.steps:
        if not isinstance(step, Invocation):
            continue
        settings = step.values.get("settings")
        if not isinstance(settings, Program):
            found.append((step.player, step.command.name, None))
            continue
        for each in settings.steps:
            if isinstance(each, Invocation) and each.values:
                value = next(iter(each.values.values()))
                if isinstance(value, float):
                    found.append((each.player or step.player, each.command.name, value))
    return tuple(found)
