"""JACK server of the tests, and MIDI devices that are plugged in and unplugged."""

import ctypes
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import rtmidi

JACK = rtmidi.API_UNIX_JACK
PERIOD = 1024
"""Frames. RtMidi reads the messages of a period one by one, and waits for the interpreter each time. If that takes
longer than the period, on a busy machine, it reads the messages of the next period instead."""
SLOTS = 4
"""Number of servers that can run at once. JACK has room for eight, and a killed server keeps its place until a server
of the same name starts. So the tests use few names again and again."""
_REGISTRY = Path("/dev/shm/jack-shm-registry")
_ENTRY = re.compile(rb"(.{4})jack-\d+:([^:\0]+):\0", re.DOTALL)
"""A server in JACK's registry: its process, and its name."""
_MOST_WAITING = 1 << 16
"""Messages that a port keeps until they are read."""


class JackServer:
    """jackd on a dummy device, with a name that no other running server has.

    The lock of the name belongs to this process and to jackd, and ends with both.
    """

    def __init__(self) -> None:
        self.name, self._lock = _free_name()
        os.environ["JACK_NO_AUDIO_RESERVATION"] = "1"
        self._process: subprocess.Popen[bytes] | None = None
        self._was_killed = False
        self._said = tempfile.TemporaryFile()

    def start(self) -> None:
        """Starts the server, and waits until it accepts clients."""
        if not self._starts(self.name):
            self._free_places()
            assert self._starts(self.name), f"jackd does not start: {self.said()}"

    def _starts(self, name: str) -> bool:
        """Starts a server with this name, and returns whether JACK has a place for it."""
        os.environ["JACK_DEFAULT_SERVER"] = name
        self._process = subprocess.Popen(
            ["jackd", "-n", name, "-r", "-d", "dummy", "-r", "48000", "-p", str(PERIOD)],
            pass_fds=(self._lock,),
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._said,
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                rtmidi.MidiIn(rtapi=JACK, name="first").delete()
                return True
            except rtmidi.SystemError:
                assert time.monotonic() < deadline, f"jackd does not start: {self.said()}"
                if self._process.poll() is not None:
                    assert "Too many servers" in self.said(), f"jackd has ended: {self.said()}"
                    return False
                time.sleep(0.05)

    def _free_places(self) -> None:
        """Starts a server with each name that a killed server has left in JACK's registry, and ends it in order.

        A server that was killed with its test run keeps its place otherwise.
        """
        for process, name in _ENTRY.findall(_REGISTRY.read_bytes()):
            number = int.from_bytes(process, sys.byteorder)
            if number != 0 and not Path(f"/proc/{number}").exists() and self._starts(os.fsdecode(name)):
                self.end()

    def freeze(self, *, on: bool = True) -> None:
        """Stops the server in its tracks, like a device that delivers nothing, or lets it continue."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP if on else signal.SIGCONT)

    def said(self) -> str:
        """Returns the output of jackd."""
        self._said.seek(0)
        return self._said.read().decode(errors="replace")

    def close(self) -> None:
        """Ends the server in order, which frees its place in JACK's registry, and frees the name."""
        if self._was_killed:
            self.start()
        self.end()
        os.close(self._lock)

    def end(self, *, kill: bool = False) -> None:
        """Ends the server, in order or not, and waits for its end."""
        if self._process is not None:
            if kill:
                self._process.kill()
            else:
                self._process.terminate()
            self._process.wait(60)
            self._process = None
            self._was_killed = kill


def _free_name() -> tuple[str, int]:
    """Returns a name, and the descriptor of the file that locks it."""
    for number in range(SLOTS):
        lock = os.open(Path(tempfile.gettempdir()) / f"impsy-test-jack-{number}.lock", os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return f"impsy-test-{number}", lock
    pytest.fail(f"{SLOTS} JACK servers of tests run already: end other test runs")


@contextmanager
def a_server() -> Iterator[JackServer]:
    """Runs a JACK server; skips the test if that is not possible."""
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed (Debian: jackd2)")
    if JACK not in rtmidi.get_compiled_api():
        pytest.skip("python-rtmidi was built without JACK")
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)  # as the engine does
    server = JackServer()
    try:
        server.start()
        yield server
    finally:
        server.close()
        sys.setswitchinterval(interval)


def without_repetitions(messages: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Returns the messages without note-offs of notes that were already off."""
    found = []
    ended: set[tuple[int, int]] = set()
    for message in messages:
        kind, channel = message[0] & 0xF0, message[0] & 0x0F
        if kind == 0x90:
            ended.discard((channel, message[1]))
        elif kind == 0x80:
            if (channel, message[1]) in ended:
                continue
            ended.add((channel, message[1]))
        found.append(message)
    return found


class Device:
    """Device with MIDI ports, which sends messages and keeps received messages.

    The device has no callback. JACK cancels the thread of a closed port. If that thread waits for the interpreter in
    a callback, the interpreter's lock stays locked.
    """

    def __init__(self, name: str, *, heard: bool = True, played: bool = True) -> None:
        self._got: list[tuple[int, ...]] = []
        self.out: Any = None
        self.into: Any = None
        if heard:
            self.out = rtmidi.MidiOut(rtapi=JACK, name=name)
            self.out.open_virtual_port("out")
        if played:
            self.into = rtmidi.MidiIn(rtapi=JACK, name=name, queue_size_limit=_MOST_WAITING)
            self.into.ignore_types(sysex=False, timing=False, active_sense=False)
            self.into.open_virtual_port("in")

    @property
    def all_got(self) -> list[tuple[int, ...]]:
        """All received messages."""
        while self.into is not None and (event := self.into.get_message()) is not None:
            self._got.append(tuple(event[0]))
        return self._got

    @property
    def got(self) -> list[tuple[int, ...]]:
        """Received messages without repeated note-offs."""
        return without_repetitions(self.all_got)

    @property
    def played(self) -> list[tuple[int, ...]]:
        """Received messages without the silencing at the beginning."""
        got = self.got
        first = (i for i, one in enumerate(got) if one[0] & 0xF0 != 0xB0 or one[1] not in (120, 123))
        return got[next(first, len(got)) :]

    def send(self, *messages: tuple[int, ...]) -> None:
        """Sends messages."""
        for message in messages:
            self.out.send_message(message)

    def connect(self, *, source: str = "", sink: str = "") -> None:
        """Connects to ports whose names contain these words, like a patch bay."""
        if source:
            self.into = rtmidi.MidiIn(rtapi=JACK, name="patched", queue_size_limit=_MOST_WAITING)
            self.into.open_port(next(i for i, port in enumerate(self.into.get_ports()) if source in port))
        if sink:
            self.out = rtmidi.MidiOut(rtapi=JACK, name="patched")
            self.out.open_port(next(i for i, port in enumerate(self.out.get_ports()) if sink in port))

    def pull(self) -> None:
        """Closes all ports of the device."""
        if self.into is not None:
            _ = self.got
            self.into.delete()
        if self.out is not None:
            self.out.delete()
        self.out = self.into = None

    def abandon(self) -> None:
        """Gives up the device after the end of the server, whose memory must not be used any more."""
        _ = self.got
        for port in (self.into, self.out):
            if port is not None:
                ctypes.pythonapi.Py_IncRef(ctypes.py_object(port))
        self.out = self.into = None


@contextmanager
def plugged(name: str, *, heard: bool = True, played: bool = True) -> Iterator[Device]:
    """Gives a device that exists until the end of this block, unless it is unplugged before."""
    device = Device(name, heard=heard, played=played)
    try:
        yield device
    finally:
        device.pull()
