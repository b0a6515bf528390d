"""Set over SSH with everything going wrong, measured from outside.

    set.py [MINUTES [PICTURE]]

A performer plays from a clean folder, by keyboard only, in a terminal of 80x24 behind a real SSH server. She learns
a knob, plays call and response, glides, scenes, a set list, patterns and a second player, trains a model on what was
played and loads it, and ends in silence. Meanwhile links, consoles, devices, workers, the disk, the clock and the
engine fail. A controller plays by OSC, a knob box by MIDI, and a synthesiser listens to both.

The clock is set for the processes behind the SSH server only (``clock_shim.c``), if there is a C compiler.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import MODEL, table
from set_faults import fail_inside, fail_outside
from set_performer import Performer
from set_report import Figures, Timeline, figures, ms
from set_rig import BEATS, PATTERN, Stage
from small_disk import mount, own_mounts

from tests.support.ssh_server import children, command_lines

DISK = 64
"""Megabytes of the disk."""
BEAT = f'hold x{BEATS} "{" ".join(map(str, PATTERN))}"'
"""Line of the pattern whose steps are measured."""
SET_LIST = """# first
temp 0.8; threshold 400ms
# second
temp 1.2; after 2s sigma 0.03
"""


def play(performer: Performer) -> None:
    """Plays the set."""
    begin(performer)
    perform(performer)
    fail_outside(performer)
    learn(performer)
    fail_inside(performer)
    finish(performer)


def begin(performer: Performer) -> None:
    stage = performer.stage
    with performer.step("attach --remote starts the engine"):
        stage.type("impsy-tui attach --remote 127.0.0.1:set")
        performer.until(lambda snapshot: all(one.state == "open" for one in snapshot.channels), "channels are open")
        performer.course.down.append((performer.course.began, time.time()))
        performer.sees("F1 help")
    with performer.step("learn temp"):
        performer.do("learn temp")
        for value in range(40, 60):
            stage.knobs.do(f"send 176 21 {value}")
            time.sleep(0.02)
        performer.until(lambda snapshot: snapshot.focused.parameters.get("temp") != 1.0, "the knob moves temp")
    stage.controller.plays.set()
    with performer.step("a pattern gives the beat"):
        performer.do("tempo 120")
        performer.do(BEAT)


def perform(performer: Performer) -> None:
    with performer.step("call and response"):
        performer.do("threshold 400ms")
    with performer.step("glide"):
        performer.do("over 4s temp 1.3 sigma 0.02")
    with performer.step("scenes"):
        performer.do("scene save bright")
        performer.do("temp 0.7")
        performer.do("over 2s scene bright")
    with performer.step("set list"):
        performer.do("cue mine")
        performer.do("next")
    with performer.step("second player"):
        performer.do("player add bass s")
        performer.until(lambda snapshot: len(snapshot.players) == 2, "the second player")
        performer.do("@bass mode battle")
        time.sleep(3)
        performer.do("player remove bass")
        performer.until(lambda snapshot: len(snapshot.players) == 1, "the end of the second player")
    with performer.step("undo"):
        performer.do("mode battle")
        performer.do("undo")
    with performer.step("the beat again, which the scene has ended"):
        performer.do(BEAT)


def learn(performer: Performer) -> None:
    """Makes a dataset, trains on it, and loads the model."""
    with performer.step("dataset"):
        performer.do("dataset 9")
        performer.until(lambda snapshot: any(job.state == "finished" for job in snapshot.jobs), "the dataset")
    with performer.step("training, worker killed"):
        performer.do("train xxs epochs 40 patience 40")
        performer.until(lambda snapshot: snapshot.jobs[-1].done > 0, "an epoch")
        for pid in workers(performer):
            os.kill(pid, signal.SIGKILL)
        performer.until(lambda snapshot: not snapshot.jobs[-1].is_running, "its end")
        performer.fault("training worker killed", performer.snapshot().jobs[-1].text)
    with performer.step("training resumed, audition, load, undo"):
        performer.do("train resume")
        performer.until(lambda snapshot: snapshot.jobs[-1].is_running and snapshot.jobs[-1].done > 1, "an epoch")
        time.sleep(performer.breath)
        performer.do("keep job")
        job = performer.until(lambda snapshot: not snapshot.jobs[-1].is_running, "the model").jobs[-1]
        if job.state != "finished":
            raise SystemExit(f"the training: {job.state}: {job.text}")
        name = Path(job.file).stem
        performer.do("audition newest")
        time.sleep(4)
        performer.do("audition off; load newest")
        performer.until(lambda snapshot: snapshot.focused.model == name, "the new model plays")
        time.sleep(4)
        performer.do("undo")
        performer.until(lambda snapshot: snapshot.focused.model != name, "the old model plays")


def workers(performer: Performer) -> list[int]:
    """Returns the workers of the engine that train."""
    found, lines = [performer.engine()], command_lines()
    for parent in found:  # the list grows by the children of each process
        found += children(parent)
    return [pid for pid in found[1:] if "impsy_tui.workers" in lines.get(pid, "")]


def finish(performer: Performer) -> None:
    with performer.step("silence"):
        performer.stage.controller.plays.clear()
        performer.do("hush; pause")
        time.sleep(1.0)
        performer.course.silences.append(time.time())
        performer.do("shutdown")
        performer.sees("shutdown")
        performer.stage.press("s")
        time.sleep(3)
        performer.course.silences.append(time.time())
        performer.course.down.append((time.time() - 3, time.time() + 60))


def report(performer: Performer, found: Figures) -> list[str]:
    """Prints the figures; returns the bounds that do not hold."""
    delays = [delay for _, delay in found.passed]
    late = [late for _, late in found.beats]
    too_late = found.late(performer.course)
    rows = [
        ["messages sent while an engine ran", str(found.sent), ""],
        ["of these without a row in the log", str(len(found.lost)), "0"],
        ["passed on: p50, p99, worst, ms", ", ".join(ms(delays, share) for share in (0.5, 0.99, 1.0)), ""],
        ["beats: number; p99, worst lateness, ms", f"{len(late)}; {ms(late, 0.99)}, {ms(late, 1.0)}", ""],
        ["events more than 5 ms late", str(len(too_late)), "0"],
        ["notes that sounded in a silence", str(len(found.hanging)), "0"],
        ["usable screen after a link drop, s", ", ".join(f"{one:.2f}" for one in performer.links), "3"],
        ["silence after a killed engine, s", ", ".join(f"{one:.2f}" for one in performer.silence), "6"],
        ["keystrokes", str(performer.stage.keys), ""],
    ]
    table("A set over SSH with everything going wrong", ["what", "figure", "bound"], rows)
    faults = [
        [f"{begin - performer.course.began:.0f}", name, effect, found.worst(performer.course, begin - 1.0, end + 1.0)]
        for begin, end, name, effect in performer.course.faults
    ]
    table("Faults", ["at s", "fault", "effect", "latest event meanwhile, ms"], faults)
    if too_late:
        began = performer.course.began
        shown = [[f"{at - began:.1f}", f"{delay * 1000:.2f}"] for at, delay in too_late]
        table("Events more than 5 ms late", ["at s", "late ms"], shown)
    wrong = [f"lost: {one}" for one in found.lost[:5]]
    wrong += [f"hanging at {at - performer.course.began:.1f} s: {notes}" for at, notes in found.hanging]
    return wrong


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    own_mounts()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("ended from outside"))
    place = Path(tempfile.mkdtemp(prefix="set-"))
    disk = place / "home"
    disk.mkdir()
    mount(disk, DISK)
    stage = Stage(place, disk, MODEL)
    sets = stage.folder / "sets"
    sets.mkdir()
    (sets / "mine.imp").write_text(SET_LIST)
    performer = Performer(stage, minutes)
    try:
        play(performer)
        logs = [*stage.folder.glob("logs/*.log")]
        found = figures(performer.course, stage.controller.sent, stage.osc.arrived, stage.midi.messages, logs)
        wrong = report(performer, found)
        if len(sys.argv) > 2:
            picture = Timeline(performer.course, time.time()).draw(found, stage.controller.sent, stage.osc.arrived)
            Path(sys.argv[2]).write_text(picture, encoding="utf-8")
    finally:
        stage.end()
        subprocess.run(["umount", "-l", disk], check=False)
        shutil.rmtree(place, ignore_errors=True)
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
