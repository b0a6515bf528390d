"""Lateness of a metronome while hostile or huge input arrives: no beat may be more than 20 ms late."""

import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import h5py
import numpy as np
from common import Running, arrival, is_answer, running, table
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import unix_connect

from impsy_tui.channels.osc.packet import write_message
from impsy_tui.control.messages import PROTOCOL

DT: Final = 0.05
SECONDS: Final = 6.0
BOUND: Final = 20.0
HOME: Final = Path(sys.executable).parent


def metronome(file: Path, units: int = 4) -> Path:
    """Writes a model that predicts the same event every 50 ms."""
    event = np.array([DT, 0.2, 0.5, 0.8])
    with h5py.File(file, "w") as h5:
        for layer, inputs in enumerate((len(event), units)):
            path = f"lstm{layer}/lstm{layer}"
            for name, shape in (("kernel", (inputs, 4 * units)), ("recurrent_kernel", (units, 4 * units))):
                h5.create_dataset(f"{path}/{name}:0", shape, "f4", chunks=True, compression="gzip")
            h5.create_dataset(f"{path}/bias:0", (4 * units,), "f4")
        for name, bias in (("mus", event * 10), ("sigmas", np.full(len(event), -30.0)), ("pis", np.zeros(1))):
            h5.create_dataset(f"td/td/{name}/kernel:0", (units, len(bias)), "f4", chunks=True, compression="gzip")
            h5[f"td/td/{name}/bias:0"] = np.asarray(bias, "f4")
    return file


def bundle(message: bytes, count: int = 1000, tag: tuple[int, int] = (0, 1)) -> bytes:
    """Returns an OSC bundle with this message several times."""
    return b"#bundle\0" + struct.pack(">II", *tag) + (struct.pack(">I", len(message)) + message) * count


class Stage:
    """Running engine, and the actions of the cases."""

    def __init__(self, program: Running, folder: Path) -> None:
        self.program = program
        self.folder = folder
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.connect(("127.0.0.1", program.port))

    def datagrams(self, data: bytes, count: int = 8) -> None:
        """Sends a datagram several times."""
        for _ in range(count):
            self._udp.send(data)

    def line(self, text: str) -> None:
        """Carries out a command line, without waiting for the reply."""
        threading.Thread(target=self._send, args=(text,), daemon=True).start()

    def _send(self, text: str) -> None:
        command = [str(HOME / "impsy-tui"), "send", text, "--socket", str(self.program.control)]
        subprocess.run(command, capture_output=True, check=False, timeout=120)

    def clients(self, count: int, seconds: float) -> None:
        """Starts clients that always have fifty unanswered commands."""
        for _ in range(count):
            subprocess.Popen([sys.executable, __file__, "client", str(self.program.control), str(seconds)])

    def connections(self, count: int) -> None:
        """Opens connections to the control socket that send nothing."""
        self._open = []
        for _ in range(count):
            each = socket.socket(socket.AF_UNIX)
            each.settimeout(1.0)
            try:
                each.connect(str(self.program.control))
            except OSError:
                each.close()
                break
            self._open.append(each)


def client(path: str, seconds: float) -> None:
    """Sends a command after each answer."""
    end = time.monotonic() + seconds
    with unix_connect(path, compression=None, max_size=None, ping_interval=None) as connection:
        connection.recv()
        connection.send(f'{{"type": "hello", "protocol": {PROTOCOL}}}')
        under_way = number = 0
        try:
            while time.monotonic() < end:
                while under_way < 50:
                    number, under_way = number + 1, under_way + 1
                    connection.send(json.dumps({"type": "command", "id": number, "line": "help"}))
                connection.recv()
                under_way -= 1
        except ConnectionClosed:
            pass


def _set_of_macros(stage: Stage) -> None:
    lines = ["def a = " + "temp 1;" * 20, "def b = " + "a;" * 8, "# one", *["b"] * 700]
    (stage.folder / "sets" / "macros.imp").write_text("\n".join(lines))
    stage.line("cue macros; next")


def _long_set(stage: Stage) -> None:
    lines = [f"temp {1 + number % 50 / 100}" for number in range(25_000)]
    (stage.folder / "sets" / "long.imp").write_text("\n".join(["# one", *lines]))
    stage.line("cue long; next")


# The first beat of a model that starts to play has no earlier beat to compare with. So the two models below are
# auditioned: the engine reads the files in the same way, and the metronome plays on.


def _notes(stage: Stage) -> None:
    (metronome(stage.folder / "models" / "notes.h5").with_suffix(".toml")).write_text("a." * 100_000 + "a = 1\n")
    stage.line("audition notes")


def _fifo(stage: Stage) -> None:
    os.mkfifo(metronome(stage.folder / "models" / "fifo.h5").with_suffix(".toml"))
    stage.line("audition fifo")


def _large_weights(stage: Stage) -> None:
    metronome(stage.folder / "models" / "large.h5", 4096)
    stage.line("load large")


def _time_tags(stage: Stage) -> None:
    due = time.time() + 2 + 2_208_988_800
    tag = (int(due), int(due % 1 * 2**32))
    stage.datagrams(bundle(write_message("/impsy/help"), tag=tag))


def _schedules(stage: Stage) -> None:
    stage.line("every 20ms every 20ms every 20ms every 20ms temp 1")
    for _ in range(20):
        stage.datagrams(bundle(write_message("/impsy/command", "every 20ms temp 1"), 50), 1)


def _player_added(stage: Stage) -> None:
    metronome(stage.folder / "models" / "added.h5")
    stage.line('player add b added plays x1-x3 channels "osc 2"')


def _players_come_and_go(stage: Stage) -> None:
    _player_added(stage)
    stage.line('every 500ms player add c added channels "osc 2"')
    stage.line("every 700ms player remove c")


CASES: Final[dict[str, Callable[[Stage], None]]] = {
    "nothing": lambda stage: None,
    "8 datagrams of 1000 commands": lambda stage: stage.datagrams(bundle(write_message("/impsy/help"))),
    "8 datagrams of 1000 events": lambda stage: stage.datagrams(bundle(write_message("/interface", 0.1, 0.2, 0.3))),
    "8 datagrams of 1000 commands, due at once": _time_tags,
    "4 clients, 50 commands under way": lambda stage: stage.clients(4, SECONDS),
    "32 clients, 50 commands under way": lambda stage: stage.clients(32, SECONDS),
    "1100 connections": lambda stage: stage.connections(1100),
    "set list of 3 kB with macros": _set_of_macros,
    "set list of 300 kB": _long_set,
    "notes of 200 kB next to a model": _notes,
    "FIFO next to a model": _fifo,
    "weights of 800 MB in a file of 1 MB": _large_weights,
    "a thousand schedules of 20 ms": _schedules,
    "a player added with a new model": _player_added,
    "a player added with a TensorFlow Lite model": lambda stage: stage.line(
        'player add b s plays x4-x11 channels "osc 2"'
    ),
    "a player added and removed every 0.5 s": _players_come_and_go,
}


def measured(case: Callable[[Stage], None]) -> tuple[int, float]:
    """Returns the number of beats, and the worst lateness of a beat in ms by its arrival."""
    folder = Path(tempfile.mkdtemp(prefix="stalls-"))
    model = metronome(folder / "pulse.h5")
    with running("ours", "battle", timescale=1.0, model=model, dimension=4, home=HOME, outputs=2) as program:
        stage_folder = Path(os.readlink(f"/proc/{program.process.pid}/cwd"))
        for inside in ("models", "sets"):
            (stage_folder / inside).mkdir(exist_ok=True)
        time.sleep(1.0)
        program.drain()
        stage = Stage(program, stage_folder)
        times: list[float] = []

        def listen() -> None:
            while True:
                try:
                    data, at = arrival(program.output)
                except OSError:
                    return
                if is_answer(data):
                    times.append(at)

        program.output.settimeout(None)
        threading.Thread(target=listen, daemon=True).start()
        case(stage)
        time.sleep(SECONDS)
        beats = list(times)
    gaps = np.diff(beats) - DT
    return len(beats), float(gaps.max()) * 1000 if len(gaps) else float("nan")


def main() -> None:
    """Prints the table."""
    only = sys.argv[1:]
    rows = []
    for name, case in CASES.items():
        if only and not any(word in name for word in only):
            continue
        beats, worst = measured(case)
        mark = "" if worst <= BOUND else " (over the bound)"
        rows.append([name, str(beats), f"{worst:.1f}{mark}"])
        print(rows[-1], file=sys.stderr, flush=True)
    table(
        f"A metronome of {DT * 1000:.0f} ms while input floods the engine, {SECONDS:.0f} s each",
        ["input", "beats", "worst lateness ms"],
        rows,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["client"]:
        client(sys.argv[2], float(sys.argv[3]))
    else:
        main()
