"""MIDI and serial ports of this machine, listed by a helper process."""

from typing import Final

import msgspec

from impsy_tui.config.schema import Config
from impsy_tui.control.answers import Ports
from impsy_tui.control.status_text import ports_lines
from impsy_tui.engine.runtime.subprocesses import ask_worker
from impsy_tui.workers import list_ports

_PATIENCE: Final = 15.0
"""Seconds. A dead MIDI server may not answer."""


class PortLister:
    """Lists ports.

    Args:
        config: Configuration with the MIDI system.
    """

    def __init__(self, config: Config) -> None:
        self._api = config.midi[0].api if config.midi else ""

    async def look(self, number: int) -> bytes:
        """Returns the ports as a message.

        Raises:
            UserError: The helper does not answer.
        """
        return await ask_worker(list_ports.Request(number, self._api), patience=_PATIENCE)

    async def in_words(self) -> str:
        """Returns the ports in lines of text.

        Raises:
            UserError: The helper does not answer.
        """
        return "\n".join(ports_lines(msgspec.json.decode(await self.look(0), type=Ports)))
