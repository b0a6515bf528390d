"""File formats of the program for the fuzzer: valid files, and readers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import fuzz_readers as readers
import fuzz_seeds as seeds
from fuzz_seeds import Seeds

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
"""Network of dimension 2 with 2 layers of 4 units and 2 mixtures, converted by this program. Most mutations of a
small file change the structure."""

FORMATS: Final[dict[str, Format]] = {
    "dataset": Format(".npz", seeds.dataset, readers.dataset_reader),
    "h5": Format(".h5", seeds.h5, readers.weights_reader, contained=True),
    "keras": Format(".keras", seeds.keras, readers.weights_reader, contained=True),
    "tflite": Format(".tflite", seeds.files_of(_SMALL_MODEL), readers.tflite_reader, contained=True),
    "ensemble": Format(
        ".tflite", seeds.files_of("models/ensembleRNN*.tflite"), readers.ensemble_reader, contained=True
    ),
    "agent": Format(".npz", seeds.files_of("models/agent-*.npz"), readers.agent_reader),
    "archive": Format(".zip", seeds.archive, readers.archive_reader, contained=True),
    "clips": Format(".npz", seeds.files_of("models/clips-*.npz"), readers.clips_reader),
    "classifier": Format(".npz", seeds.files_of("models/gestures-*.npz"), readers.classifier_reader),
    "checkpoint": Format(".unfinished.npz", seeds.checkpoint, readers.checkpoint_reader),
    "wav": Format(".wav", seeds.wav, readers.sound_reader, contained=True),
    "flac": Format(".flac", seeds.flac, readers.sound_reader, contained=True),
    "log": Format(".log", seeds.lines_of(*seeds.log_lines()), readers.log_reader),
    "midi": Format(".mid", seeds.midi, readers.midi_reader, contained=True),
    "recording": Format(
        ".commands", seeds.lines_of(*(f"2026-01-01T00:00:01,{line}" for line in _COMMANDS)), readers.recording_reader
    ),
    "touches": Format(".csv", seeds.lines_of(*seeds.touch_lines()), readers.touches_reader),
    "targets": Format(
        "-gesturetargets.csv",
        seeds.lines_of(
            "time,target", "2026-01-01T00:00:00,3", "2026-01-01 00:00:03.5,small-swirl", "2026-01-01T00:00:05,100"
        ),
        readers.targets_reader,
    ),
    "features": Format(".csv", seeds.features, readers.features_reader),
    "score": Format(
        ".csv", seeds.lines_of("time,p1,p2", *(f"{n},{n},small-swirl" for n in range(6))), readers.score_reader
    ),
    "table": Format(".csv", seeds.table, readers.table_reader),
    "packed table": Format(".csv.gz", seeds.packed(seeds.table), readers.table_reader),
    "corpus": Format(".csv", seeds.corpus, readers.corpus_reader),
    "packed corpus": Format(".csv.gz", seeds.packed(seeds.corpus), readers.corpus_reader),
    "settings": Format(
        ".json",
        seeds.lines_of(json.dumps({"features_keep": ["loudness"], "step_size": 0.1, "N_synth_params": 2})),
        readers.settings_reader,
    ),
    "config": Format(".toml", seeds.files_of("configs/*.toml"), readers.config_reader),
    "notes": Format(".toml", seeds.files_of("models/*.toml"), readers.notes_reader),
    "theme": Format(".toml", seeds.files_of("themes/*.toml"), readers.theme_reader),
    "scenes": Format(".toml", seeds.lines_of(*_SCENE), readers.scenes_reader),
    "session": Format(".json", seeds.lines_of(json.dumps(_SESSION)), readers.session_reader),
    "set list": Format(".imp", seeds.files_of("configs/sets/*.imp"), readers.set_reader),
}
