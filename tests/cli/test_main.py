"""Commands of the shell."""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from impsy_tui import __version__
from impsy_tui.cli.learning import train
from impsy_tui.cli.main import app
from impsy_tui.config import load_config
from impsy_tui.worker_requests import WorkerRequest
from impsy_tui.workers.requests import ConvertRequest, SweepRequest, TrainRequest
from tests.support.engine_process import shell


def test_version(tmp_path: Path) -> None:
    assert shell("--version", cwd=tmp_path).stdout == f"impsy-tui {__version__}\n"


def test_every_command_has_help(tmp_path: Path) -> None:
    listed = shell("--help", cwd=tmp_path).stdout
    for door in ("play", "attach", "start", "run", "send", "status", "shutdown", "init"):
        assert door in listed
        assert shell(door, "--help", cwd=tmp_path).returncode == 0


def test_help_prints_each_paragraph_whole() -> None:
    def commands(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
        yield words, command
        for name, each in getattr(command, "commands", {}).items():
            yield from commands((*words, *name.split()), each)

    for words, command in commands((), get_command(app)):
        printed = CliRunner(env={"COLUMNS": "900"}).invoke(app, [*words, "--help"]).stdout
        paragraphs = (" ".join(each.split()) for each in command.help.split("\n\n"))
        options = [] if hasattr(command, "commands") else command.params
        for text in (*paragraphs, *(each.help.strip() for each in options if each.help)):
            assert text in printed, words


@pytest.mark.parametrize(
    ("words", "without"),
    [
        ("run", "config.toml"),
        ("check", "scenes.toml"),
        ("dataset", "training-dataset-9d.npz"),
        ("agent lookup", "tables/SYNTH-POINTS.csv"),
        ("agent corpus", "corpora/NAME"),
        ("agent map", "name of the table"),
        ("agent evaluate", "those of the training"),
        ("agent convert", "ZIP.npz"),
        ("train agent", "mixed"),
        ("train agent", "models/agent-TABLE.npz"),
    ],
)
def test_help_says_what_an_option_is_that_is_not_given(tmp_path: Path, words: str, without: str) -> None:
    told = shell(*words.split(), "--help", cwd=tmp_path, COLUMNS="200").stdout
    assert f"[default: ({without})]" in told


def test_init_makes_a_workspace_that_can_be_run(tmp_path: Path) -> None:
    done = shell("init", cwd=tmp_path)
    assert done.returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"logs", "datasets", "models", "config.toml"}
    loaded = load_config(tmp_path / "config.toml")
    assert loaded.problems == ()
    assert loaded.config.model.file.startswith("musicMDRNN-dim9")
    (tmp_path / "config.toml").write_text("mine")
    assert "kept" in shell("init", cwd=tmp_path).stdout
    assert (tmp_path / "config.toml").read_text() == "mine"
    shell("init", "--force", cwd=tmp_path)
    assert (tmp_path / "config.toml").read_text() != "mine"


@pytest.mark.parametrize("words", [("status",), ("send", "pause"), ("shutdown",)])
def test_commands_without_an_engine_report_that_and_exit_with_1(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = shell(*words, "--socket", str(tmp_path / "s.sock"), cwd=tmp_path)
    assert done.returncode == 1
    assert "no engine runs" in done.stderr
    assert "Traceback" not in done.stderr


def test_run_without_a_configuration_says_what_makes_one(tmp_path: Path) -> None:
    done = shell("run", cwd=tmp_path)
    assert done.returncode == 1
    for way in ("impsy-tui play --demo", "impsy-tui init --guide", "impsy-tui init ", "impsy-tui examples"):
        assert way in done.stderr


def test_socket_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[model]\ndimension = 2\n[demo]\n")
    done = shell("run", "--socket", str(tmp_path / ("x" * 120) / "engine.sock"), cwd=tmp_path)
    assert done.returncode == 1
    assert "is too long" in done.stderr


def test_clients_and_engine_meet_whatever_the_environment_says(tmp_path: Path) -> None:
    one = shell("status", cwd=tmp_path, XDG_RUNTIME_DIR="/run/user/77", HOME="/nowhere")
    other = shell("status", cwd=tmp_path, HOME=pwd.getpwuid(os.getuid()).pw_dir)
    assert one.stderr == other.stderr


def test_set_list_is_checked_with_all_that_it_names(tmp_path: Path) -> None:
    good = tmp_path / "good.imp"
    good.write_text("def drop = mode battle; temp 2\nscene save calm\nbind f5 drop\n# one\ndrop\n# two\nscene calm\n")
    done = shell("check", "good.imp", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "good.imp: 2 cues, 6 commands, no problems\n")
    bad = tmp_path / "bad.imp"
    bad.write_text(
        "bind f9 take\nbind f5 drip\n# one\n  load nothing; temp x\nload nothing\n"
        "over 2s scene calm\nreplay gone\nafter 2s goto three\n"
    )
    done = shell("check", "bad.imp", cwd=tmp_path)
    assert done.returncode == 1
    told = [line.partition(": ")[0] for line in done.stdout.splitlines()[::3]]
    places = ("1:9", "2:9", "4:22", "5:6", "6:15", "7:8", "8:15")
    assert told == [f"bad.imp:{place}" for place in places]
    assert (
        "'x' is not a number, above 0 and at most 100, or trained\n"
        "    load nothing; temp x\n                       ^\n" in done.stdout
    )
    (tmp_path / "scenes.toml").write_text('["calm"]\nthru = false\n')
    assert "calm" not in shell("check", "bad.imp", cwd=tmp_path).stdout.replace("over 2s scene calm", "")
    duel = tmp_path / "config.toml"
    duel.write_text('[[player]]\nname = "lead"\n[osc]\n')
    (tmp_path / "two.imp").write_text(
        "# one\n@lead take; @all take; nudge osc 1ms; player lead\n@bass take; nudge midi 1ms\n"
    )
    done = shell("check", "two.imp", cwd=tmp_path)
    assert [line.partition(": ")[0] for line in done.stdout.splitlines()[::3]] == ["two.imp:3:1", "two.imp:3:19"]
    assert "no such player: bass. Players: lead" in done.stdout
    (tmp_path / "ensemble.imp").write_text(
        "# one\nload ensembleRNN-units16; classifier gestures-synthetic\nclassifier gestures-none\n"
    )
    done = shell("check", "ensemble.imp", cwd=tmp_path)
    assert done.stdout.startswith("ensemble.imp:3:12: no classifier is called gestures-none")
    assert "none.imp: no such set list" in shell("check", "none.imp", cwd=tmp_path).stderr


def test_check_reports_wrong_keys_of_the_configuration_and_knows_its_panic_key(tmp_path: Path) -> None:
    (tmp_path / "keys.imp").write_text("bind f9 take\nbind f10 take\n# one\ntake\n")
    (tmp_path / "config.toml").write_text('[console.keys]\npanic = "F10"\nhelp = "f99"\n')
    done = shell("check", "keys.imp", cwd=tmp_path)
    assert done.stdout.startswith("keys.imp:2:10: f10 is the key of panic and cannot be bound\n")
    assert done.stdout.count("keys.imp:") == 1
    assert "config.toml:3: [console.keys] help: f99 is not a key; help stays on F1. Keys: f1 to f24" in done.stderr


def test_convert_takes_file_or_name_of_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("models/m.h5", "elsewhere/n.keras", "models/only.tflite"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    told: list[WorkerRequest] = []
    monkeypatch.setattr(train, "work", told.append)
    for word, arguments in (
        ("m", ["models/m.h5", "models"]),
        ("m.h5", ["models/m.h5", "models"]),
        ("elsewhere/n.keras", ["elsewhere/n.keras", "elsewhere"]),
    ):
        assert CliRunner().invoke(app, ["convert", word]).exit_code == 0
        assert told.pop() == ConvertRequest(*map(Path, arguments))
    for word in ("none", "only"):
        done = CliRunner().invoke(app, ["convert", word])
        assert (done.exit_code, told) == (1, [])
        assert f"{word} is not a Keras model: name a .keras, .h5 or .hdf5 file" in done.output


def test_new_model_gets_the_name_of_the_option_as(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("models/m.tflite", "datasets/d.npz"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    told: list[WorkerRequest] = []
    monkeypatch.setattr(train, "work", told.append)
    for size in ("s", "auto"):
        assert CliRunner().invoke(app, ["train", "d", "-M", size, "--as", "gentle.tflite"]).exit_code == 0
    one, several = told
    assert isinstance(one, TrainRequest)
    assert isinstance(several, SweepRequest)
    assert (one.name, several.name) == ("gentle", "gentle")
    for words, problem in (
        (("d", "--as", "m"), "--as m: m exists already and is not overwritten: choose another name"),
        (("d", "--as", "ensembleRNN-units16"), "ensembleRNN-units16 is the name of a model that comes with the"),
        (("d", "--as", "a/b"), "--as a/b: a/b cannot be a name: no slashes"),
        (("d", "d", "--as", "a"), "--as a: 2 datasets make 2 models; name one dataset"),
        (("--resume", "--as", "a"), "--as: the interrupted training keeps the name of its model"),
    ):
        done = CliRunner().invoke(app, ["train", *words])
        assert (done.exit_code, len(told)) == (1, 2)
        assert problem in " ".join(done.output.split())


def test_file_that_begins_with_a_dash_is_a_file(tmp_path: Path) -> None:
    done = shell(
        *("agent", "lookup", "sine", "--points", "2", "--seconds", "0.1", "-o", "./--help.csv"), cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "--help.csv" in done.stdout
    assert (tmp_path / "--help.csv").is_file()
