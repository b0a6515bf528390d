"""Real engine under floods: it plays on, answers all clients, and refuses with a message."""

import json
import os
import resource
import socket
import struct
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.sync.client import unix_connect

from impsy_tui.channels.osc.packet import write_message
from impsy_tui.control.client import connected
from impsy_tui.control.messages import PROTOCOL
from impsy_tui.errors import NoEngineError
from tests.support.engine.processes import Start, config, received
from tests.support.ports import free_port
from tests.support.waiting import wait_until


@pytest.fixture
def many_descriptors() -> None:
    """Allows this process, and the engines that it starts, 4096 descriptors."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4096:
        pytest.skip("the system allows fewer than 4096 descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096), hard))


def _descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are counted in /proc")
@pytest.mark.usefixtures("many_descriptors")
def test_engine_refuses_connections_beyond_a_number_and_plays_on(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port(), mode="battle"))
    with ExitStack() as stack:
        for _ in range(1100):
            made = stack.enter_context(socket.socket(socket.AF_UNIX))
            made.connect(str(engine.socket))
        wait_until(lambda: _descriptors(engine.process.pid) < 256)
        for _ in range(5):
            received(receiver)
        assert engine.process.poll() is None
    assert engine.command("status").returncode == 0
    assert engine.end() == 0


def test_client_beyond_the_last_place_is_refused_in_words(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port()))
    with ExitStack() as stack:
        clients = [stack.enter_context(connected(engine.socket)) for _ in range(64)]
        assert all(client.command("temp 1.1").ok for client in clients)
        with pytest.raises(NoEngineError, match="64 clients are connected"), connected(engine.socket):
            pass
    assert engine.command("status").returncode == 0


def test_clients_that_send_without_end_are_all_answered(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port(), mode="battle"))
    with ExitStack() as stack:
        flooders = [
            stack.enter_context(unix_connect(str(engine.socket), compression=None, max_size=None)) for _ in range(4)
        ]
        for flooder in flooders:
            flooder.recv()
            flooder.send(f'{{"type": "hello", "protocol": {PROTOCOL}}}')
            for number in range(90):
                flooder.send(json.dumps({"type": "command", "id": number, "line": "help"}))
        with connected(engine.socket) as performer:
            assert performer.command("temp 1.2").ok
        for flooder in flooders:
            assert [json.loads(flooder.recv(60))["id"] for _ in range(90)] == list(range(90))
    received(receiver)


def test_engine_plays_and_answers_after_a_flood_of_bundles(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    port = free_port()
    engine = start_engine(config(receiver, port))
    message = write_message("/impsy/help")
    bundle = b"#bundle\0" + struct.pack(">II", 0, 1) + (struct.pack(">I", len(message)) + message) * 1000
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(8):
            sender.sendto(bundle, ("127.0.0.1", port))
        assert engine.command("send", "temp 1.1").returncode == 0
        sender.sendto(write_message("/interface", 0.1, 0.2, 0.3), ("127.0.0.1", port))
        received(receiver)
    assert engine.end() == 0
