"""Performance log after its process is killed or cannot start: no row is lost, cut or written twice."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from impsy_tui.engine.log import log_writer, performance_log
from impsy_tui.engine.log.performance_log import PerformanceLog
from tests.support.engine.performance_logs import log_rows, logged_values, with_log
from tests.support.waiting import until


def test_killed_log_writer_is_replaced_and_file_continued(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        for number in range(3):
            log.write(0.0, "interface", (float(number),))
        await until(lambda: log.written == 3)
        killed = log._process.process
        assert killed is not None
        os.kill(killed.pid, signal.SIGSTOP)
        for number in range(3, 6):
            log.write(0.0, "interface", (float(number),))
        os.kill(killed.pid, signal.SIGKILL)
        await until(lambda: log._process.process is not killed)
        for number in range(6, 9):
            log.write(0.0, "interface", (float(number),))
        await until(lambda: log.written == 9)

    told = with_log(tmp_path, play)
    assert len(list(tmp_path.iterdir())) == 1
    assert [float(row.split(",")[2]) for row in log_rows(tmp_path)] == list(range(9))
    assert [level for level, _ in told] == ["error", "warning"]
    assert "its process was killed" in told[0][1]


def test_logs_of_all_players_survive_a_killed_writer(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        other, late = log.voice("b"), log.voice("late")
        other.begin(5)
        late.begin(3)

        def rows(begin: int) -> None:
            for number in range(begin, begin + 50):
                log.write(0.0, "interface", (float(number),))
                other.write(0.0, "rnn", (float(number), 0.5))

        rows(0)
        await until(lambda: log.written == 100)
        killed = log._process.process
        assert killed is not None
        os.kill(killed.pid, signal.SIGSTOP)
        rows(50)
        os.kill(killed.pid, signal.SIGKILL)
        await until(lambda: log._process.process is not killed)
        rows(100)
        late.write(0.0, "interface", (1.0,))
        await until(lambda: log.written == 301)
        assert log.files == [log.file, other.file, late.file]

    with_log(tmp_path, play)
    found = {re.sub(r"^.{19}", "", file.name): file.read_text().splitlines() for file in tmp_path.iterdir()}
    assert list(map(len, found.values())).count(150) == 2
    assert [row.partition(",")[2] for row in found["-3d-mdrnn.log"]] == [f"interface,{n}.0" for n in range(150)]
    assert [row.partition(",")[2] for row in found["-b-5d-mdrnn.log"]] == [f"rnn,{n}.0,0.5" for n in range(150)]
    assert len(found["-late-3d-mdrnn.log"]) == 1


async def _stopped(log: PerformanceLog) -> subprocess.Popen[bytes]:
    process = log._process.process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    return process


def test_log_keeps_rows_of_killed_writer_that_the_disk_refused(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")

    async def play(log: PerformanceLog) -> None:
        for number in range(1000):
            log.write(0.0, "interface", (float(number),))
        await until(lambda: bool(log.problem))
        killed = log._process.process
        assert killed is not None
        killed.kill()
        await until(lambda: log._process.process is not killed)
        (tmp_path / "logs").unlink()
        await until(lambda: log.written == 1000)
        await until(lambda: not log.problem)

    with_log(tmp_path / "logs", play)
    assert logged_values(tmp_path / "logs") == list(range(1000))


def test_log_tries_again_when_its_process_cannot_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(log: PerformanceLog) -> None:
        log.write(0.0, "interface", (0.0,))
        await until(lambda: log.written == 1)
        with monkeypatch.context() as patch:
            patch.setattr(log_writer, "__file__", str(tmp_path / "none.py"))
            killed = log._process.process
            assert killed is not None
            killed.kill()
            await until(lambda: log._process._pause >= 2)  # several attempts
            log.write(0.0, "interface", (1.0,))
        await until(lambda: log.written == 2)

    told = with_log(tmp_path, play)
    assert [level for level, _ in told] == ["error", "warning"]
    assert logged_values(tmp_path) == [0.0, 1.0]


def test_log_is_written_by_the_engine_at_the_end_when_no_process_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_writer, "__file__", str(tmp_path / "none.py"))

    async def play(log: PerformanceLog) -> None:
        await until(lambda: bool(log.problem))
        log.write(0.0, "interface", (1.0,))

    with_log(tmp_path, play)
    assert logged_values(tmp_path) == [1.0]


def test_log_counts_rows_let_go_in_memory_as_gap_when_the_writer_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(performance_log, "_MOST_HELD", 500)

    async def play(log: PerformanceLog) -> None:
        process = await _stopped(log)
        for number in range(100):
            log.write(0.0, "interface", (float(number),))
        process.kill()
        await until(lambda: log.rows == log.written > 0)

    told = with_log(tmp_path, play)
    gap, *rows = [row.split(",") for row in log_rows(tmp_path)]
    assert gap[1] == "gap"
    assert int(gap[2]) + len(rows) == 100
    assert [float(row[2]) for row in rows] == list(range(int(gap[2]), 100))
    assert any(f"lost {gap[2]} events" in text for _, text in told)


def test_log_keeps_large_rows_whole_when_its_process_is_killed(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        for number in range(600):
            log.write(0.0, "interface", [float(number)] * 500)
            if number % 200 == 100:
                killed = log._process.process
                assert killed is not None
                killed.kill()
                await until(lambda killed=killed: log._process.process is not killed)  # type: ignore[misc]
        await until(lambda: log.written == 600)

    with_log(tmp_path, play)
    rows = [row.split(",") for row in log_rows(tmp_path)]
    assert all(len(row) == 502 and len(set(row[2:])) == 1 for row in rows)
    assert [float(row[2]) for row in rows] == list(range(600))
