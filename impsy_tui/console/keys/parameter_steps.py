"""Command lines for one step of a parameter, sent by keys."""

import time
from collections.abc import Callable

from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import PlayerState
from impsy_tui.parameters import SIGMA, TEMP, TIMESCALE, Parameter

_REMEMBER = 0.5
"""Seconds for which a step is remembered: a held key repeats faster than snapshots come."""
_SIGMA_STEP = 10 ** (1 / 3)


class ParameterSteps:
    """Changes parameters by steps, from the last step or from the snapshot.

    Args:
        now: monotonic clock in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._last: dict[tuple[str, str], tuple[float, float]] = {}
        self._focus = ""

    def line(self, action: str, snapshot: Snapshot) -> str | None:
        """Returns the command line of a key action; None if it changes no parameter."""
        player, self._focus = snapshot.focused, snapshot.focus
        match action:
            case "temp_up" | "temp_down":
                value = self._value(TEMP, player) + (0.1 if action == "temp_up" else -0.1)
                return self._set(TEMP, max(round(value, 3), 0.1))
            case "sigma_up" | "sigma_down":
                value = max(self._value(SIGMA, player), 0.0005) * (
                    _SIGMA_STEP if action == "sigma_up" else 1 / _SIGMA_STEP
                )
                return self._set(SIGMA, max(float(f"{value:.2g}"), 0.0005))
            case "slower" | "faster":
                value = (self._value(TIMESCALE, player) or 0.125) * (2.0 if action == "slower" else 0.5)
                return self._set(TIMESCALE, max(value, 0.015625))
        return None

    def _value(self, parameter: Parameter, player: PlayerState) -> float:
        at, value = self._last.get((self._focus, parameter.name), (-_REMEMBER, 0.0))
        return value if self._now() - at < _REMEMBER else player.number(parameter.name)

    def _set(self, parameter: Parameter, value: float) -> str:
        value = min(value, parameter.limits.high)
        self._last[self._focus, parameter.name] = (self._now(), value)
        return f"{parameter.name} {value:g}"
