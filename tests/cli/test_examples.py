"""Examples by name in an installed program, and commands without the name of the only file."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.config import load_config
from impsy_tui.data.datasets import write_dataset
from impsy_tui.errors import UserError
from impsy_tui.paths import shipped_files, shipped_folder
from tests.support.engine_process import shell

CONFIGS = sorted(path for path in shipped_files("configs") if path.endswith(".toml"))


def _examples(folder: Path, *names: str) -> str:
    done = shell("examples", *names, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_examples_lists_everything_that_ships(tmp_path: Path) -> None:
    said = _examples(tmp_path)
    for path in shipped_files("configs"):
        name = Path(path).name.removesuffix(".toml")
        assert f"  {name}" in said, path
    assert list(tmp_path.iterdir()) == []


def test_examples_copies_by_name_and_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "osc.toml").write_text("mine")
    said = _examples(tmp_path, "ensemble", "osc.toml", "first", "configs/pd/touches.pd")
    assert "kept  osc.toml" in said
    assert (tmp_path / "osc.toml").read_text() == "mine"
    for path in ("ensemble.toml", "sets/first.imp", "pd/touches.pd", "pd/touch-voice.pd"):
        assert (tmp_path / path).read_bytes() == (shipped_folder("configs") / path).read_bytes()
    assert not load_config(tmp_path / "ensemble.toml").errors


def test_examples_names_what_there_is_for_a_wrong_name(tmp_path: Path) -> None:
    done = shell("examples", "nope", cwd=tmp_path)
    assert done.returncode == 1
    assert "Cannot copy nope: no such example. Examples: agent, browser," in done.stderr


@pytest.mark.parametrize("named", ["{stem}", "{stem}.toml", "configs/{stem}.toml"])
def test_configuration_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    from impsy_tui.cli.example_files import config_file

    monkeypatch.chdir(tmp_path)
    for path in CONFIGS:
        word = Path(named.format(stem=Path(path).stem))
        assert config_file(word) == shipped_folder("configs") / path
    assert config_file(Path("band")) == shipped_folder("configs") / "ensemble.toml"
    own = tmp_path / "ensemble.toml"
    own.touch()
    assert config_file(own) == own
    assert config_file(tmp_path / "nope.toml") == tmp_path / "nope.toml"
    (tmp_path / "sonic-pi").mkdir()
    assert config_file(Path("sonic-pi")) == shipped_folder("configs") / "sonic-pi.toml"


def test_patch_is_found_by_its_name(tmp_path: Path) -> None:
    from impsy_tui.cli.example_files import sound_file

    for word in ("touches", "touches.pd", "pd/touches.pd"):
        assert sound_file(Path(word)) == shipped_folder("configs") / "pd" / "touches.pd"
    assert sound_file(tmp_path / "mine.pd") == tmp_path / "mine.pd"


@pytest.mark.parametrize("word", ["first", "first.imp", "sets/first.imp", "configs/sets/first.imp"])
def test_check_finds_a_shipped_set_list_as_cue_does(tmp_path: Path, word: str) -> None:
    done = shell("check", word, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "first.imp" in done.stdout


def test_check_takes_the_only_set_list_and_names_several(tmp_path: Path) -> None:
    done = shell("check", cwd=tmp_path)
    assert (done.returncode, "Name a set list. Set lists: none yet" in done.stderr) == (1, True)
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "gig.imp").write_text("# one\ntemp 1\n")
    assert shell("check", cwd=tmp_path).stdout.endswith("gig.imp: 1 cue, 1 command, no problems\n")
    assert shell("check", "gig", cwd=tmp_path).returncode == 0
    (tmp_path / "sets" / "late.imp").write_text("# one\ntemp 1\n")
    assert "Name a set list. Set lists: gig, late" in shell("check", cwd=tmp_path).stderr
    assert "nope: no such set list. Set lists: gig, late" in shell("check", "nope", cwd=tmp_path).stderr


def test_plot_takes_the_only_file_and_names_several(tmp_path: Path) -> None:
    done = shell("plot", cwd=tmp_path)
    assert (done.returncode, "None here yet: " in done.stderr) == (1, True)
    (tmp_path / "datasets").mkdir()
    events = np.column_stack([np.full(50, 0.1), np.linspace(0, 1, 50), np.linspace(1, 0, 50)])
    write_dataset(tmp_path / "datasets" / "a-3d.npz", [events])
    done = shell("plot", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "50 events, 0.1 min, 1 performance;" in done.stdout
    write_dataset(tmp_path / "datasets" / "b-3d.npz", [events])
    assert "Name a log, dataset or model. Here: a-3d, b-3d" in shell("plot", cwd=tmp_path).stderr
    assert "datasets has 2 datasets: name one" in (said := shell("train", cwd=tmp_path).stderr)
    assert "Datasets: a-3d, b-3d" in said


def test_evaluate_takes_the_only_model_and_the_only_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from impsy_tui.cli.files import evaluated
    from tests.support.models import constant_model

    (tmp_path / "datasets").mkdir()
    write_dataset(tmp_path / "datasets" / "a-3d.npz", [np.full((50, 3), 0.5)])
    constant_model(tmp_path / "models" / "m.h5", [0.1, 0.2, 0.3])
    monkeypatch.chdir(tmp_path)
    both = [tmp_path / "models" / "m.h5", tmp_path / "datasets" / "a-3d.npz"]
    for words in ([], ["m"], ["a-3d"], ["a-3d.npz"], ["m", "a-3d"], ["models/m.h5"]):
        assert evaluated(words) == both, words
    constant_model(tmp_path / "models" / "other.h5", [0.1, 0.2, 0.3])
    assert evaluated(["m", "other", "a-3d"])[-1] == both[-1]
    done = shell("evaluate", cwd=tmp_path)
    assert (done.returncode, "Name a model. Here: m, other" in done.stderr) == (1, True)
    write_dataset(tmp_path / "datasets" / "b-3d.npz", [np.full((50, 3), 0.5)])
    assert "Name a dataset. Here: a-3d, b-3d" in shell("evaluate", "m", cwd=tmp_path).stderr


def test_run_without_a_configuration_offers_demo_and_guide(tmp_path: Path) -> None:
    done = shell("--version", cwd=tmp_path)
    assert done.returncode == 0
    done = shell("play", "--socket", str(tmp_path / "s"), cwd=tmp_path)
    assert done.returncode == 1
    for way in ("impsy-tui play --demo", "impsy-tui init --guide", "impsy-tui examples"):
        assert way in done.stderr


def test_init_with_the_guide_asks_after_a_plain_init(tmp_path: Path) -> None:
    assert shell("init", cwd=tmp_path).returncode == 0
    plain = (tmp_path / "config.toml").read_text()
    again = shell("init", cwd=tmp_path)
    assert "kept  config.toml (--force replaces it; --guide writes another)" in again.stdout
    run = subprocess.run(
        [sys.executable, "-m", "impsy_tui", "init", "--guide"],
        cwd=tmp_path,
        input="\n" * 30,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "made  config-2.toml" in run.stdout
    assert "next: impsy-tui play -c config-2.toml" in run.stdout
    assert (tmp_path / "config.toml").read_text() == plain
    assert not load_config(tmp_path / "config-2.toml").errors


def test_beginning_that_only_one_name_has_is_enough(tmp_path: Path) -> None:
    import asyncio

    from impsy_tui.engine.models.user_files import UserFiles

    for name in (
        "logs/2026-05-01-3d-mdrnn.log",
        "logs/2026-06-01-3d-mdrnn.log",
        "models/music-a.h5",
        "datasets/d.npz",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    library = UserFiles(tmp_path / "logs", tmp_path / "datasets", [tmp_path / "models"], lambda: ())
    assert library.find("model", "mus").name == "music-a.h5"
    assert library.find("log", "2026-05").name == "2026-05-01-3d-mdrnn.log"
    assert library.find_any("music").name == "music-a.h5"
    with pytest.raises(UserError, match="2026 begins the names of several logs: 2026-06-01-3d-mdrnn, 2026-05"):
        library.find("log", "2026")
    with pytest.raises(UserError, match=r"no model is called nope\. There are: music-a"):
        library.find("model", "nope")
    with pytest.raises(UserError, match=r"no dataset is called nope\. There are: d"):
        library.find("dataset", "nope")
    # ``delete`` needs the whole name, ``rename`` does not.
    for work in (library.delete("model", "mus"), library.delete("log", "")):
        with pytest.raises(UserError):
            asyncio.run(work)
    asyncio.run(library.rename("log", "2026-05", "x"))
    assert (tmp_path / "logs" / "x-3d-mdrnn.log").is_file()
    assert (tmp_path / "models" / "music-a.h5").is_file()
