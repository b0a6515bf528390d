"""Set in which a model is trained further and loaded: lateness and lost events of the engine.

A simulated performer plays the shipped model for a minute, while OSC messages arrive. Then, without a pause, the
log becomes a dataset, the model is trained on it, auditioned and loaded.
"""

import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from common import TRAIN, Running, running, table

from impsy_tui.channels.osc.packet import VectorFormat
from impsy_tui.control.client import ControlClient, connected
from impsy_tui.control.messages import Snapshot

MINUTE = 60.0
RATE = 50.0
LISTEN = 10.0
LOOKS = 10.0


@dataclass
class Watch:
    """Reads the state of the engine ten times a second.

    Attributes:
        late: worst lateness in seconds since the last reading.
        undisturbed: the same without the seconds in which the host of a virtual machine took a core away.
        stolen: time that the host has taken, in hundredths of a second, of the last readings.
    """

    late: float = 0.0
    undisturbed: float = 0.0
    stolen: deque[int] = field(default_factory=lambda: deque(maxlen=round(LOOKS * 2.5)))
    latest: Snapshot | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def run(self, place: Path) -> None:
        with connected(place) as client:
            client.subscribe(LOOKS, events=False)
            while not self.over.is_set():
                snapshot = next(client.messages())
                if isinstance(snapshot, Snapshot):
                    self.latest, self.late = snapshot, max(self.late, snapshot.lateness)
                    # A snapshot covers the second before and this one.
                    self.stolen.append(stolen())
                    if self.stolen[0] == self.stolen[-1]:
                        self.undisturbed = max(self.undisturbed, snapshot.lateness)

    def take(self) -> tuple[float, float]:
        late, self.late, undisturbed, self.undisturbed = self.late, 0.0, self.undisturbed, 0.0
        return late, undisturbed


def stolen() -> int:
    """Returns the time that the host of this virtual machine has taken; 0 on a real machine, or if it is unknown."""
    try:
        return int(Path("/proc/stat").read_text().split()[8])
    except OSError:
        return 0


class Musician:
    """Sender of events at a rate, by OSC."""

    def __init__(self, program: Running) -> None:
        self.sent = 0
        self._program = program
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._play)
        self._thread.start()

    def _play(self) -> None:
        form = VectorFormat("/interface", 8)
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.connect(("127.0.0.1", self._program.port))
        began = time.monotonic()
        while not self._over.wait(max(0.0, began + self.sent / RATE - time.monotonic())):
            sender.send(form.write([(self.sent % 100) / 100] * 8))
            self.sent += 1
            self._program.drain()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()


def until_done(watch: Watch, number: int) -> str:
    """Waits for a job; returns its file."""
    while True:
        time.sleep(0.1)
        assert watch.latest is not None
        job = next(job for job in watch.latest.jobs if job.number == number)
        if job.state not in ("running", "stopping"):
            assert job.state == "finished", job.text
            return job.file


def make_dataset(client: ControlClient, watch: Watch) -> None:
    """Makes a dataset and waits for it."""
    assert client.command("dataset 9").ok
    time.sleep(0.3)
    until_done(watch, 1)


def main() -> None:
    rows: list[list[str]] = []
    extra = "[demo]\nphrase = 6.0\nrest = 6.0\n"
    with running("ours", "callresponse", timescale=1.0, extra=extra, home=TRAIN) as program:
        watch = Watch()
        watcher = threading.Thread(target=watch.run, args=(program.control,), daemon=True)
        watcher.start()
        with connected(program.control) as client:
            time.sleep(2.0)
            watch.take()
            musician = Musician(program)

            def act(name: str, work: Callable[[ControlClient], None]) -> None:
                began, before = time.monotonic(), stolen()
                work(client)
                seconds, taken = time.monotonic() - began, (stolen() - before) / 100
                late = (f"{each * 1000:.2f}" for each in watch.take())
                rows.append([name, f"{seconds:.0f}", *late, f"{taken:.2f}"])

            made: list[str] = []
            act("playing", lambda client: time.sleep(MINUTE))

            def learn(client: ControlClient) -> None:
                reply = client.command("train from current")
                assert reply.ok, reply.text
                time.sleep(0.3)
                made.append(Path(until_done(watch, 2)).stem)

            def audition(client: ControlClient) -> None:
                assert client.command(f"audition {made[0]}").ok
                time.sleep(LISTEN)

            def load(client: ControlClient) -> None:
                assert client.command(f"load {made[0]}").ok
                time.sleep(LISTEN)
                assert watch.latest is not None
                assert watch.latest.players[0].model == made[0], watch.latest.players[0].model

            act("the dataset is made", lambda client: make_dataset(client, watch))
            act("the model learns on", learn)
            act("it is auditioned", audition)
            act("it is loaded, and plays", load)
            musician.stop()
            client.command("pause")
            time.sleep(1.0)
            snapshot = client.snapshot()
            received = {channel.name: channel.received for channel in snapshot.channels}
            rest = snapshot.received - sum(received.values())
            client.command("log new")
            time.sleep(1.0)
            written = Path(snapshot.log.file).read_bytes().count(b",interface,")
        watch.over.set()
        watcher.join()
    columns = ["while", "seconds", "worst lateness ms", "undisturbed by a host", "s taken by the host"]
    table("On stage: a model learns on and is swapped in", columns, rows)
    columns = ["OSC events sent", "received", "heard, demo included", "of these in the log", "heard and not received"]
    shown = [musician.sent, received["osc"], snapshot.received, written, rest]
    table("What was lost meanwhile", columns, [[str(number) for number in shown]])


if __name__ == "__main__":
    main()
