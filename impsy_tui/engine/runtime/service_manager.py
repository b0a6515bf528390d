"""Reports to systemd, if it started the engine: ready, alive, ending (``sd_notify(3)``).

The watchdog messages come from the scheduler of the event loop, so a loop that hangs sends none and systemd starts
the engine again.
"""

import os
import socket
from collections.abc import MutableMapping

from impsy_tui.engine.runtime.scheduler import Scheduler

_LONGEST_STATUS = 200


class ServiceManager:
    """The program that started the engine as a service; without one, every report is dropped.

    Args:
        environment: Environment of the process. The entries of systemd are taken out of it: child processes must
            not report in the engine's name.
    """

    def __init__(self, environment: MutableMapping[str, str] | None = None) -> None:
        environment = os.environ if environment is None else environment
        address = environment.pop("NOTIFY_SOCKET", "")
        limit = environment.pop("WATCHDOG_USEC", "")
        process = environment.pop("WATCHDOG_PID", "")
        # A name that begins with @ is in the abstract namespace of Linux.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._limit = int(limit) / 1e6 if limit.isdecimal() and process in ("", str(os.getpid())) else 0.0
        self._socket: socket.socket | None = None
        self._next = 0.0
        if self._address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)

    def ready(self, status: str, scheduler: Scheduler) -> None:
        """Reports that the channels are open, and that the loop runs from now on.

        Args:
            status: One line for ``systemctl status``.
            scheduler: Scheduler of the watchdog messages, two for each period that systemd allows.
        """
        line = " ".join(status.split())[:_LONGEST_STATUS]
        self._send(f"READY=1\nSTATUS={line}")
        if self._limit > 0 and self._socket is not None:
            self._next = scheduler.now()
            self._alive(scheduler)

    def stopping(self) -> None:
        """Reports that the engine ends."""
        self._send("STOPPING=1")

    def _alive(self, scheduler: Scheduler) -> None:
        self._send("WATCHDOG=1")
        self._next = max(self._next, scheduler.now() - self._limit / 2) + self._limit / 2
        scheduler.at(self._next, self._alive, scheduler)

    def _send(self, state: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto(state.encode(), self._address)
        except OSError:
            pass  # systemd is being replaced or its queue is full: the next message counts
