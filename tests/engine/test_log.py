"""The performance log: nothing accepted is lost, and nothing waits for the disk."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from impsy_tui.engine import log_writer, performance_log
from impsy_tui.engine.loop import EngineLoop
from impsy_tui.engine.performance_log import PerformanceLog
from tests.conftest import until

NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-3d-mdrnn\.log")


def _with_log(folder: Path, play: Callable[[PerformanceLog], Awaitable[None]]) -> list[tuple[str, str]]:
    loop = EngineLoop()
    told: list[tuple[str, str]] = []

    async def run() -> None:
        log = PerformanceLog(folder, lambda level, text: told.append((level, text)), loop.time)
        log.open()
        log.begin(3)
        try:
            await play(log)
        finally:
            await log.close()

    loop.run_until_complete(run())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    return told


def _rows(folder: Path) -> list[str]:
    return [row for file in sorted(folder.glob("*.log")) for row in file.read_text().splitlines()]


def test_rows_are_as_impsy_writes_them(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        now = asyncio.get_running_loop().time()
        log.write(now, "interface", (0.3359375, 0.5))
        log.write(now + 1.5, "rnn", (0.25, 1.0))
        await until(lambda: log.written == 2)
        assert NAME.fullmatch(log.file.name if log.file else "")

    assert _with_log(tmp_path / "logs", play) == []
    (file,) = (tmp_path / "logs").iterdir()
    first, second = file.read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6},interface,0\.3359375,0\.5", first)
    assert second.endswith(",rnn,0.25,1.0")
    times = [datetime.fromisoformat(row.split(",")[0]) for row in (first, second)]
    assert (times[1] - times[0]).total_seconds() == pytest.approx(1.5, abs=2e-6)


def test_nothing_played_leaves_no_file(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        pass

    _with_log(tmp_path / "logs", play)
    assert not (tmp_path / "logs").exists()


def test_a_new_file_is_begun_between_two_rows(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        log.write(log._now(), "interface", (1.0,))
        log.begin(3)  # within the same second: another name is found
        log.write(log._now(), "interface", (2.0,))
        log.begin(5)
        log.write(log._now(), "interface", (3.0,))

    _with_log(tmp_path, play)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 3
    assert sorted(file.read_text()[-4:] for file in files) == ["1.0\n", "2.0\n", "3.0\n"]
    assert sum(file.name.endswith("-5d-mdrnn.log") for file in files) == 1


def test_rows_not_wanted_are_not_written(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        log.enabled = False
        log.write(0.0, "interface", (1.0,))
        assert log.rows == 0

    _with_log(tmp_path / "logs", play)
    assert not (tmp_path / "logs").exists()


def test_a_stopped_disk_never_keeps_the_loop_waiting_and_nothing_is_lost(tmp_path: Path) -> None:
    count = 60_000  # several times what the pipe holds

    async def play(log: PerformanceLog) -> None:
        process = log._process.process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        try:
            for number in range(count):
                log.write(0.0, "interface", (number / count, 0.5))
            assert log._behind  # the pipe is full, and this was reached all the same
        finally:
            os.kill(process.pid, signal.SIGCONT)
        await until(lambda: log.written == count)

    _with_log(tmp_path, play)
    assert [float(row.split(",")[2]) for row in _rows(tmp_path)] == [n / count for n in range(count)]


def test_when_its_process_is_killed_another_goes_on_with_the_file(tmp_path: Path) -> None:
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

    told = _with_log(tmp_path, play)
    assert len(list(tmp_path.iterdir())) == 1
    assert [float(row.split(",")[2]) for row in _rows(tmp_path)] == list(range(9))
    assert [level for level, _ in told] == ["error", "warning"]
    assert "its process was killed" in told[0][1]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if sys.platform != "linux" or os.getuid() != 0 or subprocess.run(["mount", *options], check=False).returncode:
        pytest.skip("only root can make a small file system, where it may mount one")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_told_and_nothing_is_lost_when_there_is_room_again(small_disk: Path) -> None:
    count = 5000

    async def play(log: PerformanceLog) -> None:
        for number in range(count):
            log.write(0.0, "interface", (number / count,))
        await until(lambda: bool(log.problem))
        assert log.problem == "No space left on device"
        partial = sum(1 for _ in open(log.file or ""))
        assert 0 < partial < count
        subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
        await until(lambda: log.written == count)
        assert log.problem == ""

    told = _with_log(small_disk, play)
    rows = _rows(small_disk)
    assert [float(row.split(",")[2]) for row in rows] == [n / count for n in range(count)]
    assert [level for level, _ in told] == ["error", "warning"]
    assert "kept in memory and tried again" in told[0][1]


def test_a_folder_that_cannot_be_made_is_told_and_tried_again(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")

    async def play(log: PerformanceLog) -> None:
        log.write(0.0, "interface", (1.0,))
        await until(lambda: bool(log.problem))
        (tmp_path / "logs").unlink()
        await until(lambda: log.written == 1)

    told = _with_log(tmp_path / "logs", play)
    assert [level for level, _ in told] == ["error", "warning"]
    assert len(_rows(tmp_path / "logs")) == 1


def test_a_file_that_vanishes_is_made_again(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        log.write(0.0, "interface", (1.0,))
        await until(lambda: log.written == 1)
        shutil.rmtree(tmp_path / "logs")
        log.begin(3)
        log.write(0.0, "interface", (2.0,))
        await until(lambda: log.written == 2)

    assert _with_log(tmp_path / "logs", play) == []
    assert len(_rows(tmp_path / "logs")) == 1


def test_what_is_in_the_pipe_outlives_whoever_wrote_it(tmp_path: Path) -> None:
    code = f"""
import asyncio, os, signal
from pathlib import Path
from impsy_tui.engine.loop import EngineLoop
from impsy_tui.engine.performance_log import PerformanceLog
from tests.conftest import until
loop = EngineLoop()
async def run():
    log = PerformanceLog(Path({str(tmp_path)!r}), print, loop.time)
    log.open()
    log.begin(3)
    for number in range(1000):
        log.write(0.0, "interface", (float(number), 0.5))
    os.kill(os.getpid(), signal.SIGKILL)
loop.run_until_complete(run())
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while len(_rows(tmp_path)) < 1000 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [float(row.split(",")[2]) for row in _rows(tmp_path)] == list(range(1000))


def test_each_player_has_a_file_of_its_own_and_a_writer_that_was_killed_costs_no_row(tmp_path: Path) -> None:
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

    _with_log(tmp_path, play)
    found = {re.sub(r"^.{19}", "", file.name): file.read_text().splitlines() for file in tmp_path.iterdir()}
    assert list(map(len, found.values())).count(150) == 2
    assert [row.partition(",")[2] for row in found["-3d-mdrnn.log"]] == [f"interface,{n}.0" for n in range(150)]
    assert [row.partition(",")[2] for row in found["-b-5d-mdrnn.log"]] == [f"rnn,{n}.0,0.5" for n in range(150)]
    assert len(found["-late-3d-mdrnn.log"]) == 1


def _values(folder: Path) -> list[float]:
    return [float(row.split(",")[2]) for row in _rows(folder)]


async def _stopped(log: PerformanceLog) -> subprocess.Popen[bytes]:
    process = log._process.process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    return process


def test_log_writes_deleted_file_again_with_all_rows(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        log.write(0.0, "interface", (1.0,))
        await until(lambda: log.written == 1)
        shutil.rmtree(tmp_path / "logs")
        log.write(0.0, "interface", (2.0,))
        await until(lambda: log.written == 2)

    ((level, text),) = _with_log(tmp_path / "logs", play)
    assert level == "warning"
    assert "another program deleted" in text
    assert _values(tmp_path / "logs") == [1.0, 2.0]


def test_log_goes_on_in_another_file_when_one_is_moved_or_emptied(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        sheet = log.sheet()
        sheet.begin(tmp_path / "logs" / "2019-01-17T12-37-38-touches.csv", "time,x")
        sheet.write("a,1")
        log.write(0.0, "interface", (1.0,))
        await until(lambda: log.written == 2)
        (tmp_path / "logs").rename(tmp_path / "moved")
        sheet.write("b,2")
        log.write(0.0, "interface", (2.0,))
        await until(lambda: log.written == 4)
        assert log.file is not None
        log.file.write_text("")
        log.write(0.0, "interface", (3.0,))
        await until(lambda: log.written == 5)

    _with_log(tmp_path / "logs", play)
    assert _values(tmp_path / "moved") == [1.0]
    assert _values(tmp_path / "logs") == [3.0]
    assert (tmp_path / "logs" / "2019-01-17T12-37-38-touches.csv").read_text() == "time,x\nb,2\n"


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

    _with_log(tmp_path / "logs", play)
    assert _values(tmp_path / "logs") == list(range(1000))


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

    told = _with_log(tmp_path, play)
    assert [level for level, _ in told] == ["error", "warning"]
    assert _values(tmp_path) == [0.0, 1.0]


def test_log_is_written_by_the_engine_at_the_end_when_no_process_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_writer, "__file__", str(tmp_path / "none.py"))

    async def play(log: PerformanceLog) -> None:
        await until(lambda: bool(log.problem))
        log.write(0.0, "interface", (1.0,))

    _with_log(tmp_path, play)
    assert _values(tmp_path) == [1.0]


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

    told = _with_log(tmp_path, play)
    gap, *rows = [row.split(",") for row in _rows(tmp_path)]
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

    _with_log(tmp_path, play)
    rows = [row.split(",") for row in _rows(tmp_path)]
    assert all(len(row) == 502 and len(set(row[2:])) == 1 for row in rows)
    assert [float(row[2]) for row in rows] == list(range(600))


def test_log_writer_reports_rows_after_fsync_alone(tmp_path: Path) -> None:
    code = (
        "import errno, os, runpy, sys\ncalls = []\ntrue = os.fsync\n"
        "def fsync(fd):\n    calls.append(fd)\n"
        "    if len(calls) < 5: raise OSError(errno.EIO, 'Input/output error')\n    true(fd)\n"
        f"os.fsync = fsync\nrunpy.run_path({log_writer.__file__!r}, run_name='__main__')"
    )
    lines = f"@open {tmp_path}/2019-01-17T12-37-38-x.log\n" + "".join(f"t,interface,{n}\n" for n in range(50))
    done = subprocess.run([sys.executable, "-c", code], input=lines, capture_output=True, text=True, check=True)
    said = [line.split()[0] for line in done.stdout.splitlines()]
    assert said == ["file", "trouble", "kept", "resumed"]
    assert _values(tmp_path) == list(range(50))
