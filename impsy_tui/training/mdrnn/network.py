"""Mixture density RNN in Keras: for training, for playing, and as a ``.tflite`` file."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras_mdn_layer import MDN

from impsy_tui.mdrnn.lstm import LstmWeights, Weights
from impsy_tui.mdrnn.model import DT_OFFSET, LONGEST_LOG, NARROWEST, SCALE, Shape
from impsy_tui.mdrnn.weights import gates_of_kernel, kernel_of_gates
from impsy_tui.training.common.naming import free_name, network_name
from impsy_tui.training.mdrnn.first_weights import GATES, MIXTURE, set_first_weights


def training_model(shape: Shape, *, one_at_a_time: bool = False) -> Any:
    """Returns a network over whole sequences.

    Input ``[batch, time, dimension]``, output ``[batch, time, parameters]``, both scaled.

    Args:
        shape: shape of the network.
        one_at_a_time: True for a musician who moves one value at a time; see ``first_weights``.
    """
    inputs = keras.layers.Input((None, shape.dimension), name="inputs")
    hidden = _features(inputs, shape)
    for layer in range(shape.layers):
        hidden = keras.layers.LSTM(shape.units, return_sequences=True, name=f"lstm_{layer}")(hidden)
    outputs = _mixture(hidden, inputs, shape, Diagonal(shape.mixtures, shape.dimension))
    model = keras.Model(inputs, outputs, name=network_name(shape))
    if shape.gated:
        set_first_weights(model, shape, one_at_a_time=one_at_a_time)
    return model


def last_layer(shape: Shape) -> Any:
    """Returns the part of a network behind its recurrent layers, for single events.

    Inputs ``[events, units]``, the output of the last recurrent layer, and ``[events, dimension]``, scaled; output
    ``[events, parameters]``. Its weights are the last ones of ``as_keras``.
    """
    hidden, event = keras.layers.Input((shape.units,)), keras.layers.Input((shape.dimension,))
    constraint = Diagonal(shape.mixtures, shape.dimension)
    return keras.Model([hidden, event], _mixture(hidden, event, shape, constraint))


class Diagonal(keras.constraints.Constraint):  # type: ignore[misc]
    """Constraint of the gates: a dimension leans on itself only, and only its means do."""

    def __init__(self, mixtures: int, dimension: int) -> None:
        self._size = mixtures, dimension
        self._free = kernel_of_gates(np.ones(self._size, np.float32))

    def __call__(self, kernel: Any) -> Any:
        return kernel * self._free

    def get_config(self) -> dict[str, int]:
        return dict(zip(("mixtures", "dimension"), self._size, strict=True))


def _features(inputs: Any, shape: Shape) -> Any:
    """Returns the input of the first layer for an event."""
    if not shape.gated:
        return inputs
    log_dt = keras.ops.log(keras.ops.relu(inputs[:, :, :1]) + SCALE * DT_OFFSET)
    return keras.layers.Concatenate(name="features")([inputs, log_dt])


def _mixture(hidden: Any, event: Any, shape: Shape, constraint: Any = None) -> Any:
    """Returns the mixture parameters for the next event."""
    outputs = MDN(shape.dimension, shape.mixtures, name=MIXTURE)(hidden)
    if not shape.gated:
        return outputs
    gates = keras.layers.Dense(shape.parameters, use_bias=False, kernel_constraint=constraint, name=GATES)
    outputs = outputs + gates(event)
    values = shape.mixtures * shape.dimension
    dt, narrowest = np.zeros((2, shape.parameters), np.float32)
    dt[: values : shape.dimension] = 1.0
    narrowest[values : 2 * values] = NARROWEST
    return outputs * (1.0 - dt) + (keras.ops.exp(keras.ops.minimum(outputs, LONGEST_LOG)) * dt + narrowest)


def playing_model(weights: list[np.ndarray], shape: Shape) -> Any:
    """Returns a network with these weights for one event at a time; its states are inputs and outputs.

    The inputs are ``inputs``, ``state_h_0``, ``state_c_0`` and so on. The outputs are the mixture parameters, then
    the states in the same order. The layout is that of IMPSY, so that both programs play the network.
    """
    inputs = keras.layers.Input((1, shape.dimension), name="inputs")
    hidden, states_in, states_out = _features(inputs, shape), [], []
    for layer in range(shape.layers):
        state = [keras.layers.Input((shape.units,), name=f"state_{kind}_{layer}") for kind in "hc"]
        last = layer == shape.layers - 1
        hidden, *state_out = keras.layers.LSTM(
            # Unrolled: a loop over one step would need operations that small interpreters lack.
            shape.units,
            return_sequences=not last,
            return_state=True,
            unroll=True,
            name=f"lstm_{layer}",
        )(hidden, initial_state=state)
        states_in += state
        states_out += state_out
    outputs = _mixture(hidden, keras.ops.reshape(inputs, (-1, shape.dimension)), shape)
    model = keras.Model([inputs, *states_in], [outputs, *states_out], name=network_name(shape))
    model.set_weights(weights)
    return model


def to_tflite(model: Any) -> bytes:
    """Returns a playing model as the contents of a ``.tflite`` file, with built-in operations alone.

    IMPSY 1.2.1 takes the states in the order of their tensors. The outputs of one ``split`` keep their order; the
    converter puts c before h otherwise.
    """
    specs = [
        tf.TensorSpec([tensor.shape[0] or 1, *tensor.shape[1:]], tf.float32, name=tensor.name)
        for tensor in model.inputs
    ]

    @tf.function(input_signature=specs)  # type: ignore[untyped-decorator]
    def step(*tensors: Any) -> Any:
        mixture, *states = model(list(tensors))
        return [mixture, *tf.split(tf.concat(states, axis=1), len(states), axis=1)]

    converter = tf.lite.TFLiteConverter.from_concrete_functions([step.get_concrete_function()])
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    content: bytes = converter.convert()
    return content


def as_keras(weights: Weights) -> list[np.ndarray]:
    """Returns weights that were read from a file in the order of Keras for such a network."""
    arrays = [array for layer in weights.layers for array in (layer.kernel, layer.recurrent, layer.bias)]
    arrays += [array for head in (weights.means, weights.deviations, weights.logits) for array in head]
    return arrays if weights.gates is None else [*arrays, kernel_of_gates(weights.gates)]


def from_keras(arrays: Sequence[np.ndarray]) -> Weights:
    """Returns weights in the order of Keras as those of a network without TensorFlow; inverse of ``as_keras``."""
    parts = list(arrays)
    gates = None
    if len(parts) % 3 == 1:
        kernel = parts.pop()
        gates = gates_of_kernel(kernel, len(parts[-5]))
    *lstm, means, mean_bias, deviations, deviation_bias, logits, logit_bias = parts
    layers = tuple(LstmWeights(*lstm[at : at + 3]) for at in range(0, len(lstm), 3))
    return Weights(layers, (means, mean_bias), (deviations, deviation_bias), (logits, logit_bias), gates)


def save(model: Any, folder: Path, name: str, taken: Collection[str] = ()) -> tuple[Path, Path]:
    """Saves a playing model; a number follows a name that exists.

    No model is overwritten, because it may be the model that plays.

    Args:
        model: model of ``playing_model``.
        folder: folder of the files.
        name: name of the files, without suffix.
        taken: other names that are in use.

    Returns:
        The ``.keras`` file and the ``.tflite`` file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = free_name(folder, name, taken)
    archive, lite = folder / f"{name}.keras", folder / f"{name}.tflite"
    model.save(archive)
    lite.write_bytes(to_tflite(model))
    return archive, lite
