"""Descriptors of a spectrum: MFCC, chroma, shape, and sines.

Definitions are those of the Fluid Corpus Manipulation toolkit 1.0 (FluCoMa: P. A. Tremblay et al., "Enabling
Programmatic Data Mining as Musicking", Computer Music Journal 45(2), 2021), with which RL-impro's tables and corpora
were made, so that values are comparable. Spectra are not scaled: with the Hann window a sine of amplitude a has the
magnitude a * window / 4.
"""

import math
from typing import Any, Final

import numpy as np

from impsy_tui.agent.descriptors.loudness import EPSILON
from impsy_tui.agent.descriptors.names import COEFFICIENTS, PITCHES, SINES

BANDS: Final = 40
LOWEST: Final = 20.0
HIGHEST: Final = 20_000.0
"""Limits of the mel bands in Hz."""
TUNING: Final = 440.0
ROLLOFF: Final = 0.95
FAINTEST: Final = -96.0
"""Magnitude in dB below which a peak is not a sine."""

DECIBELS: Final = 20.0 / math.log(10.0)
"""Factor from a natural logarithm to dB."""


class Spectrum:
    """Extraction of spectral descriptors.

    Args:
        rate: sample rate in Hz.
        window: samples of a frame, even.
    """

    WIDTH: Final = COEFFICIENTS + len(PITCHES) + 7 + 2 * SINES

    def __init__(self, rate: int, window: int) -> None:
        bins = window // 2 + 1
        self._hann = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(window) / window)
        self._mel = np.ascontiguousarray(mel_bands(rate, bins).T)
        self._cosines = np.ascontiguousarray(DECIBELS * cosines(BANDS, COEFFICIENTS).T)
        self._chroma = np.ascontiguousarray(chroma_bands(rate, bins).T)
        # FluCoMa ignores the last bin for the shape, and spreads the others from 0 to half the sample rate.
        self._highest = rate / 2.0
        self._axis = np.linspace(0.0, 1.0, bins - 1)
        self._apart = self._highest / (bins - 2)
        self._bins = math.log(bins - 1)
        self._powers = np.stack([self._axis**power for power in range(5)], axis=1)
        self._bin = rate / window
        self._full = math.log(window / 4.0)
        self._faintest = FAINTEST / DECIBELS + self._full

    def describe(self, frames: np.ndarray, into: np.ndarray) -> None:
        """Writes the descriptors of frames.

        Args:
            frames: samples, ``[frames, window]``, finite.
            into: ``[frames, WIDTH]``, receives 13 MFCC, 12 chroma, 7 of the shape, 10 frequencies, 10 magnitudes.
        """
        magnitudes = np.abs(np.fft.rfft(frames * self._hann))
        audible = np.maximum(magnitudes, EPSILON)
        logarithms = np.log(audible)
        into[:, :13] = self._mfcc(magnitudes)
        np.matmul(magnitudes * magnitudes, self._chroma, out=into[:, 13:25])
        self._shape(audible[:, :-1], logarithms[:, :-1], into[:, 25:32])
        into[:, 32:] = 0.0
        self._sines(logarithms, into[:, 32:42], into[:, 42:])

    def _mfcc(self, magnitudes: np.ndarray) -> np.ndarray:
        """Mel-frequency cepstrum: the orthonormal DCT-II of 40 triangular bands of magnitude, 20 Hz to 20 kHz, in dB.

        The scale is 1127 ln(1 + f / 700) (O'Shaughnessy 1987); bands overlap by half and are not normalised.
        """
        bands = np.maximum(magnitudes @ self._mel, EPSILON)
        coefficients: np.ndarray = np.log(bands) @ self._cosines
        return coefficients

    def _shape(self, audible: np.ndarray, logarithms: np.ndarray, into: np.ndarray) -> None:
        """Describes the spectrum as a distribution of magnitude over frequency (G. Peeters, CUIDADO report, 2004).

        Centroid is its mean in Hz, spread its standard deviation in Hz. Skewness and kurtosis follow; a normal
        distribution has kurtosis 3. Below the rolloff (Hz) are 95 % of the magnitude. Flatness is the geometric by
        the arithmetic mean in dB; 0 is noise. Crest is the highest magnitude by the mean, in dB.
        """
        moments = audible @ self._powers
        sums = np.add.accumulate(audible, axis=1)
        if len(audible) == 1:
            # Live there is one frame: Python numbers are faster than arrays of one element.
            of_one = moments[0].tolist()
            at = min(int(sums[0].searchsorted(ROLLOFF * of_one[0])), len(self._axis) - 1)
            middle = float(np.add.reduce(logarithms[0])) / len(self._axis)
            rolloff = self._rolloff(of_one[0], at, float(sums[0, at]), float(audible[0, at]))
            highest = float(np.maximum.reduce(logarithms[0]))
            into[0] = self._numbers(of_one, rolloff, middle, highest, math.log(of_one[0]))
            return
        total = moments[:, 0]
        places = np.argmax(sums >= ROLLOFF * total[:, None], axis=1)
        rows = np.arange(len(audible))
        rolloffs = self._rolloff(total, places, sums[rows, places], audible[rows, places])
        into.T[:] = self._numbers(moments.T, rolloffs, logarithms.mean(axis=1), logarithms.max(axis=1), np.log(total))

    def _rolloff(self, total: Any, at: Any, up_to: Any, there: Any) -> Any:
        """Returns the rolloff, interpolated between bins, of a frame or of arrays of frames."""
        beyond = (up_to - ROLLOFF * total) / there * (at > 0)
        return (at - beyond) * self._apart

    def _numbers(
        self,
        moments: Any,
        rolloff: Any,
        middle: Any,
        highest: Any,
        loudest: Any,
    ) -> tuple[Any, ...]:
        """Returns the seven values of the shape, of a frame or of arrays of frames, from sums over the bins."""
        total, first, second, third, fourth = moments
        first, second, third, fourth = first / total, second / total, third / total, fourth / total
        square = first * first
        variance = abs(second - square) + EPSILON
        deviation = variance**0.5
        skewness = (third - 3.0 * first * second + 2.0 * first * square) / (variance * deviation)
        kurtosis = (fourth - 4.0 * first * third + 6.0 * square * second - 3.0 * square * square) / (
            variance * variance
        )
        mean = loudest - self._bins
        return (
            first * self._highest,
            deviation * self._highest,
            skewness,
            kurtosis,
            rolloff,
            DECIBELS * (middle - mean),
            DECIBELS * (highest - mean),
        )

    def _sines(self, logarithms: np.ndarray, frequencies: np.ndarray, magnitudes: np.ndarray) -> None:
        """The ten lowest peaks above -96 dB, by frequency (Hz) and amplitude; zeros for missing peaks.

        A peak is where a parabola through three bins of the logarithmic spectrum is highest (J. O. Smith, X. Serra,
        "PARSHL", 1987).
        """
        count, width = logarithms.shape
        flat = logarithms.reshape(-1)
        rising = flat[1:] > flat[:-1]
        found = rising[:-1] > rising[1:]
        found &= flat[1:-1] > self._faintest
        at = np.flatnonzero(found) + 1
        place: tuple[Any, Any]
        if count == 1:
            at = bins = at[:SINES]
            place = 0, slice(len(at))
        else:
            row, bins = np.divmod(at, width)
            inside = (bins > 0) & (bins < width - 1)  # no peak across two frames
            row, bins, at = row[inside], bins[inside], at[inside]
            order = np.arange(len(row)) - np.searchsorted(row, np.arange(count))[row]
            kept = order < SINES
            bins, at = bins[kept], at[kept]
            place = row[kept], order[kept]
        left, centre, right = flat[at - 1], flat[at], flat[at + 1]
        slope = left - right
        offset = 0.5 * slope / (left - 2.0 * centre + right)
        frequencies[place] = (bins + offset) * self._bin
        magnitudes[place] = np.exp(centre - 0.25 * slope * offset - self._full)


def mel_bands(rate: int, bins: int) -> np.ndarray:
    """Returns triangular weights ``[bands, bins]`` at equal distances in mel; each overlaps the next by half."""
    lowest, highest = 1127.01048 * np.log1p(np.array([LOWEST, HIGHEST]) / 700.0)
    tops = 700.0 * np.expm1(np.linspace(lowest, highest, BANDS + 2) / 1127.01048)
    axis = np.linspace(0.0, rate / 2.0, bins)
    widths = np.diff(tops)
    rising = (axis - tops[:-2, None]) / widths[:-1, None]
    falling = (tops[2:, None] - axis) / widths[1:, None]
    triangles: np.ndarray = np.maximum(0.0, np.minimum(rising, falling))
    return triangles


def cosines(bands: int, coefficients: int) -> np.ndarray:
    """Returns the matrix of the orthonormal DCT-II, ``[coefficients, bands]``."""
    table = np.cos(np.pi / bands * np.outer(np.arange(coefficients), np.arange(bands) + 0.5))
    table *= np.sqrt(2.0 / bands)
    table[0] /= np.sqrt(2.0)
    return table


def chroma_bands(rate: int, bins: int) -> np.ndarray:
    """Returns weights of power for each pitch class, ``[12, bins]``, A (440 Hz) first.

    The weights of a bin are a Gaussian over the pitch classes. Its width is that of the bin, at least one semitone;
    its squares sum to 1 (D. P. W. Ellis, "Chroma feature analysis and synthesis", 2007), scaled by
    2 / (window * 12).
    """
    classes = len(PITCHES)
    window = 2 * (bins - 1)
    # FluCoMa's axis: as many values as samples, from 0 to the sample rate.
    axis = np.linspace(0.0, rate, window)
    semitones = np.empty(window)
    semitones[1:] = classes * np.log2(axis[1:] * 16.0 / TUNING)
    semitones[0] = semitones[1] - 1.5 * classes
    widths = np.maximum(np.diff(semitones, append=semitones[-1] + 1.0), 1.0)
    distance = semitones - np.arange(classes)[:, None]
    half = classes // 2
    nearest = np.fmod(distance + 10 * classes + half, classes) - half
    weights = np.exp(-0.5 * (2.0 * nearest / widths) ** 2)[:, :bins]
    scaled: np.ndarray = weights / np.linalg.norm(weights, axis=0) * (2.0 / (window * classes))
    return scaled
