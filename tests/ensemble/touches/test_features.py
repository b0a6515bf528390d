"""Features of the last five seconds, live and offline."""

import csv
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from impsy_tui.ensemble.touches.features import FEATURES, FeatureWindow, features, seconds_of
from impsy_tui.ensemble.touches.touch import Touch, Touches, read_touches, wall_seconds
from tests.support.places import published


def _touches(rows: list[tuple[float, float, float, float]]) -> Touches:
    times, x, y, velocities = np.array(sorted(rows, key=lambda row: row[0])).reshape(-1, 4).T
    return Touches(times, np.zeros(len(times), np.int64), x, y, velocities)


def test_features_of_an_empty_window() -> None:
    found = features(_touches([(0.0, 0.5, 0.5, 0.0)]), np.array([-0.1, 5.0]))
    assert found.tolist() == [[-1, -1, 0, 0, 0, 0, 0, 0]] * 2


def test_features_of_known_touches() -> None:
    rows = [(1.0, 0.25, 0.5, 0.0), (2.0, 0.5, 0.5, 0.25), (3.0, 0.75, 1.0, 0.5), (9.0, 0.0, 0.0, 0.0)]
    found = dict(zip(FEATURES, features(_touches(rows), np.array([5.5]))[0].tolist(), strict=True))
    assert found["centroid_x"] == 512.0
    assert found["centroid_y"] == 512.0
    assert found["std_x"] == pytest.approx(np.std([256, 512, 768], ddof=1), rel=1e-15)
    assert found["std_y"] == pytest.approx(np.std([384, 384, 768], ddof=1), rel=1e-15)
    assert (found["freq"], found["movement_freq"], found["touchdown_freq"]) == (3, 2, 1)
    assert found["velocity"] == 256.0


def test_features_window_is_half_open() -> None:
    touches = _touches([(10.0, 0.5, 0.5, 0.0)])
    counts = features(touches, np.array([9.999, 10.0, 14.999, 15.0]))[:, FEATURES.index("freq")]
    assert counts.tolist() == [0, 1, 1, 0]


_PLACE = some.floats(0, 1)
_ROWS = some.lists(some.tuples(some.floats(0, 30), _PLACE, _PLACE, some.floats(0, 16) | some.just(0.0)), max_size=80)


@given(rows=_ROWS, began=some.floats(-5, 10), order=some.randoms(use_true_random=False))
def test_live_features_equal_offline_features(
    rows: list[tuple[float, float, float, float]], began: float, order: object
) -> None:
    moments = began + np.arange(35.0)
    offline = features(_touches(rows), moments)
    window, live, waiting = FeatureWindow(), [], list(rows)
    order.shuffle(waiting)  # type: ignore[attr-defined]
    for moment in moments.tolist():
        # Some arrive early, some late, but none after its moment.
        for row in [row for row in waiting if row[0] <= moment + 3]:
            window.add(Touch(row[0], "ann", 0, *row[1:]))
            waiting.remove(row)
        live.append(window.features(moment))
    assert np.array(live).tobytes() == offline.tobytes()


def test_features_of_many_touches_are_exact() -> None:
    random = np.random.default_rng(1)
    rows = np.column_stack(
        [np.sort(random.uniform(0, 5, 60_000)), *random.integers(0, 2, (2, 60_000)), np.zeros(60_000)]
    )
    touches = _touches([tuple(row) for row in rows.tolist()])
    found = features(touches, np.array([5.0]))[0]
    assert found[4] == 60_000
    assert found[2] == pytest.approx(np.std(rows[:, 1] * 1024, ddof=1), rel=1e-12)


def test_features_of_a_resting_finger_have_no_deviation() -> None:
    found = features(_touches([(t / 10, 0.1, 0.7, 0.0) for t in range(50)]), np.array([5.0]))[0]
    assert found[2:4].tolist() == [0.0, 0.0]


def test_seconds_of_returns_whole_seconds() -> None:
    assert seconds_of(15.9, 18.2).tolist() == [15, 16, 17, 18]
    assert seconds_of(15.9, 15.95).tolist() == [15]


def test_features_agree_with_a_published_recording() -> None:
    folder = published("metatone", "classifier")
    (raw,) = folder.glob("*-touches.csv")
    (expected,) = folder.glob("*-FeatureVectors.csv")
    with expected.open() as lines:
        rows = list(csv.reader(lines))[1:]
    moments = np.array([wall_seconds(datetime.fromisoformat(row[0])) for row in rows])
    (touches,) = read_touches(raw).players.values()
    np.testing.assert_allclose(
        features(touches, moments), np.array([row[1:9] for row in rows], float), rtol=1e-6, atol=1e-4
    )
