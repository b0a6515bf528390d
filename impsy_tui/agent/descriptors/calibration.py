"""Calibration of the level of a microphone."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from impsy_tui.agent.descriptors.framing import SILENT
from impsy_tui.errors import UserError

TARGET: Final = -18.0
"""Target loudness of the musician at normal strength in dBFS."""
HEADROOM: Final = -1.0
"""Upper limit of the highest peak in dBFS."""
_LOUD_SHARE: Final = 0.9
_LEAST: Final = 20
"""Smallest number of frames above silence."""


@dataclass(frozen=True, slots=True)
class Level:
    """Levels of a microphone and the necessary gain.

    Attributes:
        gain: gain in dB.
        loud: loudness that the loudest tenth of the frames exceeds, in dBFS.
        quiet: loudness of the room in dBFS.
        peak: highest peak in dBFS.
        limited: True if peaks limit the gain to less than the target needs.
    """

    gain: float
    loud: float
    quiet: float
    peak: float
    limited: bool

    @property
    def factor(self) -> float:
        """Factor of the samples, above 0."""
        return float(10.0 ** (self.gain / 20.0))

    def __str__(self) -> str:
        why = f", no more because peaks reach {self.peak:.0f} dB" if self.limited else ""
        return f"playing at {self.loud:.0f} dBFS, the room at {self.quiet:.0f}: gain {self.gain:+.1f} dB{why}"


def level_of(frames: np.ndarray, target: float = TARGET) -> Level:
    """Computes the gain of a microphone.

    Args:
        frames: descriptors of some seconds of playing as in the performance, with pauses, ``[frames, 55]``.
        target: target loudness of the loudest tenth in dBFS, such as that of a table or a corpus.

    Raises:
        UserError: fewer than 20 frames are above silence.
    """
    loudness, peaks = frames[:, 0], frames[:, 1]
    heard = loudness[loudness > SILENT]
    if len(heard) < _LEAST:
        raise UserError(f"nothing above {SILENT:.0f} dBFS was heard: is the microphone connected, and its gain up?")
    loud = float(np.quantile(heard, _LOUD_SHARE))
    peak = float(peaks.max())
    wanted, most = target - loud, HEADROOM - peak
    return Level(min(wanted, most), loud, float(np.quantile(loudness, 0.05)), peak, wanted > most)
