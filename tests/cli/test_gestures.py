"""Touches and gestures in a shell."""

import subprocess
from pathlib import Path

import numpy as np

from impsy_tui.ensemble.clips import read_clips
from impsy_tui.ensemble.scores import read_score
from impsy_tui.ensemble.synthetic.touches import play
from impsy_tui.ensemble.touches.touch import Touches, TouchRecording, read_touches, write_touches
from tests.support.engine_process import shell

BEGAN = 1_777_665_600.0


def _type(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return shell(*(() if words[0] == "train" else ("gestures",)), *words, cwd=folder)


def _recorded(file: Path) -> None:
    parts = [play(code, 30.0, np.random.default_rng(code)) for code in (6, 2)]
    players = {
        name: Touches(part.times + BEGAN, part.fingers, part.x, part.y, part.velocities)
        for name, part in zip(("ann", "bo"), parts, strict=True)
    }
    write_touches(file, TouchRecording("set", players))


def test_touches_become_scores_and_clips(tmp_path: Path) -> None:
    _recorded(tmp_path / "set-touches.csv")
    done = _type(tmp_path, "classify", "set-touches.csv")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("set-gestures.csv: ")
    score = read_score(tmp_path / "set-gestures.csv").score
    assert set(score.players) == {"ann", "bo"}
    assert [int(np.bincount(codes).argmax()) for codes in score.codes.T] == [
        {"ann": 6, "bo": 2}[player] for player in score.players
    ]
    done = _type(tmp_path, "clips", "set-touches.csv", "-o", "mine.npz")
    assert done.returncode == 0, done.stderr
    counts = read_clips(tmp_path / "mine.npz").counts()
    assert counts["big-swirl"] >= 3
    assert counts["slow-taps"] >= 3
    assert "none of fast-taps" in done.stdout
    again = _type(tmp_path, "classify", "set-touches.csv")
    assert (again.returncode, again.stderr) == (1, "set-gestures.csv exists already: name another folder with -O\n")


def test_metatones_folders_are_read(tmp_path: Path) -> None:
    rows = "2014-01-01T12:00:00,p1,512,384,0.0\n,,,,\nx,p1,1,1,0\n"
    for kind, name, text in (
        ("touches", "a-touches.csv", f"time,device_id,x_pos,y_pos,velocity\n{rows}"),
        ("touches", "bad-touches.csv", "nothing\n"),
        ("gestures", "a-gestures.csv", "time,p1\n2014-01-01 12:00:00,1\n2014-01-01 12:00:01,humming\n"),
    ):
        (tmp_path / "theirs" / kind).mkdir(parents=True, exist_ok=True)
        (tmp_path / "theirs" / kind / name).write_text(text)
    done = _type(tmp_path, "import", "theirs")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1 recording of touches to logs, 1 gesture score to scores\n"
    assert "a-touches.csv: a row left out: an invalid time" in done.stderr
    assert "bad-touches.csv: is not a file of touches" in done.stderr
    assert "'humming' is not a gesture" in done.stderr
    assert read_touches(tmp_path / "logs" / "a-touches.csv").players["p1"].x.tolist() == [0.5]
    assert read_score(tmp_path / "scores" / "a-gestures.csv").score.codes.tolist() == [[1], [1]]
    again = _type(tmp_path, "import", "theirs")
    assert "logs/a-touches.csv exists already" in again.stderr
    empty = _type(tmp_path, "import", "logs")
    assert empty.returncode == 1
    assert "no .csv file in its touches/ or gestures/" in empty.stderr


def test_command_reports_problem_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "noise-touches.csv").write_bytes(b"\x00\xff\x80")
    for words, why in (
        (("classify", "none.csv"), "none.csv: No such file or directory"),
        (("classify", "noise-touches.csv"), "is not a file of touches"),
        (("classify", "noise-touches.csv", "-m", "nobody"), "Cannot read classifier nobody"),
        (("clips", "noise-touches.csv", "-o", "a.zip"), "must end in .npz"),
        (("train", "gestures", "nowhere"), "nowhere: no such file or folder"),
        (("train", "gestures"), "logs: no such file or folder"),
    ):
        done = _type(tmp_path, *words)
        assert done.returncode == 1
        assert why in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.count("\n") == 1
