"""Datasets and models of this program in IMPSY 1.2.1."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.data.datasets import write_dataset
from impsy_tui.mdrnn.opening import open_checked

IMPSY = Path(sys.prefix) / "impsy"
pytestmark = pytest.mark.skipif(not IMPSY.is_dir(), reason="IMPSY is not installed (scripts/test does that)")

DATASET = """
import sys
from pathlib import Path
from impsy.train import dataset_dimension

print(dataset_dimension(Path(sys.argv[1])))
"""
STEPS = """
import sys
from pathlib import Path
import numpy as np
import impsy.mdrnn
from impsy.mdrnn import KerasMDRNN, TfliteMDRNN

file, events, outputs = map(Path, sys.argv[1:4])
heard = np.load(events)
mixtures = []

def keep(parameters, dimension, *args, **options):
    mixtures.append(np.array(parameters))
    return np.zeros((1, dimension))

impsy.mdrnn.mdn.sample_from_output = keep
if file.suffix == ".tflite":
    model = TfliteMDRNN.from_file(file)
    assert model.dimension == heard.shape[1]
else:
    model = KerasMDRNN(file, *map(int, sys.argv[4:]))
for event in heard:
    model.generate(event)
np.save(outputs, mixtures)
"""


def _run(code: str, *arguments: Path | int) -> str:
    run = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(IMPSY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def _assert_impsy_steps_alike(file: Path, dimension: int, folder: Path) -> None:
    events = np.random.default_rng(3).random((12, dimension)).astype(np.float32)
    events[:, 0] *= 0.2
    np.save(folder / "events.npy", events)
    network = open_checked(file, 60.0)
    size = network.shape
    _run(
        STEPS, file, folder / "events.npy", folder / "outputs.npy", dimension, size.units, size.mixtures, size.layers
    )
    expected = np.array([network.step(event).copy() for event in events.tolist()])
    assert np.abs(np.load(folder / "outputs.npy").reshape(expected.shape) - expected).max() < 1e-3


def test_impsy_reads_datasets(tmp_path: Path) -> None:
    write_dataset(tmp_path / "d.npz", [np.random.default_rng(1).random((60, 4))])
    assert _run(DATASET, tmp_path / "d.npz").strip().endswith("4")


@pytest.mark.parametrize("size", ["xxs", "xs"])
def test_impsy_steps_trained_models_as_we_do(tmp_path: Path, size: str) -> None:
    pytest.importorskip("tensorflow", reason="training is the extra [train]")
    from impsy_tui.training.common.shapes import shape_of
    from impsy_tui.training.mdrnn.network import playing_model, save, training_model

    shape = shape_of(size, 4)
    for file in save(playing_model(training_model(shape).get_weights(), shape), tmp_path, "made"):
        _assert_impsy_steps_alike(file, 4, tmp_path)


def test_impsy_steps_shipped_model_as_we_do(tmp_path: Path, shipped_model: Path) -> None:
    _assert_impsy_steps_alike(shipped_model, 9, tmp_path)
