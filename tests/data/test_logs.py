"""Facts and pictures of logs."""

import gzip
import math
import time
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.data.logs import draw_log, log_facts

BEGIN = datetime(2026, 3, 1, 12, 0, 0)


def _log(file: Path, rows: list[tuple[float, str, list[float]]]) -> Path:
    file.write_text(
        "".join(
            f"{(BEGIN + timedelta(seconds=at)).isoformat(timespec='microseconds')},{source},"
            f"{','.join(map(str, values))}\n"
            for at, source, values in rows
        )
    )
    return file


def test_log_facts_are_rows_duration_and_dimension(tmp_path: Path) -> None:
    file = _log(tmp_path / "a.log", [(0, "interface", [0.5, 0.5]), (1, "rnn", [0.5, 0.5]), (7.5, "rnn", [0, 0])])
    assert log_facts(file) == (3, 7.5, 3)


def test_compressed_log_has_the_facts_and_the_picture_of_the_plain_one(tmp_path: Path) -> None:
    rows = [(at * 0.01, "interface", [0.123456789, at % 7 / 7]) for at in range(50_000)]
    file = _log(tmp_path / "a.log", rows)
    packed = tmp_path / "b.log.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert log_facts(packed) == log_facts(file) == (50_000, pytest.approx(499.99), 3)
    assert np.array_equal(draw_log(packed, 40).values, draw_log(file, 40).values)


def test_log_facts_ignore_descriptor_rows(tmp_path: Path) -> None:
    rows = [(at * 0.02, "feats", [0.0] * 56) for at in range(50)]
    assert log_facts(_log(tmp_path / "a.log", rows)) == (50, 0.98, 0)
    assert log_facts(_log(tmp_path / "b.log", [*rows, (1.0, "rnn", [0.5, 0.5])])) == (51, 1.0, 3)
    assert draw_log(tmp_path / "b.log", 4).rows == 1


def test_log_facts_of_a_log_longer_than_a_chunk(tmp_path: Path) -> None:
    rows = [(at * 0.01, "interface", [0.123456789] * 8) for at in range(30_000)]
    file = _log(tmp_path / "a.log", rows)
    assert file.stat().st_size > 3 << 20
    # For all borders of the blocks that are read.
    for cut in range(0, 140, 7):
        with file.open("rb+") as log:
            log.truncate((3 << 20) + cut)
        facts = log_facts(file)
        whole = file.read_bytes()
        assert facts.rows == whole.count(b"\n") + (not whole.endswith(b"\n"))
        assert facts.seconds == pytest.approx((facts.rows - 1) * 0.01, abs=0.011)
        assert facts.dimension == 9


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (b"", (0, 0.0, 0)),
        (b"\n", (1, 0.0, 0)),
        (b"nonsense", (1, 0.0, 0)),
        (b"\xff\x00\xfe" * 100, (1, 0.0, 0)),
        (b"2026-03-01T12:00:00.5,interface,0.5", (1, 0.0, 2)),
        (b"2026-03-01T12:00:00,interface,0.5\n2026-03-01T12:00:02.5,interface,0.5", (2, 2.5, 2)),
        (b"2026-03-01T12:00:00,interface,0.5\r\n2026-03-01T12:00:02,interface,0.5\r\n", (2, 2.0, 2)),
        (b"2026-03-01T12:00:00,interface,0.5\n2026-03-01T12:00:02Z,interface,0.5\n", (2, 2.0, 2)),
        (b"2026-03-01T12:00:00,interface,0.5\n2026-03-01T12:00:01,rnn,0.5\n2026-03", (3, 1.0, 2)),
        (b"2026-03-01T12:00:09,interface,0.5\n2026-03-01T12:00:00,rnn,0.5\n", (2, 0.0, 2)),
    ],
)
def test_log_facts_of_truncated_logs(tmp_path: Path, text: bytes, facts: tuple[int, float, int]) -> None:
    (tmp_path / "a.log").write_bytes(text)
    assert log_facts(tmp_path / "a.log") == facts


def test_draw_log_returns_means_and_counts(tmp_path: Path) -> None:
    rows = [
        (0.0, "interface", [0.2, 1.0]),
        (0.5, "interface", [0.4, 1.0]),
        (1.5, "rnn", [0.9, 0.0]),
        (3.5, "interface", [0.1, 0.5]),
        (4.0, "rnn", [0.3, 0.5]),
    ]
    picture = draw_log(_log(tmp_path / "a.log", rows), 4)
    assert (picture.seconds, picture.rows) == (4.0, 5)
    assert picture.values == pytest.approx(np.array([[0.3, 1.0], [0.9, 0.0], [0.9, 0.0], [0.2, 0.5]]))
    assert picture.played.tolist() == [2, 0, 0, 1]
    assert picture.predicted.tolist() == [0, 1, 0, 1]


def test_draw_log_ignores_invalid_rows(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    file.write_bytes(
        b"2026-03-01T12:00:00.000000,gap,7\n"  # this row has no values, so it does not give the dimension
        b"2026-03-01T12:00:00.000000,interface,0.5,0.5\n"
        b"2026-03-01T12:00:01.000000,interface,0.5\n"
        b"2026-03-01T12:00:01.000000,interface,nan,inf\n"
        b"\xff\xfe\x00\n\n,,,\nyesterday,interface,1,2\n"
        b"2026-03-01T12:00:02.000000,rnn,1,1\n"
        b"2026-03-01T12:00:0"
    )
    picture = draw_log(file, 2)
    assert (picture.seconds, picture.rows) == (2.0, 2)
    assert picture.values.tolist() == [[0.5, 0.5], [1.0, 1.0]]


def test_draw_log_accepts_a_clock_that_was_set_back(tmp_path: Path) -> None:
    picture = draw_log(_log(tmp_path / "a.log", [(10.0, "rnn", [0.5]), (0.0, "rnn", [1.0]), (5.0, "rnn", [0])]), 3)
    assert picture.seconds == 10.0
    assert picture.predicted.tolist() == [1, 1, 1]
    assert all(math.isfinite(value) for value in picture.values.flat)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="needs time zones of Unix")
def test_log_facts_ignore_summer_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.log"
    file.write_text("2026-03-29T01:59:00,interface,0.5\n2026-03-29T03:01:00,interface,0.5\n")
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        assert draw_log(file, 2).seconds == log_facts(file).seconds == 3720.0
    finally:
        monkeypatch.undo()
        time.tzset()


def test_draw_log_of_one_row_and_of_none(tmp_path: Path) -> None:
    picture = draw_log(_log(tmp_path / "a.log", [(0, "interface", [0.5])]), 3)
    assert picture.values.tolist() == [[0.5]] * 3
    with pytest.raises(ValueError, match="no events"):
        draw_log(_log(tmp_path / "b.log", []), 3)
