"""Workers that make tables and corpora, run in the way of the shell, and maps of their files."""

import gzip
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from impsy_tui.agent.corpus import read_corpus
from impsy_tui.agent.descriptors.extraction import NAMES, FrameSettings, averaged, describe
from impsy_tui.agent.lookup_table import read_table
from impsy_tui.agent.synths import SYNTHS, grid, synth_called
from impsy_tui.worker_requests import worker_command
from impsy_tui.workers.messages import Failed, Finished, FromWorker, Progress
from impsy_tui.workers.requests import CorpusRequest, LookupTableRequest
from tests.support.places import ROOT
from tests.support.programs import needs_pd
from tests.support.workers.training_workers import run_worker, worker_result


def _impsy(*words: object, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "impsy_tui", *map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_table_is_what_the_synth_sounds_like_on_the_grid(tmp_path: Path) -> None:
    file = tmp_path / "new" / "sine.csv"
    *progress, last = run_worker(LookupTableRequest("sine", file, points=5, seconds=0.2, processes=2))
    assert isinstance(last, Finished)
    assert last.text == f"{file}: 25 points of sine"
    assert progress[-1] == Progress("listening", 25, 25)
    table = read_table(file)
    np.testing.assert_array_equal(table.parameters, grid(2, 5))
    sound = synth_called("sine").render(np.array([0.4, 0.8]), 0.2, 44_100)
    np.testing.assert_allclose(
        table.descriptors[14], averaged(describe(sound, FrameSettings())), rtol=1e-6, atol=1e-9
    )
    assert [each.name for each in file.parent.iterdir()] == ["sine.csv"]
    again = worker_result(LookupTableRequest("sine", file, points=2, seconds=0.2))
    assert again == Failed(f"{file} exists already: name another file with -o")
    assert len(read_table(file).parameters) == 25


def test_table_goes_on_where_it_was_interrupted_even_within_a_line(tmp_path: Path) -> None:
    file = tmp_path / "fm.csv"
    request = LookupTableRequest("sine", file, points=12, seconds=0.3, processes=1)
    with subprocess.Popen(worker_command(request), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while b'"done":40' not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        said = msgspec.json.decode(process.stdout.read().splitlines()[-1], type=FromWorker)
    assert isinstance(said, Finished)
    assert "points are kept; the same command continues with them" in said.text
    assert not file.exists()
    partial = tmp_path / ".fm.csv.partial"
    kept = partial.read_bytes()
    partial.write_bytes(kept[:-30])
    first, *_, last = run_worker(request)
    assert first == Progress("listening", kept.count(b"\n") - 2, 144)
    assert isinstance(last, Finished)
    assert "of them from before" in last.text
    assert not partial.exists()
    whole = tmp_path / "whole.csv"
    run_worker(LookupTableRequest("sine", whole, points=12, seconds=0.3, processes=1))
    assert whole.read_bytes() == file.read_bytes()


def test_lookup_table_ignores_partial_file_of_another_table(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    (tmp_path / ".t.csv.partial").write_text(json.dumps({"synth": "other"}) + "\n[0, 1]\n")
    first, *_, last = run_worker(LookupTableRequest("sine", file, points=2, seconds=0.1))
    assert first == Progress("listening", 0, 4)
    assert isinstance(last, Finished)


def test_cluster_makes_the_same_table_and_one_that_is_not_there_is_reported(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="clusters are the extra [cluster]")

    def made(file: str, **options: Any) -> list[FromWorker]:
        return run_worker(LookupTableRequest("sine", tmp_path / file, points=7, seconds=0.3, **options))

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as there:
        address = there.scheduler_address
        *told, last = made("there.csv", scheduler=address)
    assert isinstance(last, Finished), last
    assert [one.of for one in told if isinstance(one, Progress)] == [49] * 4
    made("here.csv", processes=1)
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()
    *_, last = made("none.csv", scheduler="tcp://127.0.0.1")
    assert isinstance(last, Failed)
    assert last.text.startswith("no scheduler answers at tcp://127.0.0.1: ")


@needs_pd
@pytest.mark.parametrize("name", list(SYNTHS))
def test_our_patches_sound_like_the_built_in_synths(name: str) -> None:
    from impsy_tui.agent.pd_rendering import render

    synth = synth_called(name)
    count = len(synth.parameters)
    points = np.random.default_rng(1).uniform(0.2, 0.9, (4, count))
    settings = FrameSettings(window=1_024, hop=512)
    for point, sound in zip(points, render(ROOT / "configs" / "pd" / f"{name}.pd", points, 1.0, 44_100), strict=True):
        assert len(sound) == 44_100
        patch, ours = (averaged(describe(each, settings)) for each in (sound, synth.render(point, 1.0, 44_100)))
        where = {name: place for place, name in enumerate(NAMES)}
        assert patch[where["loudness-dBFS"]] == pytest.approx(ours[where["loudness-dBFS"]], abs=0.1)
        assert patch[where["specshape-centroid"]] == pytest.approx(ours[where["specshape-centroid"]], rel=0.03)
        np.testing.assert_allclose(patch[16:28], ours[16:28], rtol=0.05, atol=0.01)


@needs_pd
def test_anyones_patch_becomes_a_table_and_one_that_does_not_work_is_reported(tmp_path: Path) -> None:
    patch = tmp_path / "noise of mine.pd"
    lines = ("#N canvas 0 0 300 200 12;", "#X obj 9 9 inlet;", "#X obj 9 40 noise~;", "#X obj 9 70 *~;")
    lines = (*lines, "#X obj 9 100 outlet~;", "#X connect 1 0 2 0;", "#X connect 0 0 2 1;", "#X connect 2 0 3 0;\n")
    (good := tmp_path / "hiss.pd").write_text("\n".join(lines))
    last = worker_result(LookupTableRequest(str(good), tmp_path / "hiss.csv", 1, points=4, seconds=0.3))
    assert isinstance(last, Finished), last
    loudness = read_table(tmp_path / "hiss.csv").descriptors[:, 0]
    assert loudness[0] < -150
    assert (np.diff(loudness) > 2.0).all()
    broken = tmp_path / "broken.pd"
    broken.write_text("\n".join(lines).replace("noise~", "no-such-thing~"))
    for file, words in (
        (patch, "there is no such patch"),
        (broken, "Pd lacks what the patch needs"),
    ):
        last = worker_result(LookupTableRequest(str(file), tmp_path / "x.csv", 1, points=2, seconds=0.1))
        assert isinstance(last, Failed)
        assert words in last.text


def test_recordings_become_a_corpus(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile", reason="soundfile is not installed ([audio])")
    folder = tmp_path / "recordings"
    (folder / "below").mkdir(parents=True)
    sound = 0.3 * np.sin(2 * np.pi * 440 * np.arange(22_050) / 44_100)
    soundfile.write(folder / "a.wav", np.column_stack([sound, sound]), 44_100, subtype="FLOAT")
    soundfile.write(folder / "below" / "a.flac", sound, 48_000)
    soundfile.write(folder / "c.ogg", sound, 44_100)
    (folder / "broken.wav").write_bytes(b"RIFF and no more")
    corpus = tmp_path / "corpus"
    last = worker_result(CorpusRequest(folder, corpus))
    assert isinstance(last, Finished)
    assert "3 recordings" in last.text
    assert "left out: broken.wav cannot be read" in last.text
    assert sorted(file.name for file in corpus.iterdir()) == ["a.csv.gz", "below-a.csv.gz", "c.csv.gz"]
    heard, _ = soundfile.read(folder / "a.wav")
    ours = describe(heard.mean(axis=1), FrameSettings())
    np.testing.assert_allclose(read_corpus(corpus / "a.csv.gz"), ours, rtol=1e-5, atol=1e-6)
    with gzip.open(corpus / "a.csv.gz", "rt") as text:
        assert text.readline() == f"344.53125 frames/s,{','.join(NAMES)}\n"
    with gzip.open(corpus / "below-a.csv.gz", "rt") as text:
        assert text.readline().startswith("375.0 frames/s,")
    stamp = (corpus / "a.csv.gz").stat().st_mtime_ns
    run_worker(CorpusRequest(folder, corpus))
    assert (corpus / "a.csv.gz").stat().st_mtime_ns == stamp


def test_folder_without_recordings_is_reported(tmp_path: Path) -> None:
    pytest.importorskip("soundfile", reason="soundfile is not installed ([audio])")
    last = worker_result(CorpusRequest(tmp_path, tmp_path / "corpus"))
    assert isinstance(last, Failed)
    assert last.text.startswith(f"no recordings are in {tmp_path}: .wav, .flac, .ogg")


def test_table_is_drawn_in_a_terminal_and_as_a_picture(tmp_path: Path) -> None:
    assert _impsy("agent", "lookup", "sine", "--points", 6, "--seconds", 0.1, folder=tmp_path).returncode == 0
    table = tmp_path / "tables" / "sine-6.csv"
    drawn = _impsy("agent", "map", table, "-c", "loudness-dB", "--by", "loudness centroid")
    assert drawn.returncode == 0, drawn.stderr
    lines = drawn.stdout.splitlines()
    assert lines[0] == "sine-6: 36 points by loudness, centroid"
    assert lines[1].startswith("principal components: ")
    assert lines[-1].startswith("loudness-dB  0 0")
    assert any("9" in line for line in lines[2:-1])
    assert max(map(len, lines)) <= 80
    for suffix, head in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".html", b"<!doctype html>")):
        picture = tmp_path / f"map{suffix}"
        assert _impsy("agent", "map", table, "-o", picture).stdout == f"drawn: {picture}\n"
        assert picture.read_bytes().startswith(head)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["lookup"], "lookup needs a built-in synth (sine, fm, granular), or a patch with --pd"),
        (["lookup", "organ"], "no synth is called organ: there are sine, fm, granular"),
        (["lookup", "fm", "--points", "101"], "--points 101: 2 or more, and no more than 1000000 in all"),
        (["lookup", "fm", "--hop", "100"], "hop 100: a multiple of 16"),
        (["lookup", "fm", "-o", "t.txt"], "-o t.txt: the name of a table must end in .csv"),
        (["lookup", "--pd", "x.pd"], "--parameters says how many a patch has, 1 to 16"),
        (["corpus", "nowhere"], "nowhere: no such folder"),
        (["map", "nowhere.csv"], "nowhere.csv: No such file"),
        (["map", "x.csv", "-o", "x.gif"], "-o x.gif: a picture must end in .png, .svg, .html"),
        (["map", "x.csv", "--osc", "a:1", "--audio"], "--osc and --audio cannot be combined"),
        (["map", "x.csv", "--method", "umap"], "--method umap is unknown. Methods: pca, tsne"),
    ],
)
def test_agent_command_reports_problem_in_one_line(tmp_path: Path, words: list[str], problem: str) -> None:
    done = _impsy("agent", *words, folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith(problem)


def test_loaded_worker_is_light() -> None:
    code = (
        "import sys, impsy_tui.workers.agent.lookup_table, impsy_tui.workers.agent.describe_recordings; "
        "import impsy_tui.agent.descriptors.framing; print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"soundfile", "scipy", "torch", "tensorflow", "textual", "matplotlib", "dask"} & set(loaded)
