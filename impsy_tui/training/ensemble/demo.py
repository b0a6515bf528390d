"""Shipped ensemble model: a network that has learned synthetic gesture scores, in some minutes on two cores.

The same seed gives the same scores everywhere, and the same model on the same machine and versions.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import tensorflow as tf

from impsy_tui.ensemble.network import EnsembleNetwork
from impsy_tui.ensemble.synthetic.scores import scores
from impsy_tui.ensemble.tuning import append_tunings, tune_all
from impsy_tui.model_files.metadata import write_metadata
from impsy_tui.training.ensemble.fit import EnsembleRecipe, EnsembleTrainer, split
from impsy_tui.training.ensemble.network import playing_model, save_ensemble
from impsy_tui.training.mdrnn.fit import Epoch

_SEED: Final = 1
_SCORES: Final = 56
_SECONDS: Final = 480
RECIPE: Final = EnsembleRecipe(epochs=10, patience=0, units=16, seed=_SEED)


def make(folder: Path, report: Callable[[Epoch], bool]) -> Path:
    """Saves the model with its metadata in a folder.

    Args:
        folder: Folder of the models.
        report: Called after each epoch; returns True to continue.
    """
    tf.config.experimental.enable_op_determinism()
    corpus = scores(_SCORES, _SECONDS, _SEED)
    trainer = EnsembleTrainer(*split(corpus, _SEED), RECIPE)
    trainer.run(report)
    learned = trainer.learned
    playing = playing_model(learned.best, RECIPE.units)
    lite = save_ensemble(playing, folder, "demo").replace(folder / f"{playing.name}.tflite")
    facts: dict[str, str | float | None] = {
        "kind": "ensemble",
        "corpus": "synthetic scores: ensembles of 2 to 8 players who listen to each other",
        "scores": f"{len(corpus)} of 2 to 8 players",
        "events": sum(codes.size for codes in corpus),
        "held_out_nats": round(learned.best_loss, 4),
        "epochs": len(learned.curve),
        "best_epoch": learned.best_epoch,
        "units": RECIPE.units,
        "seed": _SEED,
    }
    write_metadata(lite, facts, learned.curve)
    append_tunings(lite, tune_all(EnsembleNetwork(lite), corpus, np.random.default_rng(_SEED)))
    return lite
