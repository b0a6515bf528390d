"""What is plugged into this machine, found by a helper."""

from typing import Final

import msgspec

from impsy_tui.config.schema import Config
from impsy_tui.control.messages import Ports
from impsy_tui.control.status_text import ports_lines
from impsy_tui.engine.runtime.subprocesses import ask_helper

_PATIENCE: Final = 15.0
"""Seconds. A server of MIDI that has died may not answer at all."""


class PortLister:
    """Lists ports.

    Args:
        config: names the system of MIDI.
    """

    def __init__(self, config: Config) -> None:
        self._api = config.midi[0].api if config.midi else ""

    async def look(self, number: int) -> bytes:
        """The ports, as a message.

        Raises:
            UserError: there is no answer.
        """
        return await ask_helper("impsy_tui.workers.list_ports", str(number), self._api, patience=_PATIENCE)

    async def in_words(self) -> str:
        """The ports, in lines.

        Raises:
            UserError: there is no answer.
        """
        return "\n".join(ports_lines(msgspec.json.decode(await self.look(0), type=Ports)))
