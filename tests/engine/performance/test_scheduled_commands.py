"""What is planned is done when it is due, and not otherwise."""

from dataclasses import dataclass, field

import pytest

from impsy_tui.engine.performance.ramps import STEP, RampTrack
from impsy_tui.engine.performance.scheduled_commands import MOST, PendingCommand, ScheduledCommands
from impsy_tui.engine.runtime.scheduler import VirtualTime
from impsy_tui.errors import UserError
from impsy_tui.language import Moment, Program, parse


def program(line: str = "take") -> Program:
    read = parse(line)
    assert isinstance(read, Program)
    return read


@dataclass
class Theatre:
    """A conductor on a virtual clock, and what it had done."""

    time: VirtualTime = field(default_factory=lambda: VirtualTime(100.0))
    done: list[tuple[float, str, str]] = field(default_factory=list)
    heard_at: float | None = None
    holds: bool = False
    bars: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.conductor = ScheduledCommands(self.time.scheduler, self.run, lambda: self.heard_at, lambda: self.holds)
        self.conductor.wants_bars = self.bars.append

    def run(self, what: Program, player: str, source: str) -> None:
        self.done.append((round(self.time.time, 9), str(what), player))

    def play(self, *, began: bool = False) -> None:
        self.heard_at = self.time.time
        self.conductor.heard(began)
        self.time.advance(0)

    def wait(self, seconds: float) -> None:
        self.time.advance(seconds)
        assert not self.time.errors

    def at(self, word: str, number: float = 0.0, *, always: bool = False, player: str = "") -> PendingCommand:
        return self.conductor.at("", Moment(word, number), program(), player, always=always)

    @property
    def times(self) -> list[float]:
        return [at for at, _, _ in self.done]


def test_after_is_done_once_when_it_is_due() -> None:
    theatre = Theatre()
    theatre.conductor.after("after 2s take", 2.0, program("take; give"), "b")
    theatre.wait(1.99)
    assert theatre.conductor.list() == ["1  after 2s take  (in 0.0s)"]
    theatre.wait(10)
    assert theatre.done == [(102.0, "take; give", "b")]
    assert theatre.conductor.list() == []


def test_every_is_done_again_and_again_on_its_grid() -> None:
    theatre = Theatre()
    pending = theatre.conductor.every("", 0.5, program(), "")
    theatre.wait(2.2)
    assert theatre.times == [100.5, 101.0, 101.5, 102.0]
    theatre.conductor.cancel(pending.number)
    theatre.wait(5)
    assert len(theatre.done) == 4


def test_what_a_stall_made_late_is_done_once_and_the_grid_goes_on() -> None:
    theatre = Theatre()
    theatre.conductor.every("", 0.5, program(), "")
    theatre.time.stall(3.3)
    theatre.wait(0.4)
    assert theatre.times == [103.3, 103.5]


def test_at_comes_once_and_whenever_always() -> None:
    theatre = Theatre()
    theatre.at("call")
    theatre.at("call", always=True)
    theatre.play(began=False)
    assert theatre.done == []
    theatre.play(began=True)
    theatre.play(began=True)
    assert len(theatre.done) == 3


def test_a_response_is_of_the_players_that_are_meant() -> None:
    theatre = Theatre()
    theatre.at("response", always=True)
    theatre.at("response", always=True, player="b")
    theatre.conductor.turned("a")
    theatre.wait(0)
    assert [player for _, _, player in theatre.done] == [""]
    theatre.conductor.turned("b")
    theatre.wait(0)
    assert [player for _, _, player in theatre.done] == ["", "", "b"]


def test_a_silence_counts_from_the_last_event_and_comes_once_until_the_next() -> None:
    theatre = Theatre()
    theatre.at("silence", 5.0, always=True)
    theatre.wait(3)
    theatre.play()
    theatre.wait(4.9)
    assert theatre.done == []
    theatre.wait(20)
    assert theatre.times == [108.0]
    theatre.play()
    theatre.wait(20)
    assert len(theatre.done) == 2


def test_what_is_held_is_no_silence() -> None:
    theatre = Theatre(holds=True)
    theatre.at("silence", 5.0)
    theatre.wait(20)
    assert theatre.done == []
    theatre.holds = False
    theatre.wait(20)
    assert len(theatre.done) == 1


def test_events_are_counted_from_when_it_was_said() -> None:
    theatre = Theatre()
    theatre.play()
    theatre.at("event", 3.0, always=True)
    for _ in range(7):
        theatre.play()
    assert len(theatre.done) == 2


def test_bars_are_asked_for_while_somebody_waits_for_one() -> None:
    theatre = Theatre()
    theatre.at("bar")
    theatre.at("bar", always=True)
    assert theatre.bars == [True, True]
    theatre.conductor.bar()
    theatre.wait(0)
    assert len(theatre.done) == 2
    assert theatre.bars == [True, True]
    theatre.conductor.cancel_all()
    assert theatre.bars[-1] is False


def test_what_is_cancelled_by_another_at_the_same_moment_is_not_done() -> None:
    theatre = Theatre()
    first = theatre.at("call")
    theatre.conductor.heard(True)
    theatre.conductor.cancel(first.number)
    theatre.wait(1)
    assert theatre.done == []


def test_there_is_an_end_to_what_can_be_pending() -> None:
    theatre = Theatre()
    for _ in range(MOST):
        theatre.conductor.after("", 60.0, program(), "")
    with pytest.raises(UserError, match="cancel all"):
        theatre.conductor.after("", 60.0, program(), "")
    assert theatre.conductor.cancel_all() == MOST
    theatre.wait(100)
    assert theatre.done == []


def test_a_number_that_is_not_pending_is_told() -> None:
    with pytest.raises(UserError, match="number 7"):
        Theatre().conductor.cancel(7)


class Knob:
    """Something that is turned."""

    def __init__(self, theatre: Theatre, value: float) -> None:
        self.theatre = theatre
        self.value = value
        self.turns: list[tuple[float, float]] = []

    def turn(self, value: float) -> None:
        self.value = value
        self.turns.append((self.theatre.time.time, value))

    def track(self, end: float, *, log: bool = False, name: str = "temp") -> RampTrack:
        return RampTrack(("main", name, -1), self.value, end, self.turn, log=log)


def test_a_glide_steps_sixty_times_a_second_and_ends_exactly() -> None:
    theatre = Theatre()
    knob = Knob(theatre, 1.0)
    theatre.conductor.glide("over 8s temp 0.6", 8.0, [knob.track(0.6)])
    theatre.wait(4)
    assert theatre.conductor.list() == ["1  over 8s temp 0.6  (50%, 4.0s left)"]
    assert knob.value == pytest.approx(0.8, abs=0.4 * STEP)
    theatre.wait(4)
    assert knob.value == 0.6
    assert len(knob.turns) == pytest.approx(8 / STEP, abs=2)
    assert max(b - a for (a, _), (b, _) in zip(knob.turns, knob.turns[1:], strict=False)) <= 1 / 50
    assert theatre.conductor.list() == []


def test_in_log_steps_half_way_is_the_geometric_mean() -> None:
    theatre = Theatre()
    knob = Knob(theatre, 0.01)
    theatre.conductor.glide("", 2.0, [knob.track(1.0, log=True)])
    theatre.wait(1.0)
    assert knob.value == pytest.approx(0.1, rel=0.06)
    theatre.wait(1.0)
    assert knob.value == 1.0


def test_from_nothing_there_are_no_ratios() -> None:
    theatre = Theatre()
    knob = Knob(theatre, 0.0)
    theatre.conductor.glide("", 2.0, [knob.track(1.0, log=True)])
    theatre.wait(1.0)
    assert knob.value == pytest.approx(0.5, abs=0.02)


def test_an_eased_glide_begins_and_ends_gently() -> None:
    theatre = Theatre()
    knob = Knob(theatre, 0.0)
    theatre.conductor.glide("", 10.0, [knob.track(1.0)], eased=True)
    theatre.wait(1.0)
    assert knob.value == pytest.approx(0.028, abs=0.002)
    theatre.wait(4.0)
    assert knob.value == pytest.approx(0.5, abs=0.01)
    theatre.wait(5.0)
    assert knob.value == 1.0


def test_at_once_is_a_glide_too() -> None:
    theatre = Theatre()
    knob = Knob(theatre, 0.0)
    theatre.conductor.glide("", 0.0, [knob.track(1.0)])
    assert knob.value == 1.0
    assert len(theatre.conductor) == 0


def test_the_newest_glide_of_a_knob_has_it() -> None:
    theatre = Theatre()
    temp, sigma = Knob(theatre, 0.0), Knob(theatre, 0.0)
    theatre.conductor.glide("", 10.0, [temp.track(1.0), sigma.track(1.0, name="sigma")])
    theatre.wait(5)
    theatre.conductor.glide("", 1.0, [temp.track(0.0)])
    theatre.wait(10)
    assert temp.value == 0.0
    assert sigma.value == 1.0


def test_a_knob_that_is_turned_by_hand_is_let_go_of_and_what_is_left_to_do_is_done() -> None:
    theatre = Theatre()
    knob, arrived = Knob(theatre, 0.0), []
    theatre.conductor.glide("", 10.0, [knob.track(1.0)])
    theatre.conductor.let_go([("main", "temp", -1)])
    assert len(theatre.conductor) == 0
    theatre.conductor.glide("", 10.0, [knob.track(1.0)], arrived=lambda: arrived.append(theatre.time.time))
    theatre.conductor.let_go([("main", "temp", -1)])
    theatre.wait(20)
    assert knob.value == 0.0
    assert arrived == [110.0]


def test_after_a_stall_a_glide_is_where_it_ought_to_be() -> None:
    theatre = Theatre()
    knob = Knob(theatre, 0.0)
    theatre.conductor.glide("", 10.0, [knob.track(1.0)])
    theatre.time.stall(5.0)
    assert knob.value == pytest.approx(0.5)
    assert len(knob.turns) == 2


def test_a_snapshot_shows_the_newest() -> None:
    theatre = Theatre()
    for number in range(50):
        theatre.conductor.after(f"{number}", 60.0 + number, program(), "")
    states = theatre.conductor.states()
    assert [state.number for state in states] == list(range(31, 51))
    assert states[-1].due == pytest.approx(109.0)
