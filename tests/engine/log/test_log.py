"""Performance log: no accepted row is lost, and the engine does not wait for the disk."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from impsy_tui.engine.log import log_writer
from impsy_tui.engine.log.performance_log import PerformanceLog
from tests.support.engine.performance_logs import log_rows, logged_values, with_log
from tests.support.waiting import until

NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-3d-mdrnn\.log")


def test_rows_are_as_impsy_writes_them(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        now = asyncio.get_running_loop().time()
        log.write(now, "interface", (0.3359375, 0.5))
        log.write(now + 1.5, "rnn", (0.25, 1.0))
        await until(lambda: log.written == 2)
        assert NAME.fullmatch(log.file.name if log.file else "")

    assert with_log(tmp_path / "logs", play) == []
    (file,) = (tmp_path / "logs").iterdir()
    first, second = file.read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6},interface,0\.3359375,0\.5", first)
    assert second.endswith(",rnn,0.25,1.0")
    times = [datetime.fromisoformat(row.split(",")[0]) for row in (first, second)]
    assert (times[1] - times[0]).total_seconds() == pytest.approx(1.5, abs=2e-6)


def test_log_without_events_has_no_file(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        pass

    with_log(tmp_path / "logs", play)
    assert not (tmp_path / "logs").exists()


def test_new_file_is_begun_between_two_rows(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        log.write(log._now(), "interface", (1.0,))
        log.begin(3)  # within the same second: another name is found
        log.write(log._now(), "interface", (2.0,))
        log.begin(5)
        log.write(log._now(), "interface", (3.0,))

    with_log(tmp_path, play)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 3
    assert sorted(file.read_text()[-4:] for file in files) == ["1.0\n", "2.0\n", "3.0\n"]
    assert sum(file.name.endswith("-5d-mdrnn.log") for file in files) == 1


def test_rows_not_wanted_are_not_written(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        log.enabled = False
        log.write(0.0, "interface", (1.0,))
        assert log.rows == 0

    with_log(tmp_path / "logs", play)
    assert not (tmp_path / "logs").exists()


def test_stopped_disk_never_keeps_the_loop_waiting_and_nothing_is_lost(tmp_path: Path) -> None:
    count = 60_000  # several times what the pipe holds

    async def play(log: PerformanceLog) -> None:
        process = log._process.process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        try:
            for number in range(count):
                log.write(0.0, "interface", (number / count, 0.5))
            assert log._behind  # the pipe is full, and ``write`` returned all the same
        finally:
            os.kill(process.pid, signal.SIGCONT)
        await until(lambda: log.written == count)

    with_log(tmp_path, play)
    assert [float(row.split(",")[2]) for row in log_rows(tmp_path)] == [n / count for n in range(count)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mounts a file system of 64 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if sys.platform != "linux" or os.getuid() != 0 or subprocess.run(["mount", *options], check=False).returncode:
        pytest.skip("only root can make a small file system, where it may mount one")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_full_disk_is_reported_and_nothing_is_lost_when_there_is_room_again(small_disk: Path) -> None:
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

    told = with_log(small_disk, play)
    rows = log_rows(small_disk)
    assert [float(row.split(",")[2]) for row in rows] == [n / count for n in range(count)]
    assert [level for level, _ in told] == ["error", "warning"]
    assert "the engine tries again" in told[0][1]


def test_folder_that_cannot_be_made_is_reported_and_tried_again(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")

    async def play(log: PerformanceLog) -> None:
        log.write(0.0, "interface", (1.0,))
        await until(lambda: bool(log.problem))
        (tmp_path / "logs").unlink()
        await until(lambda: log.written == 1)

    told = with_log(tmp_path / "logs", play)
    assert [level for level, _ in told] == ["error", "warning"]
    assert len(log_rows(tmp_path / "logs")) == 1


def test_file_that_vanishes_is_made_again(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        log.write(0.0, "interface", (1.0,))
        await until(lambda: log.written == 1)
        shutil.rmtree(tmp_path / "logs")
        log.begin(3)
        log.write(0.0, "interface", (2.0,))
        await until(lambda: log.written == 2)

    assert with_log(tmp_path / "logs", play) == []
    assert len(log_rows(tmp_path / "logs")) == 1


def test_rows_in_pipe_survive_killed_engine(tmp_path: Path) -> None:
    code = f"""
import asyncio, os, signal
from pathlib import Path
from impsy_tui.engine.runtime.loop import EngineLoop
from impsy_tui.engine.log.performance_log import PerformanceLog
from tests.support.waiting import until
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
    while len(log_rows(tmp_path)) < 1000 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [float(row.split(",")[2]) for row in log_rows(tmp_path)] == list(range(1000))


def test_log_writes_deleted_file_again_with_all_rows(tmp_path: Path) -> None:
    async def play(log: PerformanceLog) -> None:
        log.write(0.0, "interface", (1.0,))
        await until(lambda: log.written == 1)
        shutil.rmtree(tmp_path / "logs")
        log.write(0.0, "interface", (2.0,))
        await until(lambda: log.written == 2)

    ((level, text),) = with_log(tmp_path / "logs", play)
    assert level == "warning"
    assert "another program deleted" in text
    assert logged_values(tmp_path / "logs") == [1.0, 2.0]


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

    with_log(tmp_path / "logs", play)
    assert logged_values(tmp_path / "moved") == [1.0]
    assert logged_values(tmp_path / "logs") == [3.0]
    assert (tmp_path / "logs" / "2019-01-17T12-37-38-touches.csv").read_text() == "time,x\nb,2\n"


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
    assert logged_values(tmp_path) == list(range(50))
