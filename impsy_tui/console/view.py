"""View of a screen: the newest snapshot and the state of the link."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from impsy_tui.control.link import LinkState
from impsy_tui.control.messages import Snapshot


@dataclass(frozen=True, slots=True)
class View:
    """One frame.

    Attributes:
        snapshot: newest snapshot; without a link the last one, None before the first.
        link: state of the link.
    """

    snapshot: Snapshot | None
    link: LinkState

    @property
    def locked(self) -> bool:
        """True if the engine answers and its stage lock is on."""
        return self.link is LinkState.UP and self.snapshot is not None and self.snapshot.locked


@runtime_checkable
class SnapshotDisplay(Protocol):
    """Interface of screens that show snapshots."""

    def show(self, view: View) -> None:
        """Shows a frame; called many times a second."""
