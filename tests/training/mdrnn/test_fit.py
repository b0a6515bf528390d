"""Training data, held-out data and training of an MDRNN."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is the extra [train]")

from impsy_tui.errors import UserError
from impsy_tui.mdrnn.cells import cell_nats
from impsy_tui.mdrnn.model import SCALE
from impsy_tui.training.common.parts import WINDOW, split, stacked
from impsy_tui.training.common.shapes import shape_of
from impsy_tui.training.mdrnn.fit import Epoch, Recipe, Trainer
from impsy_tui.training.mdrnn.loss import log_likelihood
from impsy_tui.training.mdrnn.network import training_model


def _performance(events: int) -> np.ndarray:
    return np.stack([np.full(events, 0.5), np.arange(events) / events], axis=1).astype(np.float32)


def test_last_tenth_of_each_performance_is_held_out_and_all_is_scaled() -> None:
    whole = _performance(100)
    (training,), (held_out,) = split([whole], 5.0)
    assert (len(training), len(held_out)) == (90, 10)
    assert np.allclose(np.concatenate((training, held_out)), whole * SCALE)


def test_gaps_are_capped_and_none_is_negative() -> None:
    performance = _performance(100)
    performance[3, 0], performance[4, 0] = 3600.0, -1.0
    (training,), _ = split([performance], 2.5)
    assert training[3:5, 0].tolist() == [25.0, 0.0]
    assert performance[3, 0] == 3600.0  # the dataset is not changed


def test_least_that_can_be_trained_on() -> None:
    split([_performance(56)], 5.0)
    for performances in ([_performance(55)], [], [_performance(30)] * 10):
        with pytest.raises(UserError, match="at least 56 in one go"):
            split(performances, 5.0)


def test_windows_never_reach_from_one_performance_into_another() -> None:
    performances = [np.full((WINDOW + 1 + extra, 2), float(extra), np.float32) for extra in range(4)]
    trainer = Trainer(performances, [_performance(9)], shape_of("xxs", 2), Recipe(batch=64))
    windows = trainer._windows().numpy()
    assert windows.shape == (64, WINDOW + 1, 2)
    assert (windows.min(axis=(1, 2)) == windows.max(axis=(1, 2))).all()
    assert set(windows[:, 0, 0].tolist()) == {0.0, 1.0, 2.0, 3.0}


def test_windows_vary_in_tempo_and_mirror_values_that_glide() -> None:
    glide = 0.5 - 0.5 * np.cos(np.arange(2000) / 40)
    notes = np.array([60, 62, 64, 65, 67])[np.random.default_rng(1).integers(0, 5, 2000)] / 127
    performance = np.column_stack([np.full(2000, 0.1), glide, notes]).astype(np.float32)
    training, held_out = split([performance], 5.0)
    trainer = Trainer(training, held_out, shape_of("xxs", 3), Recipe(batch=64))
    windows = trainer._windows()
    before, after = windows.numpy(), trainer._varied(windows).numpy()
    tempo = after[:, :, 0] / before[:, :, 0]
    assert np.allclose(tempo, tempo[:, :1])
    assert 0.01 < np.log(tempo[:, 0]).std() < 0.2
    mirrored = np.array(
        [np.allclose(new, SCALE - old) for new, old in zip(after[..., 1], before[..., 1], strict=True)]
    )
    assert 5 < mirrored.sum() < 40
    assert np.array_equal(after[~mirrored, :, 1], before[~mirrored, :, 1])
    assert np.array_equal(after[..., 2], before[..., 2])


def test_every_held_out_event_is_judged_once() -> None:
    parts = [_performance(n) for n in (2, 7, 501, 1203)]
    inputs, targets, counted = stacked(parts)
    assert inputs.shape == targets.shape == (*counted.shape, 2)
    assert counted.sum() == sum(len(part) - 1 for part in parts)
    judged = targets[counted]
    assert np.array_equal(judged, np.concatenate([part[1:] for part in parts]))
    assert np.array_equal(inputs[counted], np.concatenate([part[:-1] for part in parts]))


def _trained(recipe: Recipe, **begin: object) -> tuple[Trainer, list[Epoch]]:
    training, held_out = split([_performance(300)], 5.0)
    trainer = Trainer(training, held_out, shape_of("xxs", 2), recipe, **begin)  # type: ignore[arg-type]
    told: list[Epoch] = []
    trainer.run(lambda epoch: not told.append(epoch))  # type: ignore[func-returns-value]
    return trainer, told


def test_judge_is_mean_over_events() -> None:
    parts = [_performance(n) * 3 for n in (4, 9, 700)]
    trainer = Trainer([_performance(60)], parts, shape_of("xxs", 2), Recipe())
    shape = shape_of("xxs", 2)
    network = training_model(shape)
    network.set_weights(trainer.model.get_weights())
    pieces = [parts[0], parts[1], parts[2][:501], parts[2][500:]]
    expected = np.concatenate([np.asarray(network(piece[None, :-1]))[0] for piece in pieces])
    events = np.concatenate([piece[1:] for piece in pieces])
    found = trainer.judge()
    assert found.cells == pytest.approx(cell_nats(expected, events / SCALE, shape).mean(), rel=1e-5)
    assert found.likelihood == pytest.approx(-log_likelihood(events, expected, shape).mean(), rel=1e-5)


def test_best_is_kept_and_the_same_seed_gives_the_same() -> None:
    trainer, told = _trained(Recipe(epochs=3))
    assert [epoch.number for epoch in told] == [1, 2, 3]
    assert told[0].held_out > trainer.progress.best_loss == min(epoch.held_out for epoch in told)
    assert trainer.progress.curve == [(epoch.loss, epoch.held_out) for epoch in told]
    again, _ = _trained(Recipe(epochs=3))
    assert all(map(np.array_equal, trainer.progress.best, again.progress.best))
    other, _ = _trained(Recipe(epochs=3, seed=2))
    assert not np.array_equal(trainer.progress.best[0], other.progress.best[0])


def test_trainer_continues_an_interrupted_training() -> None:
    whole, _ = _trained(Recipe(epochs=4))
    training, held_out = split([_performance(300)], 5.0)
    first = Trainer(training, held_out, shape_of("xxs", 2), Recipe(epochs=4))
    first.run(lambda epoch: epoch.number < 2)
    second = Trainer(training, held_out, shape_of("xxs", 2), Recipe(epochs=4), go_on_from=first.progress)
    assert second.judge().cells == pytest.approx(first.progress.curve[-1][1], rel=1e-5)
    second.run(lambda epoch: True)
    assert len(second.progress.curve) == 4
    assert second.progress.curve[:2] == whole.progress.curve[:2]
    assert second.progress.best_loss < first.progress.curve[0][1]
    assert float(np.asarray(second._optimizer.iterations)) == float(np.asarray(whole._optimizer.iterations))


def test_initial_model_is_kept_if_training_is_worse() -> None:
    ones, nines = ([np.full((100, 2), value, np.float32)] for value in (1.0, 9.0))
    good = Trainer(ones, ones, shape_of("xxs", 2), Recipe(epochs=8))
    good.run(lambda epoch: True)
    trainer = Trainer(nines, ones, shape_of("xxs", 2), Recipe(epochs=2), begin_with=good.progress.best)
    before = trainer.progress.best_loss
    trainer.run(lambda epoch: True)
    assert min(held for _, held in trainer.progress.curve) > before == trainer.progress.best_loss
    assert trainer.progress.best_epoch == 0
    assert all(map(np.array_equal, trainer.progress.best, good.progress.best))
