"""IMPSY 1.2.1 reads what is made here: data sets and models."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.data.datasets import write_dataset

IMPSY = Path(sys.prefix) / "impsy"
pytestmark = pytest.mark.skipif(not IMPSY.is_dir(), reason="IMPSY is not installed (scripts/test does that)")

CODE = """
import sys
from pathlib import Path
import numpy as np
from impsy.mdrnn import KerasMDRNN, TfliteMDRNN
from impsy.train import dataset_dimension

folder, name = Path(sys.argv[1]), sys.argv[2]
assert dataset_dimension(folder / "d.npz") == 4
lite = TfliteMDRNN.from_file(folder / f"{name}.tflite")
assert (lite.dimension, lite.n_hidden_units, lite.n_mixtures, lite.n_layers) == (4, 16, 5, 2)
for model in (lite, KerasMDRNN(folder / f"{name}.keras", 4, 16, 5, 2)):
    for _ in range(3):
        event = model.generate(np.array([0.1, 0.2, 0.3, 0.4]))
        assert event.shape == (4,) and np.isfinite(event).all(), event
print("all read")
"""


def test_impsy_reads_data_sets_and_models(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow", reason="training is the extra [train]")
    from impsy_tui.training.mdrnn.network import playing_model, save, shape_of, training_model

    write_dataset(tmp_path / "d.npz", [np.random.default_rng(1).random((60, 4))])
    shape = shape_of("xxs", 4)
    archive, _ = save(playing_model(training_model(shape).get_weights(), shape), tmp_path)
    run = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path), archive.stem],
        env={**os.environ, "PYTHONPATH": str(IMPSY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.endswith("all read\n")
