"""Engines in separate processes: configuration, output, and ends of jobs."""

import socket
from collections.abc import Callable

from pythonosc.osc_message import OscMessage

from impsy_tui.control.client import ControlClient
from impsy_tui.control.messages import Event
from tests.support.engine_process import EngineProcess

Start = Callable[..., EngineProcess]


def config(receiver: socket.socket, port: int, model: str = "models/pulse.h5", mode: str = "polyphony") -> str:
    """Returns a configuration for OSC with one output address."""
    return f"""
log_predictions = true
[interaction]
mode = "{mode}"
threshold = 0.2
[model]
file = "{model}"
dimension = 4
[osc]
server_port = {port}
client_port = {receiver.getsockname()[1]}
output_address = "/impsy"
"""


def received(receiver: socket.socket) -> OscMessage:
    """Returns the next message to a socket."""
    return OscMessage(receiver.recv(2000))


def ended_jobs(client: ControlClient, count: int = 1) -> list[str]:
    """Returns the states of all jobs after this number of jobs has ended."""
    client.subscribe(20, events=False)
    for message in client.messages():
        if (
            not isinstance(message, Event)
            and sum(job.state in ("finished", "failed") for job in message.jobs) >= count
        ):
            client.subscribe(0, events=False)
            return [job.state for job in message.jobs]
    raise AssertionError
