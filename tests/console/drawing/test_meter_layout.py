"""Layout of the meters in any space: all fit, and none covers another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.console.drawing.meter_layout import MeterLayout, lay_out


def cells(layout: MeterLayout) -> list[tuple[int, int]]:
    """Returns the cells of all meters."""
    corners = map(layout.place, range(layout.shown))
    return [(x + dx, y + dy) for x, y in corners for dx in range(layout.width) for dy in range(layout.rows)]


def check(layout: MeterLayout, count: int, width: int, height: int) -> None:
    taken = cells(layout)
    assert len(set(taken)) == len(taken), "two meters on one cell"
    assert all(0 <= x < width and 0 <= y < height for x, y in taken)
    assert 1 <= layout.shown <= count
    assert layout.bar >= 1
    assert 0 <= layout.bar_at < layout.width
    for index in range(layout.shown):
        _, y = layout.place(index)
        for part in range(layout.rows):
            crossed, found = layout.at(y + part)
            assert found == part
            assert index in crossed
            assert crossed == sorted(crossed)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (200, 50), (40, 10)])
@given(count=st.integers(1, 128), name=st.integers(1, 40))
def test_all_meters_fit_the_usual_sizes(width: int, height: int, count: int, name: int) -> None:
    layout = lay_out(count, width, height, name)
    check(layout, count, width, height)
    if (width, height) != (40, 10):
        assert layout.shown == count


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 100), st.integers(0, 40))
def test_meters_stay_within_any_space(count: int, width: int, height: int, name: int) -> None:
    check(lay_out(count, width, height, name), count, width, height)


def test_few_meters_are_tall_and_many_are_dense() -> None:
    assert [(lay_out(3, 80, height, 2).rows, lay_out(3, 80, height, 2).thick) for height in (21, 15, 14, 8)] == [
        (7, 3),
        (5, 2),
        (3, 1),
        (2, 1),
    ]
    assert lay_out(8, 80, 20, 2).rows == 2
    assert lay_out(64, 80, 20, 2).rows == 1


def test_line_below_the_meters_crosses_none() -> None:
    assert lay_out(2, 80, 24, 2).at(23)[0] == []
