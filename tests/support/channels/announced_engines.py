"""Program for a separate network name space: which engines a browser of zeroconf finds.

``unshare -rn python -m tests.support.channels.announced_engines FOLDER`` ends with 0 if all is well.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from zeroconf import ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from impsy_tui.channels.discovery.services import OSC, PAGE
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port, free_tcp_port

ADDRESS: Final = "10.7.7.7"
LATER: Final = "10.8.8.8"
_PATIENCE: Final = 60.0
_QUIET: Final = "announce = false"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def network(name: str, address: str) -> None:
    """Connects this machine to a network."""
    ip("link", "add", name, "type", "veth", "peer", "name", f"{name}far")
    ip("link", "set", f"{name}far", "up")
    ip("addr", "add", f"{address}/24", "dev", name)
    ip("link", "set", name, "multicast", "on", "up")


class Found:
    """Services that a browser sees now, by type and name."""

    def __init__(self) -> None:
        self.names: set[tuple[str, str]] = set()

    def changed(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        entry = (service_type, name.removesuffix(f".{service_type}"))
        if state_change is ServiceStateChange.Removed:
            self.names.discard(entry)
        elif state_change is ServiceStateChange.Added:
            self.names.add(entry)

    def of(self, title: str) -> set[tuple[str, str]]:
        return {entry for entry in self.names if entry[1].startswith(title)}


async def _until(true: Callable[[], bool], found: Found) -> None:
    end = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < end, found.names
        await asyncio.sleep(0.05)


def _engine(folder: Path, title: str, head: str, host: str) -> tuple[EngineProcess, int, int]:
    (folder / title).mkdir()
    osc, page = free_port(), free_tcp_port()
    tables = f'[model]\ndimension = 3\n[osc]\nserver_ip = "{host}"\nserver_port = {osc}\n'
    config = f'title = "{title}"\n{head}\n{tables}[websocket]\nserver_ip = "{host}"\nserver_port = {page}\n'
    return EngineProcess(folder / title, config), osc, page


async def _info(browsing: AsyncZeroconf, entry: tuple[str, str]) -> Any:
    info = AsyncServiceInfo(entry[0], f"{entry[1]}.{entry[0]}")
    assert await info.async_request(browsing.zeroconf, 10_000)
    return info


async def _addresses(browsing: AsyncZeroconf, entry: tuple[str, str]) -> list[str]:
    info = AsyncServiceInfo(entry[0], f"{entry[1]}.{entry[0]}")
    return info.parsed_addresses() if await info.async_request(browsing.zeroconf, 3_000) else []


async def look(folder: Path) -> None:
    browsing, found = AsyncZeroconf(interfaces=[ADDRESS]), Found()
    browser = AsyncServiceBrowser(browsing.zeroconf, [OSC, PAGE], handlers=[found.changed])
    engines = []
    try:
        # The first two start first, and are still not found when the last one is.
        for title, head, host in (
            ("hidden", "", "127.0.0.1"),
            ("quiet", _QUIET, "0.0.0.0"),
            ("shown", "", "0.0.0.0"),
        ):
            engines.append(await asyncio.to_thread(_engine, folder, title, head, host))
        shown, osc, page = engines[-1]
        await _until(lambda: len(found.of("shown")) == 2, found)
        for entry in found.of("shown"):
            info = await _info(browsing, entry)
            assert info.port == (osc if entry[0] == OSC else page)
            assert info.parsed_addresses() == [ADDRESS]
        assert found.of("hidden") == found.of("quiet") == set()
        network("w0", LATER)
        end = time.monotonic() + _PATIENCE
        while LATER not in await _addresses(browsing, entry):
            assert time.monotonic() < end
            await asyncio.sleep(0.2)
        await asyncio.to_thread(shown.end)
        await _until(lambda: not found.of("shown"), found)
    finally:
        for engine, _, _ in engines:
            engine.end()
    await browser.async_cancel()
    await browsing.async_close()


if __name__ == "__main__":
    ip("link", "set", "lo", "up")
    network("d0", ADDRESS)
    asyncio.run(look(Path(sys.argv[1])))
