"""Look-up tables and corpora in the published layout."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.agent.corpus import FRAMES_A_SECOND, corpus_files, read_corpus, write_corpus
from impsy_tui.agent.descriptors.names import CATEGORIES, NAMES, descriptor_indices
from impsy_tui.agent.lookup_table import LookupTable, read_table, write_table
from impsy_tui.errors import UserError


def _table(rows: int = 4, parameters: int = 2) -> LookupTable:
    random = np.random.default_rng(1)
    return LookupTable(random.random((rows, parameters)), random.normal(size=(rows, len(NAMES))))


def test_descriptor_indices_expand_categories() -> None:
    assert len(NAMES) == len(set(NAMES)) == 55
    assert [len(names) for names in CATEGORIES.values()] == [3, 13, 12, 7, 10, 10]
    assert descriptor_indices(["chroma", "loudness"]) == [*range(3), *range(16, 28)]
    assert descriptor_indices(["centroid", "specshape-centroid"]) == [28]
    with pytest.raises(UserError, match="no descriptor is called pitch: the categories are loudness"):
        descriptor_indices(["pitch"])
    for typed, meant in (("lodness", "loudness"), ("centriod", "centroid"), ("mfcc12", "mfcc-12")):
        with pytest.raises(UserError, match=f"called {typed}: did you mean {meant}\\? the categories are"):
            descriptor_indices([typed])


@pytest.mark.parametrize("name", ["t.csv", "ünïcode.csv"])
def test_read_table_returns_the_written_table(tmp_path: Path, name: str) -> None:
    table = _table()
    write_table(tmp_path / name, table)
    back = read_table(tmp_path / name)
    np.testing.assert_allclose(back.parameters, table.parameters, rtol=1e-11)
    np.testing.assert_allclose(back.descriptors, table.descriptors, rtol=1e-11)
    assert back.names == NAMES
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["c.csv", "c.csv.gz"])
def test_read_corpus_returns_the_written_corpus(tmp_path: Path, name: str) -> None:
    frames = np.random.default_rng(2).normal(size=(5, len(NAMES)))
    write_corpus(tmp_path / name, frames)
    (tmp_path / "notes.txt").touch()
    (file,) = corpus_files(tmp_path)
    np.testing.assert_allclose(read_corpus(file), frames, rtol=1e-6)


@pytest.mark.parametrize(
    ("told", "rate"),
    [
        ("172.265625 frames/s", FRAMES_A_SECOND / 2),
        ("689.0625 frames/s", FRAMES_A_SECOND * 2),
        ("", FRAMES_A_SECOND),
        ("0.001 frames/s", FRAMES_A_SECOND),
        ("many frames/s", FRAMES_A_SECOND),
    ],
)
def test_read_corpus_interpolates_another_frame_rate(tmp_path: Path, told: str, rate: float) -> None:
    frames = np.sin(np.arange(401)[:, None] / rate + np.arange(len(NAMES)))
    write_corpus(tmp_path / "c.csv", frames, rate)
    _, *rows = (tmp_path / "c.csv").read_text().splitlines()
    (tmp_path / "c.csv").write_text("\n".join([",".join((told, *NAMES)), *rows]))
    found = read_corpus(tmp_path / "c.csv")
    assert len(found) == round(400 / rate * FRAMES_A_SECOND) + 1
    assert found == pytest.approx(
        np.sin(np.arange(len(found))[:, None] / FRAMES_A_SECOND + np.arange(len(NAMES))), abs=1e-4
    )


def test_read_table_and_corpus_of_rl_impro(rl_impro: Path) -> None:
    assert read_table(rl_impro / "lookup" / "sin-20.csv").parameters.shape == (400, 2)
    fm = read_table(rl_impro / "lookup" / "fm3-10.csv")
    assert fm.parameters.shape == (1000, 3)
    assert fm.descriptors.shape == (1000, 55)
    files = corpus_files(rl_impro / "corpus")
    assert files
    for file in files:
        with gzip.open(file, "rt") as lines:
            rows = sum(1 for _ in lines) - 1
        assert rows > 500
        assert read_corpus(file).shape == (rows, 55)


_HEADER = ",".join(("param-0", *NAMES))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "t.csv holds no rows"),
        (_HEADER, "t.csv holds no rows"),
        ("a,b\n1,2\n", "t.csv has no parameters"),
        ("param-0,b\n1,2\n", "t.csv lacks the columns loudness-dBFS, loudness-TP, loudness-dB and 52 more"),
        (f"{_HEADER}\n1,2\n", "t.csv names 56 columns and has 2"),
        (f"{_HEADER}\n{','.join(['1'] * 56)}\n{','.join(['nan'] * 56)}\n", "t.csv, line 3: a value is not a finite"),
        (f"{_HEADER}\n{','.join(['2'] * 56)}\n", "t.csv has parameters that are not from 0 to 1"),
        (f"{_HEADER}\n{','.join(['x'] * 56)}\n", "t.csv is not a table of numbers: could not convert string 'x'"),
        (f"param-1,{','.join(NAMES)}\n{','.join(['1'] * 56)}\n", "t.csv lacks the columns param-0"),
    ],
)
def test_read_table_refuses_other_files(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(UserError) as told:
        read_table(tmp_path / "t.csv")
    assert str(told.value).startswith(problem)
    assert "\n" not in str(told.value)


def test_read_table_reports_bytes_and_missing_files(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"\xff\xfe\x00\x80")
    (tmp_path / "t.csv.gz").write_bytes(b"not packed")
    for name, problem in (("t.csv", "not a table"), ("t.csv.gz", "Not a gzipped"), ("none.csv", "No such file")):
        with pytest.raises(UserError, match=problem):
            read_table(tmp_path / name)
