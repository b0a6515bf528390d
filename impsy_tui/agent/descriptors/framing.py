"""Frames of descriptors from a live stream in blocks of any size, and the quality of the stream."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from impsy_tui.agent.descriptors.extraction import DescriptorStream, FrameSettings
from impsy_tui.agent.descriptors.names import NAMES

SILENT: Final = -60.0
"""Loudness in dBFS below which a frame is silent."""
_CLIPPED: Final = 0.999
_CLIPS: Final = 3
"""Number of successive samples at full scale that count as clipping."""
_LENGTHS: Final = 16
"""Length of the buffer in windows: its end moves to its front once in fifteen windows."""


@dataclass(frozen=True, slots=True)
class StreamQuality:
    """Quality of a stream since its beginning.

    Attributes:
        frames: number of frames.
        broken: number of samples that were not finite and were replaced by 0.
        clipped: number of times that the wave clipped at full scale.
        silent: current duration of silence in seconds.
        level: loudness of the last frame in dBFS.
    """

    frames: int = 0
    broken: int = 0
    clipped: int = 0
    silent: float = 0.0
    level: float = -157.0

    def problems(self, since: "StreamQuality") -> list[str]:
        """Returns the problems since an earlier state, for the performer."""
        found = []
        if broken := self.broken - since.broken:
            found.append(f"{broken} samples were no numbers, and were taken for silence")
        if clipped := self.clipped - since.clipped:
            found.append(f"the sound clipped {clipped} times: turn it down, or calibrate")
        return found


class Framing:
    """Extraction from a live stream; both windows of a frame end with its last sample.

    Attributes:
        settings: settings of the frames.
        quality: quality of the stream.

    Args:
        settings: settings of the frames.
    """

    def __init__(self, settings: FrameSettings) -> None:
        self.settings = settings
        self.quality = StreamQuality()
        self._describer = DescriptorStream(settings)
        length = _LENGTHS * settings.longest
        # Rows: samples, K-weighted squares, peaks. The stream begins with silence.
        self._kept = np.zeros((3, length))
        self._end = settings.longest
        self._hop = np.zeros(settings.hop)
        self._filled = 0
        self._high = 0

    def take(self, block: np.ndarray) -> np.ndarray:
        """Returns the descriptors of the frames that a block completes, ``[frames, 55]``; often zero frames.

        Args:
            block: samples of one channel, full scale 1, of any number and any values.
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
        if math.isfinite(np.add.reduce(block)):  # faster than testing each sample
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


def _with(quality: StreamQuality, broken: int = 0, clipped: int = 0) -> StreamQuality:
    return StreamQuality(
        quality.frames, quality.broken + broken, quality.clipped + clipped, quality.silent, quality.level
    )
