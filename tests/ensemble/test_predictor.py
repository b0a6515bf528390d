"""Ensemble that answers a lead, with the shipped model."""

import numpy as np
import pytest

from impsy_tui.ensemble.evaluation import HEADS, evaluate_markov, evaluate_network, evaluate_real, surprises, table
from impsy_tui.ensemble.gestures import NOTHING
from impsy_tui.ensemble.lead_activity import Activity
from impsy_tui.ensemble.network import EnsembleNetwork
from impsy_tui.ensemble.predictor import (
    ABSENT,
    GONE_AFTER,
    EnsemblePredictor,
    RandomEnsemble,
    Tuning,
    generate_followers,
)
from impsy_tui.ensemble.synthetic.scores import scores
from tests.support.models import SHIPPED_ENSEMBLE


def _ensemble(followers: int, seed: int = 1) -> EnsemblePredictor:
    return EnsemblePredictor(EnsembleNetwork(SHIPPED_ENSEMBLE), followers, np.random.default_rng(seed))


@pytest.mark.parametrize("followers", [1, 3, 7])
def test_play_repeats_with_the_same_seed(followers: int) -> None:
    lead = scores(1, 120, 5)[0][:, 0]
    plays = [generate_followers(_ensemble(followers, seed), lead, np.zeros(followers, int)) for seed in (1, 1, 2)]
    assert plays[0].shape == (120, followers)
    assert plays[0].min() >= 0
    assert plays[0].max() <= 8
    assert len(np.unique(plays[0])) > 2
    assert np.array_equal(plays[0], plays[1])
    assert not np.array_equal(plays[0], plays[2])


def test_predictor_refuses_more_than_seven_followers() -> None:
    with pytest.raises(ValueError, match="8 followers"):
        _ensemble(8)


def test_reset_forgets_all_seconds() -> None:
    ensemble = _ensemble(2)
    first = ensemble.predict(3).copy()
    for code in (1, 1, 2, 8):
        ensemble.play(code)
    ensemble.reset()
    assert np.array_equal(ensemble.predict(3), first)


def test_play_sets_forced_and_absent_gestures() -> None:
    ensemble = _ensemble(3)
    for _ in range(10):
        assert ensemble.play(1, forced={1: 7})[1] == 7
    codes = ensemble.play(1, forced={1: 7, 2: ABSENT})
    assert codes[1:] == (7, ABSENT)
    alone = ensemble.predict(1)[:2]
    assert np.isfinite(alone).all()


def test_play_changes_more_at_high_temperature() -> None:
    lead = np.ones(300, int)
    changes = []
    for temperature in (0.1, 1.0, 3.0):
        parts = generate_followers(_ensemble(4), lead, np.zeros(4, int), temperature)
        changes.append((parts[1:] != parts[:-1]).mean())
    assert changes[0] < changes[1] < changes[2]


def test_shipped_ensemble_has_less_loss_than_markov_chains() -> None:
    made = scores(12, 200, 77)  # another seed than that of the training data
    known, test = made[4:], made[:4]
    random = np.random.default_rng(1)
    chain = evaluate_markov(2, known, test, random)
    network = evaluate_network("ensemble", EnsembleNetwork(SHIPPED_ENSEMBLE), test, random)
    assert network.surprise is not None
    assert chain.surprise is not None
    assert network.surprise < chain.surprise - 0.005
    assert network.surprise_at_changes is not None
    assert network.surprise_at_changes > network.surprise


def test_surprises_are_those_of_predict() -> None:
    codes = scores(1, 60, 3)[0]
    ensemble = _ensemble(1)
    nats = surprises(ensemble, codes[:, 0], codes[:, 1:])
    ensemble.reset([int(codes[0, 1])])
    ensemble.lead(int(codes[0, 0]))
    logits = ensemble.predict(int(codes[1, 0])).astype(float)[0]
    chances = np.exp(logits) / np.exp(logits).sum()
    assert nats.shape == (59, 1)
    assert nats[0, 0] == pytest.approx(-np.log(chances[codes[1, 1]]))


def test_table_has_no_loss_for_real_scores() -> None:
    made = scores(3, 80, 9)
    random = np.random.default_rng(1)
    rows = table([evaluate_markov(1, made[1:], made[:1], random), evaluate_real(made[:1])])
    assert [len(row) for row in rows] == [len(HEADS)] * 2
    assert rows[1][:3] == ("real", "", "")
    assert all(float(cell) >= 0 for cell in rows[0][1:])


def test_chains_and_networks_weigh_ensembles_of_all_sizes_alike() -> None:
    made = scores(2, 60, 4)[:2]
    random = np.random.default_rng(1)
    small, large = made[0][:, :2], np.concatenate([made[1]] * 4, axis=1)[:, :6]
    network = EnsembleNetwork(SHIPPED_ENSEMBLE)
    judged = [
        evaluate_markov(0, made, [small, large], random),
        evaluate_network("n", network, [small, large], random),
        evaluate_real([small, large]),
    ]
    assert [[part.shape for part in each.parts] for each in judged] == [[(60, 1)] * 2 + [(60, 5)] * 6] * 3
    chain, playing, _ = judged
    assert [len(nats) for nats in chain.nats] == [len(nats) for nats in playing.nats]
    for one, other in zip(chain.changes, playing.changes, strict=True):
        assert np.array_equal(one, other)


def _changes(parts: np.ndarray) -> float:
    return float((parts[1:] != parts[:-1]).mean())


def test_activity_makes_players_start_and_change_more_readily() -> None:
    found = []
    for activity in (0.1, 1.0, 10.0):
        ensemble = EnsemblePredictor(RandomEnsemble(), 4, np.random.default_rng(1))
        parts = np.array([ensemble.play(1, activity=activity) for _ in range(400)])
        found.append((_changes(parts), float((parts == 0).mean())))
    assert found[0][0] < found[1][0] / 2 < found[2][0] / 4
    assert found[0][1] > 1.5 * found[1][1] > 3 * found[2][1]


def test_tuned_ensemble_follows_the_activity_of_its_lead() -> None:
    random = np.random.default_rng(2)
    tuning = Tuning(usual=(0.2, *[0.1] * 8), changes=0.1, lead=Activity(-2.0, 0.6))
    found = []
    for lead in (np.zeros(400, int), np.repeat(random.integers(1, 9, 20), 20), random.integers(1, 9, 400)):
        ensemble = EnsemblePredictor(RandomEnsemble(), 4, np.random.default_rng(1), tuning)
        parts = generate_followers(ensemble, lead)
        found.append((_changes(parts), float((parts == 0).mean())))
    quiet, calm, restless = found
    assert quiet[1] > 2 * calm[1]
    assert restless[0] > 1.5 * calm[0]


def test_tuned_ensemble_begins_with_usual_gestures() -> None:
    tuning = Tuning(usual=(0.0, 0.0, 0.0, 0.5, 0.0, 0.5, 0.0, 0.0, 0.0), changes=0.1, lead=Activity(-2.0, 0.6))
    ensemble = EnsemblePredictor(RandomEnsemble(), 7, np.random.default_rng(3), tuning)
    assert set(ensemble.codes) == {0}
    ensemble.begin()
    assert set(ensemble.codes) == {3, 5}
    untuned = EnsemblePredictor(RandomEnsemble(), 7, np.random.default_rng(3))
    untuned.begin()
    assert set(untuned.codes) == {0}


def test_followers_rest_while_the_lead_has_stopped() -> None:
    lead = np.array([1] * 20 + [NOTHING] * 60 + [1] * 60, np.int8)
    stops = slice(20 + GONE_AFTER, 80)
    on_stage = generate_followers(_ensemble(3), lead, np.full(3, 4), rest=True)
    assert (on_stage[stops] == NOTHING).all()
    assert (on_stage[: stops.start] != NOTHING).any()
    assert (on_stage[stops.stop :] != NOTHING).any()
    assert (generate_followers(_ensemble(3), lead, np.full(3, 4))[stops] != NOTHING).any()
