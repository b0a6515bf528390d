"""Synths that come along: parameters from 0 to 1 into sound, in NumPy.

Each has a Pd patch of the same name in ``configs/pd/``, which sounds the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from impsy_tui.errors import UserError

_TURN: Final = 2.0 * np.pi
_FULL: Final = 32_768.0

Sound = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Parameters ``[N]`` and times in seconds into samples."""


@dataclass(frozen=True, slots=True)
class Synth:
    """A built-in synth.

    Attributes:
        name: of it, and of its patch.
        parameters: what each of its parameters does, in a word.
        sound: makes samples.
    """

    name: str
    parameters: tuple[str, ...]
    sound: Sound

    def render(self, parameters: np.ndarray, seconds: float, rate: int) -> np.ndarray:
        """What it sounds like with these parameters held, as a 16-bit recording has it.

        Args:
            parameters: ``[N]``, from 0 to 1.
            seconds: how long.
            rate: samples a second.

        Returns:
            Samples, full scale 1.
        """
        return as_recorded(self.sound(parameters, np.arange(round(seconds * rate)) / rate))


def as_recorded(samples: np.ndarray) -> np.ndarray:
    """Samples as they come back from a 16-bit file of Pd's, which cuts and does not round.

    Without that the silence between partials would be far below what any sound card or recording has, and
    logarithms of it far from what is heard live.
    """
    steps = np.clip(np.floor(samples * _FULL), 1.0 - _FULL, _FULL - 1.0)
    recorded: np.ndarray = steps / _FULL
    return recorded


def _sine(parameters: np.ndarray, times: np.ndarray) -> np.ndarray:
    """A sine of 20 + 2500 p0 Hz and amplitude p1: RL-impro's first."""
    frequency, amplitude = parameters
    sound: np.ndarray = amplitude * np.cos(_TURN * (20.0 + 2500.0 * frequency) * times)
    return sound


def _fm(parameters: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Frequency modulation (J. Chowning, 1973) by a sine of the same frequency, which gives all harmonics.

    Pitch 55 to 1760 Hz in octaves, index 0 to 8, amplitude 0 to 0.9.
    """
    pitch, brightness, level = parameters
    phase = _TURN * 55.0 * 2.0 ** (5.0 * pitch) * times
    sound: np.ndarray = 0.9 * level * np.cos(phase + 8.0 * brightness * np.sin(phase))
    return sound


GRAIN_RATE: Final = 44_100
GRAIN_LENGTH: Final = 44_100
VOICES: Final = 4


def grain() -> np.ndarray:
    """The sound that grains are cut from: a second from a pure 220 Hz to a dense, inharmonic one, at 44.1 kHz."""
    times = np.arange(GRAIN_LENGTH) / GRAIN_RATE
    modulator = 8.0 * times * np.sin(_TURN * 311.0 * times)
    sound: np.ndarray = 0.7 * np.sin(_TURN * 220.0 * times + modulator)
    return sound


def _granular(parameters: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Four Hann-shaped grains at a time out of a sound of a second (C. Roads, "Microsound", 2001).

    Position in the sound, length 20 to 200 ms, transposition one octave down to one up, amplitude.
    """
    position, length, pitch, level = parameters
    source = grain()
    seconds = 0.02 + 0.18 * length
    covered = seconds * 2.0 ** (2.0 * pitch - 1.0) * GRAIN_RATE
    begin = position * (GRAIN_LENGTH - 2.0 - covered)
    mixed = np.zeros(len(times))
    for voice in range(VOICES):
        phase = (times / seconds + voice / VOICES) % 1.0
        at = begin + covered * phase
        whole = at.astype(int)
        between = at - whole
        heard = source[whole] * (1.0 - between) + source[whole + 1] * between
        mixed += heard * (0.5 - 0.5 * np.cos(_TURN * phase))
    mixed *= 0.5 * level
    return mixed


SYNTHS: Final = {
    synth.name: synth
    for synth in (
        Synth("sine", ("pitch", "level"), _sine),
        Synth("fm", ("pitch", "brightness", "level"), _fm),
        Synth("granular", ("position", "length", "pitch", "level"), _granular),
    )
}


def synth_called(name: str) -> Synth:
    """A built-in synth.

    Raises:
        UserError: there is none of this name.
    """
    if name not in SYNTHS:
        raise UserError(f"no synth is called {name}: there are {', '.join(SYNTHS)}")
    return SYNTHS[name]


def grid(parameters: int, points: int) -> np.ndarray:
    """All points of a grid ``[points ** parameters, parameters]``, the last parameter the quickest.

    They are multiples of 1 / points below 1, as RL-impro's.
    """
    axis = np.arange(points) / points
    return np.stack(np.meshgrid(*[axis] * parameters, indexing="ij"), axis=-1).reshape(-1, parameters)
