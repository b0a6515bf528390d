"""Converts: ``python -m impsy_tui.workers.training.convert FILE FOLDER``.

Of a ``.keras`` or ``.h5`` file of this program's or of IMPSY's, it makes a ``.tflite`` file.
"""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.limits import limit_process
from impsy_tui.mdrnn.weights import read_weights
from impsy_tui.model_files.metadata import metadata_path
from impsy_tui.workers.low_priority import step_back
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter, sole_reporter


def main() -> None:
    """See the module."""
    step_back()
    file, folder = map(Path, sys.argv[1:])
    reporter = sole_reporter()
    if find_spec("tensorflow") is None:
        reporter.say(Failed(needs_extra("converting", "TensorFlow", "train")))
        return
    try:
        reporter.say(_convert(file, folder, reporter))
    except UserError as problem:
        reporter.say(Failed(f"{file.name} {problem}"))
    except OSError as error:
        reporter.say(Failed(f"{error.filename or file}: {error.strerror}"))


def _convert(file: Path, folder: Path, reporter: Reporter) -> Finished | Failed:
    weights = read_weights(file)
    made = folder / f"{file.stem}.tflite"
    if made.exists():
        return Failed(f"{made} is there already: rename or delete it first")
    reporter.say(Progress("starting TensorFlow"))
    from impsy_tui.training.mdrnn.network import as_keras, playing_model, to_tflite

    reporter.say(Progress("converting"))
    content = to_tflite(playing_model(as_keras(weights), weights.shape))
    folder.mkdir(parents=True, exist_ok=True)
    made.write_bytes(content)
    if metadata_path(file).is_file() and not metadata_path(made).exists():
        shutil.copyfile(metadata_path(file), metadata_path(made))
    return Finished(f"{made} is made; load {made.stem} plays it", str(made))


if __name__ == "__main__":
    limit_process("impsy_tui.workers.training.convert")
    main()
