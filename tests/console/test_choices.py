"""Names below the prompt."""

import pytest
from rich.cells import cell_len

from impsy_tui.console.themes import ThemeFolders
from impsy_tui.console.widgets.footer import _choices
from impsy_tui.language.completion import Completion

PALETTE = ThemeFolders().load("amber")
LOGS = tuple(f"2026-11-{day:02}T20-00-00-9d-mdrnn" for day in range(1, 31))


def _text(completion: Completion, width: int = 80) -> str:
    return "".join(text for text, _ in _choices(completion, width, PALETTE))


def test_choices_that_fit_are_all_shown() -> None:
    assert _text(Completion(5, ("callresponse", "polyphony", "battle"))) == "callresponse  polyphony  battle"


def test_choices_that_do_not_fit_are_counted_and_none_is_cut() -> None:
    names = tuple(f"model-{number}" for number in range(36))
    assert _text(Completion(5, names)) == (
        "36: model-0  model-1  model-2  model-3  model-4  model-5  model-6  model-7  …"
    )


def test_choices_begin_at_the_chosen_one_and_mark_it() -> None:
    names = tuple(f"model-{number}" for number in range(36))
    line = _choices(Completion(5, names, chosen=34), 80, PALETTE)
    assert "".join(text for text, _ in line) == "35 of 36  model-34  model-35"
    assert [text for text, style in line if style == PALETTE.strong] == ["model-34"]


def test_choices_leave_out_a_long_beginning_that_all_share() -> None:
    models = tuple(f"musicMDRNN-dim9-layers2-units{units}-mixtures5-scale10" for units in (16, 32, 64))
    assert _text(Completion(5, models)) == "3: …units16-mixtures5-scale10  …units32-mixtures5-scale10  …"
    assert _text(Completion(5, LOGS)).startswith("30: 2026-11-01T20-00-00-9d-mdrnn  2026-11-02")


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("chosen", [-1, 0, 15, 29])
def test_choices_fit_any_width(width: int, chosen: int) -> None:
    assert cell_len(_text(Completion(5, LOGS, chosen=chosen), width)) <= width
