"""Shortened names differ from each other."""

from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.drawing.short_names import short_names


def test_names_that_fit_stay() -> None:
    assert short_names(["pulse", "higher"], 10) == ["pulse", "higher"]
    assert short_names([], 10) == []


def test_part_that_differs_stays() -> None:
    logs = [f"2026-11-28T04-12-{second:02d}-9d-mdrnn" for second in (5, 57, 58)]
    assert short_names(logs, 12) == ["…12-05-9d-m…", "…12-57-9d-m…", "…12-58-9d-m…"]
    models = [f"musicMDRNN-dim9-layers2-units64-mixtures5-scale10{end}" for end in ("", "-2", "-3")]
    shown = short_names(models, 20)
    assert len(set(shown)) == 3
    assert shown[1].endswith("-2")
    sizes = [f"musicMDRNN-dim9-layers2-units{units}-mixtures5-scale10" for units in (16, 32, 64)]
    shown = short_names(sizes, 20)
    assert all(f"units{units}" in name for units, name in zip((16, 32, 64), shown, strict=True))


@given(st.lists(st.text("ab-1", min_size=1, max_size=40), unique=True, max_size=12), st.integers(1, 50))
def test_short_name_fits_its_width(names: list[str], width: int) -> None:
    shown = short_names(names, width)
    assert len(shown) == len(names)
    assert all(width_of(name) <= width for name in shown)
    if all(len(name) <= width for name in names):
        assert shown == names
