"""Networks with another input scale than ``SCALE``: the file name holds the scale."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.mdrnn.model import SCALE, Floats, Network

_NAMED: Final = re.compile(r"-scale(\d{1,5})(?!\d)", re.ASCII)


def scale_of(file: Path) -> float:
    """Returns the scale in a file name such as ``…-scale10.tflite``; ``SCALE`` if the name has none."""
    found = _NAMED.findall(file.stem)
    return float(found[-1]) if found and int(found[-1]) else SCALE


def with_scale_of_file(network: Network, file: Path) -> Network:
    """Returns the network, wrapped if the name of its file holds another scale than ``SCALE``."""
    scale = scale_of(file)
    return network if scale == SCALE else ScaledNetwork(network, scale)


class ScaledNetwork:
    """Network of another scale with the interface of a network of ``SCALE``.

    Args:
        network: network that multiplies its input by ``SCALE``.
        scale: scale of its training data, above 0.
    """

    def __init__(self, network: Network, scale: float) -> None:
        self.shape = network.shape
        self.runtime = network.runtime
        self._network = network
        self._factor = scale / SCALE
        self._scaled = 2 * self.shape.mixtures * self.shape.dimension
        """Number of scaled parameters: means and deviations come first, logits have no scale."""

    def step(self, event: Sequence[float]) -> Floats:
        parameters = np.array(self._network.step([value * self._factor for value in event]))
        parameters[: self._scaled] /= self._factor
        return parameters

    def settle(self) -> None:
        self._network.settle()

    def reset(self) -> None:
        self._network.reset()
