"""Process that announces services by zeroconf: ``python -m impsy_tui.channels.discovery.host``.

The first line of its input is JSON: the services. When the input ends, the process withdraws them and ends. A network
that comes, goes or gets another address is found within some seconds. Each line of its output is a report for the
performer: level and text.
"""

import asyncio
import ipaddress
import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from impsy_tui import __version__
from impsy_tui.channels.discovery.services import Service
from impsy_tui.channels.own_addresses import own_addresses

_LOOK: Final = 3.0
"""Seconds between two looks at the addresses of this machine."""
_FAREWELL: Final = 1.0
"""Seconds for withdrawing the services."""
_NICE: Final = 10


class Announcement:
    """Services that are announced at the present addresses.

    Args:
        services: Services of the engine.
    """

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = services
        self._addresses: list[str] = []
        self._zeroconf: Any = None

    async def follow(self) -> None:
        """Announces the services at the addresses that this machine has now, if they are other ones."""
        addresses = own_addresses()
        if addresses == self._addresses:
            return
        await self.withdraw()
        self._addresses = addresses
        if not addresses:
            return
        from zeroconf import IPVersion
        from zeroconf.asyncio import AsyncZeroconf

        self._zeroconf = AsyncZeroconf(interfaces=addresses, ip_version=IPVersion.V4Only)
        shown = [(service, at) for service in self._services if (at := _reached_at(service.host, addresses))]
        for service, at in shown:
            announced = await self._zeroconf.async_register_service(_info(service, at), allow_name_change=True)
            await announced
        if shown:
            names = ", ".join(f"{service.name} ({service.type.split('.')[0]})" for service, _ in shown)
            _report("info", f"the network finds {names}; announce = false ends that")

    async def withdraw(self) -> None:
        """Withdraws all services."""
        if self._zeroconf is not None:
            zeroconf, self._zeroconf = self._zeroconf, None
            await zeroconf.async_unregister_all_services()
            await zeroconf.async_close()


def _info(service: Service, addresses: list[str]) -> Any:
    from zeroconf.asyncio import AsyncServiceInfo

    machine = socket.gethostname().partition(".")[0]
    return AsyncServiceInfo(
        service.type,
        f"{service.name.replace('.', ' ')}.{service.type}",
        port=service.port,
        parsed_addresses=addresses,
        # A name of its own: the machine's name belongs to the system, which may announce it itself.
        server=f"impsy-tui-{machine}.local.",
        properties={"path": "/", "version": __version__},
    )


def _reached_at(host: str, addresses: list[str]) -> list[str]:
    """Returns the addresses of this machine at which a service listens."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except OSError:
        return []
    if any(ipaddress.ip_address(str(each)).is_unspecified for each in found):
        return addresses
    return [each for each in addresses if each in found]


def _report(level: str, text: str) -> None:
    try:
        os.write(sys.stdout.fileno(), json.dumps([level, text]).encode() + b"\n")
    except OSError:
        pass  # the engine has ended


async def _announce(services: Sequence[Service]) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def end() -> None:
        loop.remove_reader(sys.stdin.fileno())
        ended.set()

    loop.add_reader(sys.stdin.fileno(), end)
    announcement = Announcement(services)
    while not ended.is_set():
        try:
            await announcement.follow()
        except OSError as error:
            _report("warning", f"this engine cannot be announced in the network: {error.strerror or error}")
            break
        try:
            async with asyncio.timeout(_LOOK):
                await ended.wait()
        except TimeoutError:
            pass
    async with asyncio.timeout(_FAREWELL):
        await announcement.withdraw()


def main() -> None:
    """Announces services until the engine closes the pipe."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    os.nice(_NICE)
    asyncio.run(_announce(msgspec.json.decode(sys.stdin.buffer.readline(), type=tuple[Service, ...])))


if __name__ == "__main__":
    main()
