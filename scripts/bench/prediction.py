"""Time of one prediction with sampling: sizes s and xl, the same .tflite files in both programs.

Each size is measured with a file of this program and with a file of IMPSY. The second table has the time of this
program while values are given and while two models are blended.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from common import PEER, ROOT, median, table

OURS_CODE = """
import json, sys, time
from pathlib import Path
import numpy as np
from impsy_tui.mdrnn.tflite import TfliteNetwork
from impsy_tui.mdrnn.predictor import MdrnnPredictor
player = MdrnnPredictor(TfliteNetwork(Path(sys.argv[1])), "m", np.random.default_rng(1))
values = (0.5,) * 8
def step():
    player.predict(0.1, values)
"""
STEERED: dict[str, str] = {
    "plain": "",
    "given x3 0.7": "player.given = {3: 0.7}",
    "given x3 0.2..0.5": "player.given = {3: (0.2, 0.5)}",
    "given dt 250ms, x1 and x3 in ranges": "player.given = {0: 0.25, 1: (0.2, 0.5), 3: (0.4, 0.6)}",
    "blend of two, 50%": "player.blended, player.blend_weight = other, 0.5",
    "blend of two, given x3 0.7": "player.blended, player.blend_weight, player.given = other, 0.5, {3: 0.7}",
}
"""Conditions of the second table, by their commands."""
OTHER_CODE = """
other = MdrnnPredictor(TfliteNetwork(Path(sys.argv[1])), "other", np.random.default_rng(2))
"""
PEER_CODE = """
import json, sys, time
from pathlib import Path
import numpy as np
from impsy.mdrnn import TfliteMDRNN
player = TfliteMDRNN.from_file(Path(sys.argv[1]))
value = np.array([0.1] + [0.5] * 8)
def step():
    player.generate(value)
"""
OUR_MAKER = """
import sys
from pathlib import Path
from impsy_tui.training.common.shapes import shape_of
from impsy_tui.training.mdrnn.network import playing_model, to_tflite, training_model
shape = shape_of(sys.argv[2], 9)
Path(sys.argv[1]).write_bytes(to_tflite(playing_model(training_model(shape).get_weights(), shape)))
"""
SIZES = {"s": (64, 2), "xl": (512, 3)}
TIMING = """
for _ in range(300):
    step()
best = []
for _ in range(7):
    count = int(sys.argv[2])
    began = time.perf_counter()
    for _ in range(count):
        step()
    best.append((time.perf_counter() - began) / count * 1e6)
print(json.dumps(sorted(best)))
"""


def measure(python: Path | str, code: str, model: Path, count: int) -> float:
    """Returns the microseconds of a prediction: the median of seven runs."""
    done = subprocess.run(
        [str(python), "-c", code + TIMING, str(model), str(count)], capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout.splitlines()[-1])[3])


def make(maker: str, size: str, folder: Path) -> Path:
    """Makes a .tflite file of a size, with random weights, by one of the programs."""
    model = folder / f"{size}-{maker}.tflite"
    units, layers = SIZES[size]
    if maker == "IMPSY":
        command = [str(Path(__file__).parent / "pulse_model.py"), str(model), "-", str(units), str(layers)]
    else:
        command = ["-c", OUR_MAKER, str(model), size]
    # TensorFlow is in the peer's environment alone.
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([str(PEER / "python"), *command], check=True, capture_output=True, env=environment)
    return model


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    rows = []
    for size, count in (("s", 3000), ("xl", 400)):
        for maker in ("impsy-tui", "IMPSY"):
            model = make(maker, size, folder)
            pairs = [
                (measure(sys.executable, OURS_CODE, model, count), measure(PEER / "python", PEER_CODE, model, count))
                for _ in range(5)
            ]
            ours, peer = (median(column) for column in zip(*pairs, strict=True))
            rows.append([size, maker, f"{ours:.1f}", f"{peer:.1f}", f"{ours / peer:.2f}"])
    table("One prediction, sampling included", ["size", "file made by", "ours µs", "peer µs", "ours/peer"], rows)
    steered = []
    for size, count in (("s", 3000), ("xl", 400)):
        model = make("impsy-tui", size, folder)
        for name, code in STEERED.items():
            times = [measure(sys.executable, OURS_CODE + OTHER_CODE + code, model, count) for _ in range(3)]
            steered.append([size, name, f"{median(times):.1f}"])
    table("One prediction, given and blended", ["size", "condition", "ours µs"], steered)


if __name__ == "__main__":
    main()
