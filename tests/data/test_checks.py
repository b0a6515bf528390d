"""Invalid rows of logs (changed clocks, raw values) are left out of datasets and reported."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.data.checks import Scale, ValueRangeError, checked, divided, likely_scale, steady
from impsy_tui.data.collate import Collated, collate
from impsy_tui.data.logs import draw_log, log_facts
from impsy_tui.workers.dataset import report
from impsy_tui.workers.read_log import read_reel

FIVE_YEARS = 5 * 365 * 86_400.0


def _log(folder: Path, gaps: Sequence[float], values: Sequence[str], name: str = "a-3d-mdrnn.log") -> Path:
    at, rows = datetime(2026, 5, 1, 20), []
    for gap, value in zip(gaps, values, strict=True):
        at += timedelta(seconds=gap)
        rows.append(f"{at.isoformat(timespec='microseconds')},interface,{value}\n")
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join(rows))
    return folder / name


def _played(folder: Path, jump: float, name: str = "a-3d-mdrnn.log") -> Path:
    gaps = [0.1] * 200
    gaps[100] += jump
    return _log(folder, gaps, [f"0.{number:03d},0.5" for number in range(200)], name)


def _collated(*files: Path, scale: Scale | None = None) -> Collated:
    return collate(list(files), 3, scale=scale)


@pytest.mark.parametrize("jump", [-3600.0, -0.2, FIVE_YEARS, 3601.0])
def test_collate_divides_a_performance_where_its_clock_was_set(tmp_path: Path, jump: float) -> None:
    collated = _collated(_played(tmp_path, jump))
    assert [len(performance) for performance in collated.performances] == [99, 99]
    for performance in collated.performances:
        assert np.allclose(performance[:, 0], 0.1)
    assert (collated.set_back, collated.long_gaps) == ((1, 0) if jump < 0 else (0, 1))
    assert ("a clock was set back 1 time" if jump < 0 else "1 gap of more than an hour") in report(collated)


def test_collate_keeps_a_pause_of_less_than_an_hour(tmp_path: Path) -> None:
    collated = _collated(_played(tmp_path, 3500.0))
    assert [len(performance) for performance in collated.performances] == [199]
    assert "hour" not in report(collated)


@pytest.mark.parametrize(
    ("low", "high", "likely"), [(0, 255, Scale(0, 255)), (0, 127, Scale(0, 127)), (-1, 1, Scale(-1, 1))]
)
def test_collate_leaves_raw_values_out_and_offers_to_scale_them(
    tmp_path: Path, low: int, high: int, likely: Scale
) -> None:
    raw = np.linspace(low, high, 200)
    file = _log(tmp_path, [0.1] * 200, [f"{value:g},{low}" for value in raw], "raw-3d-mdrnn.log")
    good = _played(tmp_path, 0.0)
    collated = _collated(file, good)
    assert [len(performance) for performance in collated.performances] == [199]
    (left_out,) = collated.left_out
    assert f"raw-3d-mdrnn.log: its values are {low} to {high}, outside 0..1" in left_out
    assert f"dataset 3 {likely} scales them" in left_out
    scaled = _collated(file, good, scale=likely)
    assert (scaled.left_out, scaled.scaled) == ([], 1)
    first, second = scaled.performances
    assert np.allclose(first[:, 1], np.linspace(0, 1, 200)[1:], atol=1e-4)
    # A log of 0 to 1 is not scaled.
    assert np.array_equal(second, collated.performances[0])


def test_collate_leaves_single_events_outside_of_the_range_out(tmp_path: Path) -> None:
    values = ["0.5,0.5"] * 100
    values[10], values[20] = "0.5,700", "1.02,-0.01"
    collated = _collated(_log(tmp_path, [0.1] * 100, values))
    (performance,) = collated.performances
    assert (collated.outside, len(performance)) == (1, 98)
    assert "1 event outside 0..1 left out" in report(collated)
    assert np.isclose(performance[9, 0], 0.2)
    assert (performance[:, 1:].min(), performance[:, 1:].max()) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([0, 100], Scale(0, 127)),
        ([3, 900], Scale(0, 1023)),
        ([-90, 100], Scale(-127, 127)),
        ([0, 1e9], Scale(0, 1e9)),
    ],
)
def test_likely_scale_is_that_of_a_usual_controller(values: list[float], scale: Scale) -> None:
    assert likely_scale(np.array(values)) == scale


@pytest.mark.parametrize("jump", [-7200.0, FIVE_YEARS])
def test_logs_with_a_set_clock_are_drawn_listed_and_replayed(tmp_path: Path, jump: float) -> None:
    file = _played(tmp_path, jump)
    picture = draw_log(file, 10)
    assert 19 < picture.seconds < 21
    assert picture.played.tolist() == [20] * 10 or picture.played.min() > 0
    assert log_facts(file).seconds == -1.0
    reel, data = read_reel(file)
    times = np.frombuffer(data, "<f8").reshape(reel.rows, -1)[:, 0]
    assert (np.diff(times) >= 0).all()
    assert times[-1] < 21


def test_steady_keeps_rows_that_are_a_little_out_of_order() -> None:
    times = np.array([0.0, 1.0, 0.9, 2.0, 4000.0])
    assert np.array_equal(steady(times), times)
    assert np.array_equal(steady(np.empty(0)), np.empty(0))


def test_checked_divides_and_clips_datasets() -> None:
    good = np.full((10, 3), 0.5, np.float32)
    jumped = good.copy()
    jumped[4, 0], jumped[7, 1] = -3600.0, 1.03
    assert [len(piece) for piece in divided(jumped)] == [4, 5]
    pieces = checked([good, jumped])
    assert [len(piece) for piece in pieces] == [10, 4, 5]
    assert max(float(piece[:, 1:].max()) for piece in pieces) == 1.0
    assert checked([]) == []
    with pytest.raises(ValueRangeError, match=r"its values are 0.5 to 200, outside 0\.\.1") as raised:
        checked([good, np.full((10, 3), 200.0, np.float32)])
    assert raised.value.scale == Scale(0, 255)
