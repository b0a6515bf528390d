"""What screens are shown: the engine's newest snapshot, and how the console stands to it."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from impsy_tui.control.link import LinkState
from impsy_tui.control.messages import Snapshot


@dataclass(frozen=True, slots=True)
class View:
    """One frame.

    Attributes:
        snapshot: the newest; without a link the last that is known, None for none ever.
        link: the connection.
        locked: whether the stage lock is on.
    """

    snapshot: Snapshot | None
    link: LinkState
    locked: bool


@runtime_checkable
class SnapshotDisplay(Protocol):
    """A screen that shows what the engine reports."""

    def show(self, view: View) -> None:
        """Show a frame; called many times a second."""
