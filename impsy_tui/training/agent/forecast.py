"""Training of the network behind *anticipate*, which predicts descriptors a quarter of a second ahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch

from impsy_tui.agent.corpus import FRAMES_A_SECOND
from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.file import ForecastNetwork
from impsy_tui.agent.perceptron import Perceptron
from impsy_tui.agent.seek import rmse
from impsy_tui.agent.targets import limited, past

AHEAD: Final = round(FRAMES_A_SECOND / 4.0)
"""Frames in a quarter of a second."""

BACK: Final = 12
LEAST: Final = 4 * (AHEAD + 2 * BACK)
"""Least number of frames of a recording for training."""

_UNITS: Final = 64
_STEPS: Final = 4000
_BATCH: Final = 512
_RATE: Final = 1e-3
_DECAY: Final = 1e-3


@dataclass(frozen=True)
class TrainedForecast:
    """Trained network with its errors on held-out recordings.

    Attributes:
        foresight: the network.
        distance: RMSE of the predicted 55 descriptors, in deviations.
        as_it_was: RMSE of the prediction that nothing changes.
    """

    foresight: ForecastNetwork
    distance: float
    as_it_was: float


def learn_foresight(
    recordings: Sequence[np.ndarray], held_out: Sequence[np.ndarray], seed: int, steps: int = _STEPS
) -> TrainedForecast | None:
    """Trains the network.

    Args:
        recordings: standardised frames ``[frames, 55]`` of each recording.
        held_out: recordings for the evaluation.
        seed: random seed.
        steps: number of batches.

    Returns:
        None without usable recordings, or if the network is no better than the prediction of no change.
    """
    long = [recording for recording in recordings if len(recording) >= LEAST]
    judged = [recording for recording in held_out if len(recording) >= LEAST]
    if not long or not judged:
        return None
    seen, changes = map(np.concatenate, zip(*map(_examples, long), strict=True))
    torch.manual_seed(seed)
    network = torch.nn.Sequential(
        torch.nn.Linear(seen.shape[1], _UNITS), torch.nn.Tanh(), torch.nn.Linear(_UNITS, len(NAMES))
    )
    optimizer = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=_DECAY)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    inputs, outputs = torch.from_numpy(seen), torch.from_numpy(changes)
    random = np.random.default_rng(seed)
    for _ in range(steps):
        places = torch.from_numpy(random.integers(0, len(seen), _BATCH))
        loss = torch.nn.functional.mse_loss(network(inputs[places]), outputs[places])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        falling.step()
    layers = [layer for layer in network if isinstance(layer, torch.nn.Linear)]
    weights = [(layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy().copy()) for layer in layers]
    learned = Perceptron(weights, "tanh")
    seen, changes = map(np.concatenate, zip(*map(_examples, judged), strict=True))
    distance, as_it_was = float(rmse(learned(seen), changes).mean()), float(rmse(changes, np.zeros(1)).mean())
    return (
        TrainedForecast(ForecastNetwork(learned, AHEAD, BACK), distance, as_it_was) if distance < as_it_was else None
    )


def _examples(recording: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the inputs at each frame of a recording, and the changes a quarter of a second later."""
    frames = limited(recording).astype(np.float32)
    last = len(frames) - AHEAD
    now = frames[2 * BACK : last]
    return past(now, frames[BACK : last - BACK], frames[: last - 2 * BACK]), frames[2 * BACK + AHEAD :] - now
