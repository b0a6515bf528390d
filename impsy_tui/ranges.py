"""Allowed numbers and defaults that configuration, commands and shell options share."""

import math
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Range:
    """Allowed numbers and the default.

    Attributes:
        low, high: ends of the range; both are allowed.
        default: value without another; not used if something else, such as a parameter, has the default.
        unit: of all three.
        above: True if ``low`` itself is not allowed.
    """

    low: float
    high: float
    default: float = 0.0
    unit: str = ""
    above: bool = False

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int | float) or value != value:
            return False
        return (self.low < value if self.above else self.low <= value) and value <= self.high

    def clamp(self, value: float) -> float:
        """Returns the value if it is in the range, otherwise the nearest end."""
        return min(max(value, math.nextafter(self.low, math.inf) if self.above else self.low), self.high)

    @property
    def refusal(self) -> str:
        """Words for a number that is not allowed, with the allowed numbers."""
        return f"is out of range ({self})"

    def __str__(self) -> str:
        if self.unit == "%":
            return f"{self.low * 100:.15g}% to {self.high * 100:.15g}%"
        unit = f" {self.unit}" if self.unit else ""
        if self.above:
            return f"above {self.low:.15g} and at most {self.high:.15g}{unit}"
        return f"{self.low:.15g} to {self.high:.15g}{unit}"


HOLD_LIMIT: Final = Range(0.0, 86400.0, 5.0, "s")
"""Time beyond the threshold after which a held note no longer counts as playing; 0 for no limit."""

MAX_GAP: Final = Range(0.0, 3600.0, 5.0, "s", above=True)
"""Longest time between two events that a model receives, in training and while it plays."""

DIMENSION: Final = Range(2, 1024, 9)
"""Dimension of a vector with the time: at least the time and one value."""

PLACE: Final = Range(1, 1023)
"""Number of a dimension of the instrument."""

EPOCHS: Final = Range(1, 100_000, 16)
"""Most epochs of a training."""

PATIENCE: Final = Range(1, 100_000, 10)
"""Epochs without a better model after which a training ends."""

BATCH: Final = Range(1, 4096, 16)
"""Windows in one training step. Small batches generalise better."""

SEED: Final = Range(0, 2**31 - 1, 1)
"""Random seed of a training."""

NOTE: Final = Range(0, 127)
"""MIDI notes."""

ENSEMBLE_PLAYERS: Final = Range(2, 8)
"""Players of an ensemble, with the lead."""

ENSEMBLE_EPOCHS: Final = Range(1, 100_000, 14)
"""Most epochs of the training of an ensemble."""

ENSEMBLE_PATIENCE: Final = Range(1, 100_000, 5)
"""Epochs without a better model after which the training of an ensemble ends."""

ENSEMBLE_UNITS: Final = Range(1, 512, 32)
"""Recurrent units of an ensemble's network."""

BUDGET: Final = Range(0.0, 10_000.0, 5.0, "ms", above=True)
"""Time that one prediction may take."""

AGENT_STEPS: Final = Range(1_000, 1_000_000_000, 3_000_000)
"""Training steps of an agent, all environments together."""

AGENT_SHOWN: Final = Range(0.0, 1.0, 0.3)
"""Share of the training steps that show the agent what to do."""

VALUE: Final = Range(0.0, 1.0, 0.5)
"""Value of a dimension."""
