"""Ports of this machine that no program uses."""

import contextlib
import random
import socket


def free_port() -> int:
    """Returns a free UDP port of this machine."""
    return _free_port(socket.SOCK_DGRAM)


def free_tcp_port() -> int:
    """Returns a free TCP port of this machine."""
    return _free_port(socket.SOCK_STREAM)


def _free_port(kind: socket.SocketKind) -> int:
    # Below the ports that the system gives to clients: a client could take one of those before the engine does.
    while True:
        port = random.SystemRandom().randrange(12000, 32000)
        with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
