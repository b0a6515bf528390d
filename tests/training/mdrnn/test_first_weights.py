"""First weights of a network, and weights that stay as they begin."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is the extra [train]")

from impsy_tui.mdrnn.model import NARROWEST, SCALE
from impsy_tui.mdrnn.weights import kernel_of_gates
from impsy_tui.training.common.parts import split
from impsy_tui.training.common.shapes import shape_of
from impsy_tui.training.mdrnn.first_weights import learning, moves_one_at_a_time
from impsy_tui.training.mdrnn.fit import Recipe, Trainer
from impsy_tui.training.mdrnn.network import training_model


def _faders(events: int, moving: int = 1, noise: float = 0.0) -> np.ndarray:
    """Returns a performance on four faders, of which ``moving`` move in each event."""
    random = np.random.default_rng(1)
    values = np.zeros((events, 4))
    now = np.full(4, 0.5)
    for row in values:
        chosen = random.choice(4, moving, replace=False)
        now[chosen] = np.clip(now[chosen] + random.choice([-4, 4], moving) / 127, 0.0, 1.0)
        row[:] = now
    values += noise * random.normal(size=values.shape)
    return np.column_stack([np.full(events, 0.05), values]).astype(np.float32)


@pytest.mark.parametrize(("moving", "noise", "expected"), [(1, 0.0, True), (2, 0.0, False), (1, 0.002, False)])
def test_moves_one_at_a_time_needs_resting_values(moving: int, noise: float, expected: bool) -> None:
    assert moves_one_at_a_time([_faders(300, moving, noise) * SCALE]) is expected


def test_one_value_never_moves_one_at_a_time() -> None:
    assert not moves_one_at_a_time([_faders(300)[:, :2] * SCALE])


def _trained(begin_with: list[np.ndarray] | None = None) -> Trainer:
    training, held_out = split([_faders(600)], 5.0)
    trainer = Trainer(training, held_out, shape_of("xxs", 5), Recipe(epochs=2), begin_with)
    trainer.run(lambda epoch: True)
    return trainer


def test_components_move_one_value_each_and_still_do_after_learning_on() -> None:
    first = _trained()
    again = _trained(first.progress.best)
    shape = shape_of("xxs", 5)
    events = _faders(50) * SCALE
    for trainer in (first, again):
        network = training_model(shape)
        network.set_weights(trainer.progress.averages)
        expected = np.asarray(network(events[None]))[0]
        means, deviations = (expected[:, at : at + 25].reshape(-1, 5, 5) for at in (0, 25))
        for component in range(4):
            resting = [value for value in range(1, 5) if value != component + 1]
            assert np.array_equal(means[:, component, resting], events[:, resting])
            assert deviations[:, component, resting] == pytest.approx(NARROWEST, rel=0.01)
            assert deviations[:, component, component + 1].min() > 10 * NARROWEST
    assert not np.array_equal(first.progress.averages[0], again.progress.averages[0])


def test_all_weights_learn_from_a_musician_who_moves_several_values() -> None:
    training, held_out = split([_faders(300, moving=3)], 5.0)
    trainer = Trainer(training, held_out, shape_of("xxs", 5), Recipe())
    *others, gates = learning(trainer.model, shape_of("xxs", 5))
    assert all(np.all(mask == 1.0) for mask in others)
    assert np.array_equal(gates, kernel_of_gates(np.ones((5, 5), np.float32)))
