"""Finding of models by name in their folders only, and loading while others play."""

import asyncio
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import BinaryIO

import h5py
import numpy as np
import pytest

from impsy_tui.agent.file import ARRAYS as AGENT_ARRAYS
from impsy_tui.config import load_config
from impsy_tui.engine.models import loader
from impsy_tui.engine.models.loader import LARGEST_FILE, LoadedModel, ModelFolders, SeenFiles, load_model
from impsy_tui.engine.options import EngineOptions, model_folders
from impsy_tui.engine.runtime.loop import EngineLoop
from impsy_tui.errors import UserError
from impsy_tui.mdrnn.model import Shape
from impsy_tui.mdrnn.predictor import MdrnnPredictor
from impsy_tui.mdrnn.scale import scale_of
from impsy_tui.model_files.metadata import LARGEST_METADATA, ModelMetadata, write_metadata
from impsy_tui.model_files.npz import array_names
from tests.support.models import constant_model, random_model


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def _load(file: Path) -> LoadedModel:
    loop = EngineLoop()
    try:
        return loop.run_until_complete(load_model(file))
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@pytest.fixture
def folders(tmp_path: Path) -> ModelFolders:
    for folder, names in (("a", ["one.tflite", "one.keras", "notes.txt"]), ("b", ["one.h5", "two words.h5"])):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).touch()
    (tmp_path / "secret.h5").touch()
    return ModelFolders([tmp_path / "a", tmp_path / "b", tmp_path / "none"])


def test_model_is_found_by_its_name_or_file(folders: ModelFolders, tmp_path: Path) -> None:
    assert folders.find("one") == tmp_path / "a" / "one.tflite"
    assert folders.find("one.keras") == tmp_path / "a" / "one.keras"
    assert folders.find("one.h5") == tmp_path / "b" / "one.h5"
    assert folders.find("two words") == tmp_path / "b" / "two words.h5"
    assert folders.names() == ["one", "two words"]


@pytest.mark.parametrize(
    "name", ["../secret", "../secret.h5", "/etc/passwd", "..", "", ".", "notes.txt", "a\0b", "x" * 5000]
)
def test_names_of_models_stay_in_their_folders(folders: ModelFolders, name: str) -> None:
    with pytest.raises(UserError, match="no model is called"):
        folders.find(name)


def test_mistyped_name_gets_a_suggestion(folders: ModelFolders) -> None:
    with pytest.raises(UserError, match="did you mean two words"):
        folders.find("tow words")


def test_find_takes_a_part_of_a_name_a_size_and_newest(tmp_path: Path) -> None:
    names = [f"musicMDRNN-dim{dim}-layers2-units{units}-mixtures5-scale10" for dim in (4, 9) for units in (64, 128)]
    for age, name in enumerate((*names, "garden")):
        (tmp_path / f"{name}.tflite").touch()
        os.utime(tmp_path / f"{name}.tflite", (1000 - age, 1000 - age))
    folders = ModelFolders([tmp_path])
    assert folders.find("den").stem == "garden"
    assert folders.find("dim9-layers2-units128").stem == names[3]
    assert folders.find("s").stem == names[0]
    assert folders.find("s", dimension=9).stem == names[2]
    assert folders.find("newest").stem == names[0]
    assert folders.find("newest", dimension=9).stem == names[2]
    (tmp_path / "s.h5").touch()
    assert folders.find("s", dimension=9).name == "s.h5"
    with pytest.raises(UserError, match="units64 is in the names of several models"):
        folders.find("units64")
    for name in ("den", "m", "newest"):
        with pytest.raises(
            UserError, match=f"no model is called {name}|{name} is in the names|{name} begins the names"
        ):
            folders.find(name, exact=True)


def test_find_leaves_out_files_that_are_no_models(tmp_path: Path) -> None:
    others = (".garden.unfinished.npz", "garden-clips.npz", "garden-gestures.npz")
    for age, name in enumerate((*others, "garden.tflite")):
        np.savez(tmp_path / name, facts=np.zeros(1)) if name.endswith("npz") else (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    folders = ModelFolders([tmp_path], suffixes=(".tflite", ".npz"))
    assert folders.names() == ["garden"]
    assert folders.find("newest").stem == "garden"
    assert folders.find("gard").stem == "garden"


def test_archive_of_thousands_of_arrays_is_not_listed(tmp_path: Path) -> None:
    for name, count in (("agent-small.npz", 0), ("agent-large.npz", 5000)):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for array in (*AGENT_ARRAYS, *range(count)):
                archive.writestr(f"{array}.npy", b"")
    folders = ModelFolders([tmp_path], suffixes=(".npz",))
    assert folders.names() == ["agent-small"]
    with pytest.raises(ValueError, match="not an archive of few arrays"):
        array_names(tmp_path / "agent-large.npz")
    with zipfile.ZipFile(tmp_path / "agent-small.npz", "a") as archive:
        archive.comment = b"a comment"
    assert folders.names() == []


def test_folder_is_reported_once_however_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with pytest.raises(UserError) as problem:
        ModelFolders([tmp_path / "a", tmp_path / "b" / ".." / "a"]).find("none")
    assert str(problem.value) == "no model is called none. There is none yet"


def test_model_folders_include_folders_next_to_configuration(
    tmp_path: Path,
) -> None:
    config = tmp_path / "config.toml"
    text = '[[player]]\nname = "a"\nkind = "ensemble"\nfile = "mine/m.tflite"\nclassifier = "ears/g.npz"\n'
    config.write_text(text)
    for name in ("mine/m.tflite", "mine/other.tflite", "ears/g.npz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    folders = ModelFolders(
        model_folders(EngineOptions(load_config(config), frozenset(), tmp_path / "logs", tmp_path / "s"))
    )
    assert folders.find("m") == tmp_path / "mine" / "m.tflite"
    assert folders.find("other") == tmp_path / "mine" / "other.tflite"
    assert folders.beside(".npz").find("g") == tmp_path / "ears" / "g.npz"


def test_file_is_looked_at_once_in_a_separate_process(
    shipped_model: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    check = loader._check

    async def counted(file: Path, answer: BinaryIO) -> None:
        looked.append(file)
        await check(file, answer)

    monkeypatch.setattr(loader, "_check", counted)
    for _ in range(2):
        loaded = _load(shipped_model)
        assert loaded.network.shape == Shape(9, 64, 2, 5)
        assert loaded.notes.max_gap == 5.0
    assert looked == [shipped_model]
    assert len(json.loads((own_cache / "impsy-tui" / "seen-models.json").read_text())) == 1


def test_keras_files_are_played_from_their_weights(tmp_path: Path) -> None:
    loaded = _load(random_model(tmp_path / "m.h5", 3, 8, 2, 2))
    assert loaded.network.runtime == "numpy"
    assert loaded.name == "m"
    assert loaded.remark == ""


def test_flex_file_says_what_it_is_played_from(impsy_models: Path) -> None:
    (lite,) = impsy_models.glob("musicMDRNN-dim2-*.tflite")
    assert "played from musicMDRNN-dim2" in _load(lite).remark


def test_notes_next_to_a_model_are_read_and_nonsense_in_them_ignored(tmp_path: Path) -> None:
    file = constant_model(tmp_path / "m.h5", [0.1, 0.5])
    (tmp_path / "m.toml").write_text("max_gap = 2.5\n")
    assert _load(file).notes.max_gap == 2.5
    for nonsense in ("max_gap = 'x'", "max_gap = -1", "max_gap = nan", "= ="):
        (tmp_path / "m.toml").write_text(nonsense)
        assert _load(file).notes.max_gap is None


def test_load_gives_up_a_check_that_takes_too_long(
    tmp_path: Path, shipped_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "CHECK_SECONDS", 0.001)  # less than a process takes to start
    model = Path(shutil.copy(shipped_model, tmp_path / "m.tflite"))
    with pytest.raises(UserError, match="within"):
        _load(model)


def test_load_refuses_a_pipe_without_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "m.h5")
    monkeypatch.setattr(loader, "_digest", lambda file: "none")
    with pytest.raises(UserError, match="not a regular file"):
        _load(tmp_path / "m.h5")


def test_cache_that_cannot_be_read_or_written_does_no_harm(tmp_path: Path, shipped_model: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    assert _load(shipped_model).name
    (tmp_path / "cache").unlink()
    (tmp_path / "cache" / "impsy-tui").mkdir(parents=True)
    file = tmp_path / "cache" / "impsy-tui" / "seen-models.json"
    for content in ('{"not": 1}[', "[" * 100_000, "5", "\ud800"):
        file.write_bytes(content.encode(errors="surrogatepass"))
        assert "x" not in SeenFiles()
    file.unlink()
    os.mkfifo(file)
    seen = SeenFiles()
    seen.add("x")
    assert "x" in SeenFiles()


def test_loop_goes_on_while_a_model_loads(tmp_path: Path) -> None:
    file = random_model(tmp_path / "m.h5", 9, 512, 3, 5)
    loop = EngineLoop()
    turns = 0

    async def run() -> None:
        nonlocal turns
        loading = asyncio.create_task(load_model(file))
        while not loading.done():
            await asyncio.sleep(0.001)
            turns += 1

    loop.run_until_complete(run())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    assert turns > 20


def test_notes_that_take_long_or_never_end_do_not_keep_a_model_waiting(tmp_path: Path) -> None:
    for name in ("deep", "pipe", "large"):
        random_model(tmp_path / f"{name}.h5", 3, 8, 2, 2)
    (tmp_path / "deep.toml").write_text("a." * 100_000 + "a = 1\n")
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "large.toml").write_text("max_gap = 2.0\n" + "#" * LARGEST_METADATA)
    for name in ("deep", "pipe", "large"):
        assert _load(tmp_path / f"{name}.h5").notes == ModelMetadata()


def test_small_file_of_large_weights_is_refused_before_they_are_read(tmp_path: Path) -> None:
    units = 4096
    with h5py.File(tmp_path / "large.h5", "w") as h5:
        for name, shape in (("kernel", (4, 4 * units)), ("recurrent_kernel", (units, 4 * units))):
            h5.create_dataset(f"lstm0/lstm0/{name}:0", shape, "f4", chunks=True, compression="gzip")
    assert (tmp_path / "large.h5").stat().st_size < 1 << 20
    with pytest.raises(UserError, match="weights may take at most 64 MB"):
        _load(tmp_path / "large.h5")


def test_model_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.tflite").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(UserError, match="at most 256 MB"):
        _load(tmp_path / "huge.tflite")


@pytest.mark.parametrize("suffix", [".h5", ".hdf5"])
@pytest.mark.parametrize("scale", [5, 10, 40])
def test_load_model_steps_a_network_with_the_scale_in_its_name(tmp_path: Path, scale: int, suffix: str) -> None:
    # The file holds means of 10 times these values.
    file = constant_model(tmp_path / f"musicMDRNN-dim3-scale{scale}-2{suffix}", [0.1, 0.2, 0.4])
    loaded = _load(file)
    player = MdrnnPredictor(loaded.network, loaded.name, np.random.default_rng(1))
    prediction = player.predict(0.1, (0.5, 0.5))
    factor = 10 / scale
    assert prediction.dt == pytest.approx(0.1 * factor, rel=1e-3)
    assert prediction.values == pytest.approx((min(1.0, 0.2 * factor), min(1.0, 0.4 * factor)), rel=1e-3)


def test_network_of_another_scale_hears_what_it_was_trained_on(tmp_path: Path) -> None:
    plain = random_model(tmp_path / "m-scale10.h5", 3, 4, 1, 2)
    other = tmp_path / "m-scale20.h5"
    other.write_bytes(plain.read_bytes())
    ten, twenty = (_load(file).network for file in (plain, other))
    event = [0.1, 0.2, 0.3]
    heard = np.array(ten.step([2 * value for value in event]))
    scaled = np.array(twenty.step(event))
    assert scaled[:12] == pytest.approx(heard[:12] / 2)
    assert scaled[12:] == pytest.approx(heard[12:])


@pytest.mark.parametrize(
    ("name", "scale"),
    [("m.h5", 10), ("m-scale5.h5", 5), ("m-scale10-2.tflite", 10), ("m-scale0.h5", 10), ("a-scaled", 10)],
)
def test_scale_of_is_read_from_the_name(name: str, scale: float) -> None:
    assert scale_of(Path(name)) == scale


def test_hdf5_models_are_found_by_name(tmp_path: Path) -> None:
    constant_model(tmp_path / "old.hdf5", [0.1, 0.2])
    folders = ModelFolders([tmp_path])
    assert folders.names() == ["old"]
    assert folders.find("old") == tmp_path / "old.hdf5"


def test_size_finds_a_model_with_another_name_by_its_metadata(tmp_path: Path) -> None:
    folders = ModelFolders([tmp_path])
    for age, (name, units) in enumerate((("gentle", 64), ("wild", 256), ("plain", 0))):
        file = constant_model(tmp_path / f"{name}.h5", [0.1, 0.2, 0.3])
        if units:
            write_metadata(file, {"corpus": "mine", "dimension": 3, "layers": 2, "units": units}, [])
        os.utime(file, (age, age))
    assert folders.find("s", dimension=3).stem == "gentle"
    assert folders.find("l").stem == "wild"
    assert folders.find("newest", dimension=3).stem == "plain"
    with pytest.raises(UserError, match="no model is called m"):
        folders.find("m")


def test_origin_names_the_folder_of_a_model_that_another_folder_has_too(tmp_path: Path) -> None:
    for folder, event in (("a", 0.1), ("b", 0.2), ("c", 0.2)):
        constant_model(tmp_path / folder / "same.h5", [0.1, event, 0.3])
    constant_model(tmp_path / "a" / "alone.h5", [0.1, 0.2, 0.3])
    folders = ModelFolders([tmp_path / "a", tmp_path / "b"])
    assert folders.origin(tmp_path / "a" / "same.h5") == f"{tmp_path / 'a'}/"
    assert folders.origin(tmp_path / "a" / "alone.h5") == ""
    assert ModelFolders([tmp_path / "b", tmp_path / "c"]).origin(tmp_path / "b" / "same.h5") == ""
