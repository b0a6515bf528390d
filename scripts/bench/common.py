"""Shared parts of the benchmarks: start of both programs on the same model, and timed OSC messages."""

import os
import platform
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from impsy_tui.channels.osc.packet import VectorFormat

ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / ".bench" / "ours" / "bin"
TRAIN = ROOT / ".bench" / "train" / "bin"
PEER = ROOT / ".bench" / "peer" / "bin"
MODEL = ROOT / "models" / "musicMDRNN-dim9-layers2-units64-mixtures5-scale10.tflite"
_TIMESTAMPNS = 35


def machine() -> str:
    """Returns the machine in one line."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    system = f"{platform.system()} {platform.release()}"
    return f"{name}, {os.cpu_count()} cores, {system}, Python {platform.python_version()}"


def percentile(values: Sequence[float], share: float) -> float:
    """Returns the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def compiled(name: str, folder: Path) -> Path:
    """Compiles a shim of this folder, for ``LD_PRELOAD``; returns its file."""
    made = folder / f"{name}.so"
    source = Path(__file__).with_name(f"{name}.c")
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", str(made), str(source), "-ldl", "-lpthread"], check=True)
    return made


def free_port() -> int:
    """Returns a free UDP port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    """Program under test, with the socket of its output.

    Attributes:
        process: process of the program.
        port: port that the program listens at.
        output: socket of its output, with the kernel's time stamps.
        control: socket for commands, of this program only.
        more: sockets of further outputs.
        started: seconds from its start to its first answer or its ready line.
    """

    process: subprocess.Popen[str]
    port: int
    output: socket.socket
    started: float = 0.0
    control: Path = Path()
    more: Sequence[socket.socket] = ()

    @property
    def outputs(self) -> list[socket.socket]:
        """Sockets of all outputs."""
        return [self.output, *self.more]

    def drain(self) -> None:
        """Discards the received datagrams."""
        while ready := select.select(self.outputs, [], [], 0)[0]:
            for output in ready:
                output.recv(4096)


def _config(
    model: Path, mode: str, timescale: float, port: int, outs: Sequence[int], dimension: int, extra: str
) -> str:
    osc = "[osc]" if len(outs) == 1 else "[[osc]]"
    further = "".join(f"[[osc]]\nserver_port = {free_port()}\nclient_port = {out}\n" for out in outs[1:])
    return f"""
title = "benchmark"
owner = ""
description = ""
log_input = true
log_predictions = true
verbose = false
[interaction]
mode = "{mode}"
threshold = 0.1
input_thru = false
[model]
dimension = {dimension}
file = "{model}"
size = "s"
sigmatemp = 0.01
pitemp = 1
timescale = {timescale}
{osc}
server_ip = "127.0.0.1"
server_port = {port}
client_ip = "127.0.0.1"
client_port = {outs[0]}
{further}{extra}
[webui]
monitor_port = {free_port()}
command_port = {free_port()}
"""


@contextmanager
def running(
    who: str,
    mode: str,
    *,
    timescale: float = 0.0,
    model: Path = MODEL,
    dimension: int = 9,
    head: str = "",
    extra: str = "",
    home: Path = OURS,
    outputs: int = 1,
) -> Iterator[Running]:
    """Runs "ours" (from the environment ``home``) or "peer" in a separate folder, until the block ends.

    Each output has an ``[[osc]]`` channel. The caller can add keys at the head of the configuration, and more tables.
    """
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    output, *more = sockets = [timed_socket() for _ in range(outputs)]
    port, ports = free_port(), [each.getsockname()[1] for each in sockets]
    (folder / "config.toml").write_text(head + _config(model, mode, timescale, port, ports, dimension, extra))
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = (
        [str(home / "impsy-tui"), "run", "--socket", str(folder / "s" / "engine.sock")]
        if who == "ours"
        else [str(PEER / "impsy"), "run"]
    )
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    marks = ("ready",) if who == "ours" else ("RNN Thread Started",)
    for line in process.stdout:
        if line.startswith(marks):
            break
    program = Running(process, port, output, time.monotonic() - began, folder / "s" / "engine.sock", more)
    os.set_blocking(process.stdout.fileno(), False)
    try:
        yield program
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        process.stdout.close()
        for each in sockets:
            each.close()
        shutil.rmtree(folder, ignore_errors=True)


def timed_socket() -> socket.socket:
    """Returns a UDP socket whose datagrams have the kernel's time of arrival."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    if sys.platform == "linux":
        made.setsockopt(socket.SOL_SOCKET, _TIMESTAMPNS, 1)
    made.bind(("127.0.0.1", 0))
    return made


def arrival(source: socket.socket) -> tuple[bytes, float]:
    """Returns the next datagram, and its arrival time in seconds since 1970."""
    data, ancillary, _, _ = source.recvmsg(4096, 64)
    for _, kind, stamp in ancillary:
        if kind == _TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack_from("@ll", stamp)
            return data, seconds + nanoseconds * 1e-9
    return data, time.time()


def is_answer(data: bytes) -> bool:
    """Returns True for a prediction in the form of either program (ours has two addresses)."""
    return data.startswith(b"/impsy\0")


def arrivals(program: Running, seconds: float, most: int = sys.maxsize) -> list[float]:
    """Returns the arrival times of predictions, up to a duration or a number of predictions."""
    times: list[float] = []
    end = time.monotonic() + seconds
    while len(times) < most and (left := end - time.monotonic()) > 0:
        if select.select([program.output], [], [], left)[0]:
            data, at = arrival(program.output)
            if is_answer(data):
                times.append(at)
    return times


def pulse_model(folder: Path, dt: float) -> Path:
    """Makes a model that always predicts this dt in seconds."""
    model = folder / f"pulse-{dt}.tflite"
    maker = [str(PEER / "python"), str(Path(__file__).parent / "pulse_model.py")]
    subprocess.run([*maker, str(model), str(dt)], check=True, capture_output=True)
    return model


@dataclass
class Answers:
    """Answers to sent events.

    Attributes:
        sent: number of events.
        delays: seconds from the n-th event to the n-th answer.
    """

    sent: int
    delays: list[float]

    @property
    def lost(self) -> float:
        """Share of the events without an answer."""
        return 1 - len(self.delays) / self.sent

    def ms(self, share: float) -> float:
        """Returns the milliseconds that this share of the answers does not exceed."""
        return percentile(self.delays, share) * 1000


def ask(port: int, output: socket.socket, rate: float, seconds: float, patience: float = 3.0) -> Answers:
    """Sends events of eight values at a rate, and times their answers."""
    form = VectorFormat("/interface", 8)
    count = round(rate * seconds)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(("127.0.0.1", port))
    sent_at: list[float] = []
    answered_at: list[float] = []
    begin = time.monotonic() + 0.05
    last = begin
    while len(answered_at) < count:
        now = time.monotonic()
        due = begin + len(sent_at) / rate
        if len(sent_at) < count and now >= due:
            packet = form.write([(len(sent_at) % 100) / 100] * 8)
            sent_at.append(time.time())
            sender.send(packet)
            last = now
            continue
        wait = due - now if len(sent_at) < count else last + patience - now
        if wait <= 0:
            break
        if select.select([output], [], [], wait)[0]:
            data, at = arrival(output)
            if is_answer(data):
                answered_at.append(at)
                last = now
    sender.close()
    return Answers(count, [b - a for a, b in zip(sent_at, answered_at, strict=False)])


ECHO = """
import socket, sys
receive = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receive.bind(("127.0.0.1", int(sys.argv[1])))
send = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
send.connect(("127.0.0.1", int(sys.argv[2])))
reply = b"/impsy\\0\\0,ffffffff\\0\\0\\0" + bytes(32)
print("ready", flush=True)
while True:
    receive.recv(4096)
    send.send(reply)
"""


@contextmanager
def echo() -> Iterator[Running]:
    """Runs a plain UDP echo in Python: the shortest possible time on this machine."""
    output, port = timed_socket(), free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", ECHO, str(port), str(output.getsockname()[1])], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield Running(process, port, output)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        output.close()


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table in Markdown."""
    print(f"\n### {title}\n\n{machine()}\n")
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    sys.stdout.flush()


__all__ = [
    "MODEL",
    "OURS",
    "PEER",
    "ROOT",
    "Answers",
    "Running",
    "arrival",
    "arrivals",
    "ask",
    "echo",
    "is_answer",
    "machine",
    "median",
    "percentile",
    "pulse_model",
    "running",
    "table",
]
