"""Musical time on a virtual clock, without MIDI clocks."""

from impsy_tui.engine.clock.tempo import Tempo
from tests.support.engine.virtual_time import VirtualTime


class NoLines:
    """Inputs and outputs without MIDI clocks."""

    def hear_clock(self, wanted: bool) -> None: ...

    def send_clock(self, message: bytes) -> None: ...


def tempo_at(start: float) -> tuple[VirtualTime, Tempo]:
    """Returns musical time from a start, without reports."""
    time = VirtualTime(start)
    return time, Tempo(time.scheduler, NoLines(), lambda level, text: None)
