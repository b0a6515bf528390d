"""Shipped files and files of the user are separate, in a checkout and in its builds."""

import asyncio
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from impsy_tui.engine.models.user_files import UserFiles
from impsy_tui.errors import UserError
from impsy_tui.paths import is_shipped, replaces_shipped, shipped_files, shipped_folder, shipped_names, user_folder
from tests.support.places import ROOT

KINDS = ("models", "configs", "themes")
OWN = (
    *("models/musicMDRNN-dim4-layers2-units64-mixtures5-scale10.tflite", "models/m.keras", "models/m.toml"),
    *("models/.m.unfinished.npz", "models/.trash/20260101T120000Z-model/old.tflite", "models/agent-mine.npz"),
    *("configs/mine.toml", "configs/pd/mine.pd", "configs/sets/mine.imp", "themes/mine.toml"),
    *("config.toml", "mine.toml", "scenes.toml", "sets/gig.imp", "scores/a.csv", "tables/fm-20.csv"),
    *("corpora/guitar/a.csv", "plots/m.svg", "logs/a-9d-mdrnn.log", "logs/.last-session.json"),
    *("datasets/training-dataset-9d.npz",),
)
SIZE_S = "musicMDRNN-dim9-layers2-units64-mixtures5-scale10"


def _git(*words: str, folder: Path = ROOT) -> str:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("git, or the history of this checkout, is missing")
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def used_checkout(tmp_path: Path) -> Path:
    """Makes a copy of this checkout with files of a user."""
    place = tmp_path / "checkout"
    for name in _git("ls-files", "-co", "--exclude-standard").splitlines():
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, place / name)
    for name in OWN:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("the user's")
    return place


def _in(place: Path, code: str) -> list[str]:
    """Returns the output of code in the environment of a checkout."""
    environment = {**os.environ, "PYTHONPATH": str(place)}
    run = subprocess.run([sys.executable, "-c", code], cwd=place, env=environment, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout.decode().splitlines()


def test_list_of_shipped_files_names_what_git_tracks() -> None:
    tracked = set(_git("ls-files", *KINDS).splitlines())
    assert {f"{kind}/{path}" for kind in KINDS for path in shipped_files(kind)} == tracked
    assert all((ROOT / path).is_file() for path in tracked)


def test_git_ignores_the_users_files_and_no_shipped_one(used_checkout: Path) -> None:
    _git("init", "-q", folder=used_checkout)
    _git("add", ".", folder=used_checkout)
    added = set(_git("ls-files", folder=used_checkout).splitlines())
    assert not added & set(OWN)
    assert {f"{kind}/{path}" for kind in KINDS for path in shipped_files(kind)} <= added


@pytest.mark.parametrize("through", ["build_wheel", "build_sdist"])
def test_package_built_in_used_checkout_has_no_user_files(used_checkout: Path, through: str) -> None:
    pytest.importorskip("hatchling", reason="hatchling is missing: pip install hatchling")
    out = used_checkout.parent / "dist"
    out.mkdir()
    _in(used_checkout, f"import hatchling.build; hatchling.build.{through}({str(out)!r})")
    (built,) = out.iterdir()
    if through == "build_sdist":
        with tarfile.open(built) as packed:  # its parameter filter came with Python 3.11.4; Debian 12 has 3.11.2
            packed.extractall(out)
        place = out / built.name.removesuffix(".tar.gz")
        names = {str(file.relative_to(place)) for file in place.rglob("*") if file.is_file()}
        expected = {f"{kind}/{path}" for kind in KINDS for path in shipped_files(kind)}
        assert not names & set(OWN)
        assert expected <= names
        return
    names = set(zipfile.ZipFile(built).namelist())
    expected = {f"impsy_tui/shipped/{kind}/{path}" for kind in KINDS for path in shipped_files(kind)}
    assert {name for name in names if name.startswith("impsy_tui/shipped/")} == expected
    assert not [name for name in names if not name.startswith(("impsy_tui/", "impsy_tui-"))]
    zipfile.ZipFile(built).extractall(out / "site")
    assert set(_in(out / "site", _LIST)) == {f"{kind}/{path}" for kind in KINDS for path in shipped_files(kind)}


_LIST = """
from impsy_tui.paths import shipped_files
for kind in ("models", "configs", "themes"):
    for path in shipped_files(kind):
        print(f"{kind}/{path}")
"""


def test_own_models_of_a_checkout_are_renamed_and_deleted(used_checkout: Path) -> None:
    code = """
import asyncio
from pathlib import Path
from impsy_tui.engine.models.user_files import UserFiles, UserError
from impsy_tui.paths import shipped_folder
models = [Path("models"), shipped_folder("models")]
assert models[0].resolve() == models[1].resolve()
library = UserFiles(Path("logs"), Path("datasets"), models, lambda: ())
own = "musicMDRNN-dim4-layers2-units64-mixtures5-scale10"
print(asyncio.run(library.rename("model", own, "gentle")))
print(asyncio.run(library.delete("model", "gentle"))[0])
print(asyncio.run(library.delete("model", "agent-mine"))[0])
for name in ("musicMDRNN-dim9-layers2-units64-mixtures5-scale10", "agent-fm"):
    try:
        asyncio.run(library.delete("model", name))
    except UserError as problem:
        print(problem)
"""
    said = _in(used_checkout, code)
    assert said[0] == "model musicMDRNN-dim4-layers2-units64-mixtures5-scale10 is now gentle"
    assert said[1].startswith("model gentle is in the trash")
    assert said[2].startswith("model agent-mine is in the trash")
    assert said[3:] == [f"{name} comes with the program and stays as it is" for name in (SIZE_S, "agent-fm")]


def test_own_model_next_to_a_shipped_one_goes_alone(used_checkout: Path) -> None:
    (used_checkout / "models" / f"{SIZE_S}.keras").write_text("the user's")
    code = f"""
import asyncio
from pathlib import Path
from impsy_tui.engine.models.user_files import UserFiles
library = UserFiles(Path("logs"), Path("datasets"), [Path("models")], lambda: ())
asyncio.run(library.delete("model", "{SIZE_S}.keras"))
"""
    _in(used_checkout, code)
    assert not (used_checkout / "models" / f"{SIZE_S}.keras").exists()
    assert (used_checkout / "models" / f"{SIZE_S}.tflite").is_file()
    assert (used_checkout / "models" / f"{SIZE_S}.toml").is_file()


def test_user_folder_needs_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/ann")
    assert user_folder("XDG_CACHE_HOME", ".cache") == Path("/home/ann/.cache")
    monkeypatch.setenv("HOME", "not/absolute")
    assert user_folder("XDG_CACHE_HOME", ".cache") == Path("/nonexistent/.cache")
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert user_folder("XDG_CACHE_HOME", ".cache") == Path("/cache")


def test_rename_takes_no_shipped_name(tmp_path: Path) -> None:
    (tmp_path / "m.h5").touch()
    library = UserFiles(tmp_path, tmp_path, [tmp_path], lambda: ())
    with pytest.raises(UserError, match="comes with the program: choose another"):
        asyncio.run(library.rename("model", "m", SIZE_S))
    assert (tmp_path / "m.h5").is_file()


def test_new_name_is_never_a_shipped_one(tmp_path: Path) -> None:
    from impsy_tui.training.common.naming import free_name

    assert SIZE_S in shipped_names("models")
    assert free_name(tmp_path, SIZE_S) == f"{SIZE_S}-2"
    (tmp_path / f"{SIZE_S}-2.tflite").touch()
    assert free_name(tmp_path, SIZE_S) == f"{SIZE_S}-3"
    assert free_name(tmp_path, "gestures-synthetic") == "gestures-synthetic-2"
    assert free_name(tmp_path, "mine") == "mine"


def test_file_that_replaces_a_shipped_model_is_reported(tmp_path: Path) -> None:
    name = f"{SIZE_S}.tflite"
    shipped = shipped_folder("models") / name
    assert is_shipped("models", shipped)
    assert not replaces_shipped(shipped)
    shutil.copyfile(shipped, tmp_path / name)
    assert not is_shipped("models", tmp_path / name)
    assert not replaces_shipped(tmp_path / name)
    (tmp_path / name).write_bytes(shipped.read_bytes() + b"\0")
    assert replaces_shipped(tmp_path / name)
    assert not replaces_shipped(tmp_path / "gone.tflite")


def test_init_names_a_shipped_model_in_a_used_checkout(used_checkout: Path, tmp_path: Path) -> None:
    (used_checkout / "models" / "a-first-one.tflite").write_text("the user's")
    made = str(tmp_path / "n")
    _in(used_checkout, f"import sys; from impsy_tui.cli.main import main; sys.argv = ['', 'init', {made!r}]; main()")
    assert SIZE_S in (tmp_path / "n" / "config.toml").read_text()
