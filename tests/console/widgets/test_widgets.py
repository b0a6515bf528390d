"""Parts of panes: texts of a width, curves, and items that fit a strip."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size

from impsy_tui.console.drawing.lines import (
    amount,
    cut,
    cut_off,
    filled,
    heading,
    middle,
    one_line,
    padded,
    span,
    wrapped,
)
from impsy_tui.console.themes import ThemeFolders
from impsy_tui.console.widgets.file_details import _density, _step
from impsy_tui.console.widgets.gesture_history import GestureHistory
from impsy_tui.console.widgets.jobs import _job, chosen, curve
from impsy_tui.console.widgets.meters import Meters
from tests.support.snapshots import job, snapshot

PALETTE = ThemeFolders().load("amber")
GROUND = Style()
texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("漢語ab"), max_size=30)
widths = st.integers(-2, 40)


@given(texts, widths)
def test_text_that_is_cut_fits(text: str, width: int) -> None:
    for shortened in (cut(text, width), middle(text, width), cut_off(text, width)):
        assert cell_len(shortened) <= max(0, width)
        if cell_len(text) <= width:
            assert shortened == text


@given(texts, st.integers(0, 40))
def test_lines_and_names_have_exactly_their_width(text: str, width: int) -> None:
    assert cell_len(padded(text, width)) == width
    for line in ([], [Segment(text, GROUND)], [Segment(text, GROUND), Segment("ab", None), Segment(text, GROUND)]):
        assert sum(cell_len(segment.text) for segment in filled(line, width, GROUND)) == width


def test_cut_marks_omission_with_dots() -> None:
    assert cut("a long name", 7) == "a long…"
    assert middle("musicMDRNN-dim9-s.tflite", 11) == "music…flite"
    assert cut("漢字漢字", 4) == "漢 …"
    assert middle("漢字漢字漢字", 7) == "漢 … 字"


@given(texts, st.integers(8, 40))
def test_wrapped_text_fits_and_is_complete(text: str, width: int) -> None:
    lines = wrapped(text, width, indent="  ", hanging="    ")
    assert [line for line in lines if cell_len(line) > width] == []
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_wrapped_lines_begin_below_each_other() -> None:
    assert wrapped("  one  two three-four  five six", 12, hanging="  ") == [
        "  one  two",
        "  three-four",
        "  five six",
    ]
    assert wrapped("漢字漢字漢字", 9) == ["漢字漢字", "漢字"]
    assert wrapped("", 9, indent="  ") == ["  "]
    assert wrapped("one two three", 0) == ["one two", "three"]


def test_one_line_escapes_control_characters() -> None:
    assert one_line("a\x1b[2Jb\nc\x9b\ud800") == "a\\u001b[2Jb\\nc\\u009b\\ud800"
    assert one_line("dé 漢 · ▏") == "dé 漢 · ▏"


@given(texts, st.integers(0, 40), st.booleans())
def test_heading_reaches_to_the_edge(text: str, width: int, focused: bool) -> None:
    line = heading(text, width, PALETTE, focused=focused)
    assert sum(cell_len(piece) for piece, _ in line) >= width


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1.0, "0s"), (59.9, "59s"), (60.0, "1:00"), (723.0, "12:03"), (3600.0, "1:00:00"), (3723.0, "1:02:03")],
)
def test_times_are_short(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (12_000, "12 kB"), (1_500_000, "2 MB"), (3.4e9, "3.4 GB")]
)
def test_sizes_are_short(size: float, text: str) -> None:
    assert amount(size) == text


@given(st.lists(st.floats(-1e9, 1e9)), st.integers(-3, 50))
def test_curve_has_a_block_a_value_as_far_as_there_is_room(values: list[float], width: int) -> None:
    drawn = curve(values, width)
    assert len(drawn) == max(0, min(len(values), width))


def test_curve_shows_how_it_went() -> None:
    assert curve([4.0, 2.0, 1.0, 0.5], 10) == "█▄▂▁"
    assert curve([1.0, 1.0], 10) == "▁▁"


@pytest.mark.parametrize("width", [0, 1, 2, 3, 10, 30, 100])
@pytest.mark.parametrize("state", ["running", "stopping", "finished", "failed", "cancelled"])
def test_job_can_be_drawn_in_any_width(width: int, state: str) -> None:
    assert _job(job(state=state, text="what came of it, in more words than fit"), width, PALETTE)


@given(st.floats(allow_nan=False) | st.none())
def test_value_is_a_block(value: float | None) -> None:
    assert _step(value) in " ▁▂▃▄▅▆▇█"


@given(st.lists(st.integers(0, 10_000), max_size=50).map(tuple))
def test_every_event_is_seen_in_the_density(counts: tuple[int, ...]) -> None:
    drawn = _density(counts)
    assert len(drawn) == len(counts)
    assert [block == " " for block in drawn] == [count == 0 for count in counts]


@pytest.mark.parametrize(("count", "height"), [(3, 20), (60, 20)])
@given(st.lists(texts, min_size=1, max_size=3))
def test_names_of_any_width_leave_the_bars_where_they_are(count: int, height: int, names: list[str]) -> None:
    meters = Meters(PALETTE, 1, GestureHistory())
    meters._size = Size(80, height)
    meters.width = 80
    meters.show(msgspec.structs.replace(snapshot(), dimension=count + 1, names=tuple(names)))
    for y in range(1, height):
        line = meters.segments(y)
        assert sum(cell_len(segment.text) for segment in line) == 80
        if meters._layout.at(y - 1)[0]:
            assert cell_len(line[0].text) in (meters._layout.name, meters._layout.width)


@pytest.mark.parametrize(
    ("kind", "state", "hint"),
    [
        ("train", "running", "keep job: end and save · cancel job"),
        ("agent", "running", "keep job: end and save · cancel job"),
        ("evaluate", "running", "cancel job ends it"),
        ("train", "stopping", None),
    ],
)
def test_jobs_pane_offers_command_that_ends_job(kind: str, state: str, hint: str | None) -> None:
    said = ["".join(text for text, _ in line).strip() for line in _job(job(kind=kind, state=state), 40, PALETTE)]
    assert [line for line in said if "job" in line] == ([hint] if hint else [])


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ("finished finished", [2]),
        ("finished running", [2]),
        ("running finished", [1, 2]),
        ("running failed running", [3, 1]),
        ("stopping finished failed", [1, 3]),
    ],
)
def test_jobs_pane_leaves_out_what_ended_before_another_began(states: str, shown: list[int]) -> None:
    jobs = [job(number=number, state=state) for number, state in enumerate(states.split(), 1)]
    assert [each.number for each in chosen(jobs)] == shown


@pytest.mark.parametrize("unit", ["nats", "deviations"])
def test_loss_is_reported_in_its_unit(unit: str) -> None:
    said = ["".join(text for text, _ in line).strip() for line in _job(job(unit=unit), 40, PALETTE)]
    assert f"loss 1.500  held out 1.600 {unit}" in said
