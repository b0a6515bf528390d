"""Drawing one event from the mixture that a network predicts."""

import math
from itertools import accumulate

import numpy as np

from impsy_tui.networks import SCALE, Floats, ModelProblem, Shape


def sample(
    parameters: Floats,
    shape: Shape,
    pi_temperature: float,
    sigma_temperature: float,
    random: np.random.Generator,
) -> list[float]:
    """Draw an event.

    A component is chosen with probability ``softmax(logits / pi_temperature)``, then the event
    from its Gaussian with the covariance ``diag(deviation²) * sigma_temperature`` (ancestral
    sampling: C. Bishop, "Pattern Recognition and Machine Learning", 11.1; the two temperatures
    as in keras-mdn-layer).

    The arithmetic is plain Python on purpose: for the few numbers of one mixture it takes a
    third of the time of the same in array operations.

    Args:
        parameters: as a network's ``step`` gives them, shape ``(shape.parameters,)``.
        shape: of the network.
        pi_temperature: above 0.
        sigma_temperature: 0 or more; 0 gives the component's mean.
        random: source of chance.

    Returns:
        ``[dt, x_1 … x_n]``, unscaled and unclipped.

    Raises:
        ModelProblem: the parameters are not finite numbers.
    """
    numbers = parameters.tolist()
    mixtures, dimension = shape.mixtures, shape.dimension
    logits = numbers[-mixtures:]
    top = max(logits)
    if not math.isfinite(top):
        raise ModelProblem("the model predicts what is not a number")
    sums = list(accumulate(math.exp((logit - top) / pi_temperature) for logit in logits))
    mark = random.random() * sums[-1]
    chosen = next((index for index, reached in enumerate(sums) if mark < reached), mixtures - 1)
    means = numbers[chosen * dimension : (chosen + 1) * dimension]
    spread = (mixtures + chosen) * dimension
    deviations = numbers[spread : spread + dimension]
    width = math.sqrt(sigma_temperature)
    noise = random.standard_normal(dimension).tolist()
    event = [
        (mean + width * deviation * z) / SCALE for mean, deviation, z in zip(means, deviations, noise, strict=True)
    ]
    if not math.isfinite(math.fsum(event)):
        raise ModelProblem("the model predicts what is not a number")
    return event
