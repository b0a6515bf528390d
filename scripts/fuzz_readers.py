"""Readers of every format for the fuzzer, each with the exceptions with which it may refuse a file."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from fuzz_seeds import log_lines

from impsy_tui.errors import UserError


def dataset_reader() -> Any:
    from impsy_tui.data.datasets import read_dataset

    return read_dataset, (UserError,)


def weights_reader() -> Any:
    from impsy_tui.mdrnn.lstm import NumpyNetwork
    from impsy_tui.mdrnn.weights import read_weights

    def read(file: Path) -> None:
        network = NumpyNetwork(read_weights(file))
        network.step([0.5] * network.shape.dimension)

    return read, (UserError,)


def tflite_reader() -> Any:
    from impsy_tui.mdrnn.tflite import TfliteNetwork

    def read(file: Path) -> None:
        network = TfliteNetwork(file)
        for _ in range(2):  # the second step uses the states of the first one
            network.step([0.5] * network.shape.dimension)

    return read, (UserError,)


def ensemble_reader() -> Any:
    import numpy as np

    from impsy_tui.ensemble.memory import INPUTS
    from impsy_tui.ensemble.network import MOST_FOLLOWERS, EnsembleNetwork

    def read(file: Path) -> None:
        network = EnsembleNetwork(file)
        for _ in range(2):
            network.step(np.full((MOST_FOLLOWERS, INPUTS), 0.5, np.float32))

    return read, (UserError,)


def agent_reader() -> Any:
    from impsy_tui.agent.file import read_agent

    return read_agent, (UserError,)


def clips_reader() -> Any:
    from impsy_tui.ensemble.clips import read_clips

    return read_clips, (UserError,)


def classifier_reader() -> Any:
    from impsy_tui.ensemble.classifier import read_classifier

    return read_classifier, (UserError,)


def checkpoint_reader() -> Any:
    from impsy_tui.training.mdrnn.checkpoint import newest_unfinished

    def read(file: Path) -> None:
        file.replace(file.with_name(f".{file.name}"))
        newest_unfinished(file.parent)

    return read, (UserError,)


def sound_reader() -> Any:
    from impsy_tui.workers.agent.describe_recordings import describe_file

    return lambda file: describe_file(file, 256, 128), (UserError, OSError)


def log_reader() -> Any:
    from impsy_tui.data.logs import draw_log, log_facts
    from impsy_tui.workers.read_log import read_reel

    def read(file: Path) -> None:
        log_facts(file)
        read_reel(file)
        draw_log(file, 80)

    return read, (OSError, ValueError)


def midi_reader() -> Any:
    from impsy_tui.channels.midi.file_mapping import FileMapping
    from impsy_tui.channels.midi.files import read_events

    mapping = FileMapping((("note_on", 1), ("control_change_14", 1, 7), ("pitch_bend", 1)), ())
    return lambda file: read_events(file.read_bytes(), mapping, 4), (UserError,)


def recording_reader() -> Any:
    from impsy_tui.workers.read_log import read_reel

    def read(file: Path) -> None:
        log = file.with_suffix(".log")
        if not log.exists():
            log.write_text("\n".join(log_lines()))
        read_reel(log)

    return read, ()


def touches_reader() -> Any:
    from impsy_tui.ensemble.touches.touch import read_touches

    return read_touches, (UserError,)


def targets_reader() -> Any:
    from fuzz_seeds import touch_lines

    from impsy_tui.ensemble.touches.touch import SUFFIX, TARGETS
    from impsy_tui.training.gestures.labelled_recordings import read_labelled

    def read(file: Path) -> None:
        touches = file.with_name(file.name.removesuffix(TARGETS) + SUFFIX)
        touches.write_text("\n".join(touch_lines()))
        read_labelled(touches)

    return read, (UserError,)


def features_reader() -> Any:
    from impsy_tui.training.gestures.labelled_recordings import read_labelled

    return read_labelled, (UserError,)


def archive_reader() -> Any:
    from impsy_tui.workers.agent.convert_agent import read_zip

    return read_zip, (UserError, OSError)


def score_reader() -> Any:
    from impsy_tui.ensemble.scores import read_score

    return read_score, (UserError,)


def table_reader() -> Any:
    from impsy_tui.agent.lookup_table import read_table

    return read_table, (UserError,)


def corpus_reader() -> Any:
    from impsy_tui.agent.corpus import read_corpus

    return read_corpus, (UserError,)


def settings_reader() -> Any:
    from impsy_tui.agent.task import read_task

    return read_task, (UserError,)


def config_reader() -> Any:
    from impsy_tui.config import load_config

    return load_config, ()


def notes_reader() -> Any:
    from impsy_tui.ensemble.tuning import read_tuning
    from impsy_tui.model_files.metadata import read_curve, read_metadata

    def read(file: Path) -> None:
        read_metadata(file.with_suffix(".h5"))
        read_curve(file.with_suffix(".h5"))
        read_tuning(file.with_suffix(".h5"), 3)

    return read, ()


def theme_reader() -> Any:
    from impsy_tui.console.themes import ThemeFolders

    def read(file: Path) -> None:
        themes = ThemeFolders()
        themes._folders = (file.parent, file.parent)
        themes.load(file.stem)

    return read, (UserError,)


def scenes_reader() -> Any:
    from impsy_tui.engine.performance.scenes.file import SceneFile

    def read(file: Path) -> None:
        book = SceneFile(file)
        for name in book.names():
            with suppress(UserError):
                book.find(name)

    return read, (UserError,)


def session_reader() -> Any:
    from impsy_tui.engine.performance.session_state.last_session import read_session, session_file

    def read(file: Path) -> object:
        file.replace(session_file(file.parent))
        return read_session(file.parent)

    return read, (UserError,)


def set_reader() -> Any:
    from impsy_tui.language.setlist import read_set

    return lambda file: read_set(file.read_bytes().decode(errors="replace")), ()
