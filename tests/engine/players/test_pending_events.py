"""Pending events without a player."""

import pytest

from impsy_tui.engine.clock.quantiser import PendingEvent
from impsy_tui.engine.players.pending_events import MOST_WAITING, PendingEvents
from impsy_tui.prediction import Prediction
from tests.support.engine.musical_time import tempo_at


class _Air:
    """Pending events on a virtual clock, at 120: a line of 1/16 is 0.125 s."""

    def __init__(self, grid: str = "") -> None:
        self.time, tempo = tempo_at(100.0)
        tempo.set_grid(grid)
        self.sounded: list[tuple[float, float]] = []
        self.happened: list[PendingEvent] = []
        self.flights = PendingEvents(tempo, self._sound, self.happened.append)

    def _sound(self, prediction: Prediction, _: set[str] | None) -> None:
        self.sounded.append((round(self.time.time, 6), prediction.values[0]))


def _saying(value: float) -> Prediction:
    return Prediction(0.1, (value,))


def test_answer_sounds_when_it_happens_and_is_done_with() -> None:
    air = _Air()
    assert air.flights.answer(_saying(0.1), 100.0, 0.5, None)
    assert air.flights.upcoming == (100.5, (0.1,))
    air.time.advance(1.0)
    assert air.sounded == [(100.5, 0.1)]
    assert air.happened == []
    assert air.flights.upcoming is None


def test_pending_event_after_stall_keeps_its_period() -> None:
    air = _Air()
    air.flights.launch(_saying(0.1), 100.0, 0.5)
    air.time.stall(1.7)
    air.flights.follow(air.happened[0], _saying(0.2), 0.5)
    assert air.flights.upcoming == (102.0, (0.2,))
    assert air.flights.skipped == 2


def test_drop_reports_event_that_sounded_on_line() -> None:
    air = _Air("1/16")
    air.flights.launch(_saying(0.1), 100.0, 0.14)
    assert air.flights.drop() == (_saying(0.1), False)
    air.flights.launch(_saying(0.2), 100.0, 0.14)
    air.time.advance(0.13)
    assert air.sounded == [(100.125, 0.2)]
    assert air.flights.drop() == (_saying(0.2), True)
    air.flights.answer(_saying(0.3), air.time.time, 1.0, None)
    assert air.flights.drop() is None


def test_wait_is_stretched_of_what_goes_on_and_of_no_answer() -> None:
    air = _Air()
    air.flights.answer(_saying(0.1), 100.0, 0.5, None)
    air.flights.launch(_saying(0.2), 100.0, 0.2)
    air.flights.replan(lambda prediction: 0.4)
    air.time.advance(1.0)
    assert air.sounded == [(100.4, 0.2), (100.5, 0.1)]


def test_pending_events_leave_out_an_answer_beyond_the_limit() -> None:
    air = _Air()
    assert all(air.flights.answer(_saying(0.1), 100.0, 1.0, None) for _ in range(MOST_WAITING))
    assert not air.flights.answer(_saying(0.1), 100.0, 1.0, None)
    assert air.flights.skipped == 1


@pytest.mark.parametrize("stall", [0.2, 0.3])
def test_answer_is_left_out_when_it_is_later_than_a_burst_would_allow(stall: float) -> None:
    air = _Air()
    air.flights.answer(_saying(0.1), 100.0, 0.1, None)
    air.time.stall(0.1 + stall)
    assert (len(air.sounded), air.flights.skipped) == ((1, 0) if stall < 0.25 else (0, 1))
