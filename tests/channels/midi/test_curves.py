"""Curves: both ends, rise, and inverse."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.channels.midi.curves import CURVES, curve

words = st.lists(st.sampled_from(sorted(CURVES)), max_size=4).map(tuple)
shares = st.floats(0.0, 1.0)


@given(words)
def test_ends_are_kept(names: tuple[str, ...]) -> None:
    upside_down = names.count("inverted") % 2
    found = curve(names)
    assert found(0.0) == pytest.approx(float(upside_down), abs=1e-12)
    assert found(1.0) == pytest.approx(float(not upside_down), abs=1e-12)


@given(words, shares, shares)
def test_order_is_kept_or_turned_round(names: tuple[str, ...], a: float, b: float) -> None:
    found = curve(names)
    low, high = sorted((a, b))
    if names.count("inverted") % 2:
        assert found(low) >= found(high) - 1e-12
    else:
        assert found(low) <= found(high) + 1e-12


@given(shares)
def test_curve_and_its_inverse_cancel(share: float) -> None:
    for pair in (("exp", "log"), ("log", "exp"), ("inverted", "inverted"), ()):
        assert curve(pair)(share) == pytest.approx(share, abs=1e-9)


def test_exponential_is_slow_first_and_logarithmic_fast() -> None:
    assert curve(("exp",))(0.5) == pytest.approx(0.1192, abs=1e-4)
    assert curve(("log",))(0.5) == pytest.approx(0.8313, abs=1e-4)


def test_several_are_applied_from_left_to_right() -> None:
    for a, b in itertools.permutations(CURVES, 2):
        assert curve((a, b))(0.3) == CURVES[b](CURVES[a](0.3))
