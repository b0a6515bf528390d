"""Network of ensembles in Keras: for training, for playing, and as a ``.tflite`` file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np

from impsy_tui.ensemble.memory import GESTURES, INPUTS, WIDTH
from impsy_tui.ensemble.network import MOST_FOLLOWERS, PREFIX
from impsy_tui.training.common.naming import free_name, plain_source
from impsy_tui.training.mdrnn.network import to_tflite

_OWN: Final = WIDTH
"""Number of the first inputs, which describe the follower itself."""


def ensemble_name(units: int) -> str:
    """Returns the file name, without suffix, of such a network."""
    return f"{PREFIX}units{units}"


def training_model(units: int, dropout: float = 0.0, input_dropout: float = 0.0) -> Any:
    """Returns a network over whole sequences of one follower.

    A dense layer receives the inputs. A recurrent layer (GRU: K. Cho et al., "Learning Phrase Representations using
    RNN Encoder-Decoder", EMNLP 2014) keeps a memory. The logits depend on both. They also depend directly on the
    inputs of the follower itself, so the network can be a Markov chain from the first step.

    Args:
        units: units of the recurrent layer; the dense layer has twice as many.
        dropout: rate of dropout of the layers' outputs in training.
        input_dropout: rate of dropout of the inputs in training.

    Returns:
        A model, input ``[batch, time, INPUTS]``, output logits ``[batch, time, GESTURES]``.
    """
    inputs = keras.layers.Input((None, INPUTS), name="told")
    parts = _Parts(units)
    heard = keras.layers.Dropout(dropout)(parts.hear(keras.layers.Dropout(input_dropout)(inputs)))
    recalled = keras.layers.Dropout(dropout)(keras.layers.GRU(units, return_sequences=True, name="recall")(heard))
    logits = parts.decide(keras.layers.Concatenate()([heard, recalled])) + parts.go_on(inputs[..., :_OWN])
    return keras.Model(inputs, logits, name=ensemble_name(units))


def playing_model(weights: list[np.ndarray], units: int) -> Any:
    """Returns a network with these weights for one second at a time and the greatest number of followers.

    The inputs are ``inputs`` and ``state``; the outputs are logits and the next state.
    """
    inputs = keras.layers.Input((1, INPUTS), batch_size=MOST_FOLLOWERS, name="told")
    state = keras.layers.Input((units,), batch_size=MOST_FOLLOWERS, name="state")
    parts = _Parts(units)
    heard = parts.hear(inputs)
    # Unrolled: a loop over one step would need operations that small interpreters lack.
    gru = keras.layers.GRU(units, return_sequences=True, return_state=True, unroll=True, name="recall")
    recalled, state_out = gru(heard, initial_state=state)
    logits = parts.decide(keras.layers.Concatenate()([heard, recalled])) + parts.go_on(inputs[..., :_OWN])
    model = keras.Model([inputs, state], [logits, state_out], name=ensemble_name(units))
    model.set_weights(weights)
    return model


class _Parts:
    """Layers of both models, in the order of their weights."""

    def __init__(self, units: int) -> None:
        self.hear = keras.layers.Dense(2 * units, activation="gelu", name="hear")
        self.decide = keras.layers.Dense(GESTURES, name="decide")
        self.go_on = keras.layers.Dense(GESTURES, use_bias=False, name="go_on")


def save_ensemble(
    model: Any, folder: Path, source: str, write_notes: Callable[[Path], None] = lambda file: None
) -> Path:
    """Saves a playing model as ``.tflite``, named after its scores; a number follows a name that exists.

    Args:
        model: playing model.
        folder: target folder.
        source: name of the scores.
        write_notes: writes the metadata of this file. It is called first, so that no model lacks its tuning.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{free_name(folder, PREFIX + plain_source(source))}.tflite"
    content = to_tflite(model)
    write_notes(file)
    temporary = file.with_name(f".{file.name}.new")
    temporary.write_bytes(content)
    temporary.replace(file)
    return file
