"""Starting an engine again from the console that has lost it."""

import asyncio
from collections.abc import Callable

from impsy_tui.console.options import Options
from impsy_tui.control.launch import LaunchProblem, last_lines, launch_again
from impsy_tui.control.link import Link


class Restart:
    """Starts the engine as it was started before, if it ran on this machine.

    Args:
        link: knows how the engine was started.
        options: say where it runs.
        say: writes a line to the event log: level, text.
    """

    def __init__(self, link: Link, options: Options, say: Callable[[str, str], None]) -> None:
        self._link = link
        self._options = options
        self._say = say
        self._starting = False

    @property
    def advice(self) -> str:
        """What to do when no engine answers."""
        if self._options.remote:
            return "this console comes back by itself"
        return "Enter starts it again"

    async def tell_output(self) -> None:
        """Say what the engine printed last, if this console has started it: why it ended may be there."""
        if self._options.output is not None:
            printed = await asyncio.to_thread(last_lines, self._options.output)
            for line in printed.splitlines():
                self._say("error", f"the engine printed last: {line}")

    async def start(self) -> None:
        """Start it, once at a time; what comes of it is said."""
        if self._options.remote:
            self._say("error", f"the engine runs on {self._options.remote}: {self.advice}")
            return
        if self._starting:
            return
        self._starting = True
        self._say("info", "starting the engine …")
        try:
            await asyncio.to_thread(launch_again, self._link.hello.start, self._options.socket)
        except LaunchProblem as problem:
            self._say("error", f"the engine did not start: {problem}")
        finally:
            self._starting = False
