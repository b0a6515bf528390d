"""Tables on a plane: which points of a synth sound alike."""

import numpy as np


def standardised(values: np.ndarray) -> np.ndarray:
    """Columns with mean 0 and population standard deviation 1; those that never change are 0."""
    deviation = values.std(axis=0)
    scaled: np.ndarray = (values - values.mean(axis=0)) / np.where(deviation > 0.0, deviation, 1.0)
    return scaled


def principal_components(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Principal components of standardised columns (PCA, by singular values).

    Args:
        values: ``[rows, columns]``, two rows and two columns at least.

    Returns:
        ``[rows, 2]``, each row's place along the two directions in which rows differ most, and ``[2]``, the share of
        all variance along each.
    """
    scaled = standardised(values)
    _, strengths, directions = np.linalg.svd(scaled, full_matrices=False)
    # A direction and its opposite are one: the larger end of it is up, so that a map is always the same.
    ends = np.take_along_axis(directions[:2], np.abs(directions[:2]).argmax(axis=1)[:, None], axis=1)
    placed: np.ndarray = scaled @ (directions[:2] * np.sign(ends)).T
    energy = strengths**2
    return placed, energy[:2] / max(float(energy.sum()), 1e-300)
