"""Clips: recordings of five seconds of touches of one gesture, which virtual players play."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from impsy_tui.ensemble.arrays import read_arrays, write_arrays
from impsy_tui.ensemble.gestures import GESTURES, GROUPS, NAMES, NOTHING
from impsy_tui.ensemble.touches.features import FEATURES, WINDOW
from impsy_tui.ensemble.touches.touch import FASTEST, HEIGHT, WIDTH, Touches
from impsy_tui.errors import UserError

PREFIX: Final = "clips-"
"""Beginning of the file names of clips."""
SHIPPED: Final = f"{PREFIX}synthetic.npz"
"""File name of the shipped clips, which are synthetic."""
MOST_OF_A_GESTURE: Final = 200
_STEPS: Final = 4096
"""Steps per second and per width: finer than a finger moves. Files are half as large with them."""
_FORMAT: Final = 1
_ARRAYS: Final = {"format": ("i", 0), "gestures": ("i", 1), "ends": ("i", 1), "touches": ("f", 2)}


class ClipTouch(NamedTuple):
    """Touch of a clip.

    Attributes:
        offset: seconds since the beginning of the clip.
        x: 0 (left) to 1 (right).
        y: 0 (top) to 1 (bottom).
        velocity: 0 for a touch-down, else the distance from the touch before, in widths of the surface.
    """

    offset: float
    x: float
    y: float
    velocity: float


@dataclass(frozen=True, slots=True)
class Clip:
    """Five seconds of a gesture.

    Attributes:
        gesture: gesture code.
        touches: touches in order of time; empty for nothing.
    """

    gesture: int
    touches: tuple[ClipTouch, ...]

    @property
    def place(self) -> tuple[float, float, float]:
        """Mean x, mean y and mean velocity of the touches; the middle of the surface without touches."""
        if not self.touches:
            return 0.5, 0.5, 0.0
        _, x, y, velocity = np.mean(self.touches, axis=0)
        return float(x), float(y), float(velocity)


SILENCE: Final = Clip(NOTHING, ())


class Clips:
    """Library of clips.

    Args:
        clips: clips of any gestures except nothing.
    """

    def __init__(self, clips: Sequence[Clip]) -> None:
        self._of = {code: [clip for clip in clips if clip.gesture == code] for code in range(1, GESTURES)}
        self._places = {code: np.array([clip.place for clip in of]) for code, of in self._of.items() if of}
        self._fastest = {code: max(1e-6, float(places[:, 2].max())) for code, places in self._places.items()}

    @property
    def all(self) -> list[Clip]:
        """All clips, sorted by gesture."""
        return [clip for of in self._of.values() for clip in of]

    @property
    def missing(self) -> list[str]:
        """Names of the gestures without a clip; another gesture of their group is played instead."""
        return [NAMES[code] for code, of in self._of.items() if not of]

    def counts(self) -> dict[str, int]:
        """Returns the number of clips by gesture name."""
        return {NAMES[code]: len(of) for code, of in self._of.items()}

    def random(self, gesture: int, random: np.random.Generator) -> Clip:
        """Returns a random clip of a gesture; silence for nothing, and for a group without clips."""
        of = self._of.get(self._fitting(gesture))
        return of[int(random.integers(len(of)))] if of else SILENCE

    def nearest(self, gesture: int, features: NDArray[np.float64]) -> Clip:
        """Returns the clip of a gesture whose mean place and velocity are nearest to the lead's.

        Args:
            gesture: gesture code.
            features: features of the lead, ``[8]``. A lead without touches counts as the middle of the surface.

        Returns:
            The clip; silence for nothing, and for a group without clips.
        """
        code = self._fitting(gesture)
        if code == NOTHING:
            return SILENCE
        lead = np.array([0.5, 0.5, 0.0])
        if features[FEATURES.index("freq")] > 0:
            lead = features[[0, 1, FEATURES.index("velocity")]] / (WIDTH, HEIGHT, WIDTH)
        away = (self._places[code] - lead) / (1.0, 1.0, self._fastest[code])
        return self._of[code][int(np.argmin((away**2).sum(axis=1)))]

    def _fitting(self, gesture: int) -> int:
        """Returns this gesture, else a gesture of its group that has clips, else nothing."""
        if gesture == NOTHING or self._of[gesture]:
            return gesture
        group = GROUPS[gesture]
        return next((code for code in range(1, GESTURES) if GROUPS[code] == group and self._of[code]), NOTHING)


def cut(
    touches: Touches, moments: NDArray[np.float64], codes: NDArray[np.int8], most: int = MOST_OF_A_GESTURE
) -> list[Clip]:
    """Cuts clips from a player's touches: the five seconds before a moment with a known gesture.

    The gesture of a clip is the same for two seconds before the moment and one after. Clips do not overlap. A clip
    begins with its first touch, and every finger in it begins with a touch-down.

    Args:
        touches: touches of one player.
        moments: seconds on the clock of the touches, one second apart, ``[moments]``.
        codes: gesture code at each moment, ``[moments]``.
        most: largest number of clips of one gesture, chosen evenly from the recording.
    """
    found: dict[int, list[Clip]] = {}
    free = -np.inf
    steady = codes != NOTHING
    for shift in (-1, 1, 2):  # the second after, and the two before
        steady &= codes == np.roll(codes, shift)
    steady[:2] = steady[-1:] = False
    for moment, code in zip(moments[steady].tolist(), codes[steady].tolist(), strict=True):
        began = moment - WINDOW
        if began < free:
            continue
        inside = touches[slice(*np.searchsorted(touches.times, [began, moment], side="right"))]
        if not len(inside):
            continue
        free = moment
        found.setdefault(code, []).append(_clip(code, inside))
    return [clip for of in found.values() for clip in evenly(of, most)]


def _clip(gesture: int, touches: Touches) -> Clip:
    velocities = touches.velocities.copy()
    velocities[np.unique(touches.fingers, return_index=True)[1]] = 0.0
    columns = (touches.times - touches.times[0], touches.x, touches.y, velocities)
    return Clip(gesture, tuple(map(ClipTouch, *(column.tolist() for column in columns))))


def evenly(clips: Sequence[Clip], most: int) -> list[Clip]:
    """Returns at most this number of clips, chosen evenly."""
    if len(clips) <= most:
        return list(clips)
    return [clips[place] for place in np.linspace(0, len(clips) - 1, most).round().astype(int).tolist()]


def together(of_each: Sequence[Sequence[Clip]], most: int = MOST_OF_A_GESTURE) -> Clips:
    """Merges the clips of several recordings and players into one library, at most ``most`` clips per gesture."""
    by_gesture: Mapping[int, list[Clip]] = {code: [] for code in range(1, GESTURES)}
    for clips in of_each:
        for clip in clips:
            by_gesture[clip.gesture].append(clip)
    return Clips([clip for clips in by_gesture.values() for clip in evenly(clips, most)])


def write_clips(file: Path, clips: Clips) -> None:
    """Writes a library to an ``.npz`` file; times and places are rounded down to steps of 1 / 4096.

    Raises:
        OSError: the file cannot be written.
    """
    every = clips.all
    touches = np.array([touch for clip in every for touch in clip.touches]).reshape(-1, len(ClipTouch._fields))
    steps = np.floor(touches * _STEPS)
    steps[:, -1] = np.ceil(touches[:, -1] * _STEPS)  # rounded up: a slow movement must not become a touch-down
    arrays = {
        "format": np.array(_FORMAT),
        "gestures": np.array([clip.gesture for clip in every], np.int8),
        "ends": np.cumsum([len(clip.touches) for clip in every], dtype=np.int32),
        "touches": np.asfortranarray(steps / _STEPS, np.float32),
    }
    write_arrays(file, arrays)


def read_clips(file: Path) -> Clips:
    """Returns the library of a file.

    Raises:
        UserError: the file cannot be read, or is not a library of clips.
    """
    arrays = read_arrays(file, _ARRAYS, "library of clips")
    gestures, ends, touches = arrays["gestures"], arrays["ends"].astype(np.int64), arrays["touches"]
    if arrays["format"] != _FORMAT:
        raise UserError(f"{file}: was made by another version of this program")
    steps = np.diff(ends, prepend=0)
    fits = touches.shape[1] == len(ClipTouch._fields) and len(gestures) == len(ends) and (steps > 0).all()
    if not fits or ends[-1:].sum() != len(touches):
        raise UserError(f"{file}: is not a library of clips: its arrays have different lengths")
    highest = np.array([WINDOW, 1.0, 1.0, FASTEST])
    if not ((touches >= 0) & (touches <= highest)).all() or not ((gestures > NOTHING) & (gestures < GESTURES)).all():
        raise UserError(f"{file}: is not a library of clips: its numbers are out of range")
    rows = [ClipTouch(*row) for row in touches.tolist()]
    parts = zip(gestures.tolist(), (ends - steps).tolist(), ends.tolist(), strict=True)
    return Clips([Clip(code, tuple(sorted(rows[begin:end], key=_offset))) for code, begin, end in parts])


def _offset(touch: ClipTouch) -> float:
    return touch.offset
