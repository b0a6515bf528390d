"""Faults of the set benchmark: links, consoles, terminals, devices, processors, memory, disk, clock and engine."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from set_performer import Performer

MEMORY = 160
"""Megabytes that the engine may use under memory pressure."""


def fail_outside(performer: Performer) -> None:
    """Lets links, consoles, terminals and devices fail."""
    drop_link(performer, "first")
    kill_console(performer)
    stall_terminal(performer)
    resize(performer)
    pull(performer)


def drop_link(performer: Performer, which: str) -> None:
    with performer.step(f"link drops, the {which} time"):
        for session in performer.stage.machine.sessions():
            with suppress(ProcessLookupError):
                os.kill(session, signal.SIGKILL)
        began = time.monotonic()
        time.sleep(0.3)  # the last frames that were on their way
        performer.moves()
        performer.links.append(time.monotonic() - began)
        performer.do(f"seed {len(performer.links) + 7}", f"   seed {len(performer.links) + 7}")
        performer.fault(f"link dropped ({which})", f"screen usable after {performer.links[-1]:.2f} s")


def kill_console(performer: Performer) -> None:
    with performer.step("console killed"):
        os.kill(performer.stage.terminal.console, signal.SIGKILL)
        began = time.monotonic()
        performer.sees("shell>")
        # The terminal is still in raw mode, in which Enter does not end a line.
        performer.stage.press("C-j", *"stty", "Space", *"sane", "C-j")
        performer.stage.type("clear; impsy-tui attach --remote 127.0.0.1:set")
        performer.moves()
        performer.fault("console killed", f"attached again after {time.monotonic() - began:.2f} s")


def stall_terminal(performer: Performer) -> None:
    with performer.step("terminal stalled"):
        server = int(performer.stage.terminal("display-message", "-p", "#{pid}"))
        os.kill(server, signal.SIGSTOP)
        began = time.time()
        time.sleep(10)
        os.kill(server, signal.SIGCONT)
        performer.moves()
        performer.fault("terminal stalled 10 s", "console goes on", began)


def resize(performer: Performer) -> None:
    with performer.step("window 40x15 and back"):
        performer.stage.terminal("resize-window", "-x", "40", "-y", "15")
        time.sleep(2)
        performer.stage.terminal("resize-window", "-x", "80", "-y", "24")
        performer.sees("F1 help")
        performer.moves()
        performer.fault("window 40x15 and back", "the screen is as before")


def pull(performer: Performer) -> None:
    with performer.step("synth pulled five times"):
        began, back = time.time(), []
        for _ in range(5):
            performer.stage.midi.do("pull")
            time.sleep(1.5)
            performer.stage.midi.do("plug")
            plugged = time.monotonic()
            performer.until(
                lambda snapshot: all(one.state == "open" for one in snapshot.channels), "the synth is open"
            )
            back.append(time.monotonic() - plugged)
            time.sleep(0.5)
        performer.fault("MIDI device pulled five times", f"back after {min(back):.2f} to {max(back):.2f} s", began)


def fail_inside(performer: Performer) -> None:
    """Takes processors, memory, disk, clock, engine and link."""
    hog(performer)
    squeeze_memory(performer)
    fill_disk(performer)
    set_clock(performer)
    kill_engine(performer)
    drop_link(performer, "second")


def hog(performer: Performer) -> None:
    with performer.step("processor hogs on each core"):
        hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
        began = time.time()
        time.sleep(20)
        for hog in hogs:
            hog.kill()
            hog.wait()
        performer.fault(f"{len(hogs)} processor hogs for 20 s", "the engine plays on", began)


def squeeze_memory(performer: Performer) -> None:
    group = Path("/sys/fs/cgroup/memory/impsy-set")
    limit = group / "memory.limit_in_bytes"
    unified = Path("/sys/fs/cgroup/impsy-set")
    with performer.step("memory pressure"):
        began = time.time()
        if not group.parent.is_dir():
            group, limit = unified, unified / "memory.high"
        try:
            group.mkdir(exist_ok=True)
            limit.write_text(str(MEMORY << 20))
            (group / "cgroup.procs").write_text(str(performer.engine()))
        except OSError as problem:
            performer.fault("memory pressure", f"not tried: {problem}")
            return
        # Pages of a file that another process of the group writes push out those of the engine.
        pages = performer.stage.folder.parent.parent / "pages"
        write = f"echo $$ > {group}/cgroup.procs; head -c 400M /dev/urandom > {pages}"
        eater = subprocess.Popen(["sh", "-c", write])
        time.sleep(10)
        eater.kill()
        eater.wait()
        pages.unlink(missing_ok=True)
        (group.parent / "cgroup.procs").write_text(str(performer.engine()))
        performer.fault(f"memory limited to {MEMORY} MB", "the engine plays on", began)
        with suppress(OSError):
            group.rmdir()


def fill_disk(performer: Performer) -> None:
    with performer.step("disk full"):
        filler = performer.stage.folder / "filler"
        began = time.time()
        with filler.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while True:
                        file.write(bytes(size))
        full = performer.until(lambda snapshot: bool(snapshot.log.problem), "the full disk is reported").log.problem
        time.sleep(6)
        filler.unlink()
        performer.until(lambda snapshot: not snapshot.log.problem, "the log goes on")
        performer.fault("disk full, then freed", full, began)


def set_clock(performer: Performer) -> None:
    clock = performer.stage.clock
    if clock is None:
        performer.fault("clock set", "not tried: there is no C compiler")
        return
    with performer.step("clock set"):
        began = time.time()
        clock.set_ahead(3600)
        performer.until(lambda snapshot: snapshot.time > began + 1800, "the clock of the engine is ahead")
        time.sleep(3)
        clock.set_ahead(0)
        performer.until(lambda snapshot: snapshot.time < began + 1800, "the clock of the engine is back")
        performer.moves()
        performer.fault("clock set an hour ahead, and back after 3 s", "the engine plays on", began)


def kill_engine(performer: Performer) -> None:
    with performer.step("engine killed"):
        keys = performer.stage.keys
        os.kill(performer.engine(), signal.SIGKILL)
        killed = time.time()
        performer.sees("NO ENGINE")
        performer.stage.press("Enter")
        performer.until(lambda snapshot: snapshot.uptime < 30, "the engine is back")
        while not any(one.time > killed + 0.05 for one in performer.stage.osc.arrived[-5:]):
            time.sleep(0.02)
        heard = next(one.time for one in performer.stage.osc.arrived if one.time > killed + 0.05)
        performer.course.down.append((killed, heard))
        performer.silence.append(heard - killed)
        keys = performer.stage.keys - keys
        performer.fault("engine killed", f"silence {heard - killed:.2f} s, {keys} keystroke", killed)
        performer.moves()
