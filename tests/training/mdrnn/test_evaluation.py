"""Evaluation of a network: held-out likelihood, and its style in free play."""

import importlib.util
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.mdrnn.lstm import NumpyNetwork
from impsy_tui.mdrnn.model import SCALE, Network, Shape
from impsy_tui.mdrnn.weights import read_weights
from tests.support.models import constant_model, random_model
from tests.support.workers.training_workers import swinging_performance

if importlib.util.find_spec("tensorflow_probability") is None:
    pytest.skip("evaluating is the extra [train]", allow_module_level=True)

from impsy_tui.data.held_out import cut
from impsy_tui.errors import UserError
from impsy_tui.training.common.figure import figure
from impsy_tui.training.common.parts import split
from impsy_tui.training.mdrnn import evaluation as ev
from impsy_tui.training.mdrnn import evaluation_report as told
from impsy_tui.training.mdrnn.advice import advice
from impsy_tui.training.mdrnn.playing_style import Style


def _silent(done: int, of: int) -> None:
    """Takes the progress and does nothing."""


def _random_network(file: Path) -> Network:
    return NumpyNetwork(read_weights(random_model(file, 3, 8, 2, 5)))


def _mixture(count: int, narrowing: float = 1.0) -> ev.Expectation:
    """Returns events drawn from mixtures, and predictions of them whose deviations are too narrow by a factor."""
    random = np.random.default_rng(2)
    shape = Shape(3, 1, 1, 4)
    means = random.normal(0, 3, (count, 4, 3))
    deviations = random.uniform(0.5, 2, (count, 4, 3))
    logits = random.normal(0, 1, (count, 4))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    chosen = (shares.cumsum(axis=1) < random.random((count, 1))).sum(axis=1)
    rows = np.arange(count)
    events = random.normal(means[rows, chosen], deviations[rows, chosen])
    parameters = [means.reshape(count, -1), (deviations / narrowing).reshape(count, -1), logits]
    return ev.Expectation(shape, np.concatenate(parameters, axis=1), events)


class TestExpectation:
    def test_evaluation_holds_out_the_same_events_as_training(self) -> None:
        for events in (100, 119, 57, 1234):
            performance = swinging_performance(events)
            _, (held_out,) = split([performance], 5.0)
            (heard,) = ev.capped([performance], 5.0)
            assert np.array_equal(heard[cut(len(heard)) :] * np.float32(SCALE), held_out)

    def test_gaps_are_capped_and_short_performances_left_out(self) -> None:
        long = swinging_performance(20)
        long[3, 0], long[4, 0] = 100.0, -1.0
        (heard,) = ev.capped([swinging_performance(9), long], 2.5)
        assert heard[3:5, 0].tolist() == [2.5, 0.0]
        assert long[3, 0] == 100.0  # the dataset is not changed

    def test_tail_is_judged_with_all_that_came_before_it(self, tmp_path: Path) -> None:
        network = _random_network(tmp_path / "r.h5")
        performances = ev.capped([swinging_performance(40), swinging_performance(25, seed=2)], 5.0)
        expectation = ev.hear(network, performances, _silent)
        assert expectation.events.shape == (4 + 2, 3)
        network.reset()
        expected = [network.step(event).copy() for event in performances[0].tolist()]
        assert np.array_equal(expectation.parameters[:4], np.array(expected[35:39]))
        assert np.allclose(expectation.events[:4], performances[0][36:] * SCALE)
        network.reset()
        expected = [network.step(event).copy() for event in performances[1].tolist()]
        assert np.array_equal(expectation.parameters[4:], np.array(expected[22:24]))

    def test_network_that_predicts_no_numbers_is_refused(self, tmp_path: Path) -> None:
        file = constant_model(tmp_path / "nan.h5", [0.1, math.nan, 0.5])
        with pytest.raises(UserError, match="not a number"):
            ev.hear(NumpyNetwork(read_weights(file)), [swinging_performance(20)], _silent)


class TestLikelihood:
    def test_density_agrees_with_the_formula(self) -> None:
        expectation = _mixture(50)
        means, deviations, logits = np.split(expectation.parameters, (12, 24), axis=1)
        each = np.zeros((50, 4, 3))
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        for n in range(50):
            for k in range(4):
                for d in range(3):
                    width = deviations[n, 3 * k + d]
                    z = (expectation.events[n, d] - means[n, 3 * k + d]) / width
                    each[n, k, d] = math.exp(-z * z / 2) / (width * math.sqrt(2 * math.pi))
        found = ev.densities(expectation)
        assert found == pytest.approx(-np.log((shares * each.prod(axis=2)).sum(axis=1)), rel=1e-9)

    def test_density_agrees_with_the_loss_of_training(self) -> None:
        from impsy_tui.training.mdrnn.loss import log_likelihood

        expectation = _mixture(50)
        found = log_likelihood(expectation.events, expectation.parameters, expectation.shape)
        assert -found == pytest.approx(ev.densities(expectation), rel=1e-9)

    def test_cells_of_one_dimension_are_those_of_all_if_it_is_the_only_one(self) -> None:
        random = np.random.default_rng(5)
        shape = Shape(1, 1, 1, 2)
        parameters = np.column_stack([random.normal(1, 1, (40, 2)), random.uniform(0.1, 1, (40, 4))])
        expectation = ev.Expectation(shape, parameters, random.uniform(0, 3, (40, 1)))
        assert ev.cells_of_dimensions(expectation) == pytest.approx([ev.cells(expectation).mean()])

    def test_standard_error_of_neighbours_that_resemble_each_other_is_larger(self) -> None:
        random = np.random.default_rng(6)
        apart = random.normal(0, 1, 5000)
        alike = np.repeat(random.normal(0, 1, 100), 50)
        assert figure(apart).error == pytest.approx(1 / 5000**0.5, rel=0.3)
        assert figure(alike).error == pytest.approx(1 / 100**0.5, rel=0.3)
        assert figure(np.ones(1)).error == math.inf


class TestCalibration:
    def test_mixture_that_is_right_is_well_judged(self) -> None:
        shares = ev.inside(_mixture(4000))
        assert shares == pytest.approx(np.tile([0.5, 0.9], (3, 1)), abs=0.03)
        assert {told.verdict(half, most, 4000) for half, most in shares} == {told.WELL}

    @pytest.mark.parametrize(("narrowing", "word"), [(4.0, told.SURE), (0.25, told.VAGUE)])
    def test_inside_finds_distributions_that_are_too_narrow_or_too_wide(self, narrowing: float, word: str) -> None:
        shares = ev.inside(_mixture(1000, narrowing))
        assert {told.verdict(half, most, 1000) for half, most in shares} == {word}

    def test_deciles_of_dt_are_even_if_the_mixture_is_right_and_cluster_if_it_is_narrow(self) -> None:
        assert ev.dt_deciles(_mixture(4000)) == pytest.approx([0.1] * 10, abs=0.03)
        assert ev.dt_deciles(_mixture(1000, 4.0)).max() > 0.15

    def test_few_events_prove_little(self) -> None:
        assert told.verdict(0.75, 0.8, 9) == told.WELL
        assert told.verdict(0.75, 0.95, 400) == told.VAGUE


class TestPlaying:
    def test_alone_it_plays_as_on_stage(self, tmp_path: Path) -> None:
        network = NumpyNetwork(read_weights(constant_model(tmp_path / "c.h5", [9.0, 1.5, -0.5])))
        played = ev.play(network, "c", swinging_performance(100), 2.5, (1.0, 0.01), 1, _silent)
        assert played.shape == (ev.PLAYED, 3)
        assert np.array_equal(played, np.tile(np.float32([2.5, 1.0, 0.0]), (ev.PLAYED, 1)))

    def test_higher_sigma_temperature_moves_more(self, tmp_path: Path) -> None:
        network = _random_network(tmp_path / "r.h5")
        calm, wild = (
            ev.play(network, "r", swinging_performance(100), 5.0, (1.0, sigma), 1, _silent) for sigma in (0.01, 1.0)
        )
        assert np.abs(np.diff(wild[:, 1:], axis=0)).mean() > 3 * np.abs(np.diff(calm[:, 1:], axis=0)).mean()

    def test_same_seed_plays_the_same(self, tmp_path: Path) -> None:
        network = _random_network(tmp_path / "r.h5")
        one, same, other = (
            ev.play(network, "r", swinging_performance(100), 5.0, (1.0, 0.01), seed, _silent) for seed in (1, 1, 2)
        )
        assert np.array_equal(one, same)
        assert not np.array_equal(one, other)
        assert one[:, 0].min() >= np.float32(0.001)


def _style(**changes: object) -> Style:
    found = Style((0.01, 0.02, 0.04), 22.0, 1.0, 0.2, 0.0, np.array([0.4, 0.3]), np.array([0.9, 0.8]), 0.5)
    return replace(found, **changes)  # type: ignore[arg-type]


def _evaluated(gain: float = 3.0, **changes: object) -> ev.Evaluated:
    """Returns the evaluation of a model that saves this number of nats compared with the Markov chain."""
    baselines = tuple(
        ev.Baseline(name, ev.Figure(nats, 0.1), None, ev.Figure(nats - 4.0 + gain, 0.1))
        for name, nats in ((ev.REPEAT, 5.0), (ev.MARKOV, 4.0), (ev.EVEN, 9.0))
    )
    model = ev.Evaluated(
        "mine",
        "known",
        ev.Figure(4.0 - gain, 0.1),
        ev.Figure(1.0, 0.2),
        np.zeros(3),
        baselines,
        np.tile([0.5, 0.9], (3, 1)),
        np.full(10, 0.1),
        500,
        _style(),
        _style(),
        (1.0, 0.2),
        (1.0, 0.2),
    )
    return replace(model, **changes)  # type: ignore[arg-type]


class TestReport:
    def test_model_that_plays_like_the_performer(self) -> None:
        assert told.sentences("it", _evaluated()) == [
            "It knows your playing: an event is 20.1 times as likely to it as to the best simple guess (Markov "
            "chain), 3.00 ± 0.10 nats over 500 held-out events.",
            "How far you may stray is well judged everywhere.",
            "Alone, at `temp 1` and `sigma 0.2`, it keeps your pace: 22.0 events a second, you 22.0; moves as "
            "much as you.",
            "No other temperatures come nearer to you.",
        ]

    def test_sentences_name_differences_with_remedies(self) -> None:
        alone = _style(gaps=(0.01, 0.03, 0.4), pace=31.0, movement=3.0, moving=np.array([0.01, 0.9]))
        inside = np.array([[0.2, 0.5], [0.9, 1.0], [0.5, 0.9]])
        said = " ".join(told.sentences("B", _evaluated(alone=alone, inside=inside, nearest=(0.7, 0.05))))
        assert "It comes nearest to you at `temp 0.7` and `sigma 0.05`." in said
        assert "It is sure of itself about dt and vague about x1; x2 is well judged." in said
        assert "plays faster than you: 31.0 events a second, you 22.0 (`timescale 1.41` slows it); moves more" in said
        assert "its long gaps are longer: 400 ms, yours 40.0 ms" in said
        assert "x1 hardly moves (1 % of events), with you it moves in 40 %: train a larger size, or play x1" in said
        assert "x2 is restless (90 % of events), with you it moves in 30 %: lower `sigma`." in said

    @pytest.mark.parametrize(
        ("gain", "said"),
        [
            (
                0.1,
                "knows your playing about as well as the best simple guess (Markov chain), within 0.10 ± 0.10 nats",
            ),
            (-9.0, "knows your playing less well than the best simple guess (Markov chain), by 9.00 ± 0.10 nats"),
            (9.0, "an event is 8103 times as likely to it as"),
        ],
    )
    def test_best_guess_decides_if_it_knows_the_performer(self, gain: float, said: str) -> None:
        first = told.sentences("it", _evaluated(gain))[0]
        assert said in first
        assert ("times as likely" in first) == (gain > 1)

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"spans": np.array([0.2, 0.2])}, "It stays in 24 % of your range: train a larger size, or play more"),
            ({"spans": np.array([2.0, 2.0])}, "It roams over 235 % of your range: train longer or a larger size."),
            ({"together": 0.6}, "It moves two or more dimensions in 60 % of events, you in 0 %: train longer"),
            ({"repetition": 0.9}, "It repeats itself: 90 % of its figures came before, 50 % of yours: raise `temp`."),
            ({"repetition": 0.1}, "10 % of its figures came before, 50 % of yours: lower `temp`"),
        ],
    )
    def test_report_has_a_remedy_for_each_fault(self, changes: dict[str, object], said: str) -> None:
        assert said in " ".join(advice(_evaluated(alone=_style(**changes))))

    @pytest.mark.parametrize(("sigma", "remedy", "other"), [(0.05, "lower", "raise"), (1.0, "raise", "lower")])
    def test_remedies_lead_to_the_nearest_temperatures(self, sigma: float, remedy: str, other: str) -> None:
        alone = _style(together=0.6, spans=np.array([0.2, 0.2]), moving=np.array([0.0, 0.3]))
        said = " ".join(advice(_evaluated(alone=alone, nearest=(1.0, sigma))))
        assert f"{remedy} `sigma`" in said
        assert f"{other} `sigma`" not in said

    def test_times_that_cluster_are_said_if_they_are_many(self) -> None:
        deciles = np.array([0.28, *[0.08] * 9])
        said = "28 % of your times between events cluster in one tenth of what it expects"
        assert said in " ".join(advice(_evaluated(deciles=deciles)))
        assert said not in " ".join(advice(_evaluated(deciles=deciles, events=20)))

    def test_several_stand_side_by_side_and_the_best_is_marked(self) -> None:
        worse = _evaluated(1.5, name="theirs")
        text = told.report("d", 5000, 2, [worse, _evaluated()])
        lines = text.splitlines()
        assert max(map(len, lines)) <= 78
        assert next(line for line in lines if line.startswith("cell nats an")).split()[-2:] == [
            "2.50±0.10",
            "*1.00±0.10",
        ]
        assert {"  A  theirs", "  B  mine", "* knows your playing best"} <= set(lines)
        assert "500 of 5000 events; performances too short for that and left out: 2" in " ".join(lines)
        assert told.summary([worse, _evaluated()]).startswith("mine knows you best: it knows your playing")
        assert "\n" not in told.summary([worse])
