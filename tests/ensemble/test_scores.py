"""Gesture scores: reading of damaged files, and writing."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.ensemble.gestures import GESTURES
from impsy_tui.ensemble.scores import Score, read_score, score_files, write_score
from impsy_tui.errors import UserError
from tests.support.places import published


def _file(folder: Path, text: str) -> Path:
    file = folder / "score.csv"
    file.write_text(text)
    return file


def test_read_score_returns_players_and_beginning(tmp_path: Path) -> None:
    text = "time,ann,bob\n2014-03-17 18:30:57,0,7\n2014-03-17 18:30:58,2,small-swirl\n"
    read = read_score(_file(tmp_path, text))
    assert read.remarks == ()
    assert read.score.players == ("ann", "bob")
    assert read.score.began == datetime(2014, 3, 17, 18, 30, 57)
    assert read.score.codes.tolist() == [[0, 7], [2, 7]]


@pytest.mark.parametrize(
    ("rows", "codes", "remark"),
    [
        ("0,1\n3,2\n", [1, 1, 1, 2], "line 3: 2 seconds are missing before it: taken as if the gesture before"),
        ("0,1\n8,2\n", [1, *[0] * 7, 2], "line 3: 7 seconds are missing before it: taken as if nothing was played"),
        ("0,1\n1,2\n1,3\n", [1, 2], "line 4: this second is there already: the row is left out"),
        (
            "0,1\n1,9\n2,3\n",
            [1, 1, 3],
            "line 3, ann: '9' is not a gesture (a code of 0 to 8, or a name such as",
        ),
        ("0,1\n1,twirl\n2,twirl\n", [1, 1, 1], "line 3, ann, and 1 more: 'twirl' is not a gesture"),
        ("0,1\n1\n", [1, 1], "line 3, ann: the gesture is missing: taken as if the gesture before continues"),
        ("0,nan\n1,2.5\n", [0, 0], "line 2, ann: 'nan' is not a gesture"),
    ],
)
def test_read_score_corrects_problems_and_reports_them(
    tmp_path: Path, rows: str, codes: list[int], remark: str
) -> None:
    read = read_score(_file(tmp_path, f"time,ann\n{rows}"))
    assert read.score.codes[:, 0].tolist() == codes
    assert read.remarks[0].startswith(remark)
    assert not any("\n" in line for line in read.remarks)


def test_read_score_limits_its_remarks(tmp_path: Path) -> None:
    rows = "".join(f"{second},no-{second},1\n" for second in range(50))
    remarks = read_score(_file(tmp_path, f"time,ann,bo\n{rows}")).remarks
    assert len(remarks) == 9
    assert remarks[-1] == "and 42 more of this kind"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is not a gesture score"),
        ("a,b\n1,2\n", "is not a gesture score"),
        ("time\n1\n", "is not a gesture score"),
        ("time,ann,ann\n0,1,1\n", "must not be empty or repeated"),
        ("time,ann\n", "has no rows"),
        ("time,ann\nyesterday,1\n", "line 2: 'yesterday' is not a time"),
        ("time,ann\n0,1\n2014-03-17 18:30:57,1\n", "all times must be dates"),
        ("time,ann\n0,1\n1e9,1\n", "divide the file"),
        ("time,ann\n0,\0\n1,2\n" + "x" * 200_000, "score.csv"),
    ],
)
def test_read_score_refuses_other_files(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        read_score(_file(tmp_path, text))


@given(st.binary(max_size=200))
def test_read_score_refuses_noise(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "noise.csv"
    file.write_bytes(b"time,ann\n0,1\n" + noise)
    try:
        assert read_score(file).score.codes.max() < GESTURES
    except UserError as problem:
        assert "noise.csv" in str(problem)


@pytest.mark.parametrize("began", [None, datetime(2026, 5, 1, 20, 0, 59)])
def test_written_score_is_read_unchanged(tmp_path: Path, began: datetime | None) -> None:
    codes = np.random.default_rng(1).integers(0, GESTURES, (70, 3)).astype(np.int8)
    score = Score("out", ("lead", "p2", "p3"), codes, began)
    write_score(tmp_path / "out.csv", score)
    read = read_score(tmp_path / "out.csv")
    assert read.remarks == ()
    assert read.score.players == score.players
    assert read.score.began == began
    assert np.array_equal(read.score.codes, codes)


def test_scores_that_cannot_be_written_or_found_are_reported(tmp_path: Path) -> None:
    score = Score("out", ("lead",), np.zeros((1, 1), np.int8))
    with pytest.raises(UserError, match="No such file"):
        write_score(tmp_path / "nowhere" / "out.csv", score)
    with pytest.raises(UserError, match="no gesture score is in it"):
        score_files(tmp_path)


def test_read_score_reads_the_scores_of_metatone_without_a_remark(metatone: Path) -> None:
    files = score_files(metatone / "gestures").files
    assert len(files) == len(list((metatone / "gestures").iterdir()))
    for file in files:
        header, *rows = file.read_text().splitlines()
        read = read_score(file)
        assert read.remarks == ()
        assert read.score.codes.shape == (len(rows), header.count(","))
        assert read.score.began is not None


def test_read_score_reads_every_published_second() -> None:
    read = [read_score(file) for file in score_files(published("metatone", "gestures")).files]
    assert len(read) == 137
    assert sum(len(each.score) for each in read) == 63341
