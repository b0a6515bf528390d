"""Reading, replay and recording of logs."""

import gzip
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from impsy_tui.engine.performance.command_log import CommandLog
from impsy_tui.engine.performance.replaying.replay import RecordedPerformance, Replayer, performance_of
from impsy_tui.errors import UserError
from impsy_tui.workers.read_log import read_reel
from tests.support.engine.virtual_time import VirtualTime
from tests.support.waiting import wait_until

BEGAN = datetime(2026, 1, 2, 3, 4, 5, 250_000)


def log_of(folder: Path, rows: Sequence[tuple[float, str, str]]) -> Path:
    file = folder / "2026-01-02T03-04-05-3d-mdrnn.log"
    lines = [
        f"{(BEGAN + timedelta(seconds=at)).isoformat(timespec='microseconds')},{src},{x}\n" for at, src, x in rows
    ]
    file.write_text("".join(lines))
    return file


def printed(file: Path) -> bytes:
    reel, events = read_reel(file)
    return msgspec.json.encode(reel) + b"\n" + events


def test_read_log_reads_a_compressed_log_with_its_commands(tmp_path: Path) -> None:
    file = log_of(tmp_path, [(0.0, "interface", "0.1,0.2"), (0.5, "interface", "0.3,0.4")])
    file.with_suffix(".commands").write_text(f"{(BEGAN + timedelta(seconds=0.2)).isoformat()},temp 1.2\n")
    plain = read_reel(file)
    packed = file.with_name(f"{file.name}.gz")
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert read_reel(packed) == plain
    assert plain[0].commands == ((pytest.approx(0.2), "temp 1.2"),)


def test_read_log_reads_only_the_musicians_input(tmp_path: Path) -> None:
    file = log_of(
        tmp_path,
        [
            (0.0, "interface", "0.1,0.2"),
            (0.4, "rnn", "0.9,0.9"),
            (0.5, "interface", "0.3,0.4"),
            (0.6, "interface", "0.3"),
            (0.7, "gap", "3"),
            (0.8, "interface", "nan,0.4"),
            (1.25, "replay", "1.5,0.6"),
        ],
    )
    file.with_suffix(".commands").write_text(
        f"{BEGAN.isoformat()},seed 7\nnonsense\n{(BEGAN + timedelta(seconds=1)).isoformat()},temp 1.5; mode battle\n"
    )
    performance = performance_of("it", printed(file))
    assert performance.times.tolist() == pytest.approx([0.0, 0.5, 1.25])
    assert performance.values.tolist() == [[0.1, 0.2], [0.3, 0.4], [1.0, 0.6]]
    assert list(performance.commands) == [(0.0, "seed 7"), (1.0, "temp 1.5; mode battle")]
    assert performance.seconds == pytest.approx(1.25)


@pytest.mark.parametrize("content", ["", "nonsense\n", "2026-01-02T03:04:05,rnn,0.5\n"])
def test_read_log_refuses_log_without_events(tmp_path: Path, content: str) -> None:
    file = tmp_path / "l.log"
    file.write_text(content)
    with pytest.raises(UserError, match="l cannot be replayed: it has no events"):
        performance_of("l", printed(file))


def test_read_log_reports_missing_log(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        performance_of("l", printed(tmp_path / "l.log"))


class Stage:
    """Replayer on a virtual clock, with the events and lines that it played."""

    def __init__(self) -> None:
        self.time = VirtualTime(50.0)
        self.played: list[tuple[float, float, list[float]]] = []
        self.lines: list[tuple[float, str]] = []
        self.over: list[str] = []
        self.sounds: list[tuple[float, float]] = []
        self.replayer = Replayer(
            self.time.scheduler,
            lambda values, at: self.played.append((self.time.time, at, list(values))),
            lambda frame, at: self.sounds.append((round(at, 6), float(frame[0]))),
            lambda line: self.lines.append((self.time.time, line)),
            self.over.append,
        )

    def start(self, *times: float, commands: Sequence[tuple[float, str]] = (), speed: float = 1.0) -> None:
        values = np.linspace(0, 1, len(times))[:, None]
        self.replayer.start(RecordedPerformance("it", np.array(times), values, commands), speed)


def test_replayer_repeats_equal_frames_between_events() -> None:
    stage = Stage()
    frames = np.zeros((3, 57))
    frames[:, 0], frames[:, 1], frames[:, -1] = (0.0, 0.3, 0.4), (-20.0, -30.0, -40.0), (3, 1, 2)
    performance = RecordedPerformance("it", np.array([0.1]), np.array([[0.5]]), (), frames)
    assert str(performance) == "1 events and 3 frames of sound"
    stage.replayer.start(performance, 2.0)
    stage.time.advance(5)
    levels = [(50.0, -20.0), (50.05, -20.0), (50.1, -20.0), (50.15, -30.0), (50.2, -40.0), (50.2, -40.0)]
    assert stage.sounds == levels
    assert [at for _, at, _ in stage.played] == [50.05]
    assert stage.over == ["it"]


def test_replayer_plays_events_and_commands_at_their_times() -> None:
    stage = Stage()
    stage.start(0.0, 0.5, 2.0, commands=[(0.0, "seed 7"), (0.5, "temp 1"), (3.0, "take")])
    stage.time.advance(1.0)
    state = stage.replayer.state()
    assert state is not None
    assert (state.name, state.position, state.length, state.speed) == ("it", 1.0, 3.0, 1.0)
    stage.time.advance(10)
    assert [(now, at) for now, at, _ in stage.played] == [(50.0, 50.0), (50.5, 50.5), (52.0, 52.0)]
    # Commands at time 0 run before the start; commands at the time of an event run before the event.
    assert stage.lines == [(50.5, "temp 1"), (53.0, "take")]
    assert stage.over == ["it"]
    assert stage.replayer.state() is None


def test_replayer_at_double_speed_takes_half_the_time() -> None:
    stage = Stage()
    stage.start(0.0, 1.0, 4.0, speed=2.0)
    stage.time.advance(10)
    assert [at for _, at, _ in stage.played] == [50.0, 50.5, 52.0]


def test_replayer_plays_no_burst_after_a_stall() -> None:
    stage = Stage()
    stage.start(*(0.1 * number for number in range(100)))
    stage.time.advance(1.0)
    count = len(stage.played)
    stage.time.stall(5.0)
    assert len(stage.played) == count + 1
    stage.time.advance(0.35)
    assert len(stage.played) == count + 4
    stage.time.advance(20)
    assert len(stage.played) == 100


def test_replayer_stops() -> None:
    stage = Stage()
    stage.start(0.0, 1.0)
    stage.time.advance(0.5)
    assert stage.replayer.stop() == "it"
    stage.time.advance(5)
    assert len(stage.played) == 1
    assert stage.replayer.stop() == ""
    assert stage.over == []


def test_replayer_can_be_stopped_by_its_own_line() -> None:
    stage = Stage()
    stage.replayer._command = lambda line: stage.replayer.stop()  # type: ignore[assignment, func-returns-value]
    stage.start(0.0, 2.0, commands=[(1.0, "cancel replay")])
    stage.time.advance(5)
    assert len(stage.played) == 1


def test_command_log_writes_rows_with_the_time_of_the_log(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    command_log = CommandLog(lambda at: BEGAN + timedelta(seconds=at), lambda *said: told.append(said))
    command_log.note(0.0, "before it began")
    command_log.begin(tmp_path / "logs" / "a.log")
    command_log.note(1.5, "temp 1.3; mode battle")
    command_log.note(2.0, "take")
    command_log.end()
    command_log.note(3.0, "after it ended")
    command_log.close()
    rows = (tmp_path / "logs" / "a.commands").read_text().splitlines()
    assert rows == ["2026-01-02T03:04:06.750000,temp 1.3; mode battle", "2026-01-02T03:04:07.250000,take"]
    assert told == []
    assert datetime.fromisoformat(rows[0].partition(",")[0]).replace(tzinfo=UTC).timestamp() > 0


def test_command_log_reports_a_disk_error(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    (tmp_path / "logs").touch()
    command_log = CommandLog(lambda at: BEGAN, lambda *said: told.append(said))
    command_log.begin(tmp_path / "logs" / "a.log")
    command_log.note(1.5, "take")
    command_log.close()
    ((level, text),) = told
    assert level == "error"
    assert text.startswith("the recorded commands cannot be written")


def test_command_log_writes_line_breaks_as_one_row(tmp_path: Path) -> None:
    command_log = CommandLog(lambda at: BEGAN, lambda *said: None)
    command_log.begin(tmp_path / "a.log")
    command_log.note(1.5, 'load "m\n2026-01-02T03:04:06,delete model m\u2028"')
    command_log.close()
    assert len((tmp_path / "a.commands").read_text().splitlines()) == 1


def test_read_log_refuses_too_many_commands(tmp_path: Path) -> None:
    file = log_of(tmp_path, [(0.0, "interface", "0.5")])
    row = f"{BEGAN.isoformat()},temp 1\n"
    file.with_suffix(".commands").write_text(row * 20_001)
    with pytest.raises(UserError, match="too long"):
        performance_of("it", printed(file))
    file.with_suffix(".commands").write_text(row * 20_000)
    assert len(performance_of("it", printed(file)).commands) == 20_000
    with file.open("ab") as log:
        log.truncate(257 << 20)  # sparse: takes no disk space
    with pytest.raises(UserError, match="too long"):
        performance_of("it", printed(file))


def test_read_log_leaves_out_refused_commands_and_names_their_lines(tmp_path: Path) -> None:
    file = log_of(tmp_path, [(0.0, "interface", "0.1,0.2"), (2.0, "interface", "0.3,0.4")])
    lines = [
        "temp 1.5",
        'set osc.server_ip "0.0.0.0"',
        "def open = keep mapping",
        "def drop = temp 0.5",
        "#3 after 1s delete log x",
        "drop",
        "cancel job",
    ]
    file.with_suffix(".commands").write_text("".join(f"{BEGAN.isoformat()},{line}\n" for line in lines))
    performance = performance_of("it", printed(file))
    assert [line for _, line in performance.commands] == ["temp 1.5", "def drop = temp 0.5", "drop"]
    name = file.with_suffix(".commands").name
    refused = ((2, "set"), (3, "keep mapping"), (5, "delete"), (7, "cancel job"))
    assert list(performance.refused) == [
        f"{name}, line {line}: {word} is not allowed in a recording: type it at the prompt" for line, word in refused
    ]


def test_command_log_keeps_rows_until_the_disk_accepts_them(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    command_log = CommandLog(lambda at: BEGAN, lambda *said: told.append(said))
    (tmp_path / "logs").write_text("in the way")
    file = command_log.begin(tmp_path / "logs" / "a.log")
    command_log.note(1.0, "take")
    command_log.note(2.0, "give")
    wait_until(lambda: bool(told))
    (tmp_path / "logs").unlink()
    command_log.close()
    assert [row.partition(",")[2] for row in file.read_text().splitlines()] == ["take", "give"]
    assert [level for level, _ in told] == ["error", "warning"]
