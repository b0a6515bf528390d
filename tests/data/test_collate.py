"""Logs as datasets: by IMPSY's rules, with the same result of the fast and the careful reader."""

import gzip
import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from impsy_tui.data.collate import Collated, _careful, _fast, collate, dimensions, log_files, rows_of

BEGIN = datetime(2019, 1, 17, 12, 37, 38, 109979)


def _row(at: float, source: str, *values: float) -> str:
    stamp = (BEGIN + timedelta(seconds=at)).isoformat(timespec="microseconds")
    return ",".join((stamp, source, *map(repr, values)))


def _by_rule(file: Path, dimension: int) -> np.ndarray:
    """Reads a log by IMPSY's rules in plain Python: rows of the musician, first values of each row, dt since the row
    before."""

    def kept() -> Iterator[tuple[datetime, list[float]]]:
        for line in file.read_bytes().replace(b"\0", b"").splitlines():
            fields = line.decode("latin-1").split(",")
            try:
                time, values = datetime.fromisoformat(fields[0]), [float(x) for x in fields[2 : dimension + 1]]
            except ValueError:
                continue
            if len(values) == dimension - 1 and fields[1] == "interface":
                yield time, values

    rows = list(kept())
    events = [[(time - before).total_seconds(), *values] for (before, _), (time, values) in itertools.pairwise(rows)]
    return np.array(events, np.float32).reshape(-1, dimension)


def _collated(file: Path, dimension: int, chunk: int = 1 << 22) -> np.ndarray:
    performances = collate([file], dimension, chunk=chunk).performances
    return performances[0] if performances else np.empty((0, dimension), np.float32)


def _played(rows: int, values: int, seed: int = 1) -> list[str]:
    random = np.random.default_rng(seed)
    at = np.cumsum(random.exponential(0.2, rows))
    return [
        _row(float(at[i]), "rnn" if random.random() < 0.4 else "interface", *random.random(values).tolist())
        for i in range(rows)
    ]


def test_collate_reads_compressed_logs_as_plain_ones(tmp_path: Path) -> None:
    plain = tmp_path / "2026-01-01T10-00-00-4d-mdrnn.log"
    plain.write_text("\n".join(_played(3000, 3)))
    expected = _collated(plain, 4)
    packed = plain.with_name(f"{plain.name}.gz")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert log_files(tmp_path, 4).files == [plain]  # a power cut left both forms
    plain.unlink()
    assert (log_files(tmp_path, 4).files, dimensions(tmp_path)) == ([packed], [4])
    steps: list[tuple[int, int]] = []
    collated = collate([packed], 4, lambda done, of: steps.append((done, of)), chunk=5000)
    assert np.array_equal(np.concatenate(collated.performances), expected)
    assert len(steps) > 1
    assert steps[-1] == (packed.stat().st_size, packed.stat().st_size)


def test_collate_takes_the_rows_of_a_truncated_compressed_log(tmp_path: Path) -> None:
    rows = _played(3000, 3)
    file = tmp_path / "a.log.gz"
    file.write_bytes(gzip.compress("\n".join(rows).encode())[:-2000])
    assert 1000 < len(_collated(file, 4)) < 3000
    file.write_bytes(b"no gzip")
    collated = collate([file], 4)
    assert (collated.performances, collated.left_out) == ([], ["a.log.gz: Not a gzipped file (b'no')"])


@pytest.mark.parametrize("chunk", [1, 40, 100, 1000, 4096, 1 << 22])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("final", [True, False])
def test_collate_agrees_with_impsy(tmp_path: Path, chunk: int, end: str, final: bool) -> None:
    file = tmp_path / "a.log"
    file.write_bytes((end.join(_played(150, 3)) + (end if final else "")).encode())
    expected = _by_rule(file, 4)
    assert 50 < len(expected) < 149
    assert np.array_equal(_collated(file, 4, chunk), expected)


@pytest.mark.parametrize("source", ["interface", "rnn"])
def test_collate_reads_written_logs_by_the_fast_path(source: str) -> None:
    content = ("\n".join(_played(200, 8)) + "\n").encode()
    quick, careful = _fast(content, 8, (source,)), _careful(content, 8, (source,))
    assert quick is not None
    assert len(quick.times) > 50
    for one, other in zip(quick, careful, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize(
    "row",
    [
        _row(5, "rnn", 0.9, 0.9),
        _row(5, "gap", 7),
        _row(5, "interface", 0.9),
        _row(5, "interface"),
        _row(5, "interface", 0.5, float("nan")),
        _row(5, "interface", 0.5, float("inf")),
        _row(5, "interface", 0.5, 1e39),
        "2019-01-17T12:37:43.109979,interface,0.5,",
        "2019-01-17T12:37:43.109979,interface,,0.5",
        "2019-01-17T12:37:43.109979,interface,0.5,half",
        "2019-01-17T12:37:43.109979,interface,0.5;0.5",
        "2019-01-17T12:37:43.109979,inter",
        "2019-01-17T12:3",
        "2019-13-17T12:37:43.109979,interface,0.5,0.5",
        "0000-01-17T12:37:43.109979,interface,0.5,0.5",
        "12019-01-17T12:37:43.10997,interface,0.5,0.5",
        "NaT                       ,interface,0.5,0.5",
        "yesterday,interface,0.5,0.5",
        "",
        ",",
        ",,,,,,",
        "interface",
        "\0" * 60,
        "x" * 200_000,
        "\ufeff\u2028",
    ],
)
def test_collate_ignores_rows_that_are_not_events(tmp_path: Path, row: str) -> None:
    rows = [_row(at, "interface", at / 10, 0.5) for at in range(10)]
    file = tmp_path / "a.log"
    file.write_text("\n".join(rows) + "\n")
    expected = _collated(file, 3)
    for place in (0, 6, 10):
        file.write_text("\n".join([*rows[:place], row, *rows[place:]]) + "\n", encoding="utf-8")
        for chunk in (1, 100, 1 << 22):
            assert np.array_equal(_collated(file, 3, chunk), expected)


@pytest.mark.parametrize(
    "row",
    [
        _row(0.890021, "interface", 0.9, 0.8),
        _row(0.890021, "interface", 0.9, 0.8, 0.7, 0.6),
        "2019-01-17T12:37:39,interface,0.9,0.8",
        "2019-01-17 12:37:39.000000,interface,0.9,0.8",
        "2019-01-17T12:37:39.000,interface,0.9,0.8",
        "2019-01-17T12:37:39.00000Z,interface,0.9,0.8",
        "2019-01-17T12:37:39.000000+01:00,interface,0.9,0.8",
        " 2019-01-17T12:37:39.000000 , interface , 0.9 ,0.8",
        "2019-01-17T12:37:39.000000,interface,0.9,0.8,",
        "2019-01-17T12:37:39.000000,interface,0.9,0.8,x",
        "2019-01-17T12:37:39.000000,interface,9e-1,+.8",
        "2019-01-17T12:37:39.\x00000000,interface,0.9,0.8",
    ],
)
def test_collate_reads_other_forms_of_events(tmp_path: Path, row: str) -> None:
    file = tmp_path / "a.log"
    file.write_text("\n".join([_row(0, "interface", 0.1, 0.1), row, _row(2, "interface", 0.2, 0.2)]))
    expected = np.array([[0.890021, 0.9, 0.8], [1.109979, 0.2, 0.2]], np.float32)
    assert np.array_equal(_collated(file, 3), expected)


@pytest.mark.parametrize("text", ["", "\n", "\n\n\n", _row(0, "interface", 0.5), _row(0, "rnn", 0.5) + "\n"])
def test_collate_ignores_logs_of_one_event(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.log").write_text(text)
    assert collate([tmp_path / "a.log"], 2).performances == []


def test_collate_counts_invalid_rows(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    good = [_row(at, "interface", 0.5, 0.5) for at in range(5)]
    for bad in (_row(9, "interface", 0.5), _row(9, "interface", 0.5, float("nan")), "x,interface,0,0"):
        file.write_text("\n".join([*good, bad, _row(9, "rnn", 0.5), *good]))
        assert collate([file], 3).skipped == 1


def test_rows_of_returns_either_source(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    file.write_text(
        "\n".join([_row(1, "interface", 0.1, 0.2), _row(2.5, "rnn", 0.3, 0.4), _row(3, "interface", 0.5)])
    )
    times, values = rows_of(file, "rnn", 2)
    assert values.tolist() == [[0.3, 0.4]]
    before, played = rows_of(file, "interface", 2)
    assert played.tolist() == [[0.1, 0.2]]
    assert times[0] - before[0] == 1_500_000
    file.write_text("")
    assert [part.shape for part in rows_of(file, "rnn", 3)] == [(0,), (0, 3)]


def test_collate_reports_progress_to_the_end(tmp_path: Path) -> None:
    files = [tmp_path / "a.log", tmp_path / "b.log"]
    for file in files:
        file.write_text("\n".join(_played(50, 2)))
    told: list[tuple[int, int]] = []
    collate(files, 3, lambda done, of: told.append((done, of)), chunk=500)
    assert told == sorted(told)
    assert len(told) > 10
    assert told[-1] == (sum(file.stat().st_size for file in files),) * 2


def test_collated_summarises_performances() -> None:
    two = Collated(3, [np.array([[1.0, 0.5, 0.1], [2.0, 0.5, 0.2]]), np.array([[3.0, 0.5, 0.2]])])
    assert (two.events, two.seconds, two.still) == (3, 6.0, [1])
    assert two.gaps().tolist() == pytest.approx([1.1, 2.0, 2.9])
    assert Collated(3).still == []


def test_log_files_finds_logs_by_dimension(tmp_path: Path) -> None:
    names = ("2026-a-9d-mdrnn.log", "2025-b-9d-mdrnn.log", "c-19d-mdrnn.log", "d-0d-mdrnn.log", "e-1d-mdrnn.log")
    for name in (*names, "f-99999999d-mdrnn.log", "9d.log", "g-4d-mdrnn.txt"):
        (tmp_path / name).touch()
    assert dimensions(tmp_path) == [9, 19]
    assert [file.name for file in log_files(tmp_path, 9).files] == ["2025-b-9d-mdrnn.log", "2026-a-9d-mdrnn.log"]
    assert dimensions(tmp_path / "none") == []


_LINES = _played(6, 2, seed=3)
_fields = st.one_of(
    st.sampled_from(
        ("", " ", "\t", "0.5", " 0.5", "5e-1", "1_0", "0x1p3", "nan", "-inf", "1e999", "٣", "interface", "rnn", "\r")
    ),
    st.floats(allow_nan=True).map(repr),
    st.text(max_size=4),
)


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """Returns a log with some other bytes, fields or rows."""
    rows = [line.split(",") for line in draw(st.lists(st.sampled_from(_LINES), min_size=1, max_size=8))]
    for _ in range(draw(st.integers(0, 3))):
        row = draw(st.sampled_from(rows))
        place = draw(st.integers(0, len(row)))
        row[place : place + draw(st.integers(0, 1))] = draw(st.lists(_fields, max_size=2))
    content = bytearray(
        "\n".join(map(",".join, rows)).encode("utf-8", "replace") + draw(st.sampled_from((b"\n", b"")))
    )
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(content)))
        content[place : place + draw(st.integers(0, 3))] = draw(
            st.one_of(st.binary(max_size=3), st.sampled_from((b"\n", b"\r\n", b",", b"\0", b"0", b"\x0c", b"-")))
        )
    return bytes(content)


@example(b"2019-01-17T12:37:38.131982,interface, ,0.5\n", 1, "interface")
@settings(max_examples=600, deadline=None)
@given(_mutated(), st.integers(1, 3), st.sampled_from(("interface", "rnn")))
def test_fast_and_careful_reading_agree(content: bytes, count: int, source: str) -> None:
    quick, careful = _fast(content, count, (source,)) if content else None, _careful(content, count, (source,))
    assert len(careful.times) == len(careful.values)
    if quick is not None:
        assert quick.times.tolist() == careful.times.tolist()
        assert quick.values.tolist() == careful.values.tolist()
        assert quick.skipped == careful.skipped


def test_histogram_has_four_bins_per_decade() -> None:
    performance = np.full((7, 2), 0.5)
    performance[:, 0] = [0.0, 0.001, 0.0017, 0.0018, 0.99, 1.01, 500.0]
    counts = Collated(2, [performance]).histogram()
    assert counts.tolist() == [3, 1, *[0] * 9, 1, 1, 0, 0, 1]


@pytest.mark.parametrize(
    "time", ["2024-13-01T10:00:00", "2023-02-29T10:00:00", "2024-04-31T10:00:00", "2024-01-01T24:00:00"]
)
def test_collate_ignores_a_time_that_does_not_exist_in_a_long_log(tmp_path: Path, time: str) -> None:
    rows = [_row(at, "interface", 0.5, 0.5) for at in range(1000)]
    file = tmp_path / "a.log"
    file.write_text("\n".join(rows) + "\n")
    expected = _collated(file, 3)
    file.write_text("\n".join([*rows, f"{time}.000000,interface,0.5,0.5"]) + "\n")
    assert np.array_equal(_collated(file, 3), expected)


def test_collate_takes_the_leap_days_of_a_long_log(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    rows = [f"2024-02-29T10:{at // 60:02d}:{at % 60:02d}.000000,interface,0.5,0.5" for at in range(1000)]
    file.write_text("\n".join(rows) + "\n")
    assert len(_collated(file, 3)) == 999


def test_events_of_patterns_are_included_on_request_only(tmp_path: Path) -> None:
    file = tmp_path / "a-3d-mdrnn.log"
    rows = [(second, "pattern" if second % 3 == 0 else "interface", second / 100) for second in range(12)]
    file.write_text("".join(f"2026-03-01T12:00:{second:02d}.000000,{who},{x},0.5\n" for second, who, x in rows))
    assert collate([file], 3).events == 7
    found = collate([file], 3, patterns=True)
    assert found.events == 11
    assert found.performances[0][:, 1] == pytest.approx([second / 100 for second in range(1, 12)])
