"""Regularity of a 50 ms pulse by OSC, while the engine sends twenty vectors per second to each of 64 browsers."""

import itertools
import shutil
import socket
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from common import arrivals, percentile, pulse_model, running, table
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

BEAT, SECONDS = 0.05, 15.0


def _read(client: ClientConnection, counts: list[int], index: int) -> None:
    with suppress(WebSocketException, OSError):
        for _ in client:
            counts[index] += 1


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    pulse = pulse_model(folder, BEAT)
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
            for index, client in enumerate(clients):
                threading.Thread(target=_read, args=(client, counts, index), daemon=True).start()
            program.drain()
            times = arrivals(program, SECONDS)
            heard = sum(counts)
            for client in clients:
                threading.Thread(target=client.close, daemon=True).start()
        errors = [abs(b - a - BEAT) for a, b in itertools.pairwise(times)]
        drift = (times[-1] - times[0]) - (len(times) - 1) * BEAT
        shares = [f"{percentile(errors, share) * 1000:.3f}" for share in (0.5, 0.99)]
        rows.append([f"{count}", f"{heard / SECONDS:.0f}/s", f"{drift * 1000:.2f}", *shares])
    shutil.rmtree(folder, ignore_errors=True)
    columns = ["browsers", "messages to them", "50 ms pulse: drift ms", "error p50 ms", "error p99 ms"]
    table("Browsers, and the engine's tempo", columns, rows)


if __name__ == "__main__":
    main()
