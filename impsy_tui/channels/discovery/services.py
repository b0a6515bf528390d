"""Service of an engine that the network can reach."""

from typing import Final

import msgspec

OSC: Final = "_osc._udp.local."
PAGE: Final = "_http._tcp.local."


class Service(msgspec.Struct, frozen=True):
    """One service.

    Attributes:
        type: type of the service in DNS-SD.
        name: name that a person reads.
        host: address that the service listens at, as in the configuration.
        port: port that it listens at.
    """

    type: str
    name: str
    host: str
    port: int
