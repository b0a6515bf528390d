"""Training of a classifier of gestures: labelled recordings, the forest, and the worker."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.ensemble.classifier import read_classifier
from impsy_tui.ensemble.synthetic.touches import play
from impsy_tui.ensemble.touches.features import features
from impsy_tui.errors import UserError
from impsy_tui.training.gestures.labelled_recordings import folds, labelled_files, read_labelled
from impsy_tui.workers.messages import Failed, Finished, Progress
from impsy_tui.workers.requests import TrainGesturesRequest
from tests.support.places import published
from tests.support.workers.gesture_recordings import recorded
from tests.support.workers.training_workers import run_worker

needs_sklearn = pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None, reason="training a classifier is the extra [gestures]"
)

HEADER = "time,centroid_x,centroid_y,std_x,std_y,freq,movement_freq,touchdown_freq,velocity,gesture\n"


def test_touches_are_labelled_by_what_was_asked_for(tmp_path: Path) -> None:
    recording = read_labelled(recorded(tmp_path))
    assert recording.remarks == ()
    assert recording.name == "guided"
    asked = recording.labels[recording.features[:, 4] > 0]
    changes = np.flatnonzero(np.diff(asked))
    assert asked[np.r_[0, changes + 1]].tolist() == [1, 7, 5]
    assert len(recording) == 60
    assert not recording.labels[recording.features[:, 4] == 0].any()


def test_table_of_features_is_read_without_ignored_rows(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    row = "2026-05-01 20:00:0{},1.0,2.0,3.0,4.0,5,6,7,8.0,{}\n"
    labels = enumerate((3, "small-swirl", 100, 11))
    file.write_text(HEADER + "".join(row.format(*each) for each in labels) + "x\n")
    recording = read_labelled(file)
    assert recording.labels.tolist() == [3, 7]
    assert recording.features[0].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert recording.remarks == ("table.csv: 2 rows made no sense and were left out",)


def test_folder_gives_its_labelled_recordings_alone(tmp_path: Path) -> None:
    touches = recorded(tmp_path)
    (tmp_path / "other-touches.csv").write_text(touches.read_text())  # this recording has no file of labels
    (tmp_path / "score.csv").write_text("time,ann\n0,1\n")
    (tmp_path / "table.csv").write_text(HEADER + "2026-05-01,1,2,3,4,5,6,7,8,3\n")
    assert labelled_files([tmp_path, touches]) == [touches, tmp_path / "table.csv"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"no labelled recording is in .*empty"):
        labelled_files([tmp_path / "empty"])


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.csv", "time,ann\n", "is neither a table of features nor touches"),
        ("a.csv", HEADER, "holds no gesture that was asked for"),
        ("a.csv", HEADER.replace("gesture", "mood") + "x\n", "ends in a column gesture or target"),
        ("a-touches.csv", "time,player,finger,x,y,velocity\n", "a-gesturetargets.csv: No such file"),
    ],
)
def test_read_labelled_refuses_invalid_file(tmp_path: Path, name: str, text: str, why: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=why):
        read_labelled(tmp_path / name)


def test_folds_hold_touches_out(tmp_path: Path) -> None:
    recording = read_labelled(recorded(tmp_path))
    held = []
    for learned, held_out in folds(recording):
        apart = np.abs(recording.seconds[learned][:, np.newaxis] - recording.seconds[held_out])
        assert apart.min() >= 5
        assert set(recording.labels[held_out]) >= {1, 5, 7}
        held += held_out.tolist()
    assert sorted(held) == list(range(len(recording)))


@needs_sklearn
def test_our_forest_tells_what_scikit_learn_does() -> None:
    from sklearn.ensemble import ExtraTreesClassifier

    from impsy_tui.ensemble.classifier import Classifier, described
    from impsy_tui.training.gestures.forest import as_forest, synthetic

    found, labels = synthetic(3, 10, 1)
    kept = labels != 4  # a gesture that the training data do not have
    model = ExtraTreesClassifier(20, random_state=1, min_samples_leaf=2).fit(described(found[kept]), labels[kept])
    others, _ = synthetic(2, 10, 2)
    there = others[:, 4] > 0
    ours = Classifier(as_forest(model)).chances(others)[there]
    np.testing.assert_allclose(ours[:, model.classes_], model.predict_proba(described(others))[there], atol=1e-6)
    assert not ours[:, 4].any()


@needs_sklearn
def test_worker_makes_a_classifier_and_overwrites_none(tmp_path: Path) -> None:
    recorded(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "gestures-guided.npz").write_text("mine")
    *progress, last = run_worker(TrainGesturesRequest(tmp_path / "models", (tmp_path,)))
    assert isinstance(last, Finished), last
    assert last.file == str(tmp_path / "models" / "gestures-guided-2.npz")
    assert "right about" in last.text
    assert "it has no examples of slow-taps, fast-swipe" in last.text
    assert all(isinstance(message, Progress) for message in progress)
    assert (tmp_path / "models" / "gestures-guided.npz").read_text() == "mine"
    assert "accuracy_within_recordings" in (tmp_path / "models" / "gestures-guided-2.toml").read_text()
    classifier = read_classifier(Path(last.file))
    for number, code in enumerate((1, 7, 5)):
        touches = play(code, 20.0, np.random.default_rng(number))
        assert np.bincount(classifier.gestures(features(touches, np.arange(6.0, 20.0)))).argmax() == code


@needs_sklearn
def test_grow_refuses_a_single_gesture(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(HEADER + "2026-05-01 20:00:00,1,2,3,4,5,6,7,8,small-swirl\n" * 3)
    *_, last = run_worker(TrainGesturesRequest(tmp_path / "models", (tmp_path / "table.csv",)))
    assert last == Failed("small-swirl is the only gesture in the recordings: at least two are needed")
    assert not (tmp_path / "models").exists()


@needs_sklearn
def test_classifier_tells_gestures_within_and_across_recordings(tmp_path: Path) -> None:
    from impsy_tui.training.gestures.forest import across, within

    recordings = []
    for number, gestures in enumerate(((1, 7, 5, 2), (7, 2, 1, 5))):
        (tmp_path / str(number)).mkdir()
        recordings.append(read_labelled(recorded(tmp_path / str(number), gestures)))
    first, second = recordings
    assert within(first, 1) > 0.8
    assert across([first], second, 1) > 0.5


@needs_sklearn
def test_published_recordings_are_classified_as_accurately_as_before() -> None:
    folder = published("metatone", "classifier")
    from impsy_tui.training.gestures.forest import across, within

    older = read_labelled(folder / "2013-07-01-TrainingData1s.csv")
    newer = read_labelled(next(folder.glob("*-FeatureVectors.csv")))
    assert within(newer, 1) >= 0.898
    assert across([newer], older, 1) >= 0.854
