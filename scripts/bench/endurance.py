"""Endurance: ten minutes in each mode under random input, and 100,000 datagrams of noise.

    endurance.py [MINUTES]

The five modes run at the same time, each engine in a separate process. The report has the growth of memory after the
first minute, and the worst lateness during the noise.
"""

import random
import socket
import sys
import threading
import time
from contextlib import ExitStack

from common import Running, machine, running, table
from footprint import memory

from impsy_tui.channels.osc.packet import VectorFormat, write_message
from impsy_tui.control.client import ControlClient, connected
from impsy_tui.control.messages import Snapshot

MODES = ("callresponse", "polyphony", "battle", "duet", "useronly")
COMMANDS = (
    *("temp 0.8", "temp 1.4", "sigma 0.1", "sigma 0", "speed 4", "timescale 1", "pause", "resume", "reset"),
    *("thru", "take", "give", "panic", "resume", "threshold 50ms", "max_response 1s", "fade 100ms", "resume"),
)
NOISE = 100_000


def play(mode: str, program: Running, client: ControlClient, seconds: float) -> list[float]:
    """Sends random input and commands; returns the megabytes in use, minute by minute."""
    dice = random.Random(mode)
    form = VectorFormat("/interface", 8)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(("127.0.0.1", program.port))
    began = time.monotonic()
    used: list[float] = []
    while (passed := time.monotonic() - began) < seconds:
        for _ in range(dice.randrange(120)):
            sender.send(form.write([dice.random() for _ in range(8)]))
            time.sleep(dice.expovariate(150))
        if dice.random() < 0.3:
            client.command(dice.choice(COMMANDS))
        if dice.random() < 0.1:
            client.command(f"mode {dice.choice(MODES)}")
            time.sleep(0.2)
            client.command(f"mode {mode}")
            client.command("resume")
        time.sleep(dice.random() * 0.3)
        program.drain()
        if passed / 60 >= len(used) + 1:
            used.append(sum(memory(program.process.pid)))
    used.append(sum(memory(program.process.pid)))
    sender.close()
    return used


def endure(minutes: float) -> None:
    rows: dict[str, list[str]] = {}
    with ExitStack() as stack:
        threads = []
        for mode in MODES:
            program = stack.enter_context(running("ours", mode, timescale=1.0))
            client = stack.enter_context(connected(program.control))

            def work(mode: str = mode, program: Running = program, client: ControlClient = client) -> None:
                used = play(mode, program, client, minutes * 60)
                state = client.snapshot()
                rows[mode] = [
                    mode,
                    f"{state.heard}",
                    f"{state.players[0].played}",
                    f"{used[0]:.1f}",
                    f"{used[-1]:.1f}",
                    f"{used[-1] - used[0]:+.1f}",
                ]

            threads.append(threading.Thread(target=work))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    columns = ["mode", "events in", "events out", "MB after a minute", "MB at the end", "growth"]
    table(f"{minutes:g} minutes in each mode", columns, [rows[mode] for mode in MODES])


def noise(dice: random.Random) -> bytes:
    """Returns an invalid datagram."""
    valid = VectorFormat("/interface", 8).write([dice.random() for _ in range(8)])
    kind = dice.randrange(6)
    if kind == 0:
        return dice.randbytes(dice.randrange(1500))
    if kind == 1:
        return valid[: dice.randrange(len(valid))]
    if kind == 2:
        damaged = bytearray(valid)
        for _ in range(dice.randrange(1, 6)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        return bytes(damaged)
    if kind == 3:
        return b"#bundle\0" + dice.randbytes(dice.randrange(200))
    if kind == 4:
        return write_message("/impsy/command", dice.randbytes(40).decode("latin-1"))
    return b"/" + dice.randbytes(20) + b"\0,ifsbhtdSrmTFNI[]\0" + dice.randbytes(60)


def withstand() -> None:
    with running("ours", "battle", timescale=1.0) as program, connected(program.control) as client:
        dice = random.Random(1)
        packets = [noise(dice) for _ in range(NOISE)]
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.connect(("127.0.0.1", program.port))
        worst = 0.0
        client.snapshot()
        before = sum(memory(program.process.pid))
        began = time.monotonic()
        for number, packet in enumerate(packets):
            sender.send(packet)
            if number % 20 == 0:
                time.sleep(0.002)
            if number % 5000 == 0:
                state = client.snapshot()
                worst = max(worst, state.lateness)
                program.drain()
        took = time.monotonic() - began
        time.sleep(0.2)
        state = client.snapshot()
        sender.close()
        assert isinstance(state, Snapshot)
        assert program.process.poll() is None
        rows = [
            [
                f"{NOISE}",
                f"{state.channels[0].received}",
                f"{state.channels[0].problems}",
                f"{NOISE / took:.0f}/s",
                f"{max(worst, state.lateness) * 1000:.2f}",
                f"{sum(memory(program.process.pid)) - before:+.1f}",
            ]
        ]
    columns = ["datagrams of noise", "received", "problems counted", "rate", "worst lateness ms", "growth MB"]
    table("Noise, in battle", columns, rows)


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    print(machine(), flush=True)
    withstand()
    endure(minutes)


if __name__ == "__main__":
    main()
