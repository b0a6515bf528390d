"""Output of an auditioned behaviour."""

from collections.abc import Callable, Mapping, Sequence

from impsy_tui.engine.players.base import BehaviourOutput, Notify
from impsy_tui.prediction import Given


class SilentOutput:
    """Output of an auditioned behaviour: only reports to the performer get through."""

    def __init__(self, heard: BehaviourOutput, notify: Notify) -> None:
        self._heard = heard
        self._notify = notify

    @property
    def given(self) -> Mapping[int, Given]:
        """Given values of the heard player."""
        return self._heard.given

    def play(self, values: Sequence[float]) -> None:
        """Plays nothing."""

    def silence(self) -> None:
        """Does nothing, because nothing sounds."""

    def aim(self, goal: Callable[[], Sequence[float]]) -> None:
        """Passes nothing on."""

    def turned(self) -> None:
        """Reports nothing: only the turns of the heard behaviour count."""

    def notify(self, level: str, text: str) -> None:
        """Reports to the performer."""
        self._notify(level, "audition", text)
