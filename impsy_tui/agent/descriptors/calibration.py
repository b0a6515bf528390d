"""Setting the level of a microphone: how much louder it ought to be for what an agent knows."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from impsy_tui.agent.descriptors.framing import SILENT
from impsy_tui.errors import UserError

TARGET: Final = -18.0
"""dBFS, of playing at its usual strength."""
HEADROOM: Final = -1.0
"""dB of full scale, that the highest peak is to stay below."""
_LOUD_SHARE: Final = 0.9
_LEAST: Final = 20
"""Frames that are no silence."""


@dataclass(frozen=True, slots=True)
class Level:
    """How a microphone was played into, and what to do.

    Attributes:
        gain: dB, to be added.
        loud: dBFS, of the louder tenth of the playing.
        quiet: dBFS, of the room.
        peak: dB, the highest.
        limited: whether the gain is less than it should be, because peaks would clip.
    """

    gain: float
    loud: float
    quiet: float
    peak: float
    limited: bool

    @property
    def factor(self) -> float:
        """What samples are multiplied by."""
        return float(10.0 ** (self.gain / 20.0))

    def __str__(self) -> str:
        why = f", no more because peaks reach {self.peak:.0f} dB" if self.limited else ""
        return f"playing at {self.loud:.0f} dBFS, the room at {self.quiet:.0f}: gain {self.gain:+.1f} dB{why}"


def level_of(frames: np.ndarray, target: float = TARGET) -> Level:
    """The gain that a microphone needs.

    Args:
        frames: ``[frames, 55]`` descriptors of some seconds of playing as in the performance, with pauses.
        target: dBFS that the louder tenth of it is to have, such as that of a table's or a corpus's.

    Raises:
        UserError: too little was heard.
    """
    loudness, peaks = frames[:, 0], frames[:, 1]
    heard = loudness[loudness > SILENT]
    if len(heard) < _LEAST:
        raise UserError(f"nothing above {SILENT:.0f} dBFS was heard: is the microphone connected, and its gain up?")
    loud = float(np.quantile(heard, _LOUD_SHARE))
    peak = float(peaks.max())
    wanted, most = target - loud, HEADROOM - peak
    return Level(min(wanted, most), loud, float(np.quantile(loudness, 0.05)), peak, wanted > most)
