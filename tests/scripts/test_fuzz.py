"""Readers of every format refuse damaged files; ``scripts/fuzz.py`` tries more of them."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent.parent.parent / "scripts"
FORMATS = (
    *("dataset", "h5", "keras", "tflite", "ensemble", "agent", "clips", "classifier", "log", "recording"),
    *("touches", "score", "table", "packed table", "corpus", "packed corpus", "settings", "config", "notes", "theme"),
    *("scenes", "session", "set list", "targets", "features"),
)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", FORMATS)
def test_readers_refuse_damaged_files(name: str) -> None:
    _fuzz(name)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("name", "library"), [("wav", "soundfile"), ("flac", "soundfile"), ("checkpoint", "keras"), ("archive", "torch")]
)
def test_readers_of_extras_refuse_damaged_files(name: str, library: str) -> None:
    pytest.importorskip(library)
    _fuzz(name)


def test_fuzzer_knows_every_format() -> None:
    listed = subprocess.run(
        [sys.executable, str(SCRIPTS / "fuzz.py"), "--help"], capture_output=True, text=True, check=True
    )
    text = " ".join(listed.stdout.split())
    assert all(name in text for name in (*FORMATS, "wav", "flac", "checkpoint", "archive"))


def test_parsers_refuse_damaged_messages() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "fuzz_protocols.py"), "--bytes", "20000", "--seed", "7"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" 0 findings") == 7


def _fuzz(name: str) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "fuzz.py"), "--count", "200", "--seed", "7", name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{name}: 200 files" in done.stdout
