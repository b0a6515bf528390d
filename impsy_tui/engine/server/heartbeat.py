"""Heartbeat for a monitoring program: an OSC message at regular times."""

from collections.abc import Callable
from typing import Final

from impsy_tui.channels.base import Listener
from impsy_tui.channels.osc.destination import Destination
from impsy_tui.channels.osc.packet import write_message
from impsy_tui.channels.stats import ErrorCounter
from impsy_tui.config.schema import Heartbeat
from impsy_tui.engine.runtime.scheduler import Scheduler
from impsy_tui.engine.server.status_report import StatusReport

_NAME: Final = "heartbeat"


class HeartbeatSender:
    """Sends the status of the engine to a monitoring program.

    Args:
        settings: Destination and period.
        scheduler: Scheduler of the messages.
        listener: Takes problems of the network.
        status: Returns the status.
    """

    def __init__(
        self, settings: Heartbeat, scheduler: Scheduler, listener: Listener, status: Callable[[], StatusReport]
    ) -> None:
        self._settings = settings
        self._scheduler = scheduler
        self._status = status
        self._destination = Destination(
            settings.client_ip,
            settings.client_port,
            scheduler,
            ErrorCounter(listener, _NAME),
            lambda text: listener.trouble(_NAME, text, "info"),
        )
        self._closed = False

    async def start(self) -> None:
        """Sends the first message; the host may appear later."""
        await self._destination.start()
        self._send(self._scheduler.now())

    def close(self) -> None:
        """Ends the messages."""
        self._closed = True
        self._destination.close()

    def _send(self, due: float) -> None:
        if self._closed:
            return
        status = self._status()
        self._destination.send(
            write_message(
                self._settings.address, status.state, int(status.uptime), status.events % (1 << 31), status.waiting
            )
        )
        # Times that have passed are left out.
        following = due + self._settings.every * (1 + int((self._scheduler.now() - due) / self._settings.every))
        self._scheduler.at(following, self._send, following)
