"""MIDI through JACK: latency next to a bare echo, floods, and devices that come and go. Ends within three minutes.

Needs jackd (Debian: jackd2), which runs on a dummy device. This process opens no port: see ``midi_device``.
``scripts/bench/midi.py NAME…`` runs some trials: latency, flood, pulse, plugging.
"""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from common import MODEL, OURS, Running, arrivals, percentile, pulse_model, running, table

from impsy_tui.channels.osc.packet import VectorFormat
from impsy_tui.control.client import connected

SERVER = "impsy-bench"
LONGEST = 170
"""Seconds after which the benchmark ends in any case."""
BEAT = 0.01
LATE = 0.005
"""Seconds that no beat may be late while a port is pulled and plugged."""
PULLS = 10
STAYS = 0.7


@contextmanager
def jack() -> Iterator[None]:
    """Runs a JACK server with a dummy device: 64 frames at 48 kHz."""
    os.environ["JACK_DEFAULT_SERVER"] = SERVER
    os.environ["JACK_NO_AUDIO_RESERVATION"] = "1"
    process = subprocess.Popen(
        ["jackd", "-n", SERVER, "-d", "dummy", "-r", "48000", "-p", "64"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(2.0)
        if process.poll() is not None:
            raise SystemExit("jackd has ended: is another one running with this name, or are its 8 slots taken?")
        yield
    finally:
        process.terminate()
        _ended(process)


def _ended(process: subprocess.Popen[Any], patience: float = 3.0) -> None:
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Device:
    """Process that runs a task of ``midi_device``."""

    def __init__(self, task: str, *arguments: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("midi_device.py")), task, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._name = " ".join((task, *map(str, arguments)))
        try:
            self._read(10.0)
        except BaseException:
            self.kill()
            raise

    def go(self) -> None:
        """Lets the task continue."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()

    def result(self, patience: float) -> Any:
        """Returns the result of the task.

        Args:
            patience: longest time in seconds.
        """
        return json.loads(self._read(patience))

    def kill(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.wait()
        for end in (self._process.stdin, self._process.stdout):
            if end is not None:
                end.close()

    def _read(self, patience: float) -> bytes:
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], patience)[0]:
            raise TimeoutError(f"{self._name}: no answer within {patience:g} s")
        line = self._process.stdout.readline()
        if not line:
            raise TimeoutError(f"{self._name}: it has ended")
        return line


def _device(stack: ExitStack, task: str, *arguments: object) -> Device:
    made = Device(task, *arguments)
    stack.callback(made.kill)
    return made


def _mapping() -> str:
    return "[" + ", ".join(f'["control_change", 1, {1 + index}]' for index in range(8)) + "]"


def _config(*names: str) -> str:
    listed = "[" + ", ".join(f'"{name}"' for name in names) + "]"
    lines = ["[midi]", 'api = "JACK"', f"in_device = {listed}", f"out_device = {listed}"]
    for name in names:
        lines += [f'input."{name}" = {_mapping()}', f'output."{name}" = {_mapping()}']
    return "\n".join(lines) + "\n"


def _until(program: Running, name: str, state: str, patience: float = 5.0) -> float:
    """Returns the seconds until a channel is in a state; nan if that takes too long."""
    began = time.monotonic()
    with connected(program.control) as client:
        while time.monotonic() - began < patience:
            if any(each.name == name and each.state == state for each in client.snapshot().channels):
                return time.monotonic() - began
            time.sleep(0.01)
    return float("nan")


def latency() -> None:
    """Measures the time from a controller to a prediction, next to a process that only returns messages."""
    rows = []
    for rate in (50, 200):
        found: dict[str, list[float]] = {}
        for who in ("echo", "ours", "echo", "ours"):
            with ExitStack() as stack:
                if who == "echo":
                    _device(stack, "echo")
                    device = _device(stack, "ask", "bench-dev", "echo-out", "echo-in", rate, 4)
                else:
                    device = _device(stack, "ask", "bench-dev", "", "", rate, 4)
                    program = stack.enter_context(running("ours", "polyphony", extra=_config("bench-dev")))
                    _until(program, "midi", "open")
                device.go()
                found.setdefault(who, []).extend(device.result(15.0))
        for who, delays in found.items():
            shares = [f"{percentile(delays, share) * 1000:.2f}" for share in (0.5, 0.99, 1.0)]
            rows.append([f"{rate}/s", who, f"{len(delays)} of {rate * 8}", *shares])
        more = [percentile(found["ours"], share) - percentile(found["echo"], share) for share in (0.5, 0.99)]
        rows.append([f"{rate}/s", "ours - echo", "", f"{more[0] * 1000:.2f}", f"{more[1] * 1000:.2f}", ""])
    table("MIDI in to MIDI out through JACK", ["rate", "who", "came back", "p50 ms", "p99 ms", "worst ms"], rows)


def flood() -> None:
    """Sends 1000 controllers a second on each of three ports for 4 s; counts those that arrive and those in the
    log."""
    names = ["flood-a", "flood-b", "flood-c"]
    rows = []
    for who in ("bare", "ours") * 2:
        with ExitStack() as stack:
            source = _device(stack, "pour", 1000, 4, *names)
            written = ""
            if who == "bare":
                counter = _device(stack, "count", *names)
                source.go()
                poured = source.result(15.0)
                time.sleep(0.5)
                counter.go()
                received = counter.result(5.0)
            else:
                program = stack.enter_context(running("ours", "useronly", extra=_config(*names)))
                _until(program, "midi", "open")
                source.go()
                poured = source.result(15.0)
                time.sleep(0.5)
                with connected(program.control) as client:
                    state = client.snapshot()
                received = sum(channel.received for channel in state.channels if channel.name == "midi")
                written = str(Path(state.log.file).read_bytes().count(b"\n"))
        rate = f"{poured['sent'] / poured['took']:.0f}/s"
        rows.append([who, f"{poured['sent']}", rate, f"{received}", written])
    columns = ["who", "controllers sent", "rate, three ports together", "received", "rows in the log"]
    table("A flood", columns, rows)


def pulse() -> None:
    """Measures a 10 ms pulse by OSC while a device is unplugged and plugged in ten times, and without that."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    model = pulse_model(folder, BEAT)
    rows, late_beats = [], 0
    for what in ("none comes or goes", f"pulled and plugged {PULLS} times"):
        with (
            ExitStack() as stack,
            running("ours", "battle", timescale=1.0, model=model, extra=_config("pulled")) as program,
        ):
            device = _device(stack, "plug", "pulled", PULLS, STAYS)
            time.sleep(1.0)
            if what.startswith("pulled"):
                device.go()
            program.drain()
            times = arrivals(program, PULLS * STAYS * 2 + 1)
        began = min(at - number * BEAT for number, at in enumerate(times))
        late = [at - began - number * BEAT for number, at in enumerate(times)]
        late_beats = sum(one > LATE for one in late)
        rows.append(
            [
                what,
                f"{len(times)}",
                *(f"{percentile(late, share) * 1000:.2f}" for share in (0.5, 0.99, 1.0)),
                f"{late_beats}",
            ]
        )
    columns = ["device", "beats", "late p50 ms", "p99 ms", "worst ms", "over 5 ms"]
    table("A 10 ms pulse while a MIDI device comes and goes", columns, rows)
    held = "held" if not late_beats else f"NOT held: {late_beats} beats are later"
    print(f"\nBound: no beat more than 5 ms late while a port is pulled and plugged {PULLS} times: {held}.")
    shutil.rmtree(folder, ignore_errors=True)


def plugging() -> None:
    """Unplugs and plugs in a JACK port and a pseudo-terminal ten times, while OSC input continues."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    path = folder / "tty"
    extra = _config("plug-dev") + f'[serial]\nport = "{path}"\n'
    midi, serial = [], []
    master = _tty(path)
    with running("ours", "polyphony", extra=extra) as program:
        stop, sent = threading.Event(), [0]
        player = threading.Thread(target=_play, args=(program.port, stop, sent), daemon=True)
        player.start()
        for _ in range(PULLS):
            with ExitStack() as plugged:
                _device(plugged, "stay", "plug-dev")
                midi.append(_until(program, "midi", "open"))
            _until(program, "midi", "waiting")
        for _ in range(PULLS):
            os.close(master)
            path.unlink()
            _until(program, "serial", "waiting")
            master = _tty(path)
            serial.append(_until(program, "serial", "open"))
        stop.set()
        player.join()
        time.sleep(0.3)
        with connected(program.control) as client:
            lost = sent[0] - client.snapshot().heard
    os.close(master)
    shutil.rmtree(folder, ignore_errors=True)
    rows = []
    for name, times in (("JACK port", midi), ("pty", serial)):
        good = [one for one in times if one == one]
        shares = [f"{percentile(good, share):.2f}" for share in (0.5, 1.0)]
        rows.append([name, f"{sum(one <= 1.0 for one in good)} of {len(times)}", *shares, f"{lost}"])
    columns = ["what", "back within 1 s", "p50 s", "worst s", "OSC events lost meanwhile"]
    table("Pulled and plugged again", columns, rows)


def _play(port: int, stop: threading.Event, sent: list[int]) -> None:
    form = VectorFormat("/interface", 8)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", port))
        while not stop.wait(0.02):
            sender.send(form.write([(sent[0] % 100) / 100] * 8))
            sent[0] += 1


def _tty(path: Path) -> int:
    """Returns a pseudo-terminal whose other end has this path."""
    master, slave = os.openpty()
    path.symlink_to(os.ttyname(slave))
    os.close(slave)
    os.set_blocking(master, False)
    return master


def _stop(number: int, frame: FrameType | None) -> None:
    raise TimeoutError(f"stopped after {LONGEST} s")


def main() -> None:
    """Runs the named trials, or all."""
    assert MODEL.exists()
    assert OURS.exists()
    trials = {trial.__name__: trial for trial in (latency, flood, pulse, plugging)}
    signal.signal(signal.SIGALRM, _stop)
    signal.alarm(LONGEST)
    with jack():
        for name in sys.argv[1:] or trials:
            try:
                trials[name]()
            except TimeoutError as problem:
                print(f"\n{name}: no result: {problem}", flush=True)
                if str(problem).startswith("stopped"):
                    return


if __name__ == "__main__":
    main()
