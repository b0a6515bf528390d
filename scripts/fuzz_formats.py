"""File formats of the program for the fuzzer: valid files, and readers."""

import gzip
import io
import json
import math
import struct
import wave
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from impsy_tui.errors import UserError

ROOT: Final = Path(__file__).resolve().parent.parent
Seeds = Callable[[Path], list[bytes]]
Read = Callable[[Path], object]


@dataclass(frozen=True)
class Format:
    """File format.

    Attributes:
        suffix: suffix of the files.
        seeds: returns valid files; its argument is a scratch folder.
        read: returns a function that reads a file, and the exceptions with which it may refuse one.
        contained: True if the program reads the format in a helper process, so a crash cannot end the engine.
    """

    suffix: str
    seeds: Seeds
    read: Callable[[], tuple[Read, tuple[type[BaseException], ...]]]
    contained: bool = False


def _text(*lines: str) -> Seeds:
    return lambda folder: ["\n".join(lines).encode() + b"\n"]


def _files(*patterns: str) -> Seeds:
    return lambda folder: [file.read_bytes() for pattern in patterns for file in sorted(ROOT.glob(pattern))]


def _packed(seeds: Seeds) -> Seeds:
    return lambda folder: [gzip.compress(seed) for seed in seeds(folder)]


def _dataset(folder: Path) -> list[bytes]:
    import pickle

    import numpy as np

    perfs = np.empty(3, object)
    perfs[:] = [np.random.default_rng(n).random((4 + n, 4)).astype(kind) for n, kind in enumerate("fdf")]
    found = []
    for protocol in range(2, 6):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive, archive.open("perfs.npy", "w") as entry:
            np.lib.format.write_array_header_1_0(entry, {"descr": "|O", "fortran_order": False, "shape": (3,)})
            pickle.dump(perfs, entry, protocol)
        found.append(buffer.getvalue())
    plain = io.BytesIO()
    np.savez(plain, perfs=np.random.default_rng(1).random((2, 5, 3)))
    return [*found, plain.getvalue()]


def _h5(folder: Path) -> list[bytes]:
    import h5py
    import numpy as np

    file, units, n = folder / "seed.h5", 4, 3
    with h5py.File(file, "w") as made:
        for k, i in enumerate((n, units)):
            for name, shape in (("kernel", (i, 16)), ("recurrent_kernel", (units, 16)), ("bias", (16,))):
                options = {"compression": "gzip"} if len(shape) > 1 else {}
                made.create_dataset(f"lstm{k}/lstm{k}/{name}:0", data=np.full(shape, 0.1, "f4"), **options)
        for name, width in (("mus", n), ("sigmas", n), ("pis", 1)):
            made[f"td/td/{name}/kernel:0"] = np.zeros((units, width), "f4")
            made[f"td/td/{name}/bias:0"] = np.zeros(width, "f4")
    return [file.read_bytes()]


def _keras(folder: Path) -> list[bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", _h5(folder)[0])
    return [buffer.getvalue()]


def _checkpoint(folder: Path) -> list[bytes]:
    import numpy as np

    lists = ("weights", "averages", "optimizer", "best")
    facts = {"wishes": {"size": "xxs"}, "best_loss": 1.0, "best_epoch": 1, "curve": [[1.0, 2.0]]}
    facts |= dict.fromkeys(lists, 1)
    buffer = io.BytesIO()
    arrays = {f"{name}_0": np.zeros((2, 3), "f4") for name in lists}
    np.savez(buffer, facts=np.frombuffer(json.dumps(facts).encode(), np.uint8), **arrays)
    return [buffer.getvalue()]


def _wav(folder: Path) -> list[bytes]:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as made:
        made.setnchannels(2)
        made.setsampwidth(2)
        made.setframerate(44_100)
        made.writeframes(b"".join(struct.pack("<hh", int(9000 * math.sin(n / 20)), n) for n in range(1500)))
    return [buffer.getvalue()]


def _flac(folder: Path) -> list[bytes]:
    import numpy as np
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, np.sin(np.arange(1500) / 20) / 2, 44_100, format="FLAC")
    return [buffer.getvalue()]


def _log_lines(source: str = "interface") -> tuple[str, ...]:
    return tuple(f"2026-01-01T00:00:0{n}.250000,{source},0.{n},0.5,0.25" for n in range(6))


def _table(folder: Path) -> list[bytes]:
    from impsy_tui.agent.descriptors.names import NAMES

    head = ",".join(("param-0", "param-1", *NAMES))
    rows = (",".join(str(round(0.01 * (n + m), 3)) for m in range(2 + len(NAMES))) for n in range(4))
    return ["\n".join((head, *rows)).encode() + b"\n"]


def _corpus(folder: Path) -> list[bytes]:
    import numpy as np

    from impsy_tui.agent.corpus import write_corpus
    from impsy_tui.agent.descriptors.names import NAMES

    write_corpus(folder / "c.csv", np.full((4, len(NAMES)), 0.5), 100.0)
    return [(folder / "c.csv").read_bytes()]


def _read_dataset() -> Any:
    from impsy_tui.data.datasets import read_dataset

    return read_dataset, (UserError,)


def _read_weights() -> Any:
    from impsy_tui.mdrnn.lstm import NumpyNetwork
    from impsy_tui.mdrnn.weights import read_weights

    def read(file: Path) -> None:
        network = NumpyNetwork(read_weights(file))
        network.step([0.5] * network.shape.dimension)

    return read, (UserError,)


def _read_tflite() -> Any:
    from impsy_tui.mdrnn.tflite import TfliteNetwork

    def read(file: Path) -> None:
        network = TfliteNetwork(file)
        for _ in range(2):  # the second step uses the states of the first one
            network.step([0.5] * network.shape.dimension)

    return read, (UserError,)


def _read_ensemble() -> Any:
    import numpy as np

    from impsy_tui.ensemble.memory import INPUTS
    from impsy_tui.ensemble.network import MOST_FOLLOWERS, EnsembleNetwork

    def read(file: Path) -> None:
        network = EnsembleNetwork(file)
        for _ in range(2):
            network.step(np.full((MOST_FOLLOWERS, INPUTS), 0.5, np.float32))

    return read, (UserError,)


def _read_agent() -> Any:
    from impsy_tui.agent.file import read_agent

    return read_agent, (UserError,)


def _read_clips() -> Any:
    from impsy_tui.ensemble.clips import read_clips

    return read_clips, (UserError,)


def _read_classifier() -> Any:
    from impsy_tui.ensemble.classifier import read_classifier

    return read_classifier, (UserError,)


def _read_checkpoint() -> Any:
    from impsy_tui.training.mdrnn.checkpoint import newest_unfinished

    def read(file: Path) -> None:
        file.replace(file.with_name(f".{file.name}"))
        newest_unfinished(file.parent)

    return read, (UserError,)


def _read_sound() -> Any:
    from impsy_tui.workers.describe_recordings import describe_file

    return lambda file: describe_file(file, 256, 128), (UserError, OSError)


def _read_log() -> Any:
    from impsy_tui.data.logs import draw_log, log_facts
    from impsy_tui.workers.read_log import read_reel

    def read(file: Path) -> None:
        log_facts(file)
        read_reel(file)
        draw_log(file, 80)

    return read, (OSError, ValueError)


def _read_recording() -> Any:
    from impsy_tui.workers.read_log import read_reel

    def read(file: Path) -> None:
        log = file.with_suffix(".log")
        if not log.exists():
            log.write_text("\n".join(_log_lines()))
        read_reel(log)

    return read, ()


def _read_touches() -> Any:
    from impsy_tui.ensemble.touches.touch import read_touches

    return read_touches, (UserError,)


def _read_score() -> Any:
    from impsy_tui.ensemble.scores import read_score

    return read_score, (UserError,)


def _read_table() -> Any:
    from impsy_tui.agent.lookup_table import read_table

    return read_table, (UserError,)


def _read_corpus() -> Any:
    from impsy_tui.agent.corpus import read_corpus

    return read_corpus, (UserError,)


def _read_settings() -> Any:
    from impsy_tui.agent.task import read_task

    return read_task, (UserError,)


def _read_config() -> Any:
    from impsy_tui.config import load_config

    return load_config, ()


def _read_notes() -> Any:
    from impsy_tui.ensemble.tuning import read_tuning
    from impsy_tui.model_files.metadata import read_curve, read_metadata

    def read(file: Path) -> None:
        read_metadata(file.with_suffix(".h5"))
        read_curve(file.with_suffix(".h5"))
        read_tuning(file.with_suffix(".h5"), 3)

    return read, ()


def _read_theme() -> Any:
    from impsy_tui.console.themes import ThemeFolders

    def read(file: Path) -> None:
        themes = ThemeFolders()
        themes._folders = (file.parent, file.parent)
        themes.load(file.stem)

    return read, (UserError,)


def _read_scenes() -> Any:
    from impsy_tui.engine.performance.scenes.file import SceneFile

    def read(file: Path) -> None:
        book = SceneFile(file)
        for name in book.names():
            with suppress(UserError):
                book.find(name)

    return read, (UserError,)


def _read_session() -> Any:
    from impsy_tui.engine.performance.session_state.last_session import read_session, session_file

    def read(file: Path) -> object:
        file.replace(session_file(file.parent))
        return read_session(file.parent)

    return read, (UserError,)


def _read_set() -> Any:
    from impsy_tui.language.setlist import read_set

    return lambda file: read_set(file.read_bytes().decode(errors="replace")), ()


_SCENE: Final = (
    *('["dark"]', "thru = false", '["dark".time]', 'grid = "off"', "tempo = 120.0", '["dark".players.main]'),
    *('mode = "battle"', "pi_temperature = 1.5", "muted = [1, 2]", '["dark".players.main.held]', "x3 = 0.5"),
)
_COMMANDS: Final = (
    "temp 1.5",
    "def drop x = mode battle; temp $x",
    "#3-4 after 1s drop 2",
    "every 2s over 1s temp 3",
)
_SESSION: Final = {
    "players": {
        "main": {
            "model": "m",
            "mode": "battle",
            "pi_temperature": 1.0,
            "sigma_temperature": 0.01,
            "timescale": 1.0,
            "threshold": 0.1,
            "max_response": 0.0,
            "paused": False,
        }
    },
    "focus": "main",
    "thru": True,
    "log": True,
    "saved": 5.0,
    "ended": False,
    "config": "config.toml",
    "live_set": {"macros": ["drop = temp 2"], "bindings": {"f5": "drop"}, "set": "first", "cue": 2, "scene": {}},
}

_SMALL_MODEL: Final = "scripts/fuzz-seed.tflite"
"""Network of dimension 2 with 2 layers of 4 units and 2 mixtures, converted by this program: in a small file most
mutations change the structure."""

FORMATS: Final[dict[str, Format]] = {
    "dataset": Format(".npz", _dataset, _read_dataset),
    "h5": Format(".h5", _h5, _read_weights, contained=True),
    "keras": Format(".keras", _keras, _read_weights, contained=True),
    "tflite": Format(".tflite", _files(_SMALL_MODEL), _read_tflite, contained=True),
    "ensemble": Format(".tflite", _files("models/ensembleRNN*.tflite"), _read_ensemble, contained=True),
    "agent": Format(".npz", _files("models/agent-*.npz"), _read_agent),
    "clips": Format(".npz", _files("models/clips-*.npz"), _read_clips),
    "classifier": Format(".npz", _files("models/gestures-*.npz"), _read_classifier),
    "checkpoint": Format(".unfinished.npz", _checkpoint, _read_checkpoint),
    "wav": Format(".wav", _wav, _read_sound, contained=True),
    "flac": Format(".flac", _flac, _read_sound, contained=True),
    "log": Format(".log", _text(*_log_lines()), _read_log),
    "recording": Format(".commands", _text(*(f"2026-01-01T00:00:01,{line}" for line in _COMMANDS)), _read_recording),
    "touches": Format(
        ".csv",
        _text(
            "time,player,finger,x,y,velocity", *(f"2026-01-01T00:00:0{n}.500000,p1,0,0.{n},0.5,0.1" for n in range(6))
        ),
        _read_touches,
    ),
    "score": Format(".csv", _text("time,p1,p2", *(f"{n},{n},small-swirl" for n in range(6))), _read_score),
    "table": Format(".csv", _table, _read_table),
    "packed table": Format(".csv.gz", _packed(_table), _read_table),
    "corpus": Format(".csv", _corpus, _read_corpus),
    "packed corpus": Format(".csv.gz", _packed(_corpus), _read_corpus),
    "settings": Format(
        ".json",
        _text(json.dumps({"features_keep": ["loudness"], "step_size": 0.1, "N_synth_params": 2})),
        _read_settings,
    ),
    "config": Format(".toml", _files("configs/*.toml"), _read_config),
    "notes": Format(".toml", _files("models/*.toml"), _read_notes),
    "theme": Format(".toml", _files("themes/*.toml"), _read_theme),
    "scenes": Format(".toml", _text(*_SCENE), _read_scenes),
    "session": Format(".json", _text(json.dumps(_SESSION)), _read_session),
    "set list": Format(".imp", _files("configs/sets/*.imp"), _read_set),
}
