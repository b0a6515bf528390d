"""Removal of old logs by the configuration, and of no other file."""

import gzip
import os
import random
from pathlib import Path

from impsy_tui.data.log_rotation import DAY, Request, Rotated, rotate

NOW = 2_000_000_000.0
SIZE = 100_000


def log(folder: Path, days: float, name: str = "-9d-mdrnn.log", size: int = SIZE) -> Path:
    file = folder / f"2030-01-{31 - int(days):02d}T10-00-00{name}"
    file.write_text("".join(random.Random(days).choices("01", k=size)))
    os.utime(file, (NOW - days * DAY, NOW - days * DAY))
    return file


def test_rotate_deletes_logs_beyond_the_age_with_their_companions(tmp_path: Path) -> None:
    old = [log(tmp_path, 9), log(tmp_path, 9, "-ensemble-touches.csv"), log(tmp_path, 9, "-9d-mdrnn.commands")]
    young = log(tmp_path, 3)
    assert rotate(Request(tmp_path, (), keep=7 * DAY), NOW) == Rotated(3, 0)
    assert not any(file.exists() for file in old)
    assert young.exists()


def test_rotate_keeps_labelled_recordings_of_gestures(tmp_path: Path) -> None:
    touches = log(tmp_path, 20, "-gestures-touches.csv")
    targets = log(tmp_path, 20, "-gestures-gesturetargets.csv")
    assert rotate(Request(tmp_path, (), keep=DAY, most=1.0), NOW) == Rotated(0, 0)
    assert touches.exists()
    assert targets.exists()


def test_rotate_leaves_open_logs_and_files_of_others(tmp_path: Path) -> None:
    playing, notes = log(tmp_path, 20), tmp_path / "my-notes.log"
    notes.write_text("mine")
    os.utime(notes, (0, 0))
    (tmp_path / "2030-01-01T10-00-00-folder.log").mkdir()
    assert rotate(Request(tmp_path, (playing,), keep=DAY, most=1.0), NOW) == Rotated(0, 0)
    assert playing.exists()
    assert notes.exists()


def test_rotate_compresses_the_oldest_until_the_rest_fits(tmp_path: Path) -> None:
    files = [log(tmp_path, days) for days in (8, 6, 4)]
    content, time = files[0].read_text(), files[0].stat().st_mtime
    assert rotate(Request(tmp_path, (), most=2.5 * SIZE), NOW) == Rotated(0, 1)
    packed = tmp_path / f"{files[0].name}.gz"
    assert gzip.decompress(packed.read_bytes()).decode() == content
    assert packed.stat().st_mtime == time
    assert [file.exists() for file in files] == [False, True, True]


def test_rotate_deletes_the_oldest_if_compression_is_not_enough(tmp_path: Path) -> None:
    files = [log(tmp_path, days) for days in (8, 6, 4, 0.5)]
    assert rotate(Request(tmp_path, (), most=1.4 * SIZE), NOW) == Rotated(1, 3)
    assert not (tmp_path / f"{files[0].name}.gz").exists()
    assert (tmp_path / f"{files[2].name}.gz").exists()
    assert files[3].exists()  # younger than a day
    assert rotate(Request(tmp_path, (), most=1.4 * SIZE), NOW) == Rotated(0, 0)


def test_rotate_takes_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert rotate(Request(tmp_path / "logs", (), keep=DAY), NOW) == Rotated(0, 0)
