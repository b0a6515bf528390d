"""Channel that describes the sound of a microphone or line input, through PortAudio (ALSA, JACK or CoreAudio)."""

import asyncio
import atexit
from collections.abc import Sequence
from threading import Lock, Thread
from typing import Any, Final

import numpy as np

from impsy_tui.agent.descriptors.calibration import level_of
from impsy_tui.agent.descriptors.extraction import FrameSettings
from impsy_tui.agent.descriptors.framing import Framing, StreamQuality
from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.descriptors.osc_messages import HeardDescriptors
from impsy_tui.channels.base import NONE_MUTED, ChannelStatus, Listener
from impsy_tui.channels.deferred_opening import DeferredOpening
from impsy_tui.channels.stats import ChannelTraffic, ErrorCounter
from impsy_tui.config import Audio
from impsy_tui.errors import UserError, first_line
from impsy_tui.installation import needs_extra
from impsy_tui.system_libraries import install_packages

_CHECK: Final = 1.0
"""Seconds between two checks of the input for problems."""
_PATIENCE: Final = 0.3
"""Longest time in seconds that closing may take."""
_DEAD: Final = 2.0
"""Seconds without a block of samples after which the device is reported as missing."""


_RETRY: Final = 3.0
"""Seconds between two attempts to open a device."""

_streams: Final[set[Any]] = set()
"""Open streams of all channels. PortAudio cannot list its devices again while a stream is open."""
_one_at_a_time: Final = Lock()


class AudioChannel:
    """One input of one audio device. The channel plays nothing."""

    max_rate = 0.0
    safe: tuple[float, ...] = ()

    def __init__(self, settings: Audio, name: str = "audio") -> None:
        self.name = name
        self._settings = settings
        self._stream: Any = None
        self._state = "closed"
        self._device = settings.device or "the usual device"
        self._traffic = ChannelTraffic()
        self._gain = 10.0 ** (settings.gain / 20.0)
        self._collected: list[np.ndarray] | None = None
        self._last_block = 0.0
        self._reported = StreamQuality()

    def refuses(self, dimension: int) -> str:
        return ""

    async def open(self, listener: Listener, dimension: int) -> None:
        self._listener = listener
        self._scheduler = listener.scheduler
        self._troubles = ErrorCounter(listener, self.name)
        self._loop = asyncio.get_running_loop()
        try:
            await self._loop.run_in_executor(None, _sounddevice)
        except UserError:
            self._state = "error"
            raise
        self._state = "waiting"
        self._opening = DeferredOpening(self._begin, self._troubles, self._report_open, _RETRY)
        await self._opening.start()

    async def _begin(self) -> None:
        # In a thread: a sound server may answer late.
        stream = await self._loop.run_in_executor(None, self._open_stream)
        if self._state == "closed":
            _close(stream)
            return
        self._stream = stream
        self._state = "open"
        self._last_block = self._scheduler.now()
        self._scheduler.at(self._last_block + _CHECK, self._check)

    def _report_open(self) -> None:
        self._listener.trouble(self.name, f"{self._device} is heard now", "info")

    def _open_stream(self) -> Any:
        with _one_at_a_time:
            return self._open_device(_sounddevice())

    def _open_device(self, sounddevice: Any) -> Any:
        wanted = self._settings
        try:
            if not _streams:
                # PortAudio lists the devices once: a device that was plugged in later is not in its list.
                if sounddevice._initialized:
                    sounddevice._terminate()
                sounddevice._initialize()
            device = wanted.device or None
            if device is None and not any(one["max_input_channels"] for one in sounddevice.query_devices()):
                raise UserError("This machine has no sound input: plug in a microphone, or start JACK")
            found = sounddevice.query_devices(device, "input")
            rate = wanted.rate or int(found["default_samplerate"])
            self._framing = Framing(FrameSettings(rate=rate, window=wanted.window, hop=wanted.hop))
            if wanted.input > found["max_input_channels"]:
                raise UserError(f"{found['name']} has {found['max_input_channels']} inputs, no {wanted.input}.")
            stream = sounddevice.InputStream(
                samplerate=rate,
                blocksize=wanted.hop,
                device=device,
                channels=wanted.input,
                dtype="float32",
                latency="low",
                callback=self._take,
            )
            # At the exit it would wait in the same way.
            atexit.unregister(sounddevice._exit_handler)
            self._device = str(found["name"])
            _streams.add(stream)
            try:
                stream.start()
            except sounddevice.PortAudioError:
                _close(stream)
                raise
            return stream
        except (sounddevice.PortAudioError, ValueError) as error:
            raise UserError(f"{self._device} cannot be heard: {first_line(error)}") from None

    def _take(self, block: np.ndarray, frames: int, time: Any, status: Any) -> None:
        """Hands a block of samples over to the event loop; called in PortAudio's thread."""
        overflow = bool(status and status.input_overflow)
        try:
            self._loop.call_soon_threadsafe(self._arrive, block[:, -1].copy(), self._scheduler.now(), overflow)
        except RuntimeError:
            pass  # the loop has ended

    def _arrive(self, block: np.ndarray, at: float, overflow: bool) -> None:
        if self._stream is None:
            return
        self._last_block = at
        if overflow:
            self._troubles.note("overflow", "sound was lost: this machine is too busy")
        for frame in self._framing.take(block * self._gain):
            self._traffic.received.count(at)
            if self._collected is not None:
                self._collected.append(frame)
            if problem := self._listener.described(self.name, HeardDescriptors(frame), at):
                self._troubles.note("feats", problem)

    def _check(self) -> None:
        """Reports problems of the input once a second."""
        if self._stream is None:
            return
        now = self._scheduler.now()
        hearing = self._framing.quality
        for problem in hearing.problems(self._reported):
            self._troubles.note("sound", problem, 10.0)
        self._reported = hearing
        if now - self._last_block > _DEAD:
            self._state = "waiting"
            _close(self._stream)
            self._stream = None
            self._opening.begin(f"nothing comes from {self._device} any more: is it plugged in?")
            return
        self._scheduler.at(now + _CHECK, self._check)

    async def calibrate(self, seconds: float) -> str:
        """Sets the gain from the sound of the next seconds; see ``Microphone``."""
        if self._state != "open":
            raise UserError("no sound comes from the device")
        if self._collected is not None:
            raise UserError("it is being calibrated already")
        frames: list[np.ndarray] = []
        self._collected = frames
        try:
            await asyncio.sleep(seconds)
        finally:
            self._collected = None
        level = level_of(np.array(frames).reshape(-1, len(NAMES)))
        self._gain *= level.factor
        return f"{level}; [audio] gain = {20.0 * np.log10(self._gain):.1f} keeps it"

    def set_dimension(self, dimension: int) -> None:
        """Does nothing: sound has no dimensions."""

    def send(self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED) -> None:
        """Does nothing: a microphone plays nothing."""

    def end_notes(self, indices: frozenset[int]) -> None:
        """Does nothing: a microphone plays nothing."""

    def silence(self) -> None:
        """Does nothing: a microphone plays nothing."""

    def panic(self) -> None:
        """Does nothing: a microphone plays nothing."""

    def close(self) -> None:
        if self._state not in ("closed", "error"):
            self._opening.close()
        self._state = "closed"
        stream, self._stream = self._stream, None
        if stream is not None:
            _close(stream).join(_PATIENCE)

    def status(self) -> ChannelStatus:
        now = self._scheduler.now()
        heard = f"{self._framing.quality.level:.0f} dBFS" if self._stream is not None else ""
        bound = f"{self._device}, input {self._settings.input}"
        return self._traffic.status(self.name, self._state, bound, now, (heard, ""), self._troubles)


def _sounddevice() -> Any:
    """Returns the library sounddevice.

    Raises:
        UserError: the library is not installed.
    """
    try:
        import sounddevice
    except ImportError:
        raise UserError(needs_extra("sound", "sounddevice", "audio")) from None
    except OSError as error:
        raise UserError(f"sound needs PortAudio ({install_packages('libportaudio2')}): {error}") from None
    return sounddevice


def _close(stream: Any) -> Thread:
    """Closes a stream in a thread: PortAudio waits for ever for a JACK server that has died."""

    def close() -> None:
        stream.close(ignore_errors=True)
        _streams.discard(stream)

    closing = Thread(target=close, daemon=True)
    closing.start()
    return closing
