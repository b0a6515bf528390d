"""Extraction of 55 descriptors per frame of sound, equal offline and live.

A frame has two windows of the newest samples: a short one for the spectrum and a longer one for loudness. The first
three descriptors belong to the longer one: loudness in dBFS (K-weighted), true peak in dB, and linear loudness.
Linear loudness is 10^(dBFS / 20), and 0 up to -100 dBFS as in Pd's ``dbtorms``.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from impsy_tui.agent.descriptors.loudness import KWeighting, Peaks, decibels, loudness
from impsy_tui.agent.descriptors.names import CATEGORIES, NAMES, descriptor_indices
from impsy_tui.agent.descriptors.spectrum import Spectrum
from impsy_tui.errors import UserError

RATES: Final = range(8_000, 192_001)
SIZES: Final = range(64, 16_385)
_NOTHING: Final = -100.0
_AT_A_TIME: Final = 512
"""Frames of one block, so that a long recording takes little memory and spectra stay in the cache."""


@dataclass(frozen=True, slots=True)
class FrameSettings:
    """Settings of the frames.

    Attributes:
        rate: sample rate in Hz, 8,000 to 192,000.
        window: samples of a spectrum, even, 64 to 16,384.
        hop: samples from one frame to the next, a multiple of 16, at most a window.
        loudness_window: samples of loudness and peak, even, 64 to 16,384.
        true_peak: True to measure peaks between samples too.

    Raises:
        UserError: a value is out of range.
    """

    rate: int = 44_100
    window: int = 256
    hop: int = 128
    loudness_window: int = 1_024
    true_peak: bool = True

    def __post_init__(self) -> None:
        if self.rate not in RATES:
            raise UserError(f"rate {self.rate}: from {RATES[0]} to {RATES[-1]} samples a second")
        for name in ("window", "loudness_window"):
            if getattr(self, name) not in SIZES or getattr(self, name) % 2:
                raise UserError(
                    f"{name} {getattr(self, name)}: an even number of samples, from {SIZES[0]} to {SIZES[-1]}"
                )
        most = min(self.window, self.loudness_window)
        if not 16 <= self.hop <= most or self.hop % 16:
            raise UserError(f"hop {self.hop}: a multiple of 16 samples, up to a window ({most})")

    @property
    def longest(self) -> int:
        """Number of samples of the longer window."""
        return max(self.window, self.loudness_window)


class DescriptorStream:
    """Extraction from one stream, hop by hop; filters keep their state.

    Args:
        settings: settings of the frames.
    """

    def __init__(self, settings: FrameSettings) -> None:
        self._settings = settings
        self._spectrum = Spectrum(settings.rate, settings.window)
        self._weighting = KWeighting(settings.rate, settings.hop)
        self._peaks = Peaks(settings.rate)

    def hear(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns K-weighted squares and peaks of new samples, ``[samples]`` each.

        Args:
            samples: whole hops, finite, full scale 1.
        """
        weighted = self._weighting.filter(samples)
        peaks = self._peaks.follow(samples) if self._settings.true_peak else np.abs(samples)
        return weighted * weighted, peaks

    def describe(self, frames: np.ndarray, squares: np.ndarray, peaks: np.ndarray) -> np.ndarray:
        """Returns descriptors ``[frames, 55]``.

        Args:
            frames: samples, ``[frames, window]``.
            squares: squares of ``hear``, ``[frames, loudness_window]``.
            peaks: peaks of ``hear``, ``[frames, loudness_window]``.
        """
        described = np.empty((len(frames), len(NAMES)))
        energies = (np.add.reduce(squares, axis=1) / squares.shape[1]).tolist()
        highest = np.maximum.reduce(peaks, axis=1).tolist()
        for row, (energy, peak) in enumerate(zip(energies, highest, strict=True)):
            level = loudness(energy)
            linear = 10.0 ** (level / 20.0) if level > _NOTHING else 0.0
            described[row, :3] = level, decibels(peak), linear
        self._spectrum.describe(frames, described[:, 3:])
        return described


def describe(samples: np.ndarray, settings: FrameSettings) -> np.ndarray:
    """Returns the descriptors of a recording, padded with silence.

    Args:
        samples: samples of one channel, finite, full scale 1.
        settings: settings of the frames.

    Returns:
        ``[len(samples) // hop + 1, 55]``. Both windows of frame n are centred at sample n * hop, as in FluCoMa.
    """
    hop, half = settings.hop, settings.longest // 2
    count = len(samples) // hop + 1
    padded = np.zeros(-(-(half + len(samples) + settings.longest + hop) // hop) * hop)
    padded[half : half + len(samples)] = samples
    describer = DescriptorStream(settings)
    squares, peaks = describer.hear(padded)
    frames = _windows(padded, settings.window, half, hop, count)
    loud = (_windows(stream, settings.loudness_window, half, hop, count) for stream in (squares, peaks))
    squares, peaks = loud
    return np.concatenate(
        [
            describer.describe(frames[part], squares[part], peaks[part])
            for part in (slice(at, at + _AT_A_TIME) for at in range(0, count, _AT_A_TIME))
        ]
    )


def _windows(stream: np.ndarray, size: int, half: int, hop: int, count: int) -> np.ndarray:
    return sliding_window_view(stream[half - size // 2 :], size)[::hop][:count]


def averaged(frames: np.ndarray) -> np.ndarray:
    """Returns the mean of frames ``[frames, 55]`` without the first and the last one, ``[55]``."""
    mean: np.ndarray = (frames[1:-1] if len(frames) > 2 else frames).mean(axis=0)
    return mean


__all__ = ["CATEGORIES", "NAMES", "DescriptorStream", "FrameSettings", "averaged", "describe", "descriptor_indices"]
