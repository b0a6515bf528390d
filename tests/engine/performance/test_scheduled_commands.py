"""Pending commands: carried out at their due time only."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from impsy_tui.engine.performance.pending_command import PendingCommand
from impsy_tui.engine.performance.ramps import STEP, RampTrack
from impsy_tui.engine.performance.scheduled_commands import MOST, ScheduledCommands
from impsy_tui.errors import UserError
from impsy_tui.language import COMMANDS, Invocation, Moment, Program, parse
from impsy_tui.language.program import Value
from tests.support.engine.virtual_time import VirtualTime


def program(line: str = "take") -> Program:
    read = parse(line)
    assert isinstance(read, Program)
    return read


def line(text: str) -> Invocation:
    (step,) = program(text).steps
    assert isinstance(step, Invocation)
    return step


@dataclass
class VirtualSchedule:
    """Scheduled commands on a virtual clock, and the programs that were carried out."""

    time: VirtualTime = field(default_factory=lambda: VirtualTime(100.0))
    done: list[tuple[float, str, str]] = field(default_factory=list)
    received_at: float | None = None
    holds: bool = False
    bars: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.commands = ScheduledCommands(
            self.time.scheduler, self.run, lambda: self.received_at, lambda: self.holds, self.on_bar
        )

    def on_bar(self, call: Callable[[], None]) -> Callable[[], None]:
        self.bars.append(True)
        self.begin_bar = call
        return lambda: self.bars.append(False)

    def run(self, what: Program, player: str, source: str, left_by: int) -> None:
        self.done.append((round(self.time.time, 9), str(what), player))

    def play(self, *, began: bool = False) -> None:
        self.received_at = self.time.time
        self.commands.received(began)
        self.time.advance(0)

    def wait(self, seconds: float) -> None:
        self.time.advance(seconds)
        assert not self.time.errors

    def at(self, word: str, number: float = 0.0, *, always: bool = False, player: str = "") -> PendingCommand:
        moment = Moment(word, number)
        values: dict[str, Value] = {"moment": moment, "commands": program()}
        line = Invocation(COMMANDS["whenever" if always else "at"], values, player)
        return self.commands.at(line, moment, program())

    @property
    def times(self) -> list[float]:
        return [at for at, _, _ in self.done]


def test_after_runs_once_when_due() -> None:
    schedule = VirtualSchedule()
    schedule.commands.after(line("@b after 2s take; give"), 2.0, program("take; give"))
    schedule.wait(1.99)
    assert schedule.commands.list() == ["1  @b after 2s take; give  (in 0.0s)"]
    schedule.wait(10)
    assert schedule.done == [(102.0, "take; give", "b")]
    assert schedule.commands.list() == []


def test_every_repeats_on_its_grid() -> None:
    schedule = VirtualSchedule()
    pending = schedule.commands.every(line("every 0.5s take"), 0.5, program())
    schedule.wait(2.2)
    assert schedule.times == [100.5, 101.0, 101.5, 102.0]
    schedule.commands.cancel(pending.number)
    schedule.wait(5)
    assert len(schedule.done) == 4


def test_every_runs_once_after_a_stall_and_keeps_its_grid() -> None:
    schedule = VirtualSchedule()
    schedule.commands.every(line("every 0.5s take"), 0.5, program())
    schedule.time.stall(3.3)
    schedule.wait(0.4)
    assert schedule.times == [103.3, 103.5]


def test_at_runs_once_and_whenever_always() -> None:
    schedule = VirtualSchedule()
    schedule.at("call")
    schedule.at("call", always=True)
    schedule.play(began=False)
    assert schedule.done == []
    schedule.play(began=True)
    schedule.play(began=True)
    assert len(schedule.done) == 3


def test_response_moment_is_limited_to_the_addressed_player() -> None:
    schedule = VirtualSchedule()
    schedule.at("response", always=True)
    schedule.at("response", always=True, player="b")
    schedule.commands.turned("a")
    schedule.wait(0)
    assert [player for _, _, player in schedule.done] == [""]
    schedule.commands.turned("b")
    schedule.wait(0)
    assert [player for _, _, player in schedule.done] == ["", "", "b"]


def test_silence_counts_from_the_last_event_and_runs_once() -> None:
    schedule = VirtualSchedule()
    schedule.at("silence", 5.0, always=True)
    schedule.wait(3)
    schedule.play()
    schedule.wait(4.9)
    assert schedule.done == []
    schedule.wait(20)
    assert schedule.times == [108.0]
    schedule.play()
    schedule.wait(20)
    assert len(schedule.done) == 2


def test_silence_does_not_begin_while_keys_are_held() -> None:
    schedule = VirtualSchedule(holds=True)
    schedule.at("silence", 5.0)
    schedule.wait(20)
    assert schedule.done == []
    schedule.holds = False
    schedule.wait(20)
    assert len(schedule.done) == 1


def test_event_moment_counts_from_its_command() -> None:
    schedule = VirtualSchedule()
    schedule.play()
    schedule.at("event", 3.0, always=True)
    for _ in range(7):
        schedule.play()
    assert len(schedule.done) == 2


def test_bars_are_reported_only_while_a_command_waits_for_one() -> None:
    schedule = VirtualSchedule()
    schedule.at("bar")
    schedule.at("bar", always=True)
    assert schedule.bars == [True]
    schedule.begin_bar()
    schedule.wait(0)
    assert len(schedule.done) == 2
    assert schedule.bars == [True]
    schedule.commands.cancel_all()
    assert schedule.bars[-1] is False


def test_command_cancelled_at_its_moment_does_not_run() -> None:
    schedule = VirtualSchedule()
    first = schedule.at("call")
    schedule.commands.received(True)
    schedule.commands.cancel(first.number)
    schedule.wait(1)
    assert schedule.done == []


def test_pending_commands_are_limited() -> None:
    schedule = VirtualSchedule()
    for _ in range(MOST):
        schedule.commands.after(line("after 60s take"), 60.0, program())
    with pytest.raises(UserError, match="cancel all"):
        schedule.commands.after(line("after 60s take"), 60.0, program())
    assert schedule.commands.cancel_all() == MOST
    schedule.wait(100)
    assert schedule.done == []


def test_cancel_refuses_unknown_number() -> None:
    with pytest.raises(UserError, match="number 7"):
        VirtualSchedule().commands.cancel(7)


class Knob:
    """Parameter that a ramp sets."""

    def __init__(self, schedule: VirtualSchedule, value: float) -> None:
        self.schedule = schedule
        self.value = value
        self.turns: list[tuple[float, float]] = []

    def turn(self, value: float) -> None:
        self.value = value
        self.turns.append((self.schedule.time.time, value))

    def track(self, end: float, *, log: bool = False, name: str = "temp") -> RampTrack:
        return RampTrack(("main", name, -1), self.value, end, self.turn, log=log)


def test_ramp_steps_sixty_times_a_second_and_ends_exactly() -> None:
    schedule = VirtualSchedule()
    knob = Knob(schedule, 1.0)
    schedule.commands.over(line("over 8s temp 0.6"), 8.0, [knob.track(0.6)])
    schedule.wait(4)
    assert schedule.commands.list() == ["1  over 8s temp 0.6  (50%, 4.0s left)"]
    assert knob.value == pytest.approx(0.8, abs=0.4 * STEP)
    schedule.wait(4)
    assert knob.value == 0.6
    assert len(knob.turns) == pytest.approx(8 / STEP, abs=2)
    assert max(b - a for (a, _), (b, _) in zip(knob.turns, knob.turns[1:], strict=False)) <= 1 / 50
    assert schedule.commands.list() == []


def test_log_ramp_is_at_the_geometric_mean_half_way() -> None:
    schedule = VirtualSchedule()
    knob = Knob(schedule, 0.01)
    schedule.commands.over(line("over 8s temp 0.6"), 2.0, [knob.track(1.0, log=True)])
    schedule.wait(1.0)
    assert knob.value == pytest.approx(0.1, rel=0.06)
    schedule.wait(1.0)
    assert knob.value == 1.0


def test_log_ramp_from_zero_is_linear() -> None:
    schedule = VirtualSchedule()
    knob = Knob(schedule, 0.0)
    schedule.commands.over(line("over 8s temp 0.6"), 2.0, [knob.track(1.0, log=True)])
    schedule.wait(1.0)
    assert knob.value == pytest.approx(0.5, abs=0.02)


def test_eased_ramp_starts_and_ends_slowly() -> None:
    schedule = VirtualSchedule()
    knob = Knob(schedule, 0.0)
    schedule.commands.over(line("over 8s temp 0.6"), 10.0, [knob.track(1.0)], eased=True)
    schedule.wait(1.0)
    assert knob.value == pytest.approx(0.028, abs=0.002)
    schedule.wait(4.0)
    assert knob.value == pytest.approx(0.5, abs=0.01)
    schedule.wait(5.0)
    assert knob.value == 1.0


def test_ramp_of_no_duration_sets_the_end() -> None:
    schedule = VirtualSchedule()
    knob = Knob(schedule, 0.0)
    schedule.commands.over(line("over 8s temp 0.6"), 0.0, [knob.track(1.0)])
    assert knob.value == 1.0
    assert len(schedule.commands) == 0


def test_newest_ramp_takes_over_a_parameter() -> None:
    schedule = VirtualSchedule()
    temp, sigma = Knob(schedule, 0.0), Knob(schedule, 0.0)
    schedule.commands.over(line("over 8s temp 0.6"), 10.0, [temp.track(1.0), sigma.track(1.0, name="sigma")])
    schedule.wait(5)
    schedule.commands.over(line("over 8s temp 0.6"), 1.0, [temp.track(0.0)])
    schedule.wait(10)
    assert temp.value == 0.0
    assert sigma.value == 1.0


def test_ramp_releases_parameters_and_still_calls_its_end() -> None:
    schedule = VirtualSchedule()
    knob, arrived = Knob(schedule, 0.0), []
    schedule.commands.over(line("over 8s temp 0.6"), 10.0, [knob.track(1.0)])
    schedule.commands.release([("main", "temp", -1)])
    assert len(schedule.commands) == 0
    schedule.commands.over(
        line("over 8s temp 0.6"), 10.0, [knob.track(1.0)], at_end=lambda: arrived.append(schedule.time.time)
    )
    schedule.commands.release([("main", "temp", -1)])
    schedule.wait(20)
    assert knob.value == 0.0
    assert arrived == [110.0]


def test_ramp_is_at_its_value_after_a_stall() -> None:
    schedule = VirtualSchedule()
    knob = Knob(schedule, 0.0)
    schedule.commands.over(line("over 8s temp 0.6"), 10.0, [knob.track(1.0)])
    schedule.time.stall(5.0)
    assert knob.value == pytest.approx(0.5)
    assert len(knob.turns) == 2


def test_snapshot_has_every_pending_command() -> None:
    schedule = VirtualSchedule()
    for number in range(MOST):
        schedule.commands.after(line(f"after {60 + number}s take"), 60.0 + number, program())
    states = schedule.commands.states()
    assert [state.number for state in states] == list(range(1, MOST + 1))
    assert states[-1].due == pytest.approx(59.0 + MOST)
