"""Client of the processes that own MIDI ports: nothing here waits for the MIDI system."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from impsy_tui.channels.midi.system.frames import LONGEST, Frames, frame
from impsy_tui.channels.realtime import ARGUMENT, is_real_time
from impsy_tui.errors import UserError

_PIECE: Final = 512
"""Bytes read in one turn of the loop, about 30 messages: a flood cannot stop the loop's timers."""
_ANSWER_PIECE: Final = 1 << 16
_PIPE: Final = 1 << 20
"""Bytes that a pipe of a port holds, if the system allows it: 60,000 messages."""
_SET_PIPE_SIZE: Final = 1031
_LAST_WAIT: Final = 1.0
"""Seconds that closing may take."""

Arrived = Callable[["InLink", bytes, float], None]
"""Callback for a message: its link, its bytes and its arrival time (``time.monotonic``)."""
Failed = Callable[["PortLink", str], None]
"""Callback for a problem of a link."""


class PortLink:
    """Port in another process, and its device.

    Attributes:
        real: the device's port; our own name for a virtual port.
        own: the full name of the port where the MIDI system is JACK, empty for a virtual port.
        virtual: it waits for others to connect to it.
    """

    def __init__(self, pipes: tuple[int, int], real: str, own: str, failed: Failed) -> None:
        self.real = real
        self.own = own
        self.virtual = not own
        self._up, self._down = pipes
        self._failed = failed
        self._frames = Frames()
        self._unsent = b""
        self._is_alive = True
        self._is_open = True
        os.set_blocking(self._up, False)
        os.set_blocking(self._down, False)
        asyncio.get_running_loop().add_reader(self._up, self._read)

    def alive(self) -> bool:
        """True while the process that owns the port runs."""
        return self._is_alive

    def close(self, *, system_runs: bool = True) -> None:
        """Lets the process close the port; notes that it left sounding are turned off before.

        Args:
            system_runs: False after the end of the JACK server.
        """
        if not self._is_open:
            return
        if system_runs:
            self._write(frame(b""))
        self._is_open = self._is_alive = False
        asyncio.get_running_loop().remove_reader(self._up)
        os.close(self._up)
        os.close(self._down)

    def _take(self, message: bytes, at: float) -> None:
        self._failed(self, json.loads(message)["problem"])

    def _read(self) -> None:
        try:
            data = os.read(self._up, _PIECE)
        except BlockingIOError:
            return
        if not data:
            self._is_alive = False
            asyncio.get_running_loop().remove_reader(self._up)
            return
        for message, at in self._frames.feed(data):
            if self._is_open:
                self._take(message, at)

    def _write(self, data: bytes) -> bool:
        """Writes whole messages or nothing; returns True if they are written."""
        if not self._is_alive:
            return False
        try:
            if self._unsent:
                self._unsent = self._unsent[os.write(self._down, self._unsent) :]
                if self._unsent:
                    return False
            # A pipe takes up to PIPE_BUF bytes completely or not at all; only longer data can be cut.
            self._unsent = data[os.write(self._down, data) :]
        except BlockingIOError:
            return False
        except OSError:
            self._is_alive = False
            return False
        return True


class InLink(PortLink):
    """Input of a device."""

    def __init__(
        self,
        pipes: tuple[int, int],
        real: str,
        own: str,
        arrived: Arrived,
        failed: Failed,
        lost: Callable[[int], None],
    ) -> None:
        super().__init__(pipes, real, own, failed)
        self._arrived = arrived
        self._lost = lost

    def hear_clock(self, wanted: bool) -> None:
        """Passes clock messages on, or drops them in the port's process."""
        self._write(frame(b"\x01" if wanted else b"\x00"))

    def _take(self, message: bytes, at: float) -> None:
        if message:
            self._arrived(self, message, at)
        else:
            self._lost(int(at))


class OutLink(PortLink):
    """Output to a device."""

    def send(self, messages: Sequence[bytes]) -> bool:
        """Sends messages with one system call; returns False if the port does not take them."""
        return self._write(b"".join([frame(message) for message in messages if len(message) <= LONGEST]))


@dataclass(frozen=True, slots=True)
class PortScan:
    """Result of a port scan.

    Attributes:
        inputs: names of ports that can be heard.
        outputs: names of ports that can be sent to.
        lost: links whose device is gone.
        restarted: True if the MIDI system is another one than at the last port scan.
    """

    inputs: Sequence[str]
    outputs: Sequence[str]
    lost: frozenset[PortLink]
    restarted: bool


class MidiHost:
    """Asks another process for ports; see ``host``.

    Args:
        api: name of the MIDI system as in the configuration.
    """

    def __init__(self, api: str = "") -> None:
        self._wanted = api
        self._api = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._looker: tuple[int, int] | None = None

    async def look(self, links: Sequence[PortLink] = ()) -> PortScan:
        """Lists the ports of the MIDI system.

        Args:
            links: links to check.

        Raises:
            UserError: there is no MIDI; the message says why.
        """
        checked = [link for link in links if link.alive() and not link.virtual]
        # During a port scan, only the scan uses the pipes: ``close`` does not close them.
        looker, self._looker = self._looker, None
        looker = looker or await self._ask({"kind": "look", "api": self._wanted})
        try:
            data = frame(json.dumps([(link.real, link.own) for link in checked]).encode())
            while data:
                data = data[os.write(looker[1], data) :]
            seen = await _answer(looker[0])
        except OSError:
            _close(looker)
            raise UserError("MIDI does not answer") from None
        except BaseException:
            _close(looker)
            raise
        self._looker = looker
        if "problem" in seen:
            raise UserError(seen["problem"])
        self._api = seen["api"]
        lost = {link for link, is_lost in zip(checked, seen["lost"], strict=True) if is_lost}
        lost.update(link for link in links if not link.alive() or (link.virtual and seen["restarted"]))
        return PortScan(seen["inputs"], seen["outputs"], frozenset(lost), seen["restarted"])

    async def open_input(
        self,
        real: str,
        arrived: Arrived,
        failed: Failed,
        lost: Callable[[int], None],
        *,
        virtual: bool,
        everything: bool,
        clock: bool,
    ) -> InLink:
        """Opens an input.

        Args:
            real: the device's port, or the name of the virtual port.
            arrived: called with each message in the event loop.
            failed: called with each problem.
            lost: called with the number of messages that did not fit into the pipe.
            virtual: True for a port that other programs connect to.
            everything: True to receive clocks and system exclusive messages too.
            clock: True to receive clocks.

        Raises:
            UserError: the MIDI system refuses; the message has its reason.
        """
        pipes, own = await self._open("in", real, virtual=virtual, everything=everything, clock=clock)
        return InLink(pipes, real, own, arrived, failed, lost)

    async def open_output(self, real: str, failed: Failed, *, virtual: bool) -> OutLink:
        """Opens an output; see ``open_input``."""
        pipes, own = await self._open("out", real, virtual=virtual)
        return OutLink(pipes, real, own, failed)

    def close(self) -> None:
        """Ends the process. Links that are open stay open."""
        if self._looker is not None:
            try:
                os.write(self._looker[1], frame(b""))
            except OSError:
                pass  # the process has ended
            _close(self._looker)
            self._looker = None
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(_LAST_WAIT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    async def _open(self, kind: str, real: str, **more: bool) -> tuple[tuple[int, int], str]:
        pipes = await self._ask({"kind": kind, "api": self._api, "real": real, **more})
        try:
            answer = await _answer(pipes[0])
            if "problem" in answer:
                raise UserError(answer["problem"])
        except OSError:
            _close(pipes)
            raise UserError("the MIDI system does not answer") from None
        except BaseException:
            _close(pipes)
            raise
        return pipes, answer["own"]

    async def _ask(self, request: dict[str, Any]) -> tuple[int, int]:
        """Sends a request with the pipes of the new process; returns the engine's ends: for reading, for writing."""
        up, up_far = os.pipe()
        down_far, down = os.pipe()
        try:
            if sys.platform == "linux":
                _widen(up)
                _widen(down)
            if self._process is None or self._process.poll() is not None:
                self._start()
            assert self._control is not None
            socket.send_fds(self._control, [json.dumps(request).encode()], [down_far, up_far])
        except OSError as error:
            _close((up, down))
            self.close()
            raise UserError(f"no process can be started for MIDI: {error.strerror}") from None
        finally:
            _close((up_far, down_far))
        return up, down

    def _start(self) -> None:
        self.close()
        near, far = socket.socketpair()
        with far:
            words = [ARGUMENT] if is_real_time() else []
            self._control = near
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "impsy_tui.channels.midi.system.host", str(far.fileno()), *words],
                pass_fds=(far.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )


async def _answer(up: int) -> dict[str, Any]:
    """Waits for the next frame of a pipe.

    Raises:
        OSError: the process has ended.
    """
    loop = asyncio.get_running_loop()
    frames = Frames()
    os.set_blocking(up, False)
    while True:
        readable = asyncio.Event()
        loop.add_reader(up, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(up)
        data = os.read(up, _ANSWER_PIECE)
        if not data:
            raise BrokenPipeError
        for message, _ in frames.feed(data):
            answer: dict[str, Any] = json.loads(message)
            return answer


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _widen(descriptor: int) -> None:
    import fcntl

    try:
        fcntl.fcntl(descriptor, _SET_PIPE_SIZE, _PIPE)
    except OSError:
        pass  # more than the user may have: the pipe keeps its usual size
