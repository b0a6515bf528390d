"""End of an engine: notes off, closed log, and no waiting."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from pythonosc.udp_client import SimpleUDPClient
from websockets.sync.client import unix_connect

from impsy_tui.control.client import connected
from impsy_tui.engine.run import LONGEST_END
from impsy_tui.errors import NoEngineError
from tests.support.engine.processes import Start, config, received
from tests.support.ports import free_port
from tests.support.process_list import children
from tests.support.waiting import wait_until


def log_writer(engine: int) -> int:
    """Returns the process that writes the log of an engine."""
    return children(engine, "log_writer")[0]


@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGALRM, signal.SIGABRT],
)
def test_signals_end_it_in_silence_with_the_log_closed(
    start_engine: Start, receiver: socket.socket, pulse_model: Path, number: int
) -> None:
    engine = start_engine(config(receiver, free_port(), mode="battle"))
    received(receiver)
    assert engine.end(number) == 0
    assert "ends without it" not in engine.said()
    receiver.settimeout(0.2)
    last = None
    while True:
        try:
            last = received(receiver)
        except TimeoutError:
            break
    assert last is not None
    assert last.address == "/impsy/silence"
    assert not engine.socket.exists()
    assert engine.log_rows()[-1].count(",") == 4


@pytest.mark.parametrize("wait", [0.0, 0.1, 0.3])
def test_engine_ends_while_commands_wait_for_helpers(start_engine: Start, wait: float) -> None:
    engine = start_engine(f"[model]\ndimension = 4\n[osc]\nserver_port = {free_port()}\n")
    assert engine.command("send", "player add bass plays x1-x2").returncode == 0

    def keep() -> None:
        with suppress(NoEngineError), connected(engine.socket) as client:
            client.command("keep players")

    askers = [threading.Thread(target=keep) for _ in range(8)]
    for asker in askers:
        asker.start()
    time.sleep(wait)
    assert engine.end() == 0
    for asker in askers:
        asker.join()
    assert "Traceback" not in engine.said()
    assert "pending" not in engine.said()


def test_kill_9_loses_nothing_that_was_answered(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    port = free_port()
    engine = start_engine(config(receiver, port), "--timescale", "0")
    client = SimpleUDPClient("127.0.0.1", port)
    for step in range(200):
        client.send_message("/interface", [step / 200, 0.5, 0.5])
        received(receiver)
    engine.end(signal.SIGKILL)
    wait_until(lambda: sum(",interface," in row for row in engine.log_rows()) == 200)


def test_engine_ends_while_log_writer_does_not_answer(
    start_engine: Start, receiver: socket.socket, pulse_model: Path
) -> None:
    engine = start_engine(config(receiver, free_port(), mode="battle"))
    received(receiver)
    writer = log_writer(engine.process.pid)
    os.kill(writer, signal.SIGSTOP)
    try:
        assert engine.command("shutdown").returncode == 0
        assert engine.process.wait(60) == 0  # before, it waited for ever
    finally:
        os.kill(writer, signal.SIGCONT)


_STUCK_DISK = """
import os, sys, threading
from impsy_tui.cli.main import main
os.fsync = lambda _: threading.Event().wait()  # as the saving of the session waits for a disk
sys.argv[0] = "impsy-tui"
main()
"""


def test_engine_ends_while_thread_log_writer_and_clients_wait(
    receiver: socket.socket, pulse_model: Path, tmp_path: Path
) -> None:
    """Checks that the engine does not wait for a thread, the log writer, or clients that read nothing or sent half a
    message."""
    (tmp_path / "config.toml").write_text(config(receiver, free_port(), mode="battle"))
    place = tmp_path / "e.sock"
    errors = (tmp_path / "errors").open("w+")
    engine = subprocess.Popen(
        [sys.executable, "-c", _STUCK_DISK, "run", "--socket", str(place)], cwd=tmp_path, stdout=errors, stderr=errors
    )
    writer = None
    try:
        received(receiver)
        writer = log_writer(engine.pid)
        os.kill(writer, signal.SIGSTOP)
        with unix_connect(str(place), compression=None) as silent, connected(place) as client:
            silent.recv()
            assert client.command("temp 1.5").ok  # after this command the session is saved
            # Now the thread waits.
            wait_until(lambda: bool(list(tmp_path.glob("logs/.*last-session*"))))
            assert client.command("shutdown").ok
            assert engine.wait(60) == 0  # LONGEST_END ends the process: each of these would block it for ever
    finally:
        engine.kill()
        engine.wait()
        if writer is not None:
            os.kill(writer, signal.SIGCONT)
    errors.seek(0)
    assert "the engine ends without it" in errors.read()


def test_longest_end_is_within_what_is_promised() -> None:
    assert LONGEST_END < 5
