"""Starts and ends the process that announces the engine."""

import ipaddress
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from impsy_tui.channels.discovery.services import OSC, PAGE, Service
from impsy_tui.channels.json_process import JsonProcess
from impsy_tui.config import Config

_HOST: Final = "impsy_tui.channels.discovery.host"
_LONGEST_NAME: Final = 63
"""Bytes of the name of a service (RFC 6763)."""


class Announcer:
    """Announces services as long as the engine runs, from a process of low priority.

    Neither the start of the engine nor its loop waits for the process, which reads every announcement in the network.

    Args:
        services: Services of the engine.
        notify: Takes a level and a message to the performer.
    """

    def __init__(self, services: Sequence[Service], notify: Callable[[str, str], None]) -> None:
        self._services = services
        self._notify = notify
        self._process: JsonProcess | None = None

    def start(self) -> None:
        """Starts the process, if there is a service."""
        if not self._services:
            return
        self._process = JsonProcess(_HOST, [], lambda report: self._notify(*report), self._ended)
        self._process.send([msgspec.structs.asdict(service) for service in self._services])

    def close(self) -> None:
        """Lets the process withdraw the services and end."""
        if self._process is not None:
            self._process.close()

    def _ended(self, problem: str) -> None:
        why = f"cannot be announced in the network: {problem}" if problem else "is no longer announced in the network"
        self._notify("warning", f"this engine {why}")


def services_of(config: Config) -> tuple[Service, ...]:
    """Returns the services that the network can reach; none that listens at the loopback of this machine."""
    named = [
        *_named(OSC, "osc", [(each.server_ip, each.server_port) for each in config.osc]),
        *_named(PAGE, "page", [(each.server_ip, each.server_port) for each in config.websocket]),
    ]
    title = f"{config.title or 'impsy'} {socket.gethostname()}"
    return tuple(
        Service(kind, f"{_cut(title, _LONGEST_NAME - 1 - len(name))} {name}", host, port)
        for kind, name, host, port in named
        if not _is_loopback(host)
    )


def _named(kind: str, name: str, places: list[tuple[str, int]]) -> Iterator[tuple[str, str, str, int]]:
    for number, (host, port) in enumerate(places, 1):
        yield kind, name if len(places) == 1 else f"{name} {number}", host, port


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"


def _cut(name: str, length: int) -> str:
    return name.encode()[:length].decode(errors="ignore").strip()
