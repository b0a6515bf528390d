"""Training in NumPy: its network, its loss and its gradient; the parts of tonight; one attempt."""

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.choices import UNITS
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.lstm import NumpyNetwork
from impsy_tui.mdrnn.model import SCALE, Floats, Shape
from impsy_tui.mdrnn.weights import read_weights, write_weights
from impsy_tui.training.common.figure import Figure
from impsy_tui.training.common.shapes import shape_of
from impsy_tui.training.evolution.first_networks import larger_network, new_network
from impsy_tui.training.evolution.learning import judge
from impsy_tui.training.evolution.loss import _erfc, loss_with_slopes
from impsy_tui.training.evolution.network import arrays_of, gradient, hear, learns, weights_from
from impsy_tui.training.evolution.trial import MOST_LOST, Material, Result, _between, attempt, divide
from tests.support.workers.training_workers import swinging_performance

SHAPES = [Shape(4, 6, 2, 3, gated=True), Shape(4, 6, 2, 3)]


def _arrays(shape: Shape, seed: int = 1) -> list[Floats]:
    random = np.random.default_rng(seed)
    sizes = []
    inputs = shape.dimension + shape.gated
    for _ in range(shape.layers):
        sizes += [(inputs, 4 * shape.units), (shape.units, 4 * shape.units), (4 * shape.units,)]
        inputs = shape.units
    values = shape.mixtures * shape.dimension
    for width in (values, values, shape.mixtures):
        sizes += [(shape.units, width), (width,)]
    sizes += [(shape.mixtures, shape.dimension)] if shape.gated else []
    return [random.normal(0, 0.3, size).astype(np.float32) for size in sizes]


def _events(shape: Shape, sequences: int, count: int) -> Floats:
    random = np.random.default_rng(2)
    events = random.random((sequences, count, shape.dimension)) * SCALE
    return events.astype(np.float32)


@pytest.mark.parametrize("shape", SHAPES)
def test_network_hears_sequences_as_the_network_that_plays(shape: Shape) -> None:
    arrays, events = _arrays(shape), _events(shape, 3, 9)
    parameters = hear(arrays, shape, events).parameters
    network = NumpyNetwork(weights_from(arrays))
    for sequence in range(3):
        network.reset()
        steps = [network.step(event / SCALE).copy() for event in events[sequence]]
        assert np.allclose(steps, parameters[:, sequence], atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_gradient_is_that_of_small_differences(shape: Shape) -> None:
    arrays, events = _arrays(shape), _events(shape, 5, 9)
    targets = events[:, 1:].swapaxes(0, 1).reshape(-1, shape.dimension)

    def loss(weights: list[Floats]) -> float:
        parameters = hear(weights, shape, events[:, :-1]).parameters.reshape(-1, shape.parameters)
        return loss_with_slopes(parameters, targets, shape)[0]

    heard = hear(arrays, shape, events[:, :-1])
    _, slopes = loss_with_slopes(heard.parameters.reshape(-1, shape.parameters), targets, shape)
    found = gradient(arrays, shape, heard, slopes.reshape(heard.parameters.shape).astype(np.float32))
    random = np.random.default_rng(3)
    for number, array in enumerate(arrays):
        direction = random.normal(0, 1, array.shape).astype(np.float32)
        direction /= np.linalg.norm(direction)
        ends = []
        for step in (1e-3, -1e-3):
            changed = [each.copy() for each in arrays]
            changed[number] += step * direction
            ends.append(loss(changed))
        assert (ends[0] - ends[1]) / 2e-3 == pytest.approx(
            float((found[number] * direction).sum()), abs=1e-2, rel=2e-2
        )


def test_loss_and_its_gradient_are_those_of_the_training_in_tensorflow() -> None:
    tf = pytest.importorskip("tensorflow", reason="training is the extra [train]")
    from impsy_tui.training.mdrnn.loss import loss_function

    shape = SHAPES[0]
    events = _events(shape, 1, 40)[0]
    events[::3, 1] = 0.0
    events[::4, 2] = SCALE
    parameters = hear(_arrays(shape), shape, events[None]).parameters[:, 0]
    parameters[::5, 12:24] = 1e-3
    variable = tf.Variable(parameters)
    with tf.GradientTape() as tape:
        loss, _ = loss_function(shape)(tf.constant(events), variable)
    found, slopes = loss_with_slopes(parameters, events, shape)
    assert found == pytest.approx(float(loss), rel=1e-5)
    assert np.allclose(slopes, tape.gradient(loss, variable).numpy(), rtol=1e-3, atol=1e-4)


def test_error_function_is_exact_in_the_tail() -> None:
    x = np.linspace(-6.0, 8.0, 200)
    assert np.allclose(_erfc(x), [math.erfc(each) for each in x], rtol=1.2e-7, atol=0.0)


def test_weights_that_stay_do_not_learn() -> None:
    shape = SHAPES[0]
    arrays = _arrays(shape)
    arrays[-7][:, 5] = 0.0
    masks = learns(arrays, shape)
    assert not masks[-7][:, 5].any()
    assert masks[-1].ravel()[5] == 0.0
    assert masks[-1].sum() == 11.0
    assert all(mask.all() for mask in masks[:6])


@pytest.mark.parametrize("shape", SHAPES)
def test_written_weights_are_read_again(tmp_path: Path, shape: Shape) -> None:
    arrays = _arrays(shape)
    write_weights(tmp_path / "m.h5", weights_from(arrays))
    again = arrays_of(read_weights(tmp_path / "m.h5"))
    assert all(np.array_equal(one, other) for one, other in zip(arrays, again, strict=True))


def test_divide_holds_the_newest_ten_minutes_out() -> None:
    evening = [swinging_performance(9000), swinging_performance(4000, gap=0.2)]
    training, held_out, newest = divide(evening, 5.0)
    assert sum(map(len, newest)) == pytest.approx(3000, abs=20)
    assert np.concatenate(newest)[:, 0].sum() / SCALE == pytest.approx(600.0, abs=0.5)
    assert np.allclose(newest[-1][-1], evening[-1][-1] * SCALE)
    assert sum(map(len, training)) + sum(map(len, held_out)) + sum(map(len, newest)) == 13_000


def test_divide_keeps_two_thirds_of_a_short_evening_for_training() -> None:
    training, held_out, newest = divide([swinging_performance(300), swinging_performance(600)], 5.0)
    assert [len(one) for one in newest] == [300]
    assert [len(one) for one in training] == [270, 270]
    assert [len(one) for one in held_out] == [30, 30]


def test_divide_refuses_too_little_playing() -> None:
    with pytest.raises(UserError, match="200 events were played tonight: play 100 more first"):
        divide([swinging_performance(200)], 5.0)


def _material(old: float = 0.0) -> Material:
    shape = Shape(3, 8, 1, 2, gated=True)
    training, held_out, newest = divide([swinging_performance(900)], 5.0)
    known = [swinging_performance(400, 2) * np.float32(SCALE)]
    known[0][:, 2] += old
    arrays = _arrays(shape)
    playing = training, held_out, newest, [known[0][:300]], [known[0][300:]]
    return Material(shape, shape, False, 1, arrays, arrays, *playing)


def test_attempt_learns_what_was_played_tonight() -> None:
    rounds = []
    result = attempt(_material(), lambda *figures: bool(rounds.append(figures)) or True)
    assert result.better
    assert result.newest[0] - result.newest[1] == pytest.approx(result.gain.mean)
    assert result.gain.mean > 1.0
    assert result.old[1] < result.old[0]
    assert len(rounds) == result.rounds >= result.best
    assert "newest playing" in str(result)


def test_between_returns_weights_that_keep_the_old_playing() -> None:
    material = _material()
    known = judge(material.arrays, material.shape, material.old_held_out).mean()
    random = np.random.default_rng(4)
    learned = [array + random.normal(0, 0.2, array.shape).astype(np.float32) for array in material.arrays]
    found = _between(material, learned)
    kept = judge(found, material.shape, material.old_held_out).mean() <= known + MOST_LOST
    assert kept or all(map(np.array_equal, found, learned))


def test_material_and_result_survive_the_way_to_another_machine() -> None:
    material = _material()
    there = Material.unpacked(material.packed())
    assert (there.shape, there.first_shape, there.new, there.seed) == (
        *(material.shape, material.first_shape),
        *(material.new, material.seed),
    )
    assert np.array_equal(there.newest[0], material.newest[0])
    result = Result(material.arrays, (9.0, 8.0), Figure(1.0, 0.25), (7.0, 7.01), 3, 7)
    back = Result.unpacked(result.packed(), material)
    assert str(back) == str(result)
    assert back.better
    with pytest.raises(ValueError, match="other shapes"):
        Result.unpacked(
            Result([array[:1] for array in result.arrays], *[(0.0, 0.0)], Figure(0, 0), (0, 0), 0, 0).packed(),
            material,
        )


@pytest.mark.parametrize(
    ("gain", "old", "best", "why"),
    [
        (Figure(0.3, 0.1), (7.0, 7.04), 2, ""),
        (Figure(0.3, 0.1), (7.0, 7.06), 2, "old playing may lose 0.05 and loses 0.06"),
        (Figure(0.3, 0.1), (7.0, float("nan")), 2, "old playing may lose 0.05 and loses nan"),
        (Figure(0.1, 0.2), (7.0, 6.9), 2, "the gain must exceed 2 standard errors"),
        (Figure(0.0, 0.0), (7.0, 7.0), 0, "no round of 5 was better"),
    ],
)
def test_result_is_better_only_if_the_gain_is_sure_and_the_old_playing_is_kept(
    gain: Figure, old: tuple[float, float], best: int, why: str
) -> None:
    result = Result([], (9.0, 9.0 - gain.mean), gain, old, best, 5)
    assert (result.why, result.better) == (why, not why)


def test_memory_of_an_attempt_grows_with_the_network() -> None:
    small = _material()
    assert small.memory < 32 << 20
    shape = Shape(9, 512, 3, 11, gated=True)
    large = dataclasses.replace(small, first_shape=shape, first=_arrays(shape))
    assert large.memory > 400 << 20


@pytest.mark.parametrize("size", ["xxs", "xs", "s"])
def test_larger_network_plays_as_the_smaller_one_until_it_learns(size: str) -> None:
    shape = Shape(4, 12, 2, 3, gated=True)
    arrays, events = _arrays(shape), _events(shape, 3, 9)
    larger, grown = larger_network(arrays, shape, size, np.random.default_rng(5))
    assert larger == dataclasses.replace(shape, units=UNITS[size])
    before, after = hear(arrays, shape, events).parameters, hear(grown, larger, events).parameters
    assert np.allclose(before, after, rtol=1e-4, atol=1e-4)
    # Copies of a unit have other gradients, so that they learn apart.
    assert len({tuple(column) for column in grown[1].tolist()}) == larger.units


def test_network_of_the_same_size_is_the_same_and_none_shrinks() -> None:
    shape = Shape(4, 64, 1, 3)
    arrays = _arrays(shape)
    random = np.random.default_rng(5)
    assert larger_network(arrays, shape, "s", random)[0] == shape
    with pytest.raises(UserError, match="the model has size s: from current, it can only grow, not become xs"):
        larger_network(arrays, shape, "xs", random)


@pytest.mark.parametrize("one_at_a_time", [True, False])
def test_new_network_begins_as_that_of_the_training_in_tensorflow(one_at_a_time: bool) -> None:
    pytest.importorskip("tensorflow", reason="training is the extra [train]")
    from impsy_tui.training.mdrnn.network import from_keras, training_model

    shape = shape_of("xs", 9)
    made = new_network(shape, np.random.default_rng(5), one_at_a_time=one_at_a_time)
    model = training_model(shape, one_at_a_time=one_at_a_time)
    expected = arrays_of(from_keras(model.get_weights()))
    assert weights_from(made).shape == shape
    for one, other in zip(made, expected, strict=True):
        assert one.shape == other.shape
        assert one.dtype == np.float32
        assert one.std() == pytest.approx(other.std(), rel=0.2, abs=1e-6)
    for fixed in (2, 5, -6, -4, -3, -1):
        assert np.allclose(made[fixed], expected[fixed], atol=1e-6) or fixed == -3
    assert np.allclose(made[1] @ made[1].T, np.eye(shape.units), atol=1e-5)


def test_new_network_learns_the_old_playing_too() -> None:
    material = _material()
    shape = Shape(3, 16, 1, 2, gated=True)
    first = new_network(shape, np.random.default_rng(5), one_at_a_time=False)
    result = attempt(dataclasses.replace(material, first_shape=shape, first=first, new=True), lambda *figures: True)
    assert result.better
    assert result.arrays[0].shape == (4, 64)
    assert result.old[1] < result.old[0]
