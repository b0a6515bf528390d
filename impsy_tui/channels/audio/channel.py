"""Channel that describes the sound of a microphone or line input, through PortAudio (ALSA, JACK or CoreAudio)."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from impsy_tui.agent.descriptors.calibration import level_of
from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.descriptors.osc_messages import HeardDescriptors
from impsy_tui.channels.audio.host import SoundOrder
from impsy_tui.channels.base import NONE_MUTED, ChannelStatus, Listener
from impsy_tui.channels.deferred_opening import DeferredOpening
from impsy_tui.channels.json_process import JsonProcess
from impsy_tui.channels.realtime import ARGUMENT, is_real_time
from impsy_tui.channels.stats import ChannelTraffic, ErrorCounter
from impsy_tui.config import Audio
from impsy_tui.errors import UserError

HOST: Final = "impsy_tui.channels.audio.host"
"""Module of the process that hears the device."""
_CHECK: Final = 1.0
"""Seconds between two checks of the input for problems."""
_PATIENCE: Final = 15.0
"""Seconds after which a process that has not opened its device is ended."""
_DEAD: Final = 2.0
"""Seconds without a frame after which the device is reported as missing."""
_RETRY: Final = 5.0
"""Seconds between two attempts to open a device."""


class AudioChannel:
    """One input of one audio device. The channel plays nothing.

    Args:
        settings: Table of the configuration.
        name: Name of the channel.
        host: Module of the process that hears the device.
    """

    max_rate = 0.0
    safe: tuple[float, ...] = ()

    def __init__(self, settings: Audio, name: str = "audio", host: str = HOST) -> None:
        self.name = name
        self._settings = settings
        self._host = host
        self._process: JsonProcess | None = None
        self._state = "closed"
        self._device = settings.device or "the usual device"
        self._traffic = ChannelTraffic()
        self._gain = 10.0 ** (settings.gain / 20.0)
        self._collected: list[np.ndarray] | None = None
        self._heard_at = 0.0
        self._level = 0.0

    def refuses(self, dimension: int) -> str:
        return ""

    async def open(self, listener: Listener, dimension: int) -> None:
        self._listener = listener
        self._scheduler = listener.scheduler
        self._troubles = ErrorCounter(listener, self.name)
        self._state = "waiting"
        self._opening = DeferredOpening(self._begin, self._troubles, self._report_open, _RETRY)
        await self._opening.start()

    async def _begin(self) -> None:
        self._opened: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        arguments = [ARGUMENT] if is_real_time() else []
        self._process = JsonProcess(self._host, arguments, self._take, self._ended)
        wanted = self._settings
        self._process.send(
            SoundOrder(
                device=wanted.device,
                input=wanted.input,
                rate=wanted.rate,
                window=wanted.window,
                hop=wanted.hop,
                gain=self._gain,
            )
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                self._device = await self._opened
        except UserError:
            self._process.close()  # it may end late, when the next process runs
            raise
        except TimeoutError:
            self._process.kill()
            raise UserError(f"{self._device} does not answer") from None
        self._state = "open"
        self._heard_at = self._scheduler.now()
        self._scheduler.at(self._heard_at + _CHECK, self._check, self._process)

    def _report_open(self) -> None:
        self._listener.trouble(self.name, f"{self._device} is heard now", "info")

    def _take(self, line: dict[str, Any]) -> None:
        """Takes a line of the process."""
        match line:
            case {"frame": descriptors, "at": at}:
                self._take_frame(np.array(descriptors), at)
            case {"problem": kind, "text": text}:
                self._troubles.note(kind, text, 10.0 if kind == "sound" else 1.0)
            case {"opened": name} if not self._opened.done():
                self._opened.set_result(name)
            case {"failed": reason} if not self._opened.done():
                self._opened.set_exception(UserError(reason))

    def _take_frame(self, frame: np.ndarray, at: float) -> None:
        self._heard_at = self._scheduler.now()
        self._level = float(frame[0])
        self._traffic.received.count(at)
        if self._collected is not None:
            self._collected.append(frame)
        if problem := self._listener.described(self.name, HeardDescriptors(frame), at):
            self._troubles.note("feats", problem)

    def _ended(self, problem: str) -> None:
        """Reports the end of the process, if the process has not said why."""
        if not self._opened.done():
            why = f"cannot be started: {problem}" if problem else "has ended"
            self._opened.set_exception(UserError(f"the process that hears {self._device} {why}"))
        elif self._state == "open":
            self._open_again()

    def _check(self, process: JsonProcess) -> None:
        """Ends a process from which nothing comes; looks once a second."""
        if process is not self._process or self._state != "open":
            return
        now = self._scheduler.now()
        if now - self._heard_at > _DEAD:
            process.kill()
            self._open_again()
            return
        self._scheduler.at(now + _CHECK, self._check, process)

    def _open_again(self) -> None:
        self._state = "waiting"
        self._opening.begin(f"nothing comes from {self._device} any more: is it plugged in?")

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
        if self._process is not None:
            self._process.send(self._gain)
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
        if self._state != "closed":
            self._opening.close()
        self._state = "closed"
        if self._process is not None:
            self._process.close()

    def status(self) -> ChannelStatus:
        now = self._scheduler.now()
        heard = f"{self._level:.0f} dBFS" if self._state == "open" else ""
        bound = f"{self._device}, input {self._settings.input}"
        return self._traffic.status(self.name, self._state, bound, now, (heard, ""), self._troubles)
