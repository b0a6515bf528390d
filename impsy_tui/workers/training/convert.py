"""Worker that converts a Keras model (``.keras``, ``.h5``) to TensorFlow Lite."""

import shutil
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from impsy_tui.errors import UserError
from impsy_tui.installation import needs_extra
from impsy_tui.mdrnn.weights import read_weights
from impsy_tui.model_files.metadata import metadata_path
from impsy_tui.workers.jobs import run_job
from impsy_tui.workers.messages import Failed, Finished, Progress, Reporter
from impsy_tui.workers.requests import ConvertRequest as Request


def run(request: Request) -> None:
    """Converts the model of a request."""
    run_job(partial(_convert, request.file, request.models), request.file)


def _convert(file: Path, folder: Path, reporter: Reporter) -> Finished | Failed:
    if find_spec("tensorflow") is None:
        raise UserError(needs_extra("converting", "TensorFlow", "train"))
    try:
        weights = read_weights(file)
    except UserError as problem:
        raise UserError(f"{file.name} {problem}") from None
    made = folder / f"{file.stem}.tflite"
    if made.exists():
        return Failed(f"{made} exists already: rename or delete it first")
    reporter.say(Progress("starting TensorFlow"))
    from impsy_tui.training.mdrnn.network import as_keras, playing_model, to_tflite

    reporter.say(Progress("converting"))
    content = to_tflite(playing_model(as_keras(weights), weights.shape))
    folder.mkdir(parents=True, exist_ok=True)
    made.write_bytes(content)
    if metadata_path(file).is_file() and not metadata_path(made).exists():
        shutil.copyfile(metadata_path(file), metadata_path(made))
    return Finished(f"{made} is made; load {made.stem} plays it", str(made))
