"""Serial port that is read and written without waiting, and opened again after it was unplugged."""

import asyncio
import errno
import grp
import os
import select
import termios
import threading
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

import serial

from impsy_tui.channels.base import ChannelScheduler
from impsy_tui.channels.stats import ErrorCounter
from impsy_tui.errors import UserError

_RETRY: Final = 0.5
"""Seconds between two attempts to open a missing port."""
_PATIENCE: Final = 1.0
"""Longest time in seconds that the start waits for a port; a slower port opens later."""
_LAST_WORDS: Final = 0.3
"""Longest time in seconds that closing waits for the last bytes to be sent."""
_READ: Final = 256
"""Bytes that are read in one turn of the loop: about ten lines."""
_BITS_A_BYTE: Final = 10
_ANY_SPEED: Final = 38400
"""Speed in baud that every device accepts."""

_MISSING: Final = frozenset({errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO, errno.ENOTDIR})
_DENIED: Final = frozenset({errno.EACCES, errno.EPERM})
_BUSY: Final = frozenset({errno.EAGAIN, errno.EBUSY})
_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP})


class PortOwner(Protocol):
    """Channel that uses a port. Every method returns at once and raises nothing."""

    @property
    def waiting(self) -> bool:
        """True if there are bytes to send."""

    def connected(self) -> None:
        """Called after the port was opened."""

    def disconnected(self) -> None:
        """Called after the port was lost, with all bytes that it had not sent yet."""

    def received(self, data: bytes, at: float) -> None:
        """Takes received bytes, of any length; ``at`` is on the scheduler's clock."""

    def take(self, behind: float) -> bytes:
        """Returns the next bytes to send, whole messages only.

        Args:
            behind: seconds that the wire still needs for earlier bytes; 0 if it is free.

        Returns:
            Empty if there is nothing to send before the wire is free.
        """


class SerialPort:
    """One serial port, open as long as its device is plugged in.

    The port asks its owner for the next bytes when the wire is free. So old bytes do not wait in the
    buffer of the system, and newer bytes are not delayed.

    Args:
        path: device file of the port.
        baud: speed in baud.
        owner: channel that sends and receives.
        scheduler: scheduler of the engine.
        troubles: counter of the channel's problems.
        report: called with a report that is no problem, such as a port that is back.
    """

    def __init__(
        self,
        path: str,
        baud: int,
        owner: PortOwner,
        scheduler: ChannelScheduler,
        troubles: ErrorCounter,
        report: Callable[[str], None],
    ) -> None:
        self._path, self._baud = path, baud
        self._owner = owner
        self._scheduler = scheduler
        self._troubles = troubles
        self._report = report
        self._wanted = False
        self._device: Any = None
        self._out = bytearray()
        self._free_at = 0.0
        self._waits_to_write = False
        self._pace: Any = None
        self._retry: Any = None
        self._reported = self._reason = ""
        self._was_open = False
        self._shortcomings: set[str] = set()

    @property
    def state(self) -> str:
        """``open``, ``waiting`` (for the device) or ``closed``."""
        if self._device is not None:
            return "open"
        return "waiting" if self._wanted else "closed"

    @property
    def is_open(self) -> bool:
        """True if the port is open."""
        return self._device is not None

    @property
    def stuck(self) -> bool:
        """True if the port accepts no bytes because the device reads nothing."""
        return self._waits_to_write

    async def open(self) -> None:
        """Opens the port; a missing port is opened when it appears."""
        self._loop = asyncio.get_running_loop()
        self._wanted = True
        await asyncio.wait({self._attempt()}, timeout=_PATIENCE)

    def pump(self) -> None:
        """Sends as much as the wire accepts now."""
        while self._device is not None and self._flush():
            data = self._owner.take(max(0.0, self._free_at - self._scheduler.now()))
            if not data:
                if self._pace is None and self._owner.waiting:
                    self._pace = self._scheduler.at(self._free_at, self._paced)
                return
            self._out += data

    def interject(self, data: bytes) -> None:
        """Sends bytes before the waiting bytes; they are lost if the port is missing or stuck."""
        if self._device is not None and not self._out:
            self._out += data
            self._flush()

    def close(self, last: bytes = b"") -> None:
        """Closes the port after it has sent these bytes, or after a short time."""
        self._wanted = False
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if self._device is not None:
            self._let_go(bytes(self._out) + last, _LAST_WORDS)

    # Opening and closing

    def _attempt(self) -> "asyncio.Future[Any]":
        attempt = self._loop.run_in_executor(None, _open_device, self._path, self._baud)
        attempt.add_done_callback(self._attempted)
        return attempt

    def _try_again(self) -> None:
        self._retry = None
        self._attempt()

    def _attempted(self, attempt: "asyncio.Future[Any]") -> None:
        if attempt.cancelled():
            return
        error = attempt.exception()
        if error is None:
            self._device, shortcomings = attempt.result()
            if self._wanted:
                self._connected(shortcomings)
            else:
                self._let_go(b"", 0.0)
        elif self._wanted:
            # The system refuses a new port for a moment, until its permissions are set. So a new reason is reported
            # when it occurs for the second time.
            reason = str(error)
            if reason != self._reported and (reason == self._reason or not self._reason):
                self._reported = reason
                self._troubles.note("port", reason)
            self._reason = reason
            self._look_again()

    def _connected(self, shortcomings: list[str]) -> None:
        self._free_at = self._scheduler.now()
        self._loop.add_reader(self._device.fd, self._readable)
        if self._reported:
            self._troubles.resolve("port")
            self._report(f"{self._path} is {'back' if self._was_open else 'there'}")
        self._reported = self._reason = ""
        self._was_open = True
        for shortcoming in shortcomings:
            if shortcoming not in self._shortcomings:
                self._shortcomings.add(shortcoming)
                self._troubles.note("shortcoming", shortcoming)
        self._owner.connected()
        self.pump()

    def _lost(self) -> None:
        self._let_go(b"", 0.0)
        self._reported = self._reason = _not_there(self._path)
        self._troubles.note("port", f"{self._path} is disconnected: the engine waits for it")
        self._look_again()
        self._owner.disconnected()

    def _look_again(self) -> None:
        self._retry = self._scheduler.at(self._scheduler.now() + _RETRY, self._try_again)

    def _let_go(self, last: bytes, patience: float) -> None:
        device, self._device = self._device, None
        self._loop.remove_reader(device.fd)
        self._loop.remove_writer(device.fd)
        self._waits_to_write = False
        self._out.clear()
        if self._pace is not None:
            self._pace.cancel()
            self._pace = None
        # Closing waits in the kernel until all bytes are sent, for half a minute if the device reads nothing.
        threading.Thread(target=_finish, args=(device, last, patience), name="serial-close").start()

    # Reading and writing

    def _readable(self) -> None:
        try:
            data = os.read(self._device.fd, _READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if data:
            self._owner.received(data, self._scheduler.now())
        else:
            self._lost()

    def _flush(self) -> bool:
        """Writes the begun bytes; returns True if all were accepted."""
        while self._out:
            try:
                taken = os.write(self._device.fd, self._out)
            except (BlockingIOError, InterruptedError):
                taken = 0
            except OSError:
                self._lost()
                return False
            if not taken:
                if not self._waits_to_write:
                    self._waits_to_write = True
                    self._loop.add_writer(self._device.fd, self.pump)
                return False
            del self._out[:taken]
            self._free_at = max(self._free_at, self._scheduler.now()) + taken * _BITS_A_BYTE / self._baud
        if self._waits_to_write:
            self._waits_to_write = False
            self._loop.remove_writer(self._device.fd)
            self._troubles.resolve("full")
        return True

    def _paced(self) -> None:
        self._pace = None
        self.pump()


def _open_device(path: str, baud: int) -> tuple[Any, list[str]]:
    """Opens a port; returns it with a message for each setting that it does not accept. May wait for the device.

    Raises:
        UserError: the port cannot be opened.
    """
    speed, exclusive = baud, True
    shortcomings: list[str] = []
    while True:
        try:
            # Without a time-out between bytes, a read without data raises an error. So an empty read means that the
            # port is gone.
            device = serial.Serial(path, speed, timeout=0, inter_byte_timeout=0, exclusive=exclusive or None)
        except (OSError, OverflowError, ValueError, termios.error) as error:
            number = _number(error)
            if exclusive and number in _NO_LOCKS:
                exclusive = False
                shortcomings.append(f"{path} cannot be kept from other programs: see that none opens it")
            elif speed != _ANY_SPEED and not isinstance(error, serial.SerialException):
                speed = _ANY_SPEED
                shortcomings.append(f"{path} cannot be set to {baud} baud: it keeps its speed")
            else:
                raise UserError(_why(path, number, error)) from None
        else:
            return device, shortcomings


def _number(error: BaseException) -> int:
    """Returns the error number of the system, which pyserial passes on in several ways; 0 if there is none."""
    number = getattr(error, "errno", None)
    if number is None and isinstance(error.__context__, termios.error):
        error = error.__context__
    if number is None and isinstance(error, termios.error):
        number = error.args[0]
    return number if isinstance(number, int) else 0


def _why(path: str, number: int, error: Exception) -> str:
    """Returns the reason why a port cannot be opened, and a remedy."""
    if number in _MISSING:
        return _not_there(path)
    if number in _DENIED:
        group = _group(path)
        return (
            f"permission for {path} is denied: add yourself to the group {group} "
            f"(sudo usermod -aG {group} $USER), then log in again"
        )
    if number in _BUSY:
        return f"{path} is used by another program: end that program"
    if number == errno.ENOTTY:
        return f"{path} is not a serial port"
    return f"{path} cannot be opened: {os.strerror(number) if number else error}"


def _not_there(path: str) -> str:
    return f"{path} does not exist: the engine waits for it"


def _group(path: str) -> str:
    """Returns the name of the group that may use serial ports."""
    try:
        owner = grp.getgrgid(os.stat(path).st_gid).gr_name
    except (OSError, KeyError):
        owner = ""
    return "uucp" if owner == "uucp" else "dialout"


def _finish(device: Any, last: bytes, patience: float) -> None:
    """Sends the last bytes as far as time allows, then closes the port; runs in a thread."""
    deadline = time.monotonic() + patience
    try:
        while last and (left := deadline - time.monotonic()) > 0:
            _, writable, _ = select.select([], [device.fd], [], left)
            if writable:
                last = last[os.write(device.fd, last) :]
        while device.out_waiting and time.monotonic() < deadline:
            time.sleep(0.005)
        if device.out_waiting:
            termios.tcflush(device.fd, termios.TCOFLUSH)
    except (OSError, ValueError, termios.error):
        pass
    try:
        device.close()
    except OSError:
        pass
