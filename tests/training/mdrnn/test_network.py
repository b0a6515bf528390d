"""Network in Keras and its files, compared with the computation without TensorFlow."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is the extra [train]")

import keras
import tensorflow as tf

from impsy_tui.errors import UnsupportedModelError
from impsy_tui.mdrnn.lstm import NumpyNetwork
from impsy_tui.mdrnn.model import SCALE, Network, Shape
from impsy_tui.mdrnn.opening import open_checked
from impsy_tui.mdrnn.tflite import TfliteNetwork
from impsy_tui.mdrnn.tflite_weights import read_tflite_weights
from impsy_tui.mdrnn.weights import kernel_of_gates, read_weights
from impsy_tui.training.common.naming import model_name, network_name
from impsy_tui.training.common.shapes import shape_of
from impsy_tui.training.mdrnn.loss import loss_function
from impsy_tui.training.mdrnn.network import (
    as_keras,
    from_keras,
    playing_model,
    save,
    to_tflite,
    training_model,
)

SHAPE = Shape(dimension=3, units=8, layers=2, mixtures=5, gated=True)
PLAIN = Shape(dimension=3, units=8, layers=2, mixtures=5)


def _events(dimension: int, count: int = 20) -> np.ndarray:
    return np.random.default_rng(5).random((count, dimension)).astype(np.float32)


def _stepped(network: Network, events: np.ndarray) -> np.ndarray:
    return np.array([network.step(event).copy() for event in events])


def _by_keras(model: Any, events: np.ndarray) -> np.ndarray:
    """Steps a playing model of Keras, with its states as arrays."""
    states = [np.zeros((1, *tensor.shape[1:]), np.float32) for tensor in model.inputs[1:]]
    outputs = []
    for event in events:
        mixture, *states = model([(event * SCALE).reshape(1, 1, -1), *states])
        states = [np.asarray(state) for state in states]
        outputs.append(np.asarray(mixture)[0])
    return np.array(outputs)


@pytest.fixture(scope="module", params=[SHAPE, PLAIN], ids=["gated", "plain"])
def shape(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def trained(shape: Shape) -> Any:
    """Returns a network after a short training, so that all weights have changed."""
    keras.utils.set_random_seed(1)
    model = training_model(shape)

    def loss(events: Any, parameters: Any) -> Any:
        return loss_function(shape)(events, parameters)[0]

    model.compile(optimizer="adam", loss=loss)
    data = np.random.default_rng(1).random((32, 11, 3)).astype(np.float32) * SCALE
    model.fit(data[:, :-1], data[:, 1:], epochs=2, verbose=0)
    return model


def test_sizes_and_names_are_impsys() -> None:
    assert network_name(shape_of("s", 9)) == "musicMDRNN-dim9-layers2-units64-mixtures11-scale10"
    assert network_name(shape_of("xl", 4)) == "musicMDRNN-dim4-layers3-units512-mixtures5-scale10"


@pytest.mark.parametrize(
    ("dataset", "name"),
    [
        ("training-dataset-9d", "training-dataset-9d-s"),
        ("my evening, at home", "my-evening-at-home-s"),
        ("abendlied.späť", "abendlied.späť-s"),
        ("ensembleRNN-of-mine", "of-mine-s"),
        ("loud-scale5", "loud-5-s"),
        (".hidden", "hidden-s"),
        ("???", "model-s"),
        ("x" * 240, f"{'x' * 40}-s"),
    ],
)
def test_model_is_named_after_its_dataset_and_size(dataset: str, name: str) -> None:
    assert model_name(dataset, shape_of("s", 9)) == name
    assert model_name(dataset, Shape(9, 20, 1, 5)).endswith("-units20")


def test_training_changes_only_gates_of_own_means(trained: Any, shape: Shape) -> None:
    if not shape.gated:
        pytest.skip("this network has no gates")
    kernel = trained.get_layer("mdn_gates").get_weights()[0]
    free = kernel_of_gates(np.ones((shape.mixtures, shape.dimension), np.float32)) == 1.0
    before = training_model(shape).get_layer("mdn_gates").get_weights()[0]
    assert np.all(kernel[~free] == 0.0)
    assert np.mean(kernel[free] != before[free]) > 0.5


def test_every_file_of_a_network_steps_as_keras_does(trained: Any, shape: Shape, tmp_path: Path) -> None:
    playing = playing_model(trained.get_weights(), shape)
    archive, lite = save(playing, tmp_path, "made")
    trained.save(tmp_path / "training.keras")
    trained.save_weights(tmp_path / "training.weights.h5")
    events = _events(3)
    expected = _by_keras(playing, events)
    assert np.abs(np.asarray(trained(events[None] * SCALE))[0] - expected).max() < 1e-4
    assert np.abs(_stepped(TfliteNetwork(lite), events) - expected).max() < 1e-4
    for file in (archive, tmp_path / "training.keras", tmp_path / "training.weights.h5"):
        assert np.abs(_stepped(NumpyNetwork(read_weights(file)), events) - expected).max() < 1e-4
    weights = read_tflite_weights(lite)
    assert weights.shape == shape
    assert np.abs(_stepped(NumpyNetwork(weights), events) - expected).max() < 1e-4
    again = playing_model(as_keras(weights), shape)
    assert np.abs(_by_keras(again, events) - expected).max() < 1e-4
    assert np.abs(_stepped(NumpyNetwork(from_keras(as_keras(weights))), events) - expected).max() < 1e-4
    assert np.abs(_stepped(open_checked(archive, 60.0), events) - expected).max() < 1e-4


def test_models_of_impsy_step_as_keras_does(impsy_models: Path) -> None:
    # Keras 3 no longer opens the .keras files of 2024; it still loads the weights of the .h5 ones.
    for file in sorted(impsy_models.glob("*.h5")):
        weights = read_weights(file)
        model = training_model(weights.shape)
        model.load_weights(file)
        events = _events(weights.shape.dimension)
        expected = np.asarray(model(events[None] * SCALE))[0]
        for other in (file, file.with_suffix(".keras")):
            assert np.abs(_stepped(NumpyNetwork(read_weights(other)), events) - expected).max() < 1e-4
        try:
            lite = TfliteNetwork(file.with_suffix(".tflite"))
        except UnsupportedModelError:
            continue
        assert np.abs(_stepped(lite, events) - expected).max() < 1e-4


def _with_signatures(model: Any, folder: Path) -> bytes:
    """Converts a model through a saved model, which gives signatures, and other names and orders."""
    model.export(folder / "saved", verbose=False)
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder / "saved"))
    return bytes(converter.convert())


def _inputs_turned_round(model: Any, _: Path) -> bytes:
    """Returns the same network with its inputs in another order."""
    specs = [tf.TensorSpec([1, *t.shape[1:]], tf.float32, name=t.name) for t in model.inputs]

    @tf.function(input_signature=list(reversed(specs)))
    def step(*tensors: Any) -> Any:
        return model(list(reversed(tensors)))

    return bytes(tf.lite.TFLiteConverter.from_concrete_functions([step.get_concrete_function()]).convert())


def _mixture_last(model: Any, _: Path) -> bytes:
    """Returns the same network with named outputs, the mixture after the states."""
    specs = [tf.TensorSpec([1, *t.shape[1:]], tf.float32, name=t.name) for t in model.inputs]

    @tf.function(input_signature=specs)
    def step(*tensors: Any) -> Any:
        mixture, *states = model(list(tensors))
        return {f"output_{n}": state for n, state in enumerate(states)} | {"output_9": mixture}

    return bytes(tf.lite.TFLiteConverter.from_concrete_functions([step.get_concrete_function()]).convert())


@pytest.mark.parametrize("convert", [_with_signatures, _inputs_turned_round, _mixture_last])
def test_files_of_other_converters_step_the_same(trained: Any, shape: Shape, tmp_path: Path, convert: Any) -> None:
    playing = playing_model(trained.get_weights(), shape)
    file = tmp_path / "m.tflite"
    file.write_bytes(convert(playing, tmp_path))
    events = _events(3)
    assert np.abs(_stepped(TfliteNetwork(file), events) - _by_keras(playing, events)).max() < 1e-4


def test_same_weights_give_the_same_file(trained: Any, shape: Shape) -> None:
    playing = playing_model(trained.get_weights(), shape)
    assert to_tflite(playing) == to_tflite(playing)
