"""Loudness: K-weighting and true peak of streams.

Sources: ITU-R BS.1770-4, annex 1 (K-weighting and loudness) and annex 2 (true peak). The filters for any sample
rate and the interpolator of 49 taps are those of libebur128, which FluCoMa's Loudness uses as well.
"""

import math
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

EPSILON: Final = float(np.finfo(float).eps)
"""Smallest energy and amplitude, so that silence has a logarithm."""

_TAPS: Final = 49
_BLOCK: Final = 128
_LOUDNESS_OFFSET: Final = -0.691
"""dB. With this offset a full-scale sine of 1 kHz has -3.01 dBFS (BS.1770)."""


class KWeighting:
    """K-weighting filter of one stream (ITU-R BS.1770-4, annex 1).

    NumPy has no recursive filter. The output of a block is the sum of two responses. The response to its samples is a
    matrix of the impulse response, and the response to the state has four numbers. This is exact and takes a few
    products.

    Args:
        rate: sample rate in Hz.
        hop: divisor of the number of samples of each call, a multiple of 16.
    """

    def __init__(self, rate: int, hop: int) -> None:
        block = max(size for size in range(16, _BLOCK + 1) if hop % size == 0)
        numerator, denominator = _k_weighting(rate)
        order = len(numerator) - 1
        step = np.zeros((order, order))  # transposed direct form II
        step[:, 0] = -denominator[1:]
        step[:-1, 1:] += np.eye(order - 1)
        entry = numerator[1:] - denominator[1:] * numerator[0]
        self._block = block
        self._state = np.zeros(order)
        # entries[n]: contribution to the state of a sample that is n samples before the end of a block.
        entries = np.empty((block, order))
        powers = np.empty((block, order))
        power, left = np.eye(order), entry
        for at in range(block):
            entries[at], powers[at] = left, power[0]
            power, left = power @ step, step @ left
        self._power = power.T
        self._leaves = np.ascontiguousarray(entries[::-1])
        self._rings = np.ascontiguousarray(powers.T)
        response = np.concatenate([[numerator[0]], powers[:-1] @ entry])
        lags = np.arange(block)[None, :] - np.arange(block)[:, None]
        self._response = np.where(lags >= 0, response[np.maximum(lags, 0)], 0.0)

    def filter(self, samples: np.ndarray) -> np.ndarray:
        """Returns weighted samples.

        Args:
            samples: whole hops, finite, full scale 1.
        """
        blocks = samples.reshape(-1, self._block)
        states = np.empty((len(blocks), len(self._state)))
        state = self._state
        for row, left in enumerate(blocks @ self._leaves):
            states[row] = state
            state = state @ self._power + left
        self._state = state
        weighted: np.ndarray = blocks @ self._response + states @ self._rings
        return weighted.reshape(-1)


def _k_weighting(rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns numerator and denominator of shelf and high-pass in series."""
    tangent = np.tan(np.pi * 1681.974450955533 / rate)
    gain = 10.0 ** (3.999843853973347 / 20.0)
    middle = gain**0.4996667741545416
    slope = tangent / 0.7071752369554196
    scale = 1.0 + slope + tangent**2
    shelf = np.array(
        [gain + middle * slope + tangent**2, 2.0 * (tangent**2 - gain), gain - middle * slope + tangent**2]
    )
    shelf_poles = np.array([scale, 2.0 * (tangent**2 - 1.0), 1.0 - slope + tangent**2])
    tangent = np.tan(np.pi * 38.13547087602444 / rate)
    slope = tangent / 0.5003270373238773
    scale_pass = 1.0 + slope + tangent**2
    pass_poles = np.array([scale_pass, 2.0 * (tangent**2 - 1.0), 1.0 - slope + tangent**2]) / scale_pass
    numerator = np.convolve(shelf / scale, [1.0, -2.0, 1.0])
    return numerator, np.convolve(shelf_poles / scale, pass_poles)


class Peaks:
    """True peak of one stream (ITU-R BS.1770-4, annex 2).

    Oversampling is fourfold, twofold from 88.2 kHz, and none from 176.4 kHz.

    Args:
        rate: sample rate in Hz.
    """

    def __init__(self, rate: int) -> None:
        self._factor = 4 if rate < 88_200 else 2 if rate < 176_400 else 1
        taps = np.arange(_TAPS)
        window = 0.5 - 0.5 * np.cos(2.0 * np.pi * taps / (_TAPS - 1))
        filter_ = np.sinc((taps - (_TAPS - 1) / 2) / self._factor) * window
        held = -(-_TAPS // self._factor)
        padded = np.zeros(held * self._factor)
        padded[:_TAPS] = filter_
        # [phases, samples held, the newest last]
        self._phases = np.ascontiguousarray(padded.reshape(held, self._factor)[::-1].T)
        self._held = np.zeros(held - 1)

    def follow(self, samples: np.ndarray) -> np.ndarray:
        """Returns the highest absolute value from each sample to the next; 6 samples late at 44.1 kHz."""
        if self._factor == 1:
            plain: np.ndarray = np.abs(samples)
            return plain
        heard = np.concatenate([self._held, samples])
        self._held = heard[len(samples) :]
        # One row per phase: NumPy multiplies and compares long rows five times as fast as short ones.
        between = self._phases @ sliding_window_view(heard, self._phases.shape[1]).T
        highest: np.ndarray = np.abs(between).max(axis=0)
        return highest


def loudness(energy: float) -> float:
    """Returns the loudness in dBFS of a mean K-weighted square (BS.1770 without gates); -157 for silence."""
    return _LOUDNESS_OFFSET + 10.0 * math.log10(energy + EPSILON)


def decibels(amplitude: float) -> float:
    """Returns an amplitude in dBFS; -313 for silence."""
    return 20.0 * math.log10(amplitude + EPSILON)
