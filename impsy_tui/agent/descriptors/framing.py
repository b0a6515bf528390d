"""Sound as it arrives, in blocks of any size, into frames of descriptors; and what is wrong with it, in words."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from impsy_tui.agent.descriptors.extraction import DescriptorStream, FrameSettings
from impsy_tui.agent.descriptors.names import NAMES

SILENT: Final = -60.0
"""dBFS; what is softer counts as silence."""
_CLIPPED: Final = 0.999
_CLIPS: Final = 3
"""So many samples in a row at full scale are a clipped wave, and no high one."""
_LENGTHS: Final = 16
"""The buffer is so many windows long: what is kept is moved to its front once in fifteen."""


@dataclass(frozen=True, slots=True)
class StreamQuality:
    """How well a stream can be heard.

    Attributes:
        frames: described since the beginning.
        broken: samples that were no numbers, and were taken for silence.
        clipped: times that the wave was cut off at full scale.
        silent: seconds that it has been silent for now.
        level: loudness of the last frame, dBFS.
    """

    frames: int = 0
    broken: int = 0
    clipped: int = 0
    silent: float = 0.0
    level: float = -157.0

    def problems(self, since: "StreamQuality") -> list[str]:
        """What went wrong since then, for the performer; nothing if all is well."""
        found = []
        if broken := self.broken - since.broken:
            found.append(f"{broken} samples were no numbers, and were taken for silence")
        if clipped := self.clipped - since.clipped:
            found.append(f"the sound clipped {clipped} times: turn it down, or calibrate")
        return found


class Framing:
    """Frames of a live stream. A frame is described as soon as its last sample is there; both windows end with it.

    Args:
        settings: how.
    """

    def __init__(self, settings: FrameSettings) -> None:
        self.settings = settings
        self.quality = StreamQuality()
        self._describer = DescriptorStream(settings)
        length = _LENGTHS * settings.longest
        # Rows: samples, squares of K-weighted ones, peaks. What was before the beginning is silence.
        self._kept = np.zeros((3, length))
        self._end = settings.longest
        self._hop = np.zeros(settings.hop)
        self._filled = 0
        self._high = 0

    def take(self, block: np.ndarray) -> np.ndarray:
        """Descriptors ``[frames, 55]`` of the frames that this block completes; often there is none.

        Args:
            block: samples of one channel, full scale 1, any number of them and any values.
        """
        block = self._numbers_only(np.asarray(block, float).reshape(-1))
        self._count_clips(block)
        hop, at, frames = self.settings.hop, 0, []
        while at < len(block):
            part = block[at : at + hop - self._filled]
            self._hop[self._filled : self._filled + len(part)] = part
            self._filled += len(part)
            at += len(part)
            if self._filled == hop:
                self._filled = 0
                frames.append(self._frame())
        if not frames:
            return np.empty((0, len(NAMES)))
        return np.concatenate(frames) if len(frames) > 1 else frames[0]

    def _frame(self) -> np.ndarray:
        hop, longest, kept = self.settings.hop, self.settings.longest, self._kept
        if self._end + hop > kept.shape[1]:
            kept[:, :longest] = kept[:, self._end - longest : self._end]
            self._end = longest
        new = slice(self._end, self._end + hop)
        kept[0, new] = self._hop
        kept[1, new], kept[2, new] = self._describer.hear(self._hop)
        self._end = end = new.stop
        loud = slice(end - self.settings.loudness_window, end)
        frame = self._describer.describe(
            kept[0:1, end - self.settings.window : end], kept[1:2, loud], kept[2:3, loud]
        )
        level = float(frame[0, 0])
        before = self.quality
        silent = before.silent + hop / self.settings.rate if level < SILENT else 0.0
        self.quality = StreamQuality(before.frames + 1, before.broken, before.clipped, silent, level)
        return frame

    def _numbers_only(self, block: np.ndarray) -> np.ndarray:
        if math.isfinite(np.add.reduce(block)):  # quicker than to look at each
            return block
        finite = np.isfinite(block)
        if broken := int(len(block) - np.count_nonzero(finite)):
            self.quality = _with(self.quality, broken=broken)
        return np.where(finite, block, 0.0)

    def _count_clips(self, block: np.ndarray) -> None:
        if not len(block) or (self._high == 0 and max(block.max(), -block.min()) < _CLIPPED):
            return
        clips = 0
        for high in np.abs(block) >= _CLIPPED:
            self._high = self._high + 1 if high else 0
            clips += self._high == _CLIPS
        self.quality = _with(self.quality, clipped=clips)


def _with(hearing: StreamQuality, broken: int = 0, clipped: int = 0) -> StreamQuality:
    return StreamQuality(
        hearing.frames, hearing.broken + broken, hearing.clipped + clipped, hearing.silent, hearing.level
    )
