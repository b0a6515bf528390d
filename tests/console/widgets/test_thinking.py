"""Deviations of the next prediction, weights of the mixture and surprise, in the meters and in the strip."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from textual.app import App, ComposeResult

from impsy_tui.console.themes import ThemeFolders
from impsy_tui.console.widgets.gesture_history import GestureHistory
from impsy_tui.console.widgets.meters import Meters
from impsy_tui.console.widgets.strip.fields import state_fields
from impsy_tui.control.messages import Snapshot
from tests.support.console_app import performed
from tests.support.snapshots import snapshot

PALETTE = ThemeFolders().load("amber")


def _thinking(**player: object) -> Snapshot:
    fields = {
        "upcoming": (0.5, 0.2, 0.9),
        "upcoming_in": 1.0,
        "spread": (0.1, 0.0, 0.3),
        "weights": (0.05, 0.9, 0.05),
    }
    return snapshot(**fields | player)


class _Page(App[None]):
    """Page with nothing but the meters."""

    def __init__(self) -> None:
        super().__init__()
        self.meters = Meters(PALETTE, 1, GestureHistory())

    def compose(self) -> ComposeResult:
        yield self.meters


@asynccontextmanager
async def _shown(width: int = 80) -> AsyncIterator[Meters]:
    page = _Page()
    async with page.run_test(size=(width, 20)):
        yield page.meters


def _lines(meters: Meters) -> list[str]:
    return ["".join(segment.text for segment in meters.segments(y)) for y in range(meters.size.height)]


@performed
async def test_meters_show_one_deviation_behind_the_next_prediction() -> None:
    async with _shown() as meters:
        meters.show(_thinking())
        lines, bar = _lines(meters), meters._layout.bar
        bands = [line for line in lines if "╎" in line]
        assert len(bands) == 3 * meters._layout.thick == 6
        bands = bands[1::2]  # the second line of a bar has no digits
        assert "╌" not in bands[1]
        for line, expected in ((bands[0], 0.2 * bar), (bands[2], 0.4 * bar)):
            assert abs(line.count("╌") - expected) <= 2 + 0.2 * bar * (line is bands[2])
        assert bands[0].index("╌") < bands[0].index("╎") < bands[0].rindex("╌")


@pytest.mark.parametrize(("width", "name"), [(80, "musicMDRNN-dim4-layers2-units64-mixtures5-scale10"), (75, "4d")])
@performed
async def test_meters_show_the_same_name_of_the_model_with_and_without_a_next_event(width: int, name: str) -> None:
    model = "musicMDRNN-dim4-layers2-units64-mixtures5-scale10"
    async with _shown(width) as meters:
        heads = []
        for upcoming in ((0.5, 0.2, 0.9), ()):
            meters.show(_thinking(model=model, upcoming=upcoming))
            heads.append(_lines(meters)[0])
        assert "next in 1.00 s" in heads[0]
        assert "next" not in heads[1]
        assert [head.split()[-1] for head in heads] == [name, name]


@performed
async def test_meters_show_the_weights_at_the_right_the_largest_first() -> None:
    async with _shown() as meters:
        meters.show(_thinking())
        column = [line[-1] for line in _lines(meters)[1:5]]
        assert column[0] in "▇█"
        assert column[1] == column[2] in "▁ "
        assert column[3] == " "


@performed
async def test_thinking_moves_no_element_when_it_is_hidden_or_missing() -> None:
    async with _shown() as meters:
        meters.show(_thinking(spread=(), weights=()))
        none, layout = _lines(meters), meters._layout
        meters.show(msgspec.structs.replace(_thinking(), uptime=5.0))
        shown = _lines(meters)
        meters.toggle_thinking()
        meters.show(msgspec.structs.replace(_thinking(), uptime=10.0))
        assert _lines(meters) == none != shown
        assert [line.find("╎") for line in shown] == [line.find("╎") for line in none]
        assert meters._layout == layout
        assert {len(line) for line in shown} == {80}


@performed
async def test_spread_is_drawn_again_once_a_second_and_sooner_after_a_change_of_parameters() -> None:
    async with _shown() as meters:

        def cells(uptime: float, spread: float, **parameters: float) -> int:
            made = _thinking(spread=(spread, 0.0, 0.0), parameters=parameters)
            meters.show(msgspec.structs.replace(made, uptime=uptime))
            return sum(line.count("╌") for line in _lines(meters))

        first = cells(10.0, 0.1)
        assert cells(10.7, 0.3) == first
        second = cells(11.1, 0.3)
        assert second > first
        assert cells(11.3, 0.1, sigma=0.5) == second
        assert cells(11.7, 0.1, sigma=0.5) == first


def test_strip_shows_the_surprise_in_three_forms() -> None:
    surprised = _thinking(surprise=3.14)
    forms = state_fields(surprised, surprised, PALETTE)["surprise"]
    assert ["".join(text for text, _ in form) for form in forms] == ["surprise +3.1", "? +3.1", "?+3"]
    unknown = _thinking()
    assert state_fields(unknown, unknown, PALETTE)["surprise"] == ()


@performed
async def test_legend_names_both_models_of_a_blend_with_the_share_of_the_second() -> None:
    name = "musicMDRNN-dim9-layers2-units64-mixtures5-scale10"
    async with _shown() as meters:
        meters.show(snapshot(model="calm", blended="wild", parameters={"blend": 0.25}))
        assert _lines(meters)[0].endswith("calm + 25% wild")
        meters.show(snapshot(model=name, blended=name, parameters={"blend": 1.0}))
        assert _lines(meters)[0].endswith("mdrnn s 9d + 100% mdrnn s 9d")
