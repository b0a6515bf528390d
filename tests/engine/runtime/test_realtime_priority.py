"""Real-time priority: only for the engine's thread, if the system allows it, and not during a flood."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from impsy_tui.control.answers import Rig
from impsy_tui.control.client import connected
from impsy_tui.engine.runtime.realtime_priority import RealtimePriority
from tests.support.engine_process import EngineProcess
from tests.support.ports import free_port

if sys.platform != "linux":
    pytest.skip("other systems ask for more than a word", allow_module_level=True)

FIRST, ORDINARY = os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.SCHED_OTHER | os.SCHED_RESET_ON_FORK


def _in_a_thread(work: Callable[[], None]) -> None:
    """Carries out an action in a thread, so that a change of priority concerns this thread only."""
    problems: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as problem:
            problems.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    for problem in problems:
        raise problem


def _allowed() -> bool:
    states = []

    def ask() -> None:
        priority = RealtimePriority()
        priority.ask(0.0)
        states.append(priority.state)

    _in_a_thread(ask)
    return states == ["real-time"]


needs_permission = pytest.mark.skipif(not _allowed(), reason="this user may not have real-time priority (ulimit -r)")


@needs_permission
def test_children_of_realtime_thread_have_normal_priority() -> None:
    def work() -> None:
        RealtimePriority().ask(0.0)
        assert (os.sched_getscheduler(0), os.sched_getparam(0).sched_priority) == (FIRST, 1)
        told = "import os; print(os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0))"
        child = subprocess.run([sys.executable, "-c", told], capture_output=True, check=True, text=True)
        assert child.stdout.split() == [str(os.SCHED_OTHER), "0"]
        policies: list[int] = []
        other = threading.Thread(target=lambda: policies.append(os.sched_getscheduler(0)))
        other.start()
        other.join()
        assert policies == [os.SCHED_OTHER]

    _in_a_thread(work)


@needs_permission
def test_priority_is_normal_while_the_thread_takes_most_of_a_core() -> None:
    used = [0.0]

    def work() -> None:
        priority = RealtimePriority(lambda: used[0])
        priority.turn(5.0)
        assert priority.state == "off"
        priority.ask(10.0)
        for now, busy, state in (
            (10.5, 0.45, "real-time"),  # too early to tell
            (11.0, 0.45, "given up"),
            (12.0, 0.6, "given up"),  # not yet calm
            (13.0, 0.4, "real-time"),
            (14.0, 0.7, "real-time"),  # not yet too busy
            (600.0, 1.0, "real-time"),
        ):
            used[0] += busy
            priority.turn(now)
            assert (now, priority.state) == (now, state)
            assert os.sched_getscheduler(0) == (FIRST if state == "real-time" else ORDINARY)

    _in_a_thread(work)


_OPENING = """
import os, threading
from impsy_tui.engine.runtime.realtime_priority import RealtimePriority, undisturbed

def open_model():
    with undisturbed():
        print(os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK == os.SCHED_RR)
    print(os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK == os.SCHED_OTHER)

for real_time in (False, True):
    if real_time:
        RealtimePriority().ask(0.0)
    thread = threading.Thread(target=open_model)
    thread.start()
    thread.join()
"""


@needs_permission
def test_thread_that_opens_a_model_has_the_priority_of_the_loop() -> None:
    done = subprocess.run([sys.executable, "-c", _OPENING], capture_output=True, check=True, text=True)
    assert done.stdout.split() == ["False", "True", "True", "True"]


_WITHOUT_RIGHTS = """
import os, resource
from impsy_tui.engine.runtime.realtime_priority import RealtimePriority
from impsy_tui.engine.server.rig_check import _check_priority
resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
if not os.geteuid():
    os.setresuid(65534, 65534, 65534)
priority = RealtimePriority()
priority.ask(0.0)
priority.turn(60.0)
print(os.sched_getscheduler(0), _check_priority(priority)[0].text)
"""


def test_refused_priority_reports_remedy() -> None:
    done = subprocess.run([sys.executable, "-c", _WITHOUT_RIGHTS], capture_output=True, check=True, text=True)
    assert done.stdout.startswith(f"{os.SCHED_OTHER} not real-time, so other programs can delay the engine: ")
    assert "'@audio - rtprio 95' in /etc/security/limits.d/audio.conf" in done.stdout


def _policies(pid: int) -> set[int]:
    return {os.sched_getscheduler(int(task.name)) for task in Path(f"/proc/{pid}/task").iterdir()}


@needs_permission
@pytest.mark.parametrize(
    ("configured", "policy"), [("", FIRST), ("realtime = false", os.SCHED_OTHER)], ids=["as it is", "off"]
)
def test_priority_is_that_of_the_loop_thread_only(
    start_engine: Callable[..., EngineProcess], configured: str, policy: int
) -> None:
    engine = start_engine(f"{configured}\n[osc]\nserver_port = {free_port()}\n[model]\ndimension = 3\n")
    pid = engine.process.pid
    with connected(engine.socket) as console:
        rig = console.ask("rig")  # a thread does a part of the checks
    assert isinstance(rig, Rig)
    (said,) = (check for check in rig.checks if check.name == "priority")
    assert (said.state, said.text.startswith("real-time")) == ("ok", policy == FIRST)
    assert os.sched_getscheduler(pid) == policy
    assert _policies(pid) == {policy, os.SCHED_OTHER}
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    assert children
    for child in children:
        assert _policies(int(child)) <= {os.SCHED_OTHER, os.SCHED_BATCH, os.SCHED_IDLE}
