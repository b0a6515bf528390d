"""Addresses of this machine in its networks."""

import fcntl
import ipaddress
import socket
import struct
import sys
from typing import Final

_GET_ADDRESS: Final = 0x8915 if sys.platform == "linux" else 0xC0206921
"""The request SIOCGIFADDR: the IPv4 address of an interface."""
_LONGEST_NAME: Final = 15
"""Bytes of the name of an interface."""


def own_addresses() -> list[str]:
    """Returns the IPv4 addresses of this machine, that of the default route first; sends nothing.

    A network without a gateway, such as a hotspot of this machine, has an address as well.
    """
    found = [_routed()]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:_LONGEST_NAME])
            try:
                answer = fcntl.ioctl(asking, _GET_ADDRESS, request)
            except OSError:  # an interface without an address
                continue
            found.append(socket.inet_ntoa(answer[20:24]))
    return [each for each in dict.fromkeys(found) if each and not ipaddress.ip_address(each).is_loopback]


def reached_at(bound: socket.socket) -> list[str] | None:
    """Returns the addresses by which the network reaches a socket; None if only this machine can reach it."""
    here = ipaddress.ip_address(bound.getsockname()[0])
    if here.is_loopback:
        return None
    return own_addresses() if here.is_unspecified else [str(here)]


def listed(addresses: list[str]) -> str:
    """Returns further addresses for a message to the performer; empty if there are none."""
    return f" (or {', '.join(addresses)})" if addresses else ""


NO_ADDRESS: Final = "this machine has no address in a network yet (F4 shows it later)"


def _routed() -> str:
    """Returns the address of the default route; empty without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation: RFC 5737
            return str(probe.getsockname()[0])
        except OSError:
            return ""
