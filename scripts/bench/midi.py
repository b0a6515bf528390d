"""MIDI through JACK: latency beside a bare echo, floods, browsers, and devices that come and go.

Needs jackd (Debian: jackd2), which is run on a dummy device for as long as this takes.
"""

import itertools
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import rtmidi
from common import MODEL, OURS, Running, arrivals, percentile, pulse_model, running, table
from websockets.sync.client import connect

from impsy_tui.control.client import connected

SERVER = f"bench-{os.getpid()}"
CYCLES = 100

ECHO = """
import rtmidi, time
out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="echo-out")
out.open_virtual_port("out")
into = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="echo-in")
into.set_callback(lambda event, _: out.send_message(event[0]))
into.open_virtual_port("in")
print("ready", flush=True)
time.sleep(3600)
"""


COUNT = """
import rtmidi, sys
ports = []
for name in ("flood-a", "flood-b", "flood-c"):
    # With no callback nothing of Python runs until all have come: what is missing then, JACK has lost.
    port = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name=f"bare-{name}", queue_size_limit=20_000)
    port.open_port(next(i for i, found in enumerate(port.get_ports()) if name in found))
    ports.append(port)
print("ready", flush=True)
sys.stdin.read()
print(sum(port.get_message() is not None for port in ports for _ in range(20_000)), flush=True)
"""


@contextmanager
def jack() -> Iterator[None]:
    """A JACK server with a dummy device: 64 frames at 48 kHz."""
    os.environ["JACK_DEFAULT_SERVER"] = SERVER
    os.environ["JACK_NO_AUDIO_RESERVATION"] = "1"
    process = subprocess.Popen(
        ["jackd", "-n", SERVER, "-d", "dummy", "-r", "48000", "-p", "64"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(2.0)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


class Wire:
    """This side of a connection to a program: what is sent into it, and what comes out of it, timed."""

    def __init__(self, name: str) -> None:
        self.out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name=f"{name}-o")
        self.into = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name=f"{name}-i")
        self.heard: queue.Queue[tuple[float, list[int]]] = queue.Queue()
        self.into.set_callback(lambda event, _: self.heard.put((time.monotonic(), event[0])))

    def open_virtual(self) -> None:
        """Be a device that others find."""
        self.out.open_virtual_port("port")
        self.into.open_virtual_port("port")

    def open_to(self, source: str, sink: str) -> None:
        """Connect to ports whose names contain these."""
        self.out.open_port(next(i for i, name in enumerate(self.out.get_ports()) if sink in name))
        self.into.open_port(next(i for i, name in enumerate(self.into.get_ports()) if source in name))

    def ask(self, count: int, rate: float) -> list[float]:
        """Send controllers at a rate; the seconds until something came back for each."""
        delays = []
        for number in range(count):
            while not self.heard.empty():
                self.heard.get()
            began = time.monotonic()
            self.out.send_message([0xB0, 1, number % 128])
            try:
                at, _ = self.heard.get(timeout=0.5)
                delays.append(at - began)
            except queue.Empty:
                pass
            time.sleep(max(0.0, 1 / rate - (time.monotonic() - began)))
        return delays

    def close(self) -> None:
        """Vanish."""
        for port in (self.into, self.out):
            port.close_port()
            port.delete()


def mapping(dimension: int = 9, first: int = 1) -> str:
    return "[" + ", ".join(f'["control_change", 1, {first + index}]' for index in range(dimension - 1)) + "]"


def config_of(names: Sequence[str]) -> str:
    lines = [
        "[midi]",
        'api = "JACK"',
        f"in_device = {list(names)!r}".replace("'", '"'),
        f"out_device = {list(names)!r}".replace("'", '"'),
    ]
    for name in names:
        lines += [f'input."{name}" = {mapping()}', f'output."{name}" = {mapping()}']
    return "\n".join(lines)


def latency() -> None:
    rows = []
    for rate in (50, 200):
        found: dict[str, list[float]] = {}
        for who in ("echo", "ours", "echo", "ours"):
            wire = Wire("bench-dev")
            with ExitStack() as stack:
                if who == "echo":
                    process = subprocess.Popen([sys.executable, "-c", ECHO], stdout=subprocess.PIPE, text=True)
                    stack.callback(process.wait)
                    stack.callback(process.kill)
                    assert process.stdout is not None
                    process.stdout.readline()
                    wire.open_to("echo-out", "echo-in")
                else:
                    wire.open_virtual()
                    stack.enter_context(running("ours", "polyphony", extra=config_of(["bench-dev"])))
                time.sleep(1.5)
                wire.ask(50, rate)
                found.setdefault(who, []).extend(wire.ask(int(rate * 8), rate))
                wire.close()
        for who, delays in found.items():
            rows.append(
                [f"{rate}/s", who, *(f"{percentile(delays, share) * 1000:.2f}" for share in (0.5, 0.99, 1.0))]
            )
        more = [percentile(found["ours"], share) - percentile(found["echo"], share) for share in (0.5, 0.99)]
        rows.append([f"{rate}/s", "ours - echo", f"{more[0] * 1000:.2f}", f"{more[1] * 1000:.2f}", ""])
    table("MIDI in to MIDI out through JACK", ["rate", "who", "p50 ms", "p99 ms", "worst ms"], rows)


def flood() -> None:
    """1000 controllers a second on each of three ports, for 10 s: is each in the log?"""
    names = ["flood-a", "flood-b", "flood-c"]
    rows = []
    for who in ("bare", "ours") * 4:
        wires = [Wire(name) for name in names]
        for wire in wires:
            wire.open_virtual()
        with ExitStack() as stack:
            if who == "bare":
                process = subprocess.Popen(
                    [sys.executable, "-c", COUNT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
                stack.callback(process.wait)
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdout.readline()
                sent, took = _pour(wires)
                process.stdin.close()
                received, written = int(process.stdout.readline()), ""
            else:
                program = stack.enter_context(running("ours", "useronly", extra=config_of(names)))
                time.sleep(1.5)
                sent, took = _pour(wires)
                with connected(program.control) as client:
                    state = client.snapshot()
                received = sum(channel.received for channel in state.channels if channel.name.startswith("midi"))
                written = str(Path(state.log.file).read_bytes().count(b"\n"))
        for wire in wires:
            wire.close()
        rows.append([who, f"{sent}", f"{sent / took:.0f}/s", f"{received}", written])
    columns = ["who", "controllers sent", "rate, three ports together", "received", "rows in the log"]
    table("A flood", columns, rows)


def _pour(wires: Sequence[Wire]) -> tuple[int, float]:
    """Send; how many, and how long it took."""
    sent = 0
    began = time.monotonic()
    for number in range(10_000):
        for wire in wires:
            wire.out.send_message([0xB0, 1 + number % 8, number % 128])
            sent += 1
        time.sleep(max(0.0, began + (number + 1) / 1000 - time.monotonic()))
    took = time.monotonic() - began
    time.sleep(2.0)
    return sent, took


def browsers() -> None:
    """A 10 ms pulse while 64 browsers are sent twenty vectors a second each."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    pulse = pulse_model(folder, 0.05)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    notes = "[" + ", ".join(f'["note_on", {1 + index}]' for index in range(8)) + "]"
    extra = f"[websocket]\nserver_port = {port}\ninput = {notes}\noutput = {notes}\n"
    rows = []
    for count in (0, 64):
        with running("ours", "battle", timescale=1.0, model=pulse, extra=extra) as program:
            time.sleep(1.0)
            clients = [connect(f"ws://127.0.0.1:{port}", compression=None) for _ in range(count)]
            counts = [0] * count

            def read(index: int, clients: list = clients, counts: list[int] = counts) -> None:
                try:
                    for _ in clients[index]:
                        counts[index] += 1
                except Exception:
                    return

            threads = [threading.Thread(target=read, args=(index,), daemon=True) for index in range(count)]
            for thread in threads:
                thread.start()
            program.drain()
            times = arrivals(program, 15.0)
            heard = sum(counts)
            for client in clients:
                threading.Thread(target=client.close, daemon=True).start()
        errors = [abs(b - a - 0.05) for a, b in itertools.pairwise(times)]
        drift = (times[-1] - times[0]) - (len(times) - 1) * 0.05
        rows.append(
            [
                f"{count}",
                f"{heard / 15:.0f}/s",
                f"{drift * 1000:.2f}",
                f"{percentile(errors, 0.5) * 1000:.3f}",
                f"{percentile(errors, 0.99) * 1000:.3f}",
            ]
        )
    columns = ["browsers", "messages to them", "50 ms pulse: drift ms", "error p50 ms", "error p99 ms"]
    table("Browsers, and the engine's tempo", columns, rows)


def _state(program: Running, name: str) -> str:
    with connected(program.control) as client:
        return next(channel.state for channel in client.snapshot().channels if channel.name == name)


def _until(program: Running, name: str, state: str, patience: float = 5.0) -> float:
    """Seconds until a channel is in a state; nan if it never is."""
    began = time.monotonic()
    while time.monotonic() - began < patience:
        if _state(program, name) == state:
            return time.monotonic() - began
        time.sleep(0.01)
    return float("nan")


def coming_and_going() -> None:
    """A JACK port and a pty, unplugged and plugged again, while OSC is played all the time."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    path = folder / "tty"
    notes = "[" + ", ".join(f'["note_on", 1, {60 + index}]' for index in range(8)) + "]"
    extra = '[midi]\napi = "JACK"\nin_device = ["plug-dev"]\nout_device = ["plug-dev"]\n'
    extra += f'input."plug-dev" = {mapping()}\noutput."plug-dev" = {notes}\n[serial]\nport = "{path}"\n'
    rows = []
    wire = Wire("plug-dev")
    wire.open_virtual()
    master = _plug(path)
    with running("ours", "polyphony", extra=extra) as program:
        time.sleep(1.5)
        stop = threading.Event()
        asked = [0]

        def play() -> None:
            from impsy_tui.channels.osc.packet import VectorFormat

            form = VectorFormat("/interface", 8)
            sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sender.connect(("127.0.0.1", program.port))
            while not stop.wait(0.02):
                sender.send(form.write([(asked[0] % 100) / 100] * 8))
                asked[0] += 1

        player = threading.Thread(target=play)
        player.start()
        midi, serial, stuck = [], [], 0
        for _ in range(CYCLES):
            wire.close()
            _until(program, "midi", "waiting")
            wire = Wire("plug-dev")
            wire.open_virtual()
            midi.append(_until(program, "midi", "open"))
        for _ in range(CYCLES):
            os.close(master)
            path.unlink()
            _until(program, "serial", "waiting")
            master = _plug(path)
            serial.append(_until(program, "serial", "open"))
        stop.set()
        player.join()
        time.sleep(0.5)
        with connected(program.control) as client:
            client.command("panic")
            time.sleep(0.5)
            heard = client.snapshot().heard
        sounding: set[tuple[int, int]] = set()
        while not wire.heard.empty():
            _, message = wire.heard.get()
            key = (message[0] & 0x0F, message[1])
            if message[0] & 0xF0 == 0x90 and message[2]:
                sounding.add(key)
            elif message[0] & 0xF0 in (0x80, 0x90):
                sounding.discard(key)
        stuck = len(sounding)
        lost = asked[0] - heard
    wire.close()
    os.close(master)
    for name, times in (("JACK port", midi), ("pty", serial)):
        good = [one for one in times if one == one]
        rows.append(
            [
                name,
                f"{sum(one <= 1.0 for one in good)} of {len(times)}",
                f"{percentile(good, 0.5):.2f}",
                f"{max(good):.2f}",
                f"{stuck}",
                f"{lost}",
            ]
        )
    columns = ["what", "back within 1 s", "p50 s", "worst s", "notes left sounding", "OSC events lost meanwhile"]
    table("Unplugged and plugged again", columns, rows)


PULL = """
import rtmidi, sys, time
for _ in range(10):
    ports = []
    for kind in (rtmidi.MidiOut, rtmidi.MidiIn):
        port = kind(rtmidi.API_UNIX_JACK, name="pulled")
        port.open_virtual_port("port")
        ports.append(port)
    time.sleep(1.2)
    for port in ports:
        port.close_port()
        port.delete()
    time.sleep(1.2)
"""


def pulse() -> None:
    """A 10 ms pulse by OSC while a device is pulled and plugged ten times, and while none is."""
    model = pulse_model(Path(tempfile.mkdtemp(prefix="bench-")), 0.01)
    extra = '[midi]\napi = "JACK"\nin_device = ["pulled"]\nout_device = ["pulled"]\n'
    extra += f'input."pulled" = {mapping()}\noutput."pulled" = {mapping()}\n'
    rows = []
    for what in ("still", "pulled and plugged 10 times"):
        with running("ours", "battle", timescale=1.0, model=model, extra=extra) as program:
            time.sleep(3.0)
            puller = None
            if what != "still":
                puller = subprocess.Popen([sys.executable, "-c", PULL])
            program.drain()
            times = arrivals(program, 25.0)
            if puller is not None:
                puller.wait()
        began = min(at - number * 0.01 for number, at in enumerate(times))
        late = [at - began - number * 0.01 for number, at in enumerate(times)]
        shares = [f"{percentile(late, share) * 1000:.2f}" for share in (0.5, 0.99, 1.0)]
        rows.append([what, f"{len(times)}", *shares, f"{sum(one > 0.005 for one in late)}"])
    columns = ["device", "beats", "late p50 ms", "p99 ms", "worst ms", "over 5 ms"]
    table("A 10 ms pulse while a MIDI device comes and goes", columns, rows)


def _plug(path: Path) -> int:
    """A pty whose other end has this name."""
    master, slave = os.openpty()
    path.symlink_to(os.ttyname(slave))
    os.close(slave)
    os.set_blocking(master, False)
    return master


def main() -> None:
    """Measures all, or what is named: latency, flood, pulse, coming_and_going, browsers."""
    assert MODEL.exists()
    assert OURS.exists()
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    with jack():
        latency()
        flood()
        pulse()
        coming_and_going()
    browsers()


if __name__ == "__main__":
    main()
