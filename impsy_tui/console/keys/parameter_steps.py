"""Command lines for one step of a parameter, sent by keys."""

import time
from collections.abc import Callable

from impsy_tui.control.messages import Snapshot
from impsy_tui.parameters import SIGMA, TEMP, TIMESCALE

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
        self._last: dict[str, tuple[float, float]] = {}
        self._focus = ""

    def line(self, action: str, snapshot: Snapshot) -> str | None:
        """Returns the command line of a key action; None if it changes no parameter."""
        player, self._focus = snapshot.focused, snapshot.focus
        match action:
            case "temp_up" | "temp_down":
                value = self._value("temp", player.number("temp")) + (0.1 if action == "temp_up" else -0.1)
                return self._set("temp", min(max(round(value, 3), 0.1), TEMP.limits.high))
            case "sigma_up" | "sigma_down":
                value = self._value("sigma", player.number("sigma"))
                value = max(value, 0.0005) * (_SIGMA_STEP if action == "sigma_up" else 1 / _SIGMA_STEP)
                return self._set("sigma", min(max(float(f"{value:.2g}"), 0.0005), SIGMA.limits.high))
            case "slower" | "faster":
                value = self._value("timescale", player.number("timescale")) or 0.125
                value = min(max(value * (2.0 if action == "slower" else 0.5), 0.015625), TIMESCALE.limits.high)
                return self._set("timescale", value)
        return None

    def _value(self, name: str, reported: float) -> float:
        at, value = self._last.get(f"{self._focus} {name}", (-_REMEMBER, 0.0))
        return value if self._now() - at < _REMEMBER else reported

    def _set(self, name: str, value: float) -> str:
        self._last[f"{self._focus} {name}"] = (self._now(), value)
        return f"{name} {value:g}"
