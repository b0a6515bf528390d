"""Descriptors that come from FluCoMa patches over OSC: RL-impro's ``/feats/…`` messages."""

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
    """What is heard at a moment.

    Attributes:
        musician: ``[55]``.
        agent: ``[55]``, of what the agent plays; None where nobody listens to that.
        parameters: ``[N]``, those that the agent's synth has now, each from 0 to 1; None where nobody knows.
    """

    musician: np.ndarray
    agent: np.ndarray | None = None
    parameters: np.ndarray | None = None

    @property
    def rounded(self) -> list[float]:
        """The musician's, short enough to be written down."""
        rounded: list[float] = np.round(self.musician, _DIGITS).tolist()
        return rounded


def read_descriptors(values: Sequence[object]) -> HeardDescriptors:
    """The message's values: 55 of the agent, 55 of the musician, then the parameters.

    Raises:
        UserError: they are too few or too many, or no finite numbers.
    """
    count = len(values) - _BOTH
    if not 1 <= count <= MOST_PARAMETERS:
        raise UserError(
            f"{PREFIX}… has {len(values)} values: {_BOTH} descriptors and 1 to {MOST_PARAMETERS} parameters are due"
        )
    for place, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise UserError(f"{PREFIX}… value {place + 1} is {value!r}: a finite number is expected")
    numbers = np.array(values, float)
    agent, musician, parameters = np.split(numbers, [len(NAMES), _BOTH])
    return HeardDescriptors(musician, agent, np.clip(parameters, 0.0, 1.0))
