"""Built-in synths: functions from parameters (0 to 1) to sound, in NumPy.

Each synth has a Pd patch of the same name and sound in ``configs/pd/``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from impsy_tui.errors import UserError

_TURN: Final = 2.0 * np.pi
_FULL: Final = 32_768.0

Sound = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Function of parameters ``[N]`` and times in seconds ``[samples]``; returns samples ``[samples]``, full scale 1."""


@dataclass(frozen=True, slots=True)
class Synth:
    """Built-in synth.

    Attributes:
        name: name of the synth and of its patch.
        parameters: name of each parameter.
        sound: function that computes samples.
    """

    name: str
    parameters: tuple[str, ...]
    sound: Sound

    def render(self, parameters: np.ndarray, seconds: float, rate: int) -> np.ndarray:
        """Returns the sound of constant parameters, as in a 16-bit recording.

        Args:
            parameters: ``[N]``, from 0 to 1.
            seconds: length of the sound.
            rate: sample rate in Hz.

        Returns:
            Samples ``[seconds * rate]``, full scale 1.
        """
        return as_recorded(self.sound(parameters, np.arange(round(seconds * rate)) / rate))


def as_recorded(samples: np.ndarray) -> np.ndarray:
    """Returns samples as in a 16-bit file of Pd, which truncates and does not round.

    Without this step the level between partials would be far below that of a sound card or a recording, and so would
    its logarithm.
    """
    steps = np.clip(np.floor(samples * _FULL), 1.0 - _FULL, _FULL - 1.0)
    recorded: np.ndarray = steps / _FULL
    return recorded


def _sine(parameters: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Sine of 20 + 2500 p0 Hz and amplitude p1: the first synth of RL-impro."""
    frequency, amplitude = parameters
    sound: np.ndarray = amplitude * np.cos(_TURN * (20.0 + 2500.0 * frequency) * times)
    return sound


def _fm(parameters: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Frequency modulation by a sine of the same frequency, which gives all harmonics.

    J. Chowning, "The Synthesis of Complex Audio Spectra by Means of Frequency Modulation", JAES 21(7), 1973.

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
    """Returns the source of the grains: one second from a pure 220 Hz to a dense, inharmonic sound, at 44.1 kHz."""
    times = np.arange(GRAIN_LENGTH) / GRAIN_RATE
    modulator = 8.0 * times * np.sin(_TURN * 311.0 * times)
    sound: np.ndarray = 0.7 * np.sin(_TURN * 220.0 * times + modulator)
    return sound


def _granular(parameters: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Four Hann-shaped grains at a time from a sound of one second (C. Roads, "Microsound", 2001).

    Parameters: position in the sound, length 20 to 200 ms, transposition one octave down to one up, amplitude.
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
    """Returns the built-in synth of a name.

    Raises:
        UserError: no synth has this name.
    """
    if name not in SYNTHS:
        raise UserError(f"no synth is called {name}: there are {', '.join(SYNTHS)}")
    return SYNTHS[name]


def grid(parameters: int, points: int) -> np.ndarray:
    """Returns all points of a grid, ``[points ** parameters, parameters]``; the last parameter changes first.

    Coordinates are the multiples of 1 / points below 1, as in RL-impro.
    """
    axis = np.arange(points) / points
    return np.stack(np.meshgrid(*[axis] * parameters, indexing="ij"), axis=-1).reshape(-1, parameters)
