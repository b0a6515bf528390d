"""Touches in files."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from impsy_tui.ensemble.touches.touch import (
    HEADER,
    Touch,
    in_time,
    read_touches,
    wall_seconds,
    write_touches,
    written,
)
from impsy_tui.errors import UserError

METATONE = "time,device_id,x_pos,y_pos,velocity\n"


def _file(folder: Path, text: str) -> Path:
    file = folder / "2026-01-01T12-00-00-touches.csv"
    file.write_text(text)
    return file


def test_read_touches_sorts_by_player_and_time(tmp_path: Path) -> None:
    file = _file(
        tmp_path,
        f"{HEADER}\n2026-01-01T12:00:02.000000,ann,1,0.5,0.25,0.01\n2026-01-01T12:00:01,bo,0,0.0,1.0,0.0\n"
        "2026-01-01 12:00:01.5,ann,2,0.25,0.75,0.0\n",
    )
    recording = read_touches(file)
    assert (recording.name, list(recording.players), recording.remarks) == ("2026-01-01T12-00-00", ["ann", "bo"], [])
    ann = recording.players["ann"]
    assert ann.fingers.tolist() == [2, 1]
    assert ann.x.tolist() == [0.25, 0.5]
    assert np.diff(ann.times).tolist() == [0.5]
    began, ended = recording.span()
    assert ended - began == 1.0


def test_read_touches_scales_metatone_points(tmp_path: Path) -> None:
    recording = read_touches(_file(tmp_path, METATONE + "2014-12-12T12:06:19.528851,B7,512.0,384.0,102.4\n"))
    touches = recording.players["B7"]
    assert (touches.x[0], touches.y[0], touches.velocities[0], touches.fingers[0]) == (0.5, 0.5, 0.1, 0)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2026-01-01T12:00:00,ann,0,1.5,0.5,0", "x is outside of the surface"),
        ("2026-01-01T12:00:00,ann,0,0.5,-0.2,0", "y is outside of the surface"),
        ("2026-01-01T12:00:00,ann,0,0.5,0.5,-1", "the velocity is out of range (0 to 16)"),
        ("2026-01-01T12:00:00,ann,0,0.5,0.5,99", "the velocity is out of range (0 to 16)"),
        ("2026-01-01T12:00:00,ann,0,nan,0.5,0", "a value that is not a number"),
        ("2026-01-01T12:00:00,ann,0,half,0.5,0", "a value that is not a number"),
        ("2026-01-01T12:00:00,ann,thumb,0.5,0.5,0", "a finger that is not a whole number"),
        ("2026-01-01T12:00:00,,0,0.5,0.5,0", "a touch without a player"),
        ("noon,ann,0,0.5,0.5,0", "an invalid time"),
        ("2026-01-01T12:00:00,ann,0,0.5", "a row cut short"),
    ],
)
def test_read_touches_leaves_bad_rows_out(tmp_path: Path, row: str, why: str) -> None:
    good = "2026-01-01T12:00:00,ann,0,0.5,0.5,0.0"
    recording = read_touches(_file(tmp_path, f"{HEADER}\n{row}\n{good}\n{row}\n"))
    assert len(recording.players["ann"]) == 1
    assert recording.remarks == [f"2 rows left out: {why}"]


def test_read_touches_moves_touches_to_the_edge(tmp_path: Path) -> None:
    recording = read_touches(_file(tmp_path, METATONE + "2026-01-01T12:00:00,a,-0.5,827.5,3.0\n"))
    assert (recording.players["a"].x[0], recording.players["a"].y[0]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not a file of touches"),
        ("time,player-01\n2026-01-01,3\n", "is not a file of touches"),
        (HEADER + "\n", "has no touches"),
        (HEADER + "\nx\n", "has no touches; a row left out: a row cut short"),
        ("\x00\x80\xff\n" * 5, "is not a file of touches"),
    ],
)
def test_read_touches_refuses_a_file_without_touches(tmp_path: Path, text: str, why: str) -> None:
    file = _file(tmp_path, text)
    with pytest.raises(UserError) as problem:
        read_touches(file)
    assert str(problem.value).startswith(f"{file}: ")
    assert why in str(problem.value)
    assert "\n" not in str(problem.value)


def test_read_touches_names_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.csv: No such file"):
        read_touches(tmp_path / "none.csv")


@given(
    rows=some.lists(
        some.tuples(
            some.integers(0, 10_000_000),
            some.sampled_from(["ann", "bo, the other", 'said "c"', "9A51-16EA"]),
            some.integers(0, 9),
            *[some.floats(0, 1)] * 2,
            some.floats(0, 16),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_written_touches_are_read_unchanged(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, ...]]
) -> None:
    began = 1_767_268_800.0
    file = tmp_path_factory.mktemp("touches") / "a-touches.csv"
    lines = [Touch(began + microseconds / 1e6, *rest) for microseconds, *rest in rows]
    first = tmp_path_factory.mktemp("touches") / "b-touches.csv"
    first.write_text("\n".join([HEADER, *map(written, lines)]) + "\n")
    recording = read_touches(first)
    write_touches(file, recording)
    again = read_touches(file)
    assert sorted(in_time(again)) == sorted(in_time(recording)) == sorted(lines)


def test_read_touches_reads_recorded_performances_to_the_last_row(metatone: Path) -> None:
    files = sorted((metatone / "touches").glob("*.csv"))
    assert files
    rows = {file: len(file.read_text().splitlines()) - 1 for file in files}
    for file in files:
        recording = read_touches(file)
        assert sum(map(len, recording.players.values())) == rows[file]
        assert recording.remarks == []


def test_wall_time_reverses_wall_seconds() -> None:
    naive = datetime(2026, 7, 1, 12, 0, 0, 250_000)
    assert wall_seconds(naive) == wall_seconds(naive.replace(tzinfo=timezone(timedelta(hours=10))))


@pytest.mark.parametrize("jump", [-7200.0, 5 * 365 * 86_400.0])
def test_read_touches_closes_the_gap_of_a_clock_that_was_set(tmp_path: Path, jump: float) -> None:
    begin = datetime(2026, 5, 1, 20)
    seconds = [*range(10), *(at + jump for at in range(10, 20))]
    rows = "".join(f"{(begin + timedelta(seconds=at)).isoformat()},ann,0,0.5,0.5,0.0\n" for at in seconds)
    (tmp_path / "a-touches.csv").write_text("time,player,finger,x,y,velocity\n" + rows)
    recording = read_touches(tmp_path / "a-touches.csv")
    assert recording.jumps == 1
    assert "its clock was set" in recording.remarks[0]
    first, last = recording.span()
    assert last - first == 28
    assert np.diff(recording.players["ann"].times).tolist() == [1.0] * 9 + [10.0] + [1.0] * 9
