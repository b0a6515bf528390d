"""Training of an ensemble's network, and the model of its worker."""

import importlib.util
import tomllib
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.ensemble.network import PREFIX, EnsembleNetwork
from impsy_tui.ensemble.predictor import EnsemblePredictor
from impsy_tui.ensemble.scores import Score, write_score
from impsy_tui.ensemble.synthetic.scores import scores
from impsy_tui.errors import UserError
from impsy_tui.workers.messages import Failed, Finished, Progress
from impsy_tui.workers.requests import EvaluateEnsembleRequest, TrainEnsembleRequest
from tests.support.workers.training_workers import run_worker, worker_result

if importlib.util.find_spec("tensorflow") is None:
    pytest.skip("training is the extra [train]", allow_module_level=True)


def _write(folder: Path, made: list[np.ndarray]) -> Path:
    folder.mkdir()
    for number, codes in enumerate(made):
        players = tuple(f"p{player}" for player in range(codes.shape[1]))
        write_score(folder / f"{number:02d}.csv", Score("", players, codes))
    return folder


def test_tiny_ensemble_is_trained_on_a_folder_of_scores_and_noted(tmp_path: Path) -> None:
    folder = _write(tmp_path / "played", scores(3, 150, 1))
    (folder / "00.csv").write_text((folder / "00.csv").read_text().replace("\n5,", "\n5,x", 1))
    (folder / "broken.csv").write_text("not a score\n")
    said = run_worker(TrainEnsembleRequest(tmp_path / "models", (folder,), epochs=1, units=9, remarks=True))
    last = said[-1]
    assert isinstance(last, Finished), last
    assert last.file == str(tmp_path / "models" / f"{PREFIX}played.tflite")
    assert [line.partition(":")[0] for line in last.text.splitlines()[1:]] == ["00.csv, line 7, p0", "left out"]
    stages = [message.stage for message in said if isinstance(message, Progress)]
    assert any("is not a gesture" in stage for stage in stages)
    assert any(stage.startswith("left out: ") and "broken.csv" in stage for stage in stages)
    notes = tomllib.loads(Path(last.file).with_suffix(".toml").read_text())
    assert (notes["kind"], notes["corpus"]) == ("ensemble", "played")
    assert notes["scores"] == "1 of 2 players, 1 of 3 players, 1 of 4 players"
    assert len(notes["curve"]["held_out"]) == 1
    network = EnsembleNetwork(Path(last.file))
    assert network.units == 9
    assert len(EnsemblePredictor(network, 5, np.random.default_rng(1)).play(2)) == 5
    assert len(notes["tuning"]) == 1
    (folder / "broken.csv").unlink()
    known = worker_result(EvaluateEnsembleRequest(Path(last.file), (folder,)))
    assert "the model was trained on these scores" in known.text
    others = _write(tmp_path / "others", scores(2, 150, 9))
    assert (
        "the model was not trained on these scores"
        in worker_result(EvaluateEnsembleRequest(Path(last.file), (others,))).text
    )


@pytest.mark.parametrize(
    ("made", "players", "problem"),
    [
        ([], 0, "no gesture score is in it"),
        ([np.zeros((200, 1), np.int8)], 0, "no score of two players or more"),
        ([np.zeros((200, 3), np.int8)], 4, "no score of 4 players"),
    ],
)
def test_training_reports_invalid_scores(tmp_path: Path, made: list[np.ndarray], players: int, problem: str) -> None:
    scores = _write(tmp_path / "played", made)
    last = worker_result(TrainEnsembleRequest(tmp_path / "models", (scores,), players))
    assert isinstance(last, Failed)
    assert problem in last.text
    assert not (tmp_path / "models").exists()


def test_parts_of_gives_every_lead_and_follower() -> None:
    from impsy_tui.ensemble.memory import GESTURES, WIDTH
    from impsy_tui.training.ensemble.fit import parts_of

    codes = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 0]], np.int8)
    parts = parts_of(codes)
    assert [part.codes.tolist() for part in parts] == [[5, 8], [6, 0], [4, 7], [6, 0], [4, 7], [5, 8]]
    own, lead, other = (
        parts[0].inputs[:, begin : begin + GESTURES].argmax(axis=1) for begin in (0, WIDTH, 2 * WIDTH)
    )
    assert (own.tolist(), lead.tolist(), other.tolist()) == ([2, 5], [4, 7], [3, 6])


def test_playing_model_matches_trained_model(tmp_path: Path) -> None:
    from impsy_tui.training.ensemble.fit import parts_of
    from impsy_tui.training.ensemble.network import playing_model, save_ensemble, training_model

    trained = training_model(5)
    file = save_ensemble(playing_model(trained.get_weights(), 5), tmp_path, "my scores")
    codes = scores(3, 40, 4)[2]
    ensemble = EnsemblePredictor(EnsembleNetwork(file), codes.shape[1] - 1, np.random.default_rng(1))
    ensemble.reset(codes[0, 1:].tolist())
    ensemble.lead(int(codes[0, 0]))
    found = []
    for row in codes[1:].tolist():
        found.append(ensemble.predict(row[0]).copy())
        ensemble.take(row[1:])
    parts = parts_of(codes)[: codes.shape[1] - 1]
    expected = np.stack([trained(part.inputs[None].astype(np.float32)).numpy()[0] for part in parts], axis=1)
    assert np.array(found) == pytest.approx(expected, abs=2e-3)  # these numbers are in half precision


def test_too_short_scores_are_refused_with_their_length() -> None:
    from impsy_tui.training.ensemble.fit import split

    with pytest.raises(UserError, match="the longest has 50 seconds, and at least 73"):
        split([np.ones((50, 3), np.int8), np.ones((500, 1), np.int8)], 1)
    assert split([np.ones((73, 2), np.int8)], 1)


def test_whole_performances_are_held_out_where_there_are_enough_of_them() -> None:
    from impsy_tui.training.ensemble.fit import split

    training, held_out = split([np.ones((100, 2), np.int8)] * 14, 1)
    assert (len(training), len(held_out)) == (24, 4)
    training, held_out = split([np.ones((100, 2), np.int8)] * 3, 1)
    assert {len(part.codes) for part in training} == {90}
    assert {len(part.codes) for part in held_out} == {9}


def test_made_up_scores_are_the_same_for_the_same_seed_and_of_every_size() -> None:
    first, again, other = scores(7, 60, 1), scores(7, 60, 1), scores(7, 60, 2)
    assert [codes.shape for codes in first] == [(60, players) for players in range(2, 9)]
    assert all(map(np.array_equal, first, again))
    assert not any(map(np.array_equal, first, other))


def test_players_that_hardly_play_are_heard_and_not_learned_from() -> None:
    from impsy_tui.training.ensemble.fit import parts_of, split

    codes = np.ones((100, 3), np.int8)
    codes[10:, 2] = 0
    parts = parts_of(codes)
    assert len(parts) == 4
    assert all((part.codes == 1).all() for part in parts)
    with pytest.raises(UserError, match="no player plays in 20% of its seconds or more"):
        split([np.zeros((100, 2), np.int8)], 1)
