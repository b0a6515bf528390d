"""Classification of gestures by a file of trees."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from impsy_tui.ensemble.classifier import DESCRIPTION, SHIPPED, Classifier, Forest, read_classifier, write_classifier
from impsy_tui.ensemble.gestures import GESTURES, NAMES
from impsy_tui.ensemble.synthetic.touches import play, recordings
from impsy_tui.ensemble.touches.features import features
from impsy_tui.errors import UserError
from tests.support.places import ROOT


@pytest.fixture
def shipped() -> Classifier:
    return read_classifier(ROOT / "models" / SHIPPED)


def _stump(**changed: object) -> Forest:
    """Returns one tree that separates fast taps from slow taps by their number."""
    chances = np.zeros((3, GESTURES), np.float32)
    chances[1, 2], chances[2, 1] = 1.0, 1.0
    arrays = {
        "roots": np.array([0], np.int32),
        "question": np.array([DESCRIPTION.index("freq"), 0, 0], np.int32),
        "threshold": np.array([10.0, 0.0, 0.0]),
        "left": np.array([1, 1, 2], np.int32),
        "right": np.array([2, 1, 2], np.int32),
        "chances": chances,
    }
    return Forest(**(arrays | changed))  # type: ignore[arg-type]


def test_chances_are_those_of_the_leaf() -> None:
    rows = np.array([[500, 400, 10, 10, count, 0, count, 0.0] for count in (1, 10, 11, 300)])
    assert Classifier(_stump()).gestures(rows).tolist() == [2, 2, 1, 1]


def test_chances_without_touches_are_nothing() -> None:
    assert Classifier(_stump()).gestures(np.array([[-1, -1, 0, 0, 0, 0, 0, 0.0]])).tolist() == [0]


@pytest.mark.parametrize("gesture", range(GESTURES), ids=NAMES)
def test_shipped_classifier_classifies_unseen_recordings(shipped: Classifier, gesture: int) -> None:
    told = []
    for number in range(12):
        touches = play(gesture, 20.0, np.random.default_rng([99, gesture, number]))
        told.append(shipped.gestures(features(touches, np.arange(6.0, 20.0))))
    assert (np.concatenate(told) == gesture).mean() > 0.85


def test_chances_of_a_row_do_not_depend_on_other_rows(shipped: Classifier) -> None:
    rows = np.concatenate([features(touches, np.arange(1.0, 8.0)) for _, touches in recordings(2, 8.0, 5)])
    together = shipped.chances(rows)
    assert np.array([shipped.chances(row[np.newaxis])[0] for row in rows]).tobytes() == together.tobytes()
    np.testing.assert_allclose(together.sum(axis=1), 1.0)


def test_written_classifier_is_read_unchanged(tmp_path: Path, shipped: Classifier) -> None:
    write_classifier(tmp_path / "c.npz", shipped)
    again = read_classifier(tmp_path / "c.npz")
    for name in Forest.__slots__:
        assert np.array_equal(getattr(again.forest, name), getattr(shipped.forest, name)), name
    assert (tmp_path / "c.npz").stat().st_size < 1_000_000
    assert (ROOT / "models" / SHIPPED).stat().st_size < 1_000_000


@pytest.mark.parametrize(
    "changed",
    [
        {"left": np.array([0, 1, 2], np.int32), "right": np.array([2, 1, 2], np.int32)},  # a loop
        {"left": np.array([1, 0, 2], np.int32)},  # backwards
        {"right": np.array([7, 1, 2], np.int32)},  # out of the forest
        {"question": np.array([99, 0, 0], np.int32)},
        {"roots": np.array([-1], np.int32)},
        {"roots": np.empty(0, np.int32)},
        {"threshold": np.array([np.nan, 0, 0])},
        {"threshold": np.zeros(2)},
        {"chances": np.zeros((3, GESTURES), np.float32)},
        {"chances": np.zeros((3, 4), np.float32)},
    ],
)
def test_read_classifier_refuses_a_damaged_forest(tmp_path: Path, changed: dict[str, object]) -> None:
    file = tmp_path / "c.npz"
    write_classifier(file, Classifier(_stump(**changed)))
    with pytest.raises(UserError, match=r"c\.npz: is not a classifier of gestures: "):
        read_classifier(file)


def test_read_classifier_refuses_trees_that_are_too_deep(tmp_path: Path) -> None:
    for questions, fits in ((200, True), (201, False)):
        following = np.minimum(np.arange(1, questions + 2), questions).astype(np.int32)
        same = np.zeros(questions + 1)
        chances = np.full((questions + 1, 9), 1 / 9, np.float32)
        deep = Forest(np.zeros(1, np.int32), same.astype(np.int32), same, following, following, chances)
        write_classifier(tmp_path / "c.npz", Classifier(deep))
        if fits:
            assert len(read_classifier(tmp_path / "c.npz").forest.left) == questions + 1
        else:
            with pytest.raises(UserError, match="its trees have more than 200 levels"):
                read_classifier(tmp_path / "c.npz")


def test_read_classifier_never_unpickles(tmp_path: Path) -> None:
    file = tmp_path / "c.npz"
    np.savez(file, format=np.array([print], object), allow_pickle=True)
    with pytest.raises(UserError, match="is not a classifier of gestures"):
        read_classifier(file)


@given(noise=some.binary(max_size=300), place=some.integers(0, 5000))
def test_noise_is_refused_in_a_line(tmp_path_factory: pytest.TempPathFactory, noise: bytes, place: int) -> None:
    file = tmp_path_factory.mktemp("noise") / "c.npz"
    write_classifier(file, Classifier(_stump()))
    whole = file.read_bytes()
    place %= len(whole)
    file.write_bytes(whole[:place] + noise + whole[place + len(noise) :])
    try:
        assert len(read_classifier(file).forest.question) == 3
    except UserError as problem:
        assert "\n" not in str(problem)
