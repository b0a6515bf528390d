"""The mixture density RNN in Keras: for training, for playing, and as a ``.tflite`` file."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf
from keras_mdn_layer import MDN, get_mixture_loss_func

from impsy_tui.mdrnn.lstm import Weights
from impsy_tui.mdrnn.model import SCALE, Shape
from impsy_tui.training.common.naming import free_name

MIXTURES: Final = 5
UNITS: Final = {"xxs": 16, "xs": 32, "s": 64, "m": 128, "l": 256, "xl": 512}
"""LSTM units a layer, by size; two layers, three for xl, as in IMPSY."""


def shape_of(size: str, dimension: int) -> Shape:
    """The shape of a network of this size for events of this dimension."""
    return Shape(dimension, UNITS[size], 3 if size == "xl" else 2, MIXTURES)


def model_name(shape: Shape) -> str:
    """The file name, without suffix, that IMPSY gives such a network."""
    return (
        f"musicMDRNN-dim{shape.dimension}-layers{shape.layers}-units{shape.units}"
        f"-mixtures{shape.mixtures}-scale{SCALE:.0f}"
    )


def training_model(shape: Shape) -> Any:
    """A network over whole sequences.

    Input ``[batch, time, dimension]``, output ``[batch, time, parameters]``, both scaled.
    """
    inputs = keras.layers.Input((None, shape.dimension), name="inputs")
    hidden = inputs
    for layer in range(shape.layers):
        hidden = keras.layers.LSTM(shape.units, return_sequences=True, name=f"lstm_{layer}")(hidden)
    outputs = MDN(shape.dimension, shape.mixtures, name="mdn_outputs")(hidden)
    return keras.Model(inputs, outputs, name=model_name(shape))


def loss_function(shape: Shape) -> Any:
    """Mean negative log-likelihood, in nats, of scaled events."""
    return get_mixture_loss_func(shape.dimension, shape.mixtures)


def playing_model(weights: list[np.ndarray], shape: Shape) -> Any:
    """A network with these weights for one event at a time, its states as inputs and outputs.

    Inputs ``inputs``, ``state_h_0``, ``state_c_0`` …; outputs the mixture parameters, then the
    states in the same order. It has the layout of IMPSY's, so that either program plays it.
    """
    inputs = keras.layers.Input((1, shape.dimension), name="inputs")
    hidden, states_in, states_out = inputs, [], []
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
    outputs = MDN(shape.dimension, shape.mixtures, name="mdn_outputs")(hidden)
    model = keras.Model([inputs, *states_in], [outputs, *states_out], name=model_name(shape))
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
    """Weights that were read from a file, in the order in which Keras keeps those of such a network."""
    arrays = [array for layer in weights.layers for array in (layer.kernel, layer.recurrent, layer.bias)]
    return arrays + [array for head in (weights.means, weights.deviations, weights.logits) for array in head]


def save(model: Any, folder: Path, taken: Collection[str] = ()) -> tuple[Path, Path]:
    """Save a playing model under its name, or with a number behind it where that is taken.

    No model is overwritten: it may be the one that plays.

    Args:
        model: from ``playing_model``.
        folder: where to.
        taken: names that are also taken.

    Returns:
        The ``.keras`` and the ``.tflite`` file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = free_name(folder, model.name, taken)
    archive, lite = folder / f"{name}.keras", folder / f"{name}.tflite"
    model.save(archive)
    lite.write_bytes(to_tflite(model))
    return archive, lite
