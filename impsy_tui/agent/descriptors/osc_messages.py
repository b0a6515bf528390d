"""Descriptors from FluCoMa patches over OSC: the ``/feats/…`` messages of RL-impro."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.lookup_table import MOST_PARAMETERS
from impsy_tui.errors import UserError

PREFIX: Final = "/feats/"
_BOTH: Final = 2 * len(NAMES)
_DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class HeardDescriptors:
    """Descriptors of one moment.

    Attributes:
        musician: descriptors of the musician, ``[55]``.
        agent: descriptors of the agent's synth, ``[55]``; None if they are not measured.
        parameters: current parameters of the agent's synth, ``[N]``, 0 to 1; None if unknown.
    """

    musician: np.ndarray
    agent: np.ndarray | None = None
    parameters: np.ndarray | None = None

    @property
    def rounded(self) -> list[float]:
        """Descriptors of the musician, rounded for the performance log."""
        rounded: list[float] = np.round(self.musician, _DIGITS).tolist()
        return rounded


def read_descriptors(values: Sequence[object]) -> HeardDescriptors:
    """Returns the descriptors of a message.

    Args:
        values: 55 descriptors of the agent, 55 of the musician, then 1 to ``MOST_PARAMETERS`` parameters.

    Raises:
        UserError: there are too few or too many values, or a value is not finite.
    """
    count = len(values) - _BOTH
    if not 1 <= count <= MOST_PARAMETERS:
        raise UserError(
            f"{PREFIX}… has {len(values)} values: "
            f"{_BOTH} descriptors and 1 to {MOST_PARAMETERS} parameters are expected"
        )
    for place, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise UserError(f"{PREFIX}… value {place + 1} is {value!r}: a finite number is expected")
    numbers = np.array(values, float)
    agent, musician, parameters = np.split(numbers, [len(NAMES), _BOTH])
    return HeardDescriptors(musician, agent, np.clip(parameters, 0.0, 1.0))
