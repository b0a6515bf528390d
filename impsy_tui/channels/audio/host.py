"""Process that hears a sound input through PortAudio: ``python -m impsy_tui.channels.audio.host``.

PortAudio waits for ever for a JACK server that pauses or dies, and lists the devices only once. So each attempt to
open a device has a process, and the engine kills a process from which nothing comes.

The first line of its input is JSON: the settings and the gain (``SoundOrder``). Each further line sets the gain as a
factor. The first line of its output is ``{"opened": NAME}`` or ``{"failed": REASON}``. Each further line is a frame,
``{"frame": [55 descriptors], "at": SECONDS}``, or ``{"problem": KIND, "text": TEXT}``. The process ends when its
input ends.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, TypedDict

from impsy_tui.channels.realtime import take_normal_priority, take_real_time_priority
from impsy_tui.errors import UserError, first_line
from impsy_tui.installation import needs_extra
from impsy_tui.system_libraries import install_packages

_CHECK: Final = 1.0
"""Seconds between two checks of the sound for problems."""
_MOST_BUSY: Final = 0.5
"""Share of a core above which the analysis gives up real-time priority, so that it cannot lock out the system."""
_FAREWELL: Final = 1
"""Longest time in seconds that closing the device may take."""
_MOST_WAITING: Final = 2000
"""Blocks that wait for the analysis; more are lost."""
_PIECE: Final = 4096

Block = tuple[bytes, float, bool]
"""Samples of one channel as 32 bit floats, the time of their arrival, and True if samples before them are lost."""
Write = Callable[[dict[str, Any]], None]


class SoundOrder(TypedDict):
    """Settings of ``[audio]``, and the gain as a factor."""

    device: str
    input: int
    rate: int
    window: int
    hop: int
    gain: float


class SoundInput:
    """Blocks of an opened device, and changes of the gain, in the order of their arrival."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Block | float | None] = SimpleQueue()
        self._lost = False

    def open(self, order: SoundOrder) -> tuple[str, int, Callable[[], None]]:
        """Opens the device.

        Returns:
            Name and sample rate of the device, and the function that starts it.

        Raises:
            UserError: the device, or a library, is missing.
        """
        sounddevice = load_sounddevice()
        device = order["device"] or None
        try:
            if device is None and not any(one["max_input_channels"] for one in sounddevice.query_devices()):
                raise UserError("This machine has no sound input: plug in a microphone, or start JACK")
            found = sounddevice.query_devices(device, "input")
            name, most = str(found["name"]), found["max_input_channels"]
            if order["input"] > most:
                raise UserError(f"{name} has {most} inputs, no {order['input']}.")
            rate = order["rate"] or int(found["default_samplerate"])
            stream = sounddevice.RawInputStream(
                samplerate=rate,
                blocksize=order["hop"],
                device=device,
                channels=order["input"],
                dtype="float32",
                latency="low",
                callback=lambda samples, frames, at, status: self.take(
                    # The last channel of the interleaved ones.
                    memoryview(samples).cast("B").cast("f")[order["input"] - 1 :: order["input"]].tobytes(),
                    lost=bool(status and status.input_overflow),
                ),
            )
        except (sounddevice.PortAudioError, ValueError) as error:
            raise UserError(f"{device or 'the usual device'} cannot be heard: {first_line(error)}") from None
        return name, rate, stream.start

    def take(self, samples: bytes, *, lost: bool = False) -> None:
        """Takes a block; called in the thread of PortAudio."""
        self._lost = self._lost or lost
        if self._waiting.qsize() < _MOST_WAITING:
            self._waiting.put((samples, time.monotonic(), self._lost))
            self._lost = False
        else:
            self._lost = True

    def read_orders(self) -> None:
        """Reads further lines of the input, and lets ``analyse`` end with it; runs in a thread."""
        unread = b""
        while data := os.read(sys.stdin.fileno(), _PIECE):
            *lines, unread = (unread + data).split(b"\n")
            for line in lines:
                self._waiting.put(float(json.loads(line)))
        signal.alarm(_FAREWELL)  # ends a process that waits for PortAudio
        self._waiting.put(None)

    def analyse(self, order: SoundOrder, rate: int, write: Write) -> None:
        """Writes the frames and the problems of the sound, until the input ends."""
        import numpy as np

        from impsy_tui.agent.descriptors.extraction import FrameSettings
        from impsy_tui.agent.descriptors.framing import Framing

        framing = Framing(FrameSettings(rate=rate, window=order["window"], hop=order["hop"]))
        gain, reported, checked, used = order["gain"], framing.quality, time.monotonic(), time.thread_time()
        take_real_time_priority()
        while (waiting := self._waiting.get()) is not None:
            if isinstance(waiting, float):
                gain = waiting
                continue
            samples, at, lost = waiting
            if lost:
                write({"problem": "overflow", "text": "sound was lost: this machine is too busy"})
            for frame in framing.take(np.frombuffer(samples, np.float32) * gain):
                write({"frame": frame.tolist(), "at": at})
            if at - checked > _CHECK:
                for problem in framing.quality.problems(reported):
                    write({"problem": "sound", "text": problem})
                if time.thread_time() - used > _MOST_BUSY * (at - checked):
                    take_normal_priority()
                reported, checked, used = framing.quality, at, time.thread_time()


def load_sounddevice() -> Any:
    """Returns the library sounddevice.

    Raises:
        UserError: the library, or PortAudio, is not installed.
    """
    try:
        import sounddevice
    except ImportError:
        raise UserError(needs_extra("sound", "sounddevice", "audio")) from None
    except OSError as error:
        raise UserError(f"sound needs PortAudio ({install_packages('libportaudio2')}): {error}") from None
    return sounddevice


def write_line(line: dict[str, Any]) -> None:
    """Writes a line of the output.

    Raises:
        BrokenPipeError: the engine has ended.
    """
    data = json.dumps(line).encode() + b"\n"
    while data:
        data = data[os.write(sys.stdout.fileno(), data) :]


def _hear(order: SoundOrder) -> None:
    sound = SoundInput()
    Thread(target=sound.read_orders, daemon=True).start()
    try:
        name, rate, start = sound.open(order)
        start()
    except UserError as problem:
        write_line({"failed": str(problem)})
        return
    write_line({"opened": name})
    sound.analyse(order, rate, write_line)


def main() -> None:
    """Hears a device until the engine closes the pipe."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    try:
        _hear(json.loads(sys.stdin.buffer.readline()))
    except BrokenPipeError:
        pass  # the engine has ended
    os._exit(0)  # the threads of the library are not waited for


if __name__ == "__main__":
    main()
