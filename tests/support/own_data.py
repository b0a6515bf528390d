"""Small data of the project, in the layout of the published data that the tests read if it exists.

The tests make it once per session. ``python -m tests.support.own_data FOLDER`` makes the models:
TensorFlow runs in that process alone.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from impsy_tui.agent.corpus import write_corpus
from impsy_tui.agent.descriptors.extraction import FrameSettings, averaged, describe
from impsy_tui.agent.lookup_table import LookupTable, write_table
from impsy_tui.agent.synths import SYNTHS, grid
from impsy_tui.data.synthetic import performances
from impsy_tui.ensemble.gestures import GESTURES
from impsy_tui.ensemble.scores import Score, write_score
from impsy_tui.ensemble.synthetic.scores import scores
from impsy_tui.ensemble.synthetic.touches import play
from impsy_tui.ensemble.touches.touch import HEIGHT, WIDTH, wall_seconds, wall_time

BEGAN = datetime(2026, 5, 1, 20, 0, 0)
RATE = 44_100


def datasets(folder: Path) -> None:
    """Writes datasets in the form of IMPSY: an object array ``perfs`` of float32 arrays, some without events."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, dimension, events in (("4d", 4, 300), ("4d-12ksmall", 4, 50), ("9d", 9, 700)):
        played = performances(3, events, dimension - 1, dimension)
        played.insert(1, np.empty((0, dimension)))
        perfs = np.empty(len(played), object)
        perfs[:] = [performance.astype(np.float32) for performance in played]
        np.savez_compressed(folder / f"training-dataset-{name}.npz", perfs=perfs)


def models(folder: Path) -> None:
    """Writes models of dimension 2, 4 and 9 as ``.keras``, ``.h5`` and ``.tflite``; the first two ``.tflite`` need
    Flex."""
    import keras

    from impsy_tui.mdrnn.model import Shape
    from impsy_tui.training.mdrnn.network import playing_model, to_tflite, training_model

    folder.mkdir(parents=True, exist_ok=True)
    for dimension, units in ((2, 16), (4, 16), (9, 16)):
        keras.utils.set_random_seed(dimension)
        shape = Shape(dimension, units, 2, 5)
        model = training_model(shape)
        stem = folder / model.name
        model.save(stem.with_suffix(".keras"))
        model.save(stem.with_suffix(".h5"))  # the format of Keras 2, which IMPSY used until 2024
        lite = _with_flex(model) if dimension < 9 else to_tflite(playing_model(model.get_weights(), shape))
        stem.with_suffix(".tflite").write_bytes(lite)


def _with_flex(model: Any) -> bytes:
    """Writes a ``.tflite`` whose LSTM layers are loops over time, which need operations of TensorFlow."""
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec([1, None, model.input_shape[-1]], tf.float32)])
    def step(events: Any) -> Any:
        return model(events)

    converter = tf.lite.TFLiteConverter.from_concrete_functions([step.get_concrete_function()])
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
    converter._experimental_lower_tensor_list_ops = False
    return bytes(converter.convert())


def rl_impro(folder: Path) -> None:
    """Writes look-up tables of the built-in synths, and corpora of phrases that they play."""
    (folder / "lookup").mkdir(parents=True)
    (folder / "corpus").mkdir()
    settings = FrameSettings(window=1_024, hop=512, true_peak=False)
    for synth, points, name in (("sine", 20, "sin-20"), ("fm", 10, "fm3-10")):
        parameters = grid(len(SYNTHS[synth].parameters), points)
        sounds = (SYNTHS[synth].render(row, 0.05, RATE) for row in parameters)
        descriptors = np.array([averaged(describe(sound, settings)) for sound in sounds])
        write_table(folder / "lookup" / f"{name}.csv", LookupTable(parameters, descriptors))
    for number, synth in enumerate(("fm", "granular")):
        random = np.random.default_rng(number)
        notes = random.uniform(0.2, 0.9, (8, len(SYNTHS[synth].parameters)))
        phrase = np.concatenate([SYNTHS[synth].render(note, 0.25, RATE) for note in notes])
        write_corpus(folder / "corpus" / f"0{number}_{synth}.csv.gz", describe(phrase, FrameSettings()))


def metatone(folder: Path) -> None:
    """Writes gesture scores with dates, and raw touches in points of the surface, like Metatone Classifier."""
    (folder / "gestures").mkdir(parents=True)
    (folder / "touches").mkdir()
    for number, codes in enumerate(scores(4, 90, 1)):
        began = BEGAN + timedelta(hours=number)
        players = tuple(f"player-{player:02}" for player in range(codes.shape[1]))
        name = f"{began:%Y-%m-%dT%H-%M-%S}-MetatoneOSCLog-touches-posthoc-gestures"
        write_score(folder / "gestures" / f"{name}.csv", Score(name, players, codes, began))
    for number in range(2):
        rows = []
        for player, gesture in enumerate((1 + number, GESTURES - 1 - number)):
            touches = play(gesture, 30.0, np.random.default_rng([number, player]))
            for at, x, y, velocity in zip(touches.times, touches.x, touches.y, touches.velocities, strict=True):
                when = wall_time(wall_seconds(BEGAN) + float(at)).isoformat(timespec="microseconds")
                rows.append(f"{when},player-{player:02},{x * WIDTH:.1f},{y * HEIGHT:.1f},{float(velocity) * WIDTH}")
        file = folder / "touches" / f"2026-05-01T20-00-0{number}-MetatoneOSCLog-touches.csv"
        file.write_text("\n".join(["time,device_id,x_pos,y_pos,velocity", *sorted(rows)]) + "\n")


if __name__ == "__main__":
    models(Path(sys.argv[1]))
