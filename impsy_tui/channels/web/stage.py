"""Page of the performer: WebSockets at ``/stage`` that show what is played and carry out lines of commands.

The engine sends JSON: ``rights`` and ``models`` at the beginning, then ``state`` ten times a second, and ``ok`` and
``text`` after each line. A message of the page is a line. A line has the rights of an OSC message from the same
machine.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from impsy_tui.channels.base import ChannelScheduler, Rights
from impsy_tui.channels.monitor import Monitor
from impsy_tui.channels.web.client import host_of

RATE: Final = 10.0
"""States a second."""
MOST_PAGES: Final = 8
TOO_MANY: Final = 4429
_LEAST_BETWEEN: Final = 0.03
"""Seconds between two lines of one page."""
_MOST_UNREAD: Final = 1 << 15
"""Bytes that wait for a page; it gets no state until it has read them."""


class StagePage:
    """Pages of performers. A page that does not read misses states.

    Args:
        name: Name of the channel.
        scheduler: Scheduler of the engine.
        monitor: Part of the engine that the page shows and changes.
        rights: Returns the rights of a host.
    """

    def __init__(
        self, name: str, scheduler: ChannelScheduler, monitor: Monitor, rights: Callable[[str], Rights]
    ) -> None:
        self._name = name
        self._scheduler = scheduler
        self._monitor = monitor
        self._rights = rights
        self._pages: list[ServerConnection] = []
        self._showing = False

    async def serve(self, connection: ServerConnection) -> None:
        """Serves one page until it leaves."""
        host = host_of(connection)
        rights = self._rights(host)
        models = await self._monitor.models()
        if len(self._pages) >= MOST_PAGES:
            await connection.close(TOO_MANY, "too many pages are open")
            return
        try:
            # Before the first state: the page shows its buttons with that, and no button works without rights.
            await connection.send(json.dumps({"rights": rights.name.lower(), "models": models}))
        except ConnectionClosed:
            return
        self._pages.append(connection)
        if not self._showing:
            self._showing = True
            self._show(self._scheduler.now())
        try:
            await self._carry_out_lines(connection, host, rights)
        except ConnectionClosed:
            pass
        finally:
            self._pages.remove(connection)

    async def _carry_out_lines(self, connection: ServerConnection, host: str, rights: Rights) -> None:
        async for line in connection:
            if isinstance(line, str):
                problem = self._monitor.perform(self._name, host, line, rights)
                await connection.send(json.dumps({"ok": not problem, "text": problem or line}))
            # Later lines wait with their sender.
            resumed = asyncio.Event()
            self._scheduler.at(self._scheduler.now() + _LEAST_BETWEEN, resumed.set)
            await resumed.wait()

    def _show(self, due: float) -> None:
        if not self._pages:
            self._showing = False
            return
        frame = Frame(Opcode.TEXT, b'{"state":' + self._monitor.state() + b"}").serialize(mask=False)
        for connection in self._pages:
            transport = connection.transport
            if connection.state is not State.OPEN or transport.is_closing():
                continue
            if transport.get_write_buffer_size() <= _MOST_UNREAD:
                transport.write(frame)
        # Times that have passed are left out.
        following = max(due + 1.0 / RATE, self._scheduler.now())
        self._scheduler.at(following, self._show, following)
