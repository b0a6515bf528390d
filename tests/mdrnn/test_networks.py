"""Tests of the networks of every file format, and of refused files."""

import io
import json
import os
import pickle
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.data.synthetic import performances
from impsy_tui.errors import UnsupportedModelError, UserError
from impsy_tui.mdrnn.cells import cell_nats
from impsy_tui.mdrnn.check import Report, Request
from impsy_tui.mdrnn.lstm import NumpyNetwork
from impsy_tui.mdrnn.model import Network, Shape
from impsy_tui.mdrnn.tflite import TfliteNetwork
from impsy_tui.mdrnn.tflite_weights import weights_of
from impsy_tui.mdrnn.weights import read_weights
from impsy_tui.model_files.metadata import read_metadata
from impsy_tui.worker_requests import worker_command
from tests.support.models import constant_model, random_model, write_h5


def _events(dimension: int, count: int = 60) -> np.ndarray:
    random = np.random.default_rng(3)
    events = random.random((count, dimension))
    events[:, 0] *= 0.3
    return events


def _outputs(network: Network, events: np.ndarray) -> np.ndarray:
    network.reset()
    return np.array([network.step(event).copy() for event in events])


def test_networks_of_three_file_formats_agree(impsy_models: Path) -> None:
    (stem,) = impsy_models.glob("musicMDRNN-dim9-*.tflite")
    events = _events(9)
    lite = _outputs(TfliteNetwork(stem), events)
    for suffix in (".keras", ".h5"):
        assert np.abs(_outputs(NumpyNetwork(read_weights(stem.with_suffix(suffix))), events) - lite).max() < 1e-4


def test_read_weights_names_a_keras_file_that_does_not_unpack(tmp_path: Path) -> None:
    file = tmp_path / "m.keras"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", os.urandom(200) * 20)
    content = bytearray(file.read_bytes())
    content[60:120] = b"\xff" * 60
    file.write_bytes(content)
    with pytest.raises(UserError, match="is not a Keras file") as caught:
        read_weights(file)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dimension", [2, 4])
def test_read_weights_reads_every_keras_version(impsy_models: Path, dimension: int) -> None:
    (keras,) = impsy_models.glob(f"musicMDRNN-dim{dimension}-*.keras")
    events = _events(dimension)
    one, other = (_outputs(NumpyNetwork(read_weights(file)), events) for file in (keras, keras.with_suffix(".h5")))
    assert np.abs(one - other).max() < 1e-4
    with pytest.raises(UnsupportedModelError):
        TfliteNetwork(keras.with_suffix(".tflite"))


def test_tflite_network_opens_the_shipped_model(shipped_model: Path) -> None:
    network = TfliteNetwork(shipped_model)
    assert network.runtime == os.environ.get("EXPECT_RUNTIME", network.runtime)
    assert network.shape == Shape(dimension=9, units=64, layers=2, mixtures=5)
    assert np.all(np.isfinite(_outputs(network, _events(9))))


def test_reset_repeats_the_predictions(tmp_path: Path, shipped_model: Path) -> None:
    for network in (
        TfliteNetwork(shipped_model),
        NumpyNetwork(read_weights(random_model(tmp_path / "m.h5", 9, 8, 2, 3))),
    ):
        events = _events(9)
        assert np.array_equal(_outputs(network, events), _outputs(network, events))


def test_settle_does_not_change_the_next_step(shipped_model: Path) -> None:
    network = TfliteNetwork(shipped_model)
    events = _events(9)
    expected = _outputs(network, events)
    network.reset()
    for event, output in zip(events, expected, strict=True):
        assert np.array_equal(network.step(event), output)
        network.settle()
        network.settle()


@pytest.mark.parametrize(("dimension", "units", "layers", "mixtures"), [(2, 16, 2, 5), (65, 32, 3, 5), (3, 4, 1, 1)])
def test_weights_shape_is_that_of_the_file(
    tmp_path: Path, dimension: int, units: int, layers: int, mixtures: int
) -> None:
    weights = read_weights(random_model(tmp_path / "m.h5", dimension, units, layers, mixtures))
    assert weights.shape == Shape(dimension, units, layers, mixtures)
    assert NumpyNetwork(weights).step([0.1] * dimension).shape == (mixtures * (2 * dimension + 1),)


def test_numpy_network_follows_the_lstm_equations(tmp_path: Path) -> None:
    weights = read_weights(random_model(tmp_path / "m.h5", 3, 5, 1, 2))
    layer = weights.layers[0]
    hidden, cell = np.zeros(5), np.zeros(5)
    expected = []
    for event in _events(3, 5):
        gates = event * 10 @ layer.kernel + hidden @ layer.recurrent + layer.bias
        i, f, c, o = np.split(gates, 4)
        logistic = [1 / (1 + np.exp(-z)) for z in (i, f, o)]
        cell = logistic[1] * cell + logistic[0] * np.tanh(c)
        hidden = logistic[2] * np.tanh(cell)
        z = hidden @ weights.deviations[0] + weights.deviations[1]
        expected.append(
            np.concatenate(
                [
                    hidden @ weights.means[0] + weights.means[1],
                    np.where(z > 0, z, np.exp(z) - 1) + 1 + 1e-7,
                    hidden @ weights.logits[0] + weights.logits[1],
                ]
            )
        )
    assert _outputs(NumpyNetwork(weights), _events(3, 5)) == pytest.approx(np.array(expected), abs=1e-5)


def test_numpy_network_with_zero_kernels_is_constant(tmp_path: Path) -> None:
    network = NumpyNetwork(read_weights(constant_model(tmp_path / "m.h5", [0.05, 0.2, 0.9])))
    for event in _events(3, 5):
        assert network.step(event)[:3] == pytest.approx([0.5, 2.0, 9.0])


# Files with another content than their name says


def _keras_with_pickle(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("model.weights.h5", pickle.dumps({"a": 1}))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.tflite", b""),
        ("m.tflite", b"TFL3" * 100),
        ("m.keras", b"PK nonsense"),
        ("m.h5", b"\x89HDF\r\n\x1a\n" + b"\0" * 100),
        ("m.h5", b"text"),
    ],
)
def test_check_refuses_other_files(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(UserError) as caught:
        Report(_checked(file))
    assert str(caught.value)


def test_read_weights_never_unpickles(tmp_path: Path) -> None:
    _keras_with_pickle(tmp_path / "m.keras")
    with pytest.raises(UserError):
        read_weights(tmp_path / "m.keras")


def test_check_refuses_truncated_files(tmp_path: Path, shipped_model: Path) -> None:
    content = shipped_model.read_bytes()
    for share in (0.1, 0.5, 0.9):
        file = tmp_path / "cut.tflite"
        file.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(UserError):
            Report(_checked(file))


def test_read_weights_refuses_shapes_that_do_not_match(tmp_path: Path) -> None:
    arrays = {"lstm0/kernel:0": np.zeros((3, 16)), "lstm0/recurrent_kernel:0": np.zeros((5, 16))}
    with pytest.raises(UserError):
        read_weights(write_h5(tmp_path / "m.h5", arrays | {"lstm0/bias:0": np.zeros(16)}))
    with pytest.raises(UserError, match="not a mixture density RNN"):
        read_weights(write_h5(tmp_path / "n.h5", {"dense/kernel:0": np.zeros((3, 4))}))


def test_check_refuses_a_model_that_predicts_nan(tmp_path: Path) -> None:
    file = constant_model(tmp_path / "m.h5", [0.05, np.nan])
    with pytest.raises(UserError, match="not finite numbers"):
        Report(_checked(file))


def _checked(file: Path) -> io.BytesIO:
    done = subprocess.run(worker_command(Request(file)), capture_output=True, check=False, timeout=60)
    return io.BytesIO(done.stdout)


def test_check_reports_the_weights(tmp_path: Path) -> None:
    file = random_model(tmp_path / "m.h5", 4, 6, 2, 3)
    report = Report(_checked(file))
    assert report.weights is not None
    events = _events(4)
    direct = _outputs(NumpyNetwork(read_weights(file)), events)
    assert np.array_equal(_outputs(NumpyNetwork(report.weights), events), direct)


def test_check_reads_the_keras_file_next_to_a_flex_model(impsy_models: Path) -> None:
    (lite,) = impsy_models.glob("musicMDRNN-dim4-*.tflite")
    report = Report(_checked(lite))
    assert report.shape.dimension == 4
    assert report.source == lite.with_suffix(".keras").name
    assert report.weights is not None


def test_check_names_the_file_that_a_flex_model_needs(impsy_models: Path, tmp_path: Path) -> None:
    (lite,) = impsy_models.glob("musicMDRNN-dim4-*.tflite")
    (tmp_path / "alone.tflite").write_bytes(lite.read_bytes())
    with pytest.raises(UserError, match="next to it"):
        Report(_checked(tmp_path / "alone.tflite"))


@pytest.mark.parametrize(
    "answer", [b"", b"{}", b"[]\n", b'{"shape": [1], "gated": false, "source": "", "weights": []}\n']
)
def test_report_refuses_an_incomplete_check(answer: bytes) -> None:
    with pytest.raises(UserError, match="damaged"):
        Report(io.BytesIO(answer))


def test_check_writes_one_line_of_json(shipped_model: Path) -> None:
    assert json.load(_checked(shipped_model)) == {
        "shape": [9, 64, 2, 5],
        "source": shipped_model.name,
        "gated": False,
        "weights": [],
    }


def test_shipped_model_predicts_unheard_gestures_and_names_its_temperatures(shipped_model: Path) -> None:
    network = TfliteNetwork(shipped_model)
    held_out = performances(2, 1000, 8, seed=1)
    expected = np.concatenate([_outputs(network, one[:-1]) for one in held_out])
    assert cell_nats(expected, np.concatenate([one[1:] for one in held_out]), network.shape).mean() < 13.0
    notes = read_metadata(shipped_model)
    assert None not in (notes.pi_temperature, notes.sigma_temperature, notes.max_gap)
    assert shipped_model.stat().st_size < 262_144


def test_weights_of_reads_a_tflite_file_of_this_program(shipped_model: Path) -> None:
    weights = weights_of(shipped_model)
    assert weights.shape == Shape(9, 64, 2, 5, gated=True)
    ours, shown = NumpyNetwork(weights), TfliteNetwork(shipped_model)
    random = np.random.default_rng(1)
    for _ in range(20):
        event = random.random(9).tolist()
        assert np.allclose(ours.step(event), shown.step(event), atol=1e-3)


@pytest.mark.parametrize("content", [b"", b"TFL3 nonsense"])
def test_weights_of_refuses_a_file_without_readable_weights(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.tflite").write_bytes(content)
    with pytest.raises(UserError, match="has no readable weights"):
        weights_of(tmp_path / "a.tflite")
