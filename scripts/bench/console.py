"""Console: first paint, processor time, bytes to the terminal, response to keys, and its effect on the engine."""

import fcntl
import itertools
import os
import pty
import random
import signal
import socket
import struct
import subprocess
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common import OURS, Running, arrivals, ask, median, percentile, pulse_model, running, table

from impsy_tui.channels.osc.packet import VectorFormat
from impsy_tui.control.client import connected
from impsy_tui.control.encoding import encoded
from impsy_tui.control.messages import Event

COLUMNS, ROWS = 120, 40
METERS = 16
_SCORE_LINES = 500
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Terminal:
    """Console on a pseudo-terminal that is read at once, unless it is stalled.

    Args:
        socket: socket of the engine.
        options: options of ``impsy-tui attach``.
    """

    def __init__(self, socket: Path, *options: str) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_STATE_HOME": str(socket.parent)}
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [str(OURS / "impsy-tui"), "attach", "--socket", str(socket), *options],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        self.bytes = 0
        self.painted = 0.0
        self.stalled = False
        self._seen = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            if self.stalled:
                time.sleep(0.02)
                continue
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            if not data:
                return
            self.bytes += len(data)
            if not self.painted:
                self._seen += data
                if f"x{METERS}".encode() in self._seen or b"x8" in self._seen:
                    self.painted = time.monotonic() - self.began

    def press(self, key: bytes) -> None:
        """Presses a key."""
        os.write(self.master, key)

    def processor(self) -> float:
        """Returns the processor time so far in seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> float:
        """Returns the resident megabytes."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * _PAGE / 1e6

    def close(self) -> None:
        """Kills the console and closes the terminal."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)


@contextmanager
def terminal(program: Running, *options: str) -> Iterator[Terminal]:
    """Gives a console after its first paint."""
    made = Terminal(program.control, *options)
    try:
        deadline = time.monotonic() + 15
        while not made.painted and time.monotonic() < deadline:
            time.sleep(0.005)
        yield made
    finally:
        made.close()


def move(program: Running, seconds: float, meters: int = METERS) -> None:
    """Moves every meter twenty times a second."""
    form = VectorFormat("/interface", meters)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(("127.0.0.1", program.port))
    dice = random.Random(1)
    values = [0.5] * meters
    end = time.monotonic() + seconds
    due = time.monotonic()
    while due < end:
        values = [min(1.0, max(0.0, value + dice.gauss(0, 0.05))) for value in values]
        sender.send(form.write(values))
        due += 0.05
        time.sleep(max(0.0, due - time.monotonic()))
        program.drain()
    sender.close()


def cost() -> None:
    """Measures first paint, processor time, memory and bytes, with sixteen meters that move twenty times a second."""
    rows = []
    with running("ours", "polyphony", model=Path(""), dimension=METERS + 1) as program:
        for options in ((), ("--lean",)):
            paints = []
            for _ in range(5):
                with terminal(program, *options) as shown:
                    paints.append(shown.painted)
            with terminal(program, *options) as shown:
                move(program, 3.0)
                processor, sent, began = shown.processor(), shown.bytes, time.monotonic()
                move(program, 20.0)
                took = time.monotonic() - began
                rows.append(
                    [
                        " ".join(options) or "full",
                        f"{median(paints):.2f}",
                        f"{(shown.processor() - processor) / took:.1%}",
                        f"{shown.memory():.0f}",
                        f"{(shown.bytes - sent) / took / 1000:.1f}",
                    ]
                )
    columns = ["console", "first paint s", "processor", "resident MB", "kB/s"]
    table(f"The console at {COLUMNS}x{ROWS}, {METERS} meters moving at 20 Hz", columns, rows)


def thinking() -> None:
    """Measures what the deviations, the weights and the surprise of a model add to the bytes of a console."""
    rows = []
    for sigma in (0.01, 1.0):
        with running("ours", "polyphony") as program, terminal(program) as shown:
            found = []
            for line in (f"sigma {sigma}\r".encode(), b"show thinking\r"):
                shown.press(line)
                move(program, 3.0, 8)
                sent, began = shown.bytes, time.monotonic()
                move(program, 20.0, 8)
                found.append((shown.bytes - sent) / (time.monotonic() - began) / 1000)
            rows.append([f"{sigma:g}", *(f"{each:.2f}" for each in (*found, found[0] - found[1]))])
    columns = ["sigma", "shown kB/s", "hidden kB/s", "more kB/s"]
    table(f"Seeing the model think, at {COLUMNS}x{ROWS}, 8 meters moving at 20 Hz", columns, rows)


def targets() -> None:
    """Measures what targets with their last values add to the bytes of a console and to a snapshot."""
    rows = []
    with (
        running("ours", "useronly", model=Path(""), dimension=METERS + 1) as program,
        terminal(program) as shown,
        connected(program.control) as client,
    ):
        client.command("thru on")
        for count in (0, 8, METERS):
            for number in range(1, count + 1):
                client.command(f"map x{number} -> osc /synth/parameter{number} 0 127")
            move(program, 3.0)
            sent, began = shown.bytes, time.monotonic()
            move(program, 20.0)
            rate = (shown.bytes - sent) / (time.monotonic() - began) / 1000
            rows.append([str(count), f"{rate:.2f}", str(len(encoded(client.snapshot())))])
    columns = ["targets", "kB/s", "bytes of a snapshot"]
    table(f"Targets at {COLUMNS}x{ROWS}, {METERS} meters moving at 20 Hz", columns, rows)


def keys() -> None:
    """Measures the time from a key to its effect in the engine."""
    delays = []
    with running("ours", "polyphony") as program, terminal(program) as shown, connected(program.control) as client:
        client.subscribe(0.0, events=True, since=time.time())
        time.sleep(1.0)
        messages = client.messages()
        for _ in range(60):
            began = time.monotonic()
            shown.press(b"\x1b[19~")  # F8: pause, and resume
            while True:
                message = next(messages)
                if isinstance(message, Event) and message.source == "command":
                    break
            delays.append(time.monotonic() - began)
            time.sleep(0.25)
    rows = [[f"{percentile(delays, share) * 1000:.1f}" for share in (0.5, 0.99, 1.0)]]
    table("From a key to the engine", ["p50 ms", "p99 ms", "worst ms"], rows)


def edit(shown: Terminal, seconds: float) -> None:
    """Opens a score of 500 lines, and types and runs lines in it."""
    end = time.monotonic() + seconds
    lines = "\r".join(f"over {number % 9 + 1}s sigma 0.{number % 9 + 1}" for number in range(_SCORE_LINES))
    shown.press(b"\x0f")  # Ctrl-O
    time.sleep(0.5)
    shown.press(f"\x1b[200~{lines}\x1b[201~".encode())
    for number in itertools.count():
        if time.monotonic() > end:
            return
        # A word, and every second a run of the line.
        shown.press(
            b"\x12" if number % 20 == 19 else b"\x1b[A" if number % 20 == 0 else b"\x7f" if number % 2 else b"7"
        )
        time.sleep(0.05)


def disturb(how: str, program: Running, stack: list[Terminal], seconds: float) -> None:
    """Disturbs a console while the engine is measured."""
    shown = stack[0]
    time.sleep(seconds * 0.2)
    if how == "stalled":
        shown.stalled = True
        time.sleep(5.0)
        shown.stalled = False
    elif how == "edited":
        edit(shown, seconds * 0.7)
    elif how == "killed":
        os.killpg(shown.process.pid, signal.SIGKILL)


def unconcerned() -> None:
    """Measures the engine's latency and tempo with no console, and with each state of a console."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    pulse = pulse_model(folder, 0.01)
    rows = []
    for how in ("none", "attached", "edited", "stalled", "killed", "none"):
        with running("ours", "polyphony") as program:
            shown = [] if how == "none" else [Terminal(program.control)]
            time.sleep(2.0)
            program.drain()
            if shown:
                threading.Thread(target=disturb, args=(how, program, shown, 8.0), daemon=True).start()
            answers = ask(program.port, program.output, 200, 8.0)
            for one in shown:
                one.close()
        with running("ours", "battle", timescale=1.0, model=pulse) as program:
            shown = [] if how == "none" else [Terminal(program.control)]
            time.sleep(2.0)
            program.drain()
            if shown:
                threading.Thread(target=disturb, args=(how, program, shown, 8.0), daemon=True).start()
            times = arrivals(program, 8.0)
            for one in shown:
                one.close()
        errors = [abs(b - a - 0.01) for a, b in itertools.pairwise(times)]
        drift = (times[-1] - times[0]) - (len(times) - 1) * 0.01
        rows.append(
            [
                how,
                f"{answers.ms(0.5):.2f}",
                f"{answers.ms(0.99):.2f}",
                f"{answers.lost:.1%}",
                f"{drift * 1000:.2f}",
                f"{percentile(errors, 0.99) * 1000:.3f}",
            ]
        )
    columns = ["console", "latency p50 ms", "p99 ms", "lost", "10 ms pulse: drift ms", "error p99 ms"]
    table("The engine, whatever becomes of a console", columns, rows)


def main() -> None:
    cost()
    thinking()
    targets()
    keys()
    unconcerned()


if __name__ == "__main__":
    main()
