"""Lets a model hear a stretch of a performance and continue it."""

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from impsy_tui.mdrnn.mixture import Sampler
from impsy_tui.mdrnn.model import Network
from impsy_tui.mdrnn.opening import open_checked
from impsy_tui.mdrnn.tflite import TfliteNetwork
from impsy_tui.model_files.interpreter import silenced_stderr
from impsy_tui.parameters import SIGMA, TEMP
from impsy_tui.prediction import MIN_DT

HEARD: Final = 200
"""Number of events that a model hears, and number of events that its continuation is compared with."""

_MOST: Final = 5 * HEARD
_CHECK_SECONDS: Final = 30
_FIRST_DT: Final = 0.1


class Stretch(NamedTuple):
    """Part of a performance: the heard events and the events after them, float ``[events, dimension]`` each."""

    heard: np.ndarray
    followed: np.ndarray


def open_network(file: Path) -> Network:
    """Opens a model after a separate process has checked it.

    Raises:
        UserError: the model cannot be played.
    """
    with silenced_stderr():
        network = open_checked(file, _CHECK_SECONDS)
        if isinstance(network, TfliteNetwork):
            # The interpreter prints a banner at its first step too.
            network.step([_FIRST_DT] * network.shape.dimension)
            network.reset()
    return network


def choose(performance: np.ndarray, seed: int) -> Stretch:
    """Returns a stretch of a performance of at least two events; a short performance is cut in two halves."""
    count = len(performance)
    split = count // 2
    if count > 2 * HEARD:
        split = int(np.random.default_rng(seed).integers(HEARD, count - HEARD, endpoint=True))
    return Stretch(performance[max(0, split - HEARD) : split], performance[split : split + HEARD])


def play_on(network: Network, heard: np.ndarray, seconds: float, max_gap: float, seed: int) -> np.ndarray:
    """Returns the continuation of a model after heard events, with default temperatures as on stage.

    Args:
        network: network in its initial state.
        heard: ``[events, dimension]``; empty for one neutral event.
        seconds: duration of the continuation; infinity for 200 events.
        max_gap: longest dt of the heard events in seconds.
        seed: random seed.

    Returns:
        ``[events, dimension]``, at most 1000 events, none later than ``seconds``.

    Raises:
        UserError: a prediction is not a number.
    """
    sampler = Sampler(network.shape, np.random.default_rng(seed))
    values = network.shape.dimension - 1
    events = heard.tolist() or [[_FIRST_DT, *[0.5] * values]]
    for dt, *x in events:
        parameters = network.step([min(max(dt, 0.0), max_gap), *x])
    played: list[list[float]] = []
    elapsed = 0.0
    while len(played) < (_MOST if np.isfinite(seconds) else HEARD):
        dt, *x = sampler.draw(parameters, TEMP.default, SIGMA.default)
        dt = max(dt, MIN_DT)
        elapsed += dt
        if elapsed > seconds:
            break
        played.append([dt, *(min(max(value, 0.0), 1.0) for value in x)])
        parameters = network.step([min(dt, max_gap), *played[-1][1:]])
    return np.array(played).reshape(-1, values + 1)
