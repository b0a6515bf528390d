"""Projection of a look-up table to a plane: points that sound alike are near each other."""

import numpy as np


def standardised(values: np.ndarray) -> np.ndarray:
    """Returns columns with mean 0 and population standard deviation 1; constant columns are 0."""
    deviation = values.std(axis=0)
    scaled: np.ndarray = (values - values.mean(axis=0)) / np.where(deviation > 0.0, deviation, 1.0)
    return scaled


def principal_components(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Computes the first two principal components of standardised columns.

    The components come from a singular value decomposition (I. T. Jolliffe, "Principal Component Analysis", 2002).

    Args:
        values: ``[rows, columns]``, at least two rows and two columns.

    Returns:
        Coordinates of each row along the two components, ``[rows, 2]``, and the share of the variance along each,
        0 to 1, ``[2]``.
    """
    scaled = standardised(values)
    _, strengths, directions = np.linalg.svd(scaled, full_matrices=False)
    # The sign of a component is arbitrary: its largest element is positive, so that a map is always the same.
    ends = np.take_along_axis(directions[:2], np.abs(directions[:2]).argmax(axis=1)[:, None], axis=1)
    placed: np.ndarray = scaled @ (directions[:2] * np.sign(ends)).T
    energy = strengths**2
    return placed, energy[:2] / max(float(energy.sum()), 1e-300)
