"""Devices of the MIDI benchmark: ``python midi_device.py TASK ARGUMENT…``.

Each task runs in a separate process, which prints "ready", waits for a line, works, and prints its result as JSON. If
a port of python-rtmidi waits for ever, the benchmark kills this process only.
"""

import json
import os
import queue
import select
import sys
import time
from typing import Any

import rtmidi

JACK = rtmidi.API_UNIX_JACK
_KEPT = 100_000
"""Messages that a port keeps until they are read."""


def _output(name: str) -> Any:
    made = rtmidi.MidiOut(JACK, name=name)
    made.open_virtual_port("port")
    return made


def _input(name: str) -> Any:
    made = rtmidi.MidiIn(JACK, name=name, queue_size_limit=_KEPT)
    made.open_virtual_port("port")
    return made


def _connected(made: Any, name: str) -> Any:
    """Opens the port whose name contains this one."""
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline:
        for number, found in enumerate(made.get_ports()):
            if name in found:
                made.open_port(number)
                return made
        time.sleep(0.05)
    raise SystemExit(f"{name}: no such port")


def _go() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


def echo() -> None:
    """Returns each message to its sender, until the process is killed."""
    out = rtmidi.MidiOut(JACK, name="echo-out")
    out.open_virtual_port("out")
    into = rtmidi.MidiIn(JACK, name="echo-in")
    into.set_callback(lambda event, _: out.send_message(event[0]))
    into.open_virtual_port("in")
    _go()
    time.sleep(3600)


def ask(name: str, source: str, sink: str, rate: str, seconds: str) -> list[float]:
    """Sends controllers at a rate; returns the seconds until each is returned.

    Args:
        name: client name of virtual ports.
        source, sink: ports to connect to instead; empty for virtual ports.
        rate: controllers a second.
        seconds: duration of the trial, after one second that is not counted.
    """
    if source:
        out = _connected(rtmidi.MidiOut(JACK, name=f"{name}-o"), sink)
        into = _connected(rtmidi.MidiIn(JACK, name=f"{name}-i"), source)
    else:
        out, into = _output(name), _input(name)
    heard: queue.Queue[float] = queue.Queue()
    into.set_callback(lambda event, _: heard.put(time.monotonic()))
    _go()
    gap = 1 / float(rate)
    unused = round(float(rate))
    delays = []
    for number in range(unused + round(float(rate) * float(seconds))):
        while not heard.empty():
            heard.get()
        began = time.monotonic()
        out.send_message([0xB0, 1, number % 128])
        try:
            delay = heard.get(timeout=0.2) - began
        except queue.Empty:
            continue
        if number >= unused:
            delays.append(delay)
        time.sleep(max(0.0, began + gap - time.monotonic()))
    return delays


def pour(rate: str, seconds: str, *names: str) -> dict[str, float]:
    """Sends controllers at a rate from each of several devices; returns how many, and the seconds it took."""
    outs = [_output(name) for name in names]
    ins = [_input(name) for name in names]
    _go()
    sent = 0
    began = time.monotonic()
    for number in range(round(float(rate) * float(seconds))):
        for out in outs:
            out.send_message([0xB0, 1 + number % 8, number % 128])
            sent += 1
        time.sleep(max(0.0, began + (number + 1) / float(rate) - time.monotonic()))
    took = time.monotonic() - began
    del ins
    return {"sent": sent, "took": took}


def count(*names: str) -> int:
    """Connects to devices; returns how many messages have come when the next line is read.

    The ports have no callback, so no Python code runs until all messages have arrived. JACK has lost the missing
    messages.
    """
    ports = [_connected(rtmidi.MidiIn(JACK, name=f"bare-{name}", queue_size_limit=_KEPT), name) for name in names]
    _go()
    return sum(1 for port in ports for _ in iter(port.get_message, None))


def plug(name: str, times: str, seconds: str) -> int:
    """Plugs a device in and unplugs it repeatedly; returns the number of times.

    Args:
        name: client name of its ports.
        times: number of times.
        seconds: duration of the presence and of the absence of the device.
    """
    _go()
    for _ in range(int(times)):
        ports = [_output(name), _input(name)]
        time.sleep(float(seconds))
        for port in ports:
            port.close_port()
            port.delete()
        time.sleep(float(seconds))
    return int(times)


def stay(name: str) -> int:
    """Acts as a device until a line is read; returns the number of received messages."""
    ports = [_output(name), _input(name)]
    _go()
    return sum(1 for _ in iter(ports[1].get_message, None))


def perform(name: str) -> int:
    """Acts as a device that lines control, until the end of the input; prints each received message with its time.

    The lines are ``send STATUS DATA DATA``, ``pull`` and ``plug``. The port has no callback, because a callback and
    the end of its port may wait for each other.

    Returns:
        Number of sent messages.
    """
    ports = [_output(name), _input(name)]
    print("ready", flush=True)
    sent = 0
    while True:
        if select.select([sys.stdin], [], [], 0.001)[0]:
            words = os.read(sys.stdin.fileno(), 65536).decode().splitlines()
            if not words:
                return sent
            for word in words:
                sent += _act(word.split(), ports, name)
        while ports and (event := ports[1].get_message()) is not None:
            print(f"{time.time():.6f}", *event[0], flush=True)


def _act(words: list[str], ports: list[Any], name: str) -> int:
    """Carries out one line; returns the number of sent messages."""
    if words[0] == "plug":
        ports[:] = [_output(name), _input(name)]
    elif words[0] == "pull":
        for port in ports:
            port.close_port()
            port.delete()
        ports.clear()
    elif ports:
        ports[0].send_message([int(word) for word in words[1:]])
        return 1
    return 0


if __name__ == "__main__":
    result = {task.__name__: task for task in (echo, ask, pour, count, plug, stay, perform)}[sys.argv[1]](
        *sys.argv[2:]
    )
    print(json.dumps(result), flush=True)
    # JACK's threads end with the process: closing the ports may wait for a server that does not answer.
    os._exit(0)
