"""A map that is played: keys move a cursor over its points, and each that it comes to sounds."""

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

from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.plots.map_cursor import Cursor

Sound = Callable[[np.ndarray], None]
"""Lets a point be heard, by its parameters."""

_SECONDS: Final = 1.0
_FADE: Final = 0.01
"""Seconds at both ends, so that nothing clicks."""
_ARROWS: Final = {"\x1b[D": "h", "\x1b[B": "j", "\x1b[A": "k", "\x1b[C": "l"}
_WAYS: Final = {"h": (-1, 0), "j": (0, 1), "k": (0, -1), "l": (1, 0)}
_TURNS: Final = {"n": 1, "p": -1}
_AGAIN: Final = (" ", "\n")
_LEAVE: Final = ("q", "\x1b", "\x04")
_KEY: Final = re.compile(r"\x1b[\[O].|.", re.DOTALL)
_KEYS: Final = "arrows or hjkl: another point; n, p: others in its place; Space: again; q leaves"
_OPEN, _CLOSE, _HOME = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l", "\x1b[H\x1b[J"


def by_osc(host: str, port: int, address: str) -> Sound:
    """Points are sent to a synth, as one message of floats.

    Raises:
        UserError: there is no such host.
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
            pass  # nobody listens yet
        except OSError as error:
            raise UserError(f"{host}:{port}: {error.strerror or error}") from None

    return send


def by_sound(synth: str, patch: Path | None) -> Sound:
    """Points are rendered, by a built-in synth or a patch, and played on the usual sound device.

    Raises:
        UserError: there is no such synth, or no way to be heard.
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
                    f"the table has {len(parameters)} parameters and {built_in.name} {len(built_in.parameters)}: "
                    "--synth names another"
                )
            samples = built_in.render(parameters, _SECONDS, rate)
        try:
            player.play((samples * shape).astype(np.float32), rate)
        except player.PortAudioError as error:
            raise UserError(f"no sound device plays: {error}") from None

    return sound


def _sounddevice() -> tuple[Any, int]:
    """What plays, and its samples a second."""
    try:
        import sounddevice
    except ImportError:
        raise UserError(needs_extra("sound", "sounddevice", "audio")) from None
    except OSError as error:
        raise UserError(f"sound needs PortAudio (Debian: libportaudio2): {error}") from None
    try:
        return sounddevice, int(sounddevice.query_devices(kind="output")["default_samplerate"])
    except (sounddevice.PortAudioError, ValueError) as error:
        raise UserError(f"no sound device plays: {error}") from None


def play(cursor: Cursor, sound: Sound) -> None:
    """Show a map and play what the cursor comes to, until it is left.

    Raises:
        UserError: it cannot be heard; the terminal is as it was.
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
    """What was pressed, which of a key that is held down may be several; nothing once the terminal has gone."""
    typed = _KEY.findall(os.read(keyboard, 64).decode(errors="replace"))
    return [_ARROWS.get(key.replace("O", "["), key) for key in typed]


def _show(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
