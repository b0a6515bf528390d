"""Installation for hours: visitors come and go, devices and disks fail, and the engine is killed.

    soak.py [HOURS]

The engine plays as in ``configs/installation.toml``, on a small disk. Events happen in turn. A visitor plays over OSC
or in a browser and leaves. A serial device is unplugged and plugged in. The synth disappears and comes back, and so
does the log folder. The disk is filled. Every tenth time the engine is killed and resumes. The report has memory,
late and lost events, and the silence after each restart.

The small disk is a file system in memory, in a mount namespace: ``unshare`` makes it, also without root.
"""

import os
import pty
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from common import MODEL, OURS, free_port, machine, table
from footprint import memory
from small_disk import mount, own_mounts
from websockets.sync.client import connect

from impsy_tui.channels.osc.packet import VectorFormat
from impsy_tui.control.client import connected
from impsy_tui.control.messages import Snapshot
from impsy_tui.errors import NoEngineError

DISK = 32
"""Megabytes of the disk."""
SETTLED = 60.0
"""Seconds after which a log that was not written to is complete."""
LATE = 0.02
"""Seconds of lateness that count as late."""
CONFIG = """
log_predictions = false
[start]
do = ["whenever silence 10s mode battle", "whenever call mode callresponse"]
keep_paused = false
[log]
keep = "30 days"
max = "1 GB"
[interaction]
mode = "callresponse"
threshold = 0.5
[model]
file = "{model}"
[osc]
server_port = {osc}
client_port = {synth}
remote_parameters = false
[serial]
port = "{serial}"
[websocket]
server_ip = "127.0.0.1"
server_port = {web}
"""


@dataclass
class Soak:
    """Engine with its devices and visitors, and the counts."""

    folder: Path
    kept: Path
    osc: int = field(default_factory=free_port)
    web: int = field(default_factory=free_port)
    sent: int = 0
    restarts: int = 0
    fills: int = 0
    late: int = 0
    worst: float = 0.0
    silence: list[float] = field(default_factory=list)
    used: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(7)
        self.synth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.synth.bind(("127.0.0.1", 0))
        self.port = self.synth.getsockname()[1]
        self.form = VectorFormat("/interface", 8)
        self.device = self.folder / "ttySoak"
        self.wires: tuple[int, int] | None = None
        self.plug()
        text = CONFIG.format(model=MODEL, osc=self.osc, synth=self.port, serial=self.device, web=self.web)
        (self.folder / "config.toml").write_text(text)
        self.process = self.start()

    def start(self) -> subprocess.Popen[str]:
        """Starts the engine and waits until it is ready."""
        command = [str(OURS / "impsy-tui"), "run", "--resume", "--socket", str(self.folder / "s" / "engine.sock")]
        made = subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert made.stdout is not None
        assert made.stdout.readline().startswith("ready")
        return made

    def plug(self) -> None:
        """Plugs the serial device in."""
        self.wires = pty.openpty()
        self.device.unlink(missing_ok=True)
        self.device.symlink_to(os.ttyname(self.wires[1]))

    def unplug(self) -> None:
        """Unplugs the serial device."""
        assert self.wires is not None
        self.device.unlink()
        for wire in self.wires:
            os.close(wire)

    def visitor(self) -> None:
        """Plays a phrase over OSC."""
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.connect(("127.0.0.1", self.osc))
        for _ in range(self.dice.randrange(20, 120)):
            try:
                sender.send(self.form.write([self.dice.random() for _ in range(8)]))
                self.sent += 1
            except OSError:
                pass  # no engine
            time.sleep(self.dice.expovariate(60))
        sender.close()

    def browser(self) -> None:
        """Opens a page, plays and leaves without closing the connection."""
        with connect(f"ws://127.0.0.1:{self.web}/", open_timeout=10) as page:
            for _ in range(self.dice.randrange(1, 40)):
                page.send(f"/channel/1/noteon/{self.dice.randrange(128)}/100")
                time.sleep(0.02)
            page.socket.shutdown(socket.SHUT_RDWR)

    def serial(self) -> None:
        """Unplugs the serial device and plugs it in again."""
        self.unplug()
        time.sleep(self.dice.uniform(0.1, 3.0))
        self.plug()

    def network(self) -> None:
        """Closes the synth's port and opens it again."""
        self.synth.close()
        self.visitor()
        self.synth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.synth.bind(("127.0.0.1", self.port))

    def disk(self) -> None:
        """Moves the log folder away while a visitor plays, and moves it back."""
        logs, away = self.folder / "logs", self.folder / "away"
        if not logs.exists():
            return
        logs.rename(away)
        self.visitor()
        if not logs.exists():
            away.rename(logs)
            return
        for file in away.iterdir():  # the engine has made the folder again
            if not (logs / file.name).exists() or file.suffix == ".log":
                file.rename(logs / f"{file.stem.partition('_')[0]}_{time.monotonic_ns()}{file.suffix}")
        shutil.rmtree(away)

    def fill(self) -> None:
        """The disk is full while a visitor plays, and has space again."""
        filler = self.folder / "filler"
        with filler.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                while True:
                    try:
                        file.write(bytes(size))
                    except OSError:
                        break
        self.visitor()
        filler.unlink()
        self.fills += 1
        deadline = time.monotonic() + 60
        while self.snapshot().log.problem:
            if time.monotonic() > deadline:
                sys.exit("the log writer does not go on after a full disk")
            time.sleep(0.2)

    def put_away(self) -> None:
        """Moves the logs that the engine has not written to for a minute to a larger disk."""
        self.kept.mkdir(exist_ok=True)
        for file in self.folder.glob("logs/*.log"):
            if time.time() - file.stat().st_mtime > SETTLED:
                shutil.move(file, self.kept / f"{file.stem}-{time.monotonic_ns()}{file.suffix}")

    def kill(self) -> None:
        """Kills the engine; measures the time until it has resumed."""
        time.sleep(1.5)  # rows that the kernel has reach the disk, so that they can be counted
        self.process.send_signal(signal.SIGKILL)
        began = time.monotonic()
        self.process.wait()
        self.process = self.start()
        self.silence.append(time.monotonic() - began)
        self.put_away()
        self.restarts += 1

    def look(self) -> None:
        """Measures memory, lateness and counts."""
        if self.process.poll() is not None:
            sys.exit(f"the engine has ended by itself with exit code {self.process.returncode}")
        lateness = self.snapshot().lateness
        self.late += lateness > LATE
        self.worst = max(self.worst, lateness)
        self.used.append(sum(memory(self.process.pid)))

    def snapshot(self) -> Snapshot:
        """Returns the state of the engine."""
        try:
            with connected(self.folder / "s" / "engine.sock") as client:
                return client.snapshot()
        except NoEngineError as problem:
            sys.exit(f"the engine does not answer: {problem}")

    def logged(self) -> int:
        """Returns the number of events in all logs; an event that the log writer wrote twice counts once."""
        files = [*self.folder.glob("logs/*.log"), *self.kept.glob("*.log")]
        rows = {row for file in files for row in file.read_text().splitlines()}
        return sum(",interface," in row for row in rows)


def main() -> None:
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    own_mounts()
    print(machine(), flush=True)
    place = Path(tempfile.mkdtemp(prefix="soak-"))
    folder = place / "disk"
    folder.mkdir()
    mount(folder, DISK)
    soak = Soak(folder, place / "kept")
    events = (soak.visitor, soak.browser, soak.serial, soak.network, soak.disk, soak.fill)
    end, turn = time.monotonic() + hours * 3600, 0
    try:
        while time.monotonic() < end:
            turn += 1
            if turn % 10 == 0:
                soak.kill()
            else:
                events[turn % len(events)]()
            soak.look()
            time.sleep(soak.dice.uniform(0.2, 2.0))
        soak.process.terminate()
        soak.process.wait(30)
        silence = f"{max(soak.silence, default=0.0):.2f}"
        table(
            f"{hours:g} hours, {turn} visits and faults",
            [
                *("MB at first", "MB at the end", "MB at most", "late looks", "worst ms"),
                *("events sent", "lost", "full disks", "restarts", "silence s"),
            ],
            [
                [
                    f"{soak.used[0]:.1f}",
                    f"{soak.used[-1]:.1f}",
                    f"{max(soak.used):.1f}",
                    f"{soak.late} of {len(soak.used)}",
                    f"{soak.worst * 1000:.1f}",
                    f"{soak.sent}",
                    f"{soak.sent - soak.logged()}",
                    f"{soak.fills}",
                    f"{soak.restarts}",
                    silence,
                ]
            ],
        )
    finally:
        if soak.process.poll() is None:
            soak.process.kill()
            soak.process.wait()
        subprocess.run(["umount", "-l", folder], check=False)
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
