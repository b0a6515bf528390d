"""Rig of the set benchmark: a controller, a knob box, a synthesiser, and a terminal behind a real SSH server."""

import mmap
import os
import select
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from common import ROOT, arrival, compiled, timed_socket
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_packet import OscPacket

sys.path.append(str(ROOT))  # the helpers of the tests; the installed package comes first

from tests.support.ports import free_port
from tests.support.ssh_server import OtherMachine
from tests.support.terminal import Terminal
from tests.support.waiting import wait_until

SERVER: Final = "impsy-set"
SYNTH: Final = "set-synth"
KNOBS: Final = "set-knobs"
FADERS: Final = 8
BEATS: Final = 8
"""Fader that a pattern moves. The controller does not move it."""
RATE: Final = 40.0
"""Messages a second of the controller."""
PHRASE, REST = 5.0, 7.0
"""Seconds of a phrase of the controller, and between two phrases."""
_UNIT: Final = 1 << 20
_TAG: Final = 1 << 13
PATTERN: Final = tuple(round(0.05 * step + 0.1, 2) for step in range(16))
STEP: Final = 0.125
"""Seconds of a step of the pattern, at 120 beats a minute."""

CONFIG = """
title = "A set"
log_predictions = true
[interaction]
mode = "callresponse"
threshold = 0.5
max_response = 6.0
input_thru = true
[model]
file = "{model}"
[osc]
server_port = {port}
input = "/1/fader{{n}}"
client_port = {synth}
output = "/1/fader{{n}}"
[midi]
api = "JACK"
in_device = ["{knobs}"]
out_device = ["{device}"]
[midi.input]
"{knobs}" = [["control_change", 1, 101], ["control_change", 1, 102]]
[midi.output]
"{device}" = [["note_on", 1], ["note_on", 2]]
"""


_AHEAD: Final = struct.Struct("q")


class Sent(NamedTuple):
    """Message of the controller.

    Attributes:
        time: seconds since 1970.
        dimension: index of the fader.
        code: value in units of 2**-20, which tells a message from the 8191 messages before and after it.
    """

    time: float
    dimension: int
    code: int


def code_of(value: float) -> int:
    """Returns the code of a value."""
    return round(value * _UNIT)


class Controller:
    """Faders that send OSC in phrases, each message with a value of its own."""

    def __init__(self, port: int) -> None:
        self.sent: list[Sent] = []
        self.plays = threading.Event()
        self._over = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._to = ("127.0.0.1", port)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        number = 0
        while not self._over.is_set():
            if not self.plays.wait(0.05):
                continue
            for _ in range(round(PHRASE * RATE)):
                if self.plays.is_set():
                    self._send(number)
                    number += 1
                    time.sleep(1 / RATE)
            self._over.wait(REST)

    def _send(self, number: int) -> None:
        dimension = number // 20 % (BEATS - 1)
        gesture = abs(number * 3 % 252 - 126)
        code = gesture * _TAG + number % _TAG
        message = OscMessageBuilder(f"/1/fader{dimension + 1}")
        message.add_arg(code / _UNIT, "f")
        packet = message.build().dgram
        # Before an engine listens, the system refuses the next message.
        try:
            self.sent.append(Sent(time.time(), dimension, code))
            self._socket.sendto(packet, self._to)
        except OSError:
            pass

    def end(self) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()


class Arrived(NamedTuple):
    """Value that the synthesiser received by OSC, at the kernel's time."""

    time: float
    fader: int
    value: float


class OscSynth:
    """Synthesiser that keeps every OSC message with the kernel's time of its arrival."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self._socket = timed_socket()
        self.port = int(self._socket.getsockname()[1])
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.is_set():
            if not select.select([self._socket], [], [], 0.1)[0]:
                continue
            data, at = arrival(self._socket)
            for timed in OscPacket(data).messages:
                message = timed.message
                if message.address.startswith("/1/fader") and message.params:
                    fader = int(message.address.removeprefix("/1/fader"))
                    self.arrived.append(Arrived(at, fader, float(message.params[0])))

    def end(self) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()


class MidiMessage(NamedTuple):
    """Message that the synthesiser received by MIDI, and its time in seconds since 1970."""

    time: float
    status: int
    data: tuple[int, ...]


class MidiDevice:
    """MIDI device in a separate process."""

    def __init__(self, name: str, folder: Path) -> None:
        self._file = folder / f"{name}.txt"
        with self._file.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("midi_device.py")), "perform", name],
                stdin=subprocess.PIPE,
                stdout=output,
            )
        wait_until(lambda: self._file.read_text().startswith("ready"))

    def do(self, line: str) -> None:
        """Carries out a line, such as ``send 176 21 64``, ``pull`` or ``plug``."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    @property
    def messages(self) -> list[MidiMessage]:
        """Received messages."""
        rows = [line.split() for line in self._file.read_text().splitlines()[1:]]
        return [MidiMessage(float(row[0]), int(row[1]), tuple(map(int, row[2:]))) for row in rows if len(row) > 1]

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def sounding(messages: Sequence[MidiMessage], until: float) -> set[tuple[int, int]]:
    """Returns the channels and notes that sound at a time."""
    notes: set[tuple[int, int]] = set()
    for message in messages:
        if message.time > until:
            break
        kind, channel = message.status & 0xF0, message.status & 0x0F
        if kind == 0x90 and message.data[1]:
            notes.add((channel, message.data[0]))
        elif kind in (0x80, 0x90):
            notes.discard((channel, message.data[0]))
        elif kind == 0xB0 and message.data[0] in (120, 123):
            notes = {note for note in notes if note[0] != channel}
    return notes


class OtherClock:
    """Clock of the other machine, which can be set; this machine's clock stays.

    Args:
        folder: folder of the compiled shim.
    """

    def __init__(self, folder: Path) -> None:
        file = folder / "clock"
        file.write_bytes(bytes(_AHEAD.size))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _AHEAD.size)
        self.environment = {"LD_PRELOAD": str(compiled("clock_shim", folder)), "CLOCK_FILE": str(file)}
        """Variables of the processes on the other machine."""

    def set_ahead(self, seconds: int) -> None:
        """Sets the clock some seconds ahead of this machine's."""
        _AHEAD.pack_into(self._shared, 0, seconds)


class Stage:
    """Everything on stage: JACK, the devices, the other machine and the terminal.

    Args:
        place: folder of the benchmark.
        disk: home of the user on the other machine.
        model: model of the set.
    """

    def __init__(self, place: Path, disk: Path, model: Path) -> None:
        os.environ["JACK_DEFAULT_SERVER"] = SERVER
        os.environ["JACK_NO_AUDIO_RESERVATION"] = "1"
        command = ["jackd", "-n", SERVER, "-d", "dummy", "-r", "48000", "-p", "256"]
        self._jack = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(2.0)
        if self._jack.poll() is not None:
            raise SystemExit("jackd has ended: is another one running with this name?")
        self.midi, self.knobs = MidiDevice(SYNTH, place), MidiDevice(KNOBS, place)
        self.osc = OscSynth()
        self.port = free_port()
        self.controller = Controller(self.port)
        for name in ("ssh", "terminal", "bin"):
            (place / name).mkdir()
        self.clock = OtherClock(place) if shutil.which("cc") else None
        jack = {"JACK_DEFAULT_SERVER": SERVER, "JACK_NO_AUDIO_RESERVATION": "1"}
        clock = {} if self.clock is None else self.clock.environment
        self.machine = OtherMachine(place / "ssh", disk, **jack, **clock)
        self.machine.start()
        config = CONFIG.format(model=model, port=self.port, synth=self.osc.port, knobs=KNOBS, device=SYNTH)
        self.folder = self.machine.lay_set("set", config)
        # The attached console finds this ssh first, which knows the key and the port of the server.
        ssh = place / "bin" / "ssh"
        ssh.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} {shlex.join(self.machine.options)} "$@"\n')
        ssh.chmod(0o700)
        self.terminal = Terminal(place / "terminal")
        self.keys = 0
        self.type(f"PATH={place / 'bin'}:{Path(sys.executable).parent}:$PATH")

    # Keyboard

    def type(self, line: str) -> None:
        """Types a line and Enter."""
        self.terminal.type(line)
        self.keys += len(line) + 1

    def press(self, *keys: str) -> None:
        """Presses keys by the names of tmux."""
        self.terminal.press(*keys)
        self.keys += len(keys)

    def end(self) -> None:
        """Ends everything."""
        self.controller.end()
        self.machine.end_engine()
        self.terminal("kill-server")
        self.machine.end()
        self.osc.end()
        for device in (self.midi, self.knobs):
            device.end()
        self._jack.terminate()
        self._jack.wait()
