"""Networks that were trained on values times another number than ``SCALE``, as the names of their files say."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.mdrnn.model import SCALE, Floats, Network

_NAMED: Final = re.compile(r"-scale(\d{1,5})(?!\d)", re.ASCII)


def scale_of(file: Path) -> float:
    """Returns the scale in the name of a model, ``…-scale10.tflite``; ``SCALE`` where there is none."""
    found = _NAMED.findall(file.stem)
    return float(found[-1]) if found and int(found[-1]) else SCALE


def with_scale_of_file(network: Network, file: Path) -> Network:
    """Returns a network that is stepped with the scale that the name of its file says."""
    scale = scale_of(file)
    return network if scale == SCALE else ScaledNetwork(network, scale)


class ScaledNetwork:
    """A network of another scale, stepped as one of ``SCALE``.

    Args:
        network: that scales by ``SCALE`` itself.
        scale: that it was trained with.
    """

    def __init__(self, network: Network, scale: float) -> None:
        self.shape = network.shape
        self.runtime = network.runtime
        self._network = network
        self._factor = scale / SCALE
        self._scaled = 2 * self.shape.mixtures * self.shape.dimension
        """Means and deviations come first; logits have no scale."""

    def step(self, event: Sequence[float]) -> Floats:
        """Hears one event; see ``Network``."""
        parameters = np.array(self._network.step([value * self._factor for value in event]))
        parameters[: self._scaled] /= self._factor
        return parameters

    def settle(self) -> None:
        """See ``Network``."""
        self._network.settle()

    def reset(self) -> None:
        """See ``Network``."""
        self._network.reset()
