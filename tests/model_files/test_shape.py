"""Shape of models without an interpreter."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.engine.models.loader import ModelFolders
from impsy_tui.model_files.shape import shape_of_file
from tests.support.models import random_model
from tests.support.places import ROOT

_SHIPPED = next((ROOT / "models").glob("musicMDRNN-dim9-*.tflite"))


def test_shape_is_that_of_metadata_then_of_name_then_of_file(tmp_path: Path) -> None:
    named, plain = tmp_path / "m-dim4-layers2-units32.tflite", tmp_path / "garden.tflite"
    for file in (named, plain):
        shutil.copy(_SHIPPED, file)
    assert shape_of_file(named) == (4, 32)
    assert shape_of_file(plain) == (9, 64)
    for file in (named, plain):
        file.with_suffix(".toml").write_text("dimension = 5\nunits = 16\n")
        assert shape_of_file(file) == (5, 16)


def test_shape_of_an_agent_counts_time() -> None:
    assert shape_of_file(ROOT / "models" / "agent-sine.npz") == (3, 0)
    assert shape_of_file(ROOT / "models" / "agent-fm.npz") == (4, 0)
    assert shape_of_file(ROOT / "models" / "clips-synthetic.npz") == (0, 0)


def test_shape_of_damaged_files_is_unknown(tmp_path: Path) -> None:
    random, file = np.random.default_rng(1), tmp_path / "m.tflite"
    whole = _SHIPPED.read_bytes()
    for length in (0, 3, 40, 400):
        file.write_bytes(whole[:length])
        assert shape_of_file(file) == (0, 0)
    for _ in range(200):
        damaged = np.frombuffer(whole, np.uint8).copy()
        damaged[random.integers(0, len(damaged), len(damaged) // 4)] = 255
        damaged[random.integers(0, 200, 20)] = random.integers(0, 256, 20)
        file.write_bytes(damaged.tobytes())
        assert len(shape_of_file(file)) == 2
    assert shape_of_file(tmp_path / "none.tflite") == (0, 0)
    (tmp_path / "folder.tflite").mkdir()
    assert shape_of_file(tmp_path / "folder.tflite") == (0, 0)


@pytest.mark.parametrize("suffix", [".tflite", ".h5", ".npz"])
def test_newest_is_a_renamed_model_without_metadata(tmp_path: Path, suffix: str) -> None:
    shutil.copy(_SHIPPED, tmp_path / "training-dataset-9d-s.tflite")
    (tmp_path / "training-dataset-9d-s.toml").write_text("dimension = 9\nunits = 64\n")
    dimension = 4 if suffix == ".npz" else 9
    if suffix == ".h5":
        random_model(tmp_path / "garden.h5", 9, 16, 2, 5)
    else:
        shutil.copy(ROOT / "models" / "agent-fm.npz" if suffix == ".npz" else _SHIPPED, tmp_path / f"garden{suffix}")
    for name, at in (("training-dataset-9d-s.tflite", 1000), (f"garden{suffix}", 2000)):
        os.utime(tmp_path / name, (at, at))
    folders = ModelFolders([tmp_path]).beside(".tflite", ".h5", ".npz")
    assert folders.find("newest", dimension=dimension).name == f"garden{suffix}"


def test_newest_is_not_a_newer_model_of_another_dimension(tmp_path: Path) -> None:
    for name, at in (("a", 1000), ("b", 2000)):
        shutil.copy(_SHIPPED, tmp_path / f"{name}.tflite")
        os.utime(tmp_path / f"{name}.tflite", (at, at))
    (tmp_path / "b.toml").write_text("dimension = 4\nunits = 64\n")
    folders = ModelFolders([tmp_path])
    assert folders.find("newest", dimension=9).stem == "a"
    assert folders.find("s", dimension=9).stem == "a"
    assert folders.find("newest", dimension=4).stem == "b"
