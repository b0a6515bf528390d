"""Import of MIDI files and export of logs, in the shell and by the workers."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path

import mido
import numpy as np
import pytest

from impsy_tui.data.logs import read_rows
from impsy_tui.workers.messages import Failed, Finished
from impsy_tui.workers.requests import ExportRequest, ImportRequest
from tests.support.engine_process import shell
from tests.support.workers.training_workers import worker_result

CONFIG = '[model]\ndimension = 4\n[midi]\nin_device = ["a"]\n[midi.input]\na = ["cc 1 1", "cc 1 2", "bend 2"]\n'
TICK = 1 / 1920
LOG = "evening-4d-mdrnn"


@pytest.fixture
def evening(tmp_path: Path) -> Path:
    """Returns a folder with a configuration and a log of 300 events, of which the last row is cut."""
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "logs").mkdir()
    random, at, rows = np.random.default_rng(1), datetime(2026, 5, 1, 20), []
    for number in range(300):
        at += timedelta(seconds=float(random.exponential(0.2)) + 0.002)
        values = ",".join(map(repr, random.random(3).tolist()))
        rows.append(f"{at.isoformat(timespec='microseconds')},{('interface', 'rnn')[number % 3 == 0]},{values}\n")
    (tmp_path / "logs" / f"{LOG}.log").write_text("".join(rows) + "2026-05-01T2")
    return tmp_path


def test_exported_log_is_imported_with_the_same_events(evening: Path) -> None:
    done = shell("export", LOG, "-o", "song.mid", cwd=evening)
    assert done.stdout.startswith("300 events in "), done
    done = shell("import", "song.mid", cwd=evening)
    assert done.stdout.endswith("logs/song-4d-mdrnn.log\n"), done
    sources = ("interface", "rnn")
    before, after = (read_rows(evening / "logs" / f"{name}.log", sources) for name in (LOG, "song-4d-mdrnn"))
    assert (before[1] == after[1]).all()
    # A time in a log has whole microseconds.
    assert np.abs((before[0] - before[0][0]) - (after[0] - after[0][0])).max() < TICK + 1e-5
    assert np.abs(before[2] - after[2]).max() < 0.51 / 127
    again = shell("import", "song.mid", cwd=evening)
    assert again.stdout.endswith("logs/song-2-4d-mdrnn.log\n")
    assert shell("dataset", cwd=evening).returncode == 0


def test_shipped_configuration_imports_and_exports_in_the_dimension_of_its_model(evening: Path) -> None:
    midi = mido.MidiFile()
    midi.add_track("song").extend(
        mido.Message("control_change", control=1 + number % 8, value=number, time=100) for number in range(100)
    )
    midi.save(evening / "song.mid")
    done = shell("import", "song.mid", "-c", "knobs", cwd=evening)
    assert done.stdout.startswith("100 events in "), done
    assert done.stdout.endswith("logs/song-9d-mdrnn.log\n"), done
    done = shell("export", "song", "-o", "again.mid", "-c", "knobs", cwd=evening)
    assert done.stdout.startswith("100 events in "), done


def test_table_has_every_event(evening: Path) -> None:
    assert shell("export", f"logs/{LOG}.log", "-o", "song.csv", "-c", "none.toml", cwd=evening).returncode == 0
    head, *rows = csv.reader(io.StringIO((evening / "song.csv").read_text()))
    assert head == ["seconds", "source", "x1", "x2", "x3"]
    assert len(rows) == 300
    assert rows[0][:2] == ["0.000000", "rnn"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (f"export {LOG} -o song.wav", "must end in .mid or .csv"),
        ("export nothing -o song.mid", "nothing"),
        (f"export {LOG} -o taken.mid", "exists already and is not overwritten"),
        (f"export {LOG} -o song.mid -c osc", "no MIDI mapping"),
        (f"export {LOG} -o song.mid -c other.toml", "has dimension 4, the configuration 3"),
        ("import none.mid", "no such file"),
        ("import damaged.mid", "damaged.mid is damaged: it ends too early"),
        ("import taken.mid", "taken.mid is damaged, or not a MIDI file"),
        ("import silent.mid", "silent.mid has no message of the mapping"),
    ],
)
def test_refused_files_are_explained_and_nothing_is_written(evening: Path, line: str, why: str) -> None:
    (evening / "taken.mid").write_text("mine, and not MIDI")
    midi = mido.MidiFile()
    midi.add_track("song").append(mido.Message("program_change"))
    midi.save(evening / "silent.mid")
    (evening / "damaged.mid").write_bytes((evening / "silent.mid").read_bytes()[:-3])
    (evening / "other.toml").write_text(CONFIG.replace("= 4", "= 3"))
    before = sorted(evening.rglob("*"))
    done = shell(*line.split(), cwd=evening, COLUMNS="300")
    assert done.returncode == 1
    assert why in done.stderr, done.stderr
    assert sorted(evening.rglob("*")) == before
    assert (evening / "taken.mid").read_text() == "mine, and not MIDI"


def test_log_without_events_and_raw_values_are_refused(tmp_path: Path) -> None:
    for name, text, why in (
        ("empty", "", "it has no events"),
        ("raw", "2026-05-01T20:00:00,interface,64\n2026-05-01T20:00:01,interface,100\n", "are not 0 to 1"),
    ):
        log = tmp_path / f"{name}-2d-mdrnn.log"
        log.write_text(text)
        entries = (("note_on", 1),)
        last = worker_result(ExportRequest(log, tmp_path / "x.mid", dimension=2, input=entries, output=entries))
        assert isinstance(last, Failed)
        assert why in last.text


def test_export_names_dimensions_without_a_message_and_numbers_its_file(evening: Path) -> None:
    entries = (("note_on", 1),)
    request = ExportRequest(
        evening / "logs" / f"{LOG}.log", evening / "exchange" / "song.mid", True, 4, entries, entries
    )
    for name in ("song", "song-2"):
        last = worker_result(request)
        assert isinstance(last, Finished)
        assert last.file == str(evening / "exchange" / f"{name}.mid")
        assert "without x2 x3" in last.text


def test_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "song.mid").open("wb") as file:
        file.truncate(9 << 20)
    last = worker_result(ImportRequest(tmp_path / "song.mid", tmp_path, 2, (("note_on", 1),), ()))
    assert isinstance(last, Failed)
    assert "at most 8 MB" in last.text
