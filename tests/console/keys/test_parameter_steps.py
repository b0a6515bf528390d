"""Keys that change a parameter, also while they are held down."""

import pytest

from impsy_tui.console.keys.parameter_steps import ParameterSteps
from impsy_tui.language import Program, parse
from tests.support.snapshots import snapshot


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def lines(steps: ParameterSteps, clock: Clock, action: str, count: int, every: float, **player: float) -> list[str]:
    """Returns the lines of a held key while the snapshot stays the same."""
    found = []
    for _ in range(count):
        line = steps.line(action, snapshot(parameters=player))
        assert line is not None
        assert isinstance(parse(line), Program)
        found.append(line)
        clock.time += every
    return found


@pytest.mark.parametrize(
    ("action", "player", "line"),
    [
        ("temp_up", {"temp": 1.0}, "temp 1.1"),
        ("temp_down", {"temp": 1.0}, "temp 0.9"),
        ("temp_down", {"temp": 0.1}, "temp 0.1"),
        ("sigma_up", {"sigma": 0.01}, "sigma 0.022"),
        ("sigma_down", {"sigma": 0.022}, "sigma 0.01"),
        ("sigma_up", {"sigma": 0.0}, "sigma 0.0011"),
        ("slower", {"timescale": 1.0}, "timescale 2"),
        ("faster", {"timescale": 1.0}, "timescale 0.5"),
        ("faster", {"timescale": 0.0}, "timescale 0.0625"),
    ],
)
def test_step_begins_at_the_present_value(action: str, player: dict[str, float], line: str) -> None:
    assert ParameterSteps().line(action, snapshot(parameters=player)) == line


def test_key_held_down_goes_on_from_its_last_step() -> None:
    clock = Clock()
    assert lines(ParameterSteps(clock), clock, "temp_up", 4, 0.03) == ["temp 1.1", "temp 1.2", "temp 1.3", "temp 1.4"]


def test_after_a_rest_it_goes_on_from_what_the_engine_reports() -> None:
    clock = Clock()
    steps = ParameterSteps(clock)
    assert lines(steps, clock, "temp_up", 2, 1.0) == ["temp 1.1", "temp 1.1"]
    assert steps.line("slower", snapshot()) == "timescale 2", "each parameter has its own"


@pytest.mark.parametrize("action", ["temp_up", "temp_down", "sigma_up", "sigma_down", "slower", "faster"])
def test_step_ends_at_the_limit_of_the_range(action: str) -> None:
    clock = Clock()
    found = lines(ParameterSteps(clock), clock, action, 1200, 0.03)
    assert found[-1] == found[-2]


def test_other_keys_turn_nothing() -> None:
    assert ParameterSteps().line("panic", snapshot()) is None
