"""Shipped MDRNN: a 9-dimensional network of size s that has learned synthetic gestures, in ten minutes on two cores.

The same seed gives the same corpus everywhere, and the same model on the same machine and versions.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import keras
import numpy as np
import tensorflow as tf

from impsy_tui.data.synthetic import performances
from impsy_tui.mdrnn.model import SCALE
from impsy_tui.model_files.metadata import metadata_path
from impsy_tui.ranges import MAX_GAP
from impsy_tui.training.mdrnn.network import loss_function, playing_model, shape_of, to_tflite, training_model

_SEED: Final = 1
_FADERS: Final = 8
_PERFORMANCES: Final = 100
_EVENTS: Final = 1500
_HELD_OUT: Final = 10
_WINDOW: Final = 60
_BATCH: Final = 64
_STEPS: Final = 10_000
_ROUNDS: Final = 10


def make(folder: Path, on_round: Callable[[int, int, float, float], None]) -> Path:
    """Saves the model with its metadata in a folder.

    Args:
        folder: Folder of the models.
        on_round: Called after each round with its number, the number of rounds, and the losses in training and on
            the held-out part.
    """
    keras.utils.set_random_seed(_SEED)
    tf.config.experimental.enable_op_determinism()
    corpus = performances(_PERFORMANCES, _EVENTS, _FADERS, _SEED)
    for performance in corpus:
        np.minimum(performance[:, 0], MAX_GAP.default, out=performance[:, 0])
    held_out, trained_on = corpus[:_HELD_OUT], corpus[_HELD_OUT:]

    shape = shape_of("s", _FADERS + 1)
    model = training_model(shape)
    schedule = keras.optimizers.schedules.CosineDecay(4e-3, _STEPS, alpha=0.02)
    model.compile(optimizer=keras.optimizers.Adam(schedule, clipnorm=1.0), loss=loss_function(shape))
    held = np.stack(held_out) * np.float32(SCALE)
    loss = 0.0

    def report(number: int, logs: dict[str, float]) -> None:
        nonlocal loss
        loss = model.evaluate(held[:, :-1], held[:, 1:], batch_size=len(held), verbose=0)
        on_round(number + 1, _ROUNDS, logs["loss"], loss)

    model.fit(
        _windows(trained_on),
        epochs=_ROUNDS,
        steps_per_epoch=_STEPS // _ROUNDS,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=report)],
        shuffle=False,
        verbose=0,
    )
    playing = playing_model(model.get_weights(), shape)
    lite = folder / f"{playing.name}.tflite"
    lite.write_bytes(to_tflite(playing))
    metadata_path(lite).write_text(
        "# What this model is.\n"
        'corpus = "synthetic gestures: sweeps, plucks, holds and pauses on eight faders"\n'
        f"performances = {len(trained_on)}\nevents = {len(trained_on) * _EVENTS}\nseed = {_SEED}\n"
        f"held_out_nats = {loss:.3f}\nmax_gap = {MAX_GAP.default}\n"
    )
    return lite


def _windows(corpus: list[np.ndarray]) -> tf.data.Dataset:
    """Endless batches of windows cut at random places: events, and the events that follow them, scaled."""
    random = np.random.default_rng(_SEED)

    def cut() -> object:
        while True:
            performance = corpus[random.integers(len(corpus))]
            start = random.integers(len(performance) - _WINDOW)
            window = performance[start : start + _WINDOW + 1] * np.float32(SCALE)
            yield window[:-1], window[1:]

    kind = tf.TensorSpec((_WINDOW, _FADERS + 1), tf.float32)
    return tf.data.Dataset.from_generator(cut, output_signature=(kind, kind)).batch(_BATCH).prefetch(2)
