"""Relative values of parameters: how they are read, written and applied."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.language import Change, Invocation, Mistake, Program, parse


def _read(line: str) -> Change:
    program = parse(line)
    assert isinstance(program, Program), program
    (step,) = program.steps
    assert isinstance(step, Invocation)
    (value,) = step.values.values()
    assert isinstance(value, Change), value
    return value


@pytest.mark.parametrize(
    ("line", "change", "before", "after"),
    [
        ("temp +0.1", Change("+", 0.1), 1.0, 1.1),
        ("temp -0.1", Change("-", 0.1), 1.0, 0.9),
        ("temp -10%", Change("-", 0.1, of_value=True), 1.5, 1.35),
        ("temp +10%", Change("+", 0.1, of_value=True), 2.0, 2.2),
        ("speed *2", Change("*", 2.0), 1.5, 3.0),
        ("sigma *50%", Change("*", 0.5), 0.02, 0.01),
        ("threshold +500ms", Change("+", 0.5), 1.0, 1.5),
        ("threshold -0.5s", Change("-", 0.5), 1.0, 0.5),
        ("swing +5%", Change("+", 0.05), 0.5, 0.55),
        ("rest +6", Change("+", 6.0), -60.0, -54.0),
    ],
)
def test_change_is_read_written_and_applied(line: str, change: Change, before: float, after: float) -> None:
    assert _read(line) == change
    assert change.applied(before) == after
    program = parse(line)
    assert parse(str(program)) == program


def test_sign_of_parameter_with_negative_values_belongs_to_the_number() -> None:
    program = parse("rest -50")
    assert isinstance(program, Program)
    assert program.steps[0].values == {"level": -50.0}  # type: ignore[union-attr]


@pytest.mark.parametrize("line", ["hold x1 +0.1", "seed +1", "temp +", "temp *-2", "temp +-1", "temp rand +0.1 0.2"])
def test_change_is_refused_where_it_has_no_meaning(line: str) -> None:
    assert isinstance(parse(line), Mistake)


@given(st.floats(0.001, 1000.0), st.floats(0.001, 1000.0))
def test_written_change_is_read_again(number: float, present: float) -> None:
    for sign in "+-*":
        change = Change(sign, number)
        assert _read(f"temp {change.written('')}") == change
        assert isinstance(change.applied(present), float)
