"""Starts a lost engine again from the console."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from impsy_tui.console.options import ConsoleOptions
from impsy_tui.control.launch import last_lines, launch_again
from impsy_tui.control.link import Link
from impsy_tui.errors import UserError


class EngineRestart:
    """Starts the engine with the same options as before, on this machine or the other one.

    Args:
        link: link that keeps the options of the engine.
        options: options of the console, with the machine of the engine.
        say: writes a line to the event log: level, text.
    """

    def __init__(self, link: Link, options: ConsoleOptions, say: Callable[[str, str], None]) -> None:
        self._link = link
        self._remote = options.remote
        self._socket = options.socket
        self._say = say
        self._starting = False

    @property
    def place(self) -> str:
        """Place of the engine for messages; empty for this machine."""
        return f" on {self._remote.address.host}" if self._remote is not None else ""

    @property
    def when_lost(self) -> str:
        """Advice if the engine no longer answers."""
        if self._remote is not None:
            return f"nothing comes from {self._remote.address.host}: this console comes back by itself"
        pid = self._link.hello.pid
        return f"the engine (process {pid}) does not answer: wait, or end it with kill {pid}"

    async def report_output(self) -> None:
        """Shows the last output of the engine, if it can be read; it may have the reason for the end."""
        start = self._link.hello.start
        if not start.prints_there:
            return
        if self._remote is not None:
            printed = await asyncio.to_thread(self._remote.last_lines, start.output)
        else:
            printed = await asyncio.to_thread(last_lines, Path(start.output))
        for line in printed.splitlines():
            self._say("error", f"the engine printed last: {line}")

    async def start(self) -> None:
        """Starts the engine, once at a time, and shows the result."""
        if self._starting:
            return
        self._starting = True
        self._say("info", f"starting the engine{self.place} …")
        try:
            await asyncio.to_thread(self._start)
        except UserError as problem:
            self._say("error", f"the engine did not start: {problem}")
        finally:
            self._starting = False

    def _start(self) -> None:
        if self._remote is not None:
            self._remote.start_engine(self._link.hello.start)
        else:
            launch_again(self._link.hello.start, self._socket)
