"""Addresses of this machine and of others."""

import asyncio
import socket
from typing import Any

from impsy_tui.channels import ChannelProblem


async def resolve(host: str, port: int, kind: socket.SocketKind) -> tuple[socket.AddressFamily, Any]:
    """The first address of a host, IPv4 before IPv6: patches and phones rarely speak the latter.

    Raises:
        ChannelProblem: there is no such host.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=kind)
    except (socket.gaierror, UnicodeError):
        raise ChannelProblem(f"no host is called {host}") from None
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return family, address


def own_address() -> str:
    """This machine's address in its network. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation: RFC 5737
            return str(probe.getsockname()[0])
        except OSError:
            return "this machine's address"
