"""Part of the engine that a channel shows to monitoring programs and to staff."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from impsy_tui.channels.base import Rights


@dataclass(frozen=True, slots=True)
class StaffReply:
    """Result of a line of the staff.

    Attributes:
        ok: True if the line was carried out.
        text: Reply, or problem.
    """

    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class Monitor:
    """Part of the engine that a channel shows.

    Attributes:
        status: Returns the status as JSON, without secrets. May be called at any rate.
        choices: Returns what the staff may choose from, such as the names of modes and scenes.
        carry_out: Carries out a line of the staff; takes the address of the sender and the line.
        state: Returns what a performer sees, as JSON.
        models: Returns the names of the models.
        perform: Carries out a line of a performer; takes channel, address of the sender, line and rights, and returns
            the problem, empty without one.
    """

    status: Callable[[], bytes]
    choices: Callable[[], Awaitable[dict[str, Any]]]
    carry_out: Callable[[str, str], Awaitable[StaffReply]]
    state: Callable[[], bytes]
    models: Callable[[], Awaitable[list[str]]]
    perform: Callable[[str, str, str, Rights], str]


@runtime_checkable
class MonitoredChannel(Protocol):
    """Channel that shows a monitor."""

    def show_monitor(self, monitor: Monitor) -> None:
        """Takes the monitor, once the engine plays."""
