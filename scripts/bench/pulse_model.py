"""Writes a .tflite model that predicts one constant dt, with the peer's tools: run by its Python.

pulse_model.py FILE DT [UNITS LAYERS]      DT - gives random weights
"""

import sys
from pathlib import Path

import numpy as np
from impsy import mdrnn
from impsy.tflite_converter import model_to_tflite

file, dt = Path(sys.argv[1]), sys.argv[2]
units, layers = (int(sys.argv[3]), int(sys.argv[4])) if len(sys.argv) > 3 else (64, 2)
model = mdrnn.build_mdrnn_model(9, units, 5, layers, inference=True, seq_length=1)
if dt != "-":
    *lstm, _, means, _, deviations, _, logits = model.get_weights()
    event = np.full(9, 0.5) * mdrnn.SCALE_FACTOR
    event[0] = float(dt) * mdrnn.SCALE_FACTOR
    heads = [(np.tile(event, 5), means), (np.full(45, -30.0), deviations), (np.zeros(5), logits)]
    weights = [np.zeros_like(w) for w in lstm]
    for bias, like in heads:
        weights += [np.zeros((units, len(bias)), np.float32), bias.astype(like.dtype)]
    model.set_weights(weights)
model_to_tflite(model, file)
