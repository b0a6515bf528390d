"""Addresses of this machine and of others."""

import asyncio
import errno
import socket
from collections.abc import Iterable
from typing import Any

from impsy_tui.channels.listening_socket import ListeningSocket
from impsy_tui.errors import UserError


async def resolve(host: str, port: int, kind: socket.SocketKind) -> tuple[socket.AddressFamily, Any]:
    """Returns the first address of a host, IPv4 before IPv6, which patches and phones rarely use.

    Raises:
        UserError: there is no such host.
    """
    try:
        try:
            found = socket.getaddrinfo(host, port, type=kind, flags=socket.AI_NUMERICHOST)
        except socket.gaierror:
            # In a thread: a name server can take a minute.
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=kind)
    except (OSError, UnicodeError):
        raise UserError(f"no host is called {host}") from None
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return family, address


def is_numeric(host: str) -> bool:
    """Returns True if a host is an address, which needs no name server."""
    try:
        socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return False
    return True


def _set_option(made: socket.socket, option: int, value: int) -> None:
    try:
        made.setsockopt(socket.SOL_SOCKET, option, value)
    except OSError as error:
        if error.errno != errno.ENOPROTOOPT:
            raise


async def listen_at(
    host: str, port: int, kind: socket.SocketKind, options: Iterable[tuple[int, int]], setting: str
) -> socket.socket:
    """Returns a bound, non-blocking socket, which listens if it is a stream socket.

    Args:
        host, port: address of the socket.
        kind: kind of socket.
        options: options of the socket, with their values. An option that the system lacks is left out.
        setting: setting of the port for the message, such as ``[osc] server_port``.

    Raises:
        UserError: the socket cannot be bound; the message has the reason.
    """
    family, address = await resolve(host, port, kind)
    try:
        made = (ListeningSocket if kind is socket.SOCK_STREAM else socket.socket)(family, kind)
    except OSError as error:  # a machine without IPv6
        raise UserError(f"cannot listen at {host}:{port}: {error.strerror}") from None
    try:
        made.setblocking(False)
        for option, value in options:
            _set_option(made, option, value)
        made.bind(address)
        if kind is socket.SOCK_STREAM:
            made.listen()  # only ``listen`` fails if another socket listens at the port
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise UserError(f"this machine does not have the address {host} yet") from None
        if error.errno == errno.EADDRINUSE:
            raise UserError(
                f"port {port} is taken: another engine or program listens there; end it, or choose another {setting}"
            ) from None
        raise UserError(f"cannot listen at {host}:{port}: {error.strerror}") from None
    return made
