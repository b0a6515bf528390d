"""Shipped MDRNN: a 9-dimensional network of size s that has learned synthetic gestures, in five minutes on two cores.

The same seed gives the same corpus everywhere, and the same model on the same machine and versions.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import tensorflow as tf

from impsy_tui.data.synthetic import performances
from impsy_tui.mdrnn.lstm import NumpyNetwork
from impsy_tui.mdrnn.model import SCALE
from impsy_tui.model_files.metadata import metadata_path
from impsy_tui.training.common.shapes import MIXTURES, shape_of
from impsy_tui.training.mdrnn.fit import Epoch, Recipe, Trainer
from impsy_tui.training.mdrnn.network import from_keras, playing_model, to_tflite
from impsy_tui.training.mdrnn.temperatures import fitting_temperatures

_SEED: Final = 1
_FADERS: Final = 8
_PERFORMANCES: Final = 100
_EVENTS: Final = 1500
_HELD_OUT: Final = 10
_RECIPE: Final = Recipe(patience=0, batch=32, seed=_SEED)


def make(folder: Path, on_epoch: Callable[[int, int, float, float], None]) -> Path:
    """Saves the model with its metadata in a folder.

    Args:
        folder: Folder of the models.
        on_epoch: Called after each epoch with its number, the number of epochs, and the cell nats in training
            and held out.
    """
    tf.config.experimental.enable_op_determinism()
    corpus = performances(_PERFORMANCES, _EVENTS, _FADERS, _SEED)
    for performance in corpus:
        np.minimum(performance[:, 0], _RECIPE.max_gap, out=performance[:, 0])
    scaled = [performance.astype(np.float32) * np.float32(SCALE) for performance in corpus]
    held_out, trained_on = scaled[:_HELD_OUT], scaled[_HELD_OUT:]
    # As many components as in IMPSY: the file keeps its name.
    shape = replace(shape_of("s", _FADERS + 1), mixtures=MIXTURES)
    trainer = Trainer(trained_on, held_out, shape, _RECIPE)

    def report(epoch: Epoch) -> bool:
        on_epoch(epoch.number, _RECIPE.epochs, epoch.loss, epoch.held_out)
        return True

    trainer.run(report)
    progress = trainer.progress
    playing = playing_model(progress.best, shape)
    lite = folder / f"{playing.name}.tflite"
    lite.write_bytes(to_tflite(playing))
    pi, sigma = fitting_temperatures(NumpyNetwork(from_keras(progress.best)), trained_on, _SEED)
    metadata_path(lite).write_text(
        "# What this model is.\n"
        'corpus = "synthetic gestures: sweeps, plucks, holds and pauses on eight faders"\n'
        f"performances = {len(trained_on)}\nevents = {len(trained_on) * _EVENTS}\nseed = {_SEED}\n"
        f"held_out_cell_nats = {progress.best_loss:.3f}\nheld_out_nats = {progress.best_likelihood:.3f}\n"
        f"max_gap = {_RECIPE.max_gap}\npi_temperature = {pi}\nsigma_temperature = {sigma}\n"
    )
    return lite
