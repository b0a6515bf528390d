"""Clips: five seconds of touches of each gesture, which an ensemble's players play."""

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

SHIPPED: Final = "clips-synthetic.npz"
"""Among the models: the clips that ship, which nobody has played."""
MOST_OF_A_GESTURE: Final = 200
_STEPS: Final = 4096
"""A quarter of a millisecond, and less than a finger can do: files are half as large so."""
_FORMAT: Final = 1
_ARRAYS: Final = {"format": ("i", 0), "gestures": ("i", 1), "ends": ("i", 1), "touches": ("f", 2)}


class ClipTouch(NamedTuple):
    """A touch of a clip.

    Attributes:
        offset: seconds since the clip's beginning.
        x: 0 left to 1 right.
        y: 0 top to 1 bottom.
        velocity: 0 where a finger comes down, else how far it has moved, in widths of the surface.
    """

    offset: float
    x: float
    y: float
    velocity: float


@dataclass(frozen=True, slots=True)
class Clip:
    """Five seconds of a gesture.

    Attributes:
        gesture: its code.
        touches: in the order of time. Nothing has none.
    """

    gesture: int
    touches: tuple[ClipTouch, ...]

    @property
    def place(self) -> tuple[float, float, float]:
        """Mean x, mean y and mean velocity of its touches; of none, the middle of the surface."""
        if not self.touches:
            return 0.5, 0.5, 0.0
        _, x, y, velocity = np.mean(self.touches, axis=0)
        return float(x), float(y), float(velocity)


SILENCE: Final = Clip(NOTHING, ())


class Clips:
    """A library of clips to choose from.

    Args:
        clips: of any gestures but nothing, which needs none.
    """

    def __init__(self, clips: Sequence[Clip]) -> None:
        self._of = {code: [clip for clip in clips if clip.gesture == code] for code in range(1, GESTURES)}
        self._places = {code: np.array([clip.place for clip in of]) for code, of in self._of.items() if of}
        self._fastest = {code: max(1e-6, float(places[:, 2].max())) for code, places in self._places.items()}

    @property
    def all(self) -> list[Clip]:
        """Every clip, gesture by gesture."""
        return [clip for of in self._of.values() for clip in of]

    @property
    def missing(self) -> list[str]:
        """The gestures that there is no clip of, by name; a gesture of their group is played in their place."""
        return [NAMES[code] for code, of in self._of.items() if not of]

    def counts(self) -> dict[str, int]:
        """How many clips there are of each gesture."""
        return {NAMES[code]: len(of) for code, of in self._of.items()}

    def random(self, gesture: int, random: np.random.Generator) -> Clip:
        """A clip of a gesture, any; silence for nothing, and where there is none of it or of its group."""
        of = self._of.get(self._fitting(gesture))
        return of[int(random.integers(len(of)))] if of else SILENCE

    def nearest(self, gesture: int, features: NDArray[np.float64]) -> Clip:
        """The clip of a gesture that is played where the lead plays, and as fast.

        Args:
            gesture: its code.
            features: of the lead, ``[8]``. While it plays nothing, it is in the middle of the surface.

        Returns:
            Silence for nothing, and where there is no clip of the gesture or of its group.
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
        """This gesture, or one of its group that there are clips of, or nothing."""
        if gesture == NOTHING or self._of[gesture]:
            return gesture
        group = GROUPS[gesture]
        return next((code for code in range(1, GESTURES) if GROUPS[code] == group and self._of[code]), NOTHING)


def cut(
    touches: Touches, moments: NDArray[np.float64], codes: NDArray[np.int8], most: int = MOST_OF_A_GESTURE
) -> list[Clip]:
    """Cut clips of a player's touches: the five seconds up to a moment at which a gesture was told.

    A clip is cut where the gesture was the same for two seconds before and one after, and no two overlap. It begins
    with its first touch, and every finger in it by coming down.

    Args:
        touches: of one player.
        moments: seconds, on the clock of the touches, a second apart.
        codes: the gesture told at each.
        most: clips of a gesture; where there could be more, they are taken evenly from all of the recording.
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
    """At most so many of these, from beginning to end."""
    if len(clips) <= most:
        return list(clips)
    return [clips[place] for place in np.linspace(0, len(clips) - 1, most).round().astype(int).tolist()]


def together(of_each: Sequence[Sequence[Clip]], most: int = MOST_OF_A_GESTURE) -> Clips:
    """One library of clips from several recordings and players, at most so many of a gesture."""
    by_gesture: Mapping[int, list[Clip]] = {code: [] for code in range(1, GESTURES)}
    for clips in of_each:
        for clip in clips:
            by_gesture[clip.gesture].append(clip)
    return Clips([clip for clips in by_gesture.values() for clip in evenly(clips, most)])


def write_clips(file: Path, clips: Clips) -> None:
    """Write a library, ``.npz``; what it holds is cut to steps of a ``_STEPS``-th second and of the surface.

    Raises:
        OSError: it cannot be written.
    """
    every = clips.all
    touches = np.array([touch for clip in every for touch in clip.touches]).reshape(-1, len(ClipTouch._fields))
    steps = np.floor(touches * _STEPS)
    steps[:, -1] = np.ceil(touches[:, -1] * _STEPS)  # what moves, however slowly, is no touch-down
    arrays = {
        "format": np.array(_FORMAT),
        "gestures": np.array([clip.gesture for clip in every], np.int8),
        "ends": np.cumsum([len(clip.touches) for clip in every], dtype=np.int32),
        "touches": np.asfortranarray(steps / _STEPS, np.float32),
    }
    write_arrays(file, arrays)


def read_clips(file: Path) -> Clips:
    """Read a library.

    Raises:
        UserError: the file cannot be read, or is none.
    """
    arrays = read_arrays(file, _ARRAYS, "library of clips")
    gestures, ends, touches = arrays["gestures"], arrays["ends"].astype(np.int64), arrays["touches"]
    if arrays["format"] != _FORMAT:
        raise UserError(f"{file}: was made by another version of this program")
    steps = np.diff(ends, prepend=0)
    fits = touches.shape[1] == len(ClipTouch._fields) and len(gestures) == len(ends) and (steps > 0).all()
    if not fits or ends[-1:].sum() != len(touches):
        raise UserError(f"{file}: is no library of clips: its arrays do not fit together")
    highest = np.array([WINDOW, 1.0, 1.0, FASTEST])
    if not ((touches >= 0) & (touches <= highest)).all() or not ((gestures > NOTHING) & (gestures < GESTURES)).all():
        raise UserError(f"{file}: is no library of clips: its numbers make no sense")
    rows = [ClipTouch(*row) for row in touches.tolist()]
    parts = zip(gestures.tolist(), (ends - steps).tolist(), ends.tolist(), strict=True)
    return Clips([Clip(code, tuple(sorted(rows[begin:end], key=_offset))) for code, begin, end in parts])


def _offset(touch: ClipTouch) -> float:
    return touch.offset
