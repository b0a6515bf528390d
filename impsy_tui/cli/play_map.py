"""Playing of a map: keys move a cursor over its points, and each point under the cursor sounds."""

import os
import re
import socket
import sys
import termios
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from impsy_tui.channels.audio.host import load_sounddevice
from impsy_tui.errors import UserError
from impsy_tui.plots.map_cursor import MapCursor

Sound = Callable[[np.ndarray], None]
"""Function that plays the parameters ``[N]`` of a point."""

_SECONDS: Final = 1.0
_FADE: Final = 0.01
"""Fade at both ends in seconds, against clicks."""
_ARROWS: Final = {"\x1b[D": "h", "\x1b[B": "j", "\x1b[A": "k", "\x1b[C": "l"}
_WAYS: Final = {"h": (-1, 0), "j": (0, 1), "k": (0, -1), "l": (1, 0)}
_TURNS: Final = {"n": 1, "p": -1}
_AGAIN: Final = (" ", "\n")
_LEAVE: Final = ("q", "\x1b", "\x04")
_KEY: Final = re.compile(r"\x1b[\[O].|.", re.DOTALL)
_KEYS: Final = "arrows or hjkl: move; n, p: other points in this cell; Space: again; q: quit"
_OPEN, _CLOSE, _HOME = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l", "\x1b[H\x1b[J"


def by_osc(host: str, port: int, address: str) -> Sound:
    """Returns a function that sends a point to a synth as one OSC message of floats.

    Raises:
        UserError: the host is unknown.
    """
    from impsy_tui.channels.osc.packet import write_message

    try:
        family, *_, to = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    except OSError as error:
        raise UserError(f"--osc {host}:{port}: {error.strerror or error}") from None
    sender = socket.socket(family, socket.SOCK_DGRAM)

    def send(parameters: np.ndarray) -> None:
        try:
            sender.sendto(write_message(address, *map(float, parameters)), to)
        except ConnectionRefusedError:
            pass  # no synth receives on this port yet
        except OSError as error:
            raise UserError(f"{host}:{port}: {error.strerror or error}") from None

    return send


def by_sound(synth: str, patch: Path | None) -> Sound:
    """Returns a function that renders a point with a built-in synth or a patch, and plays the sound.

    Raises:
        UserError: the synth is unknown, or no sound device is available.
    """
    from impsy_tui.agent.pd_rendering import render
    from impsy_tui.agent.synths import synth_called

    built_in = None if patch else synth_called(synth)
    player, rate = _sounddevice()
    ramp = np.minimum(1.0, np.arange(round(_SECONDS * rate)) / (_FADE * rate))
    shape = np.minimum(ramp, ramp[::-1])

    def sound(parameters: np.ndarray) -> None:
        if patch is not None:
            (samples,) = render(patch, parameters[None], _SECONDS, rate)
        else:
            assert built_in is not None
            if len(parameters) != len(built_in.parameters):
                raise UserError(
                    f"the table has {len(parameters)} parameters, {built_in.name} has {len(built_in.parameters)}: "
                    "choose another synth with --synth"
                )
            samples = built_in.render(parameters, _SECONDS, rate)
        try:
            player.play((samples * shape).astype(np.float32), rate)
        except player.PortAudioError as error:
            raise UserError(f"no sound device is available: {error}") from None

    return sound


def _sounddevice() -> tuple[Any, int]:
    """Returns the sounddevice library and the sample rate of the default device."""
    sounddevice = load_sounddevice()
    try:
        return sounddevice, int(sounddevice.query_devices(kind="output")["default_samplerate"])
    except (sounddevice.PortAudioError, ValueError) as error:
        raise UserError(f"no sound device is available: {error}") from None


def play(cursor: MapCursor, sound: Sound) -> None:
    """Shows a map and plays the point under the cursor, until a key quits.

    Raises:
        UserError: a point cannot be played. The terminal is restored before.
    """
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard)
        _show(_OPEN)
        sound(cursor.parameters)
        while True:
            _show(f"{_HOME}{cursor.draw()}\n{_KEYS}")
            keys = _keys(keyboard)
            if not keys or any(key in _LEAVE for key in keys):
                return
            for key in keys:
                if key in _WAYS:
                    cursor.move(*_WAYS[key])
                elif key in _TURNS:
                    cursor.turn(_TURNS[key])
            if any(key in _WAYS or key in _TURNS or key in _AGAIN for key in keys):
                sound(cursor.parameters)
    except KeyboardInterrupt:
        return
    finally:
        _show(_CLOSE)
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _keys(keyboard: int) -> list[str]:
    """Returns the pressed keys, several for a held key; none after the terminal has closed."""
    typed = _KEY.findall(os.read(keyboard, 64).decode(errors="replace"))
    return [_ARROWS.get(key.replace("O", "["), key) for key in typed]


def _show(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
