"""Start of an engine on full disks and in other locales, and the reason if it cannot start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from impsy_tui.control.client import connected
from impsy_tui.control.launch import last_lines, launch_engine
from impsy_tui.errors import NoEngineError, UserError
from tests.support.engine_process import shell
from tests.support.ports import free_port
from tests.support.programs import needs_pd
from tests.support.waiting import wait_until


def _config(folder: Path, more: str = "") -> list[str]:
    """Writes a configuration into a folder; returns the options of ``run`` for it."""
    file = folder / "config.toml"
    file.write_text(f"[model]\ndimension = 3\n[osc]\nserver_port = {free_port()}\n{more}")
    return ["-c", str(file), "-l", str(folder / "logs")]


def _shut_down(socket: Path) -> None:
    with connected(socket) as client:
        assert client.command("shutdown").ok


@pytest.mark.parametrize("place", ["full", "no folder", "folder"])
def test_launch_starts_an_engine_whose_output_cannot_be_written(tmp_path: Path, place: str) -> None:
    output = tmp_path / "engine.out"
    if place == "full":
        output.symlink_to("/dev/full")
    elif place == "folder":
        output.mkdir()
    else:
        (tmp_path / "file").write_text("")
        output = tmp_path / "file" / "engine.out"
    launch_engine(_config(tmp_path), tmp_path / "e.sock", output)
    _shut_down(tmp_path / "e.sock")
    wait_until(lambda: not (tmp_path / "e.sock").exists())


def test_launch_reports_the_last_lines_of_an_engine_that_does_not_start(tmp_path: Path) -> None:
    words = _config(tmp_path, "client_port = -1\n")
    output = tmp_path / "engine.out"
    with pytest.raises(UserError, match=r"config.toml:5: \[osc\] client_port"):
        launch_engine(words, tmp_path / "e.sock", output)
    assert "client_port" in last_lines(output)
    output.unlink()
    output.symlink_to("/dev/full")
    with pytest.raises(UserError, match=r"config.toml:5: \[osc\] client_port"):
        launch_engine(words, tmp_path / "e.sock", output)
    with pytest.raises(NoEngineError, match="no engine runs"), connected(tmp_path / "e.sock"):
        pass


def test_play_without_a_terminal_prints_the_status_once_and_ends(tmp_path: Path) -> None:
    place = str(tmp_path / "e.sock")
    done = shell("play", *_config(tmp_path), "--socket", place, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("mode ") == 1
    _shut_down(tmp_path / "e.sock")


@needs_pd
def test_play_runs_the_patch_that_its_configuration_names(tmp_path: Path) -> None:
    (tmp_path / "mine.pd").write_text("#N canvas 0 0 100 100 10;\n")
    words = [*_config(tmp_path, '[sound]\npatch = "mine.pd"\n'), "--sound", "--socket", str(tmp_path / "e.sock")]
    done = shell("play", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Pure Data runs mine.pd" in (tmp_path / "logs" / "engine.out").read_text()
    _shut_down(tmp_path / "e.sock")


def test_play_with_sound_needs_a_patch(tmp_path: Path) -> None:
    done = shell("play", *_config(tmp_path), "--sound", cwd=tmp_path)
    assert done.returncode == 1
    assert "names no patch for --sound: add [sound] with patch" in done.stderr


def test_run_points_at_the_option_for_a_configuration(tmp_path: Path) -> None:
    done = shell("run", "my.toml", cwd=tmp_path)
    assert done.returncode == 1
    assert "my.toml is a configuration, not a model: write -c my.toml" in done.stderr


def test_run_and_status_print_in_a_locale_that_is_not_utf8(tmp_path: Path) -> None:
    config = f"[model]\ndimension = 3\n[osc]\nserver_port = {free_port()}\n"
    (tmp_path / "config.toml").write_text(config)
    words = [sys.executable, "-m", "impsy_tui", "run", "--socket", str(tmp_path / "e.sock")]
    latin = {**os.environ, "PYTHONIOENCODING": "iso8859-1", "PYTHONUTF8": "0"}
    with subprocess.Popen(words, cwd=tmp_path, env=latin, stdout=subprocess.PIPE, encoding="iso8859-1") as engine:
        try:
            assert engine.stdout is not None
            assert engine.stdout.readline().startswith("ready: DUMMY player (no model), dimension 3 ·")
            words[3] = "status"
            done = subprocess.run(words, env=latin, capture_output=True, encoding="iso8859-1", timeout=60, check=True)
            assert "? 127.0.0.1:6001 · in 0" in done.stdout
        finally:
            engine.terminate()


def test_run_plays_with_a_full_disk_for_its_output(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f"[model]\ndimension = 3\n[osc]\nserver_port = {free_port()}\n")
    with open("/dev/full", "w") as full:
        words = [sys.executable, "-m", "impsy_tui", "run", "--socket", str(tmp_path / "e.sock")]
        engine = subprocess.Popen(words, cwd=tmp_path, stdout=full, stderr=full)
    try:
        wait_until(lambda: shell("status", "--socket", str(tmp_path / "e.sock"), cwd=tmp_path).returncode == 0, 60)
        assert shell("shutdown", "--socket", str(tmp_path / "e.sock"), cwd=tmp_path).returncode == 0
        assert engine.wait(60) == 0
    finally:
        engine.kill()
        engine.wait()


def test_engine_starts_without_a_channel_whose_driver_does_not_load(tmp_path: Path) -> None:
    words = _config(tmp_path, '[serial]\nport = "/dev/ttyNONE"\n')
    code = "import sys; sys.modules['serial'] = None; from impsy_tui.cli.main import main; main()"
    started = [sys.executable, "-c", code, "run", "--socket", str(tmp_path / "e.sock"), *words]
    with subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as engine:
        try:
            assert engine.stdout is not None
            ready = engine.stdout.readline()
            assert ready.startswith("ready: DUMMY player")
            assert "osc 127.0.0.1" in ready
            assert "serial" not in ready
        finally:
            engine.terminate()
        assert engine.stderr is not None
        assert "serial: cannot be used and is left out: ModuleNotFoundError" in engine.stderr.read()


def test_start_takes_options_of_run_and_leaves_an_engine_that_runs(tmp_path: Path) -> None:
    _config(tmp_path)
    place = tmp_path / "e.sock"
    words = ("start", "--socket", str(place), "--mode", "battle", "--pi-temp", "1.25")
    done = shell(*words, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "the engine is running: impsy-tui attach opens a console on it\n",
        "",
    )
    with connected(place) as client:
        player = client.snapshot().players[0]
        assert (player.mode, player.number("temp")) == ("battle", 1.25)
        assert client.hello.start.prints_there
    again = shell(*words, cwd=tmp_path)
    assert (again.returncode, again.stdout) == (0, "an engine is already running (impsy-tui shutdown ends it)\n")
    _shut_down(place)
    wait_until(lambda: not place.exists())


def test_start_says_why_no_engine_starts(tmp_path: Path) -> None:
    _config(tmp_path)
    done = shell("start", "--socket", str(tmp_path / "e.sock"), "--threshold", "-1", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("the engine did not start: ")
    assert "threshold" in done.stderr
