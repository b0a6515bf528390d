"""Work that waits for the next turns of the event loop: bounded per turn, in order, in rotation, never lost."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

import pytest

from impsy_tui.engine.runtime.loop import EngineLoop
from impsy_tui.engine.runtime.work_queue import MOST_WAITING, SHARE, WorkQueue
from tests.support.engine.virtual_time import VirtualTime


class _Turns:
    """An event loop whose clock moves only when work takes time."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.queue = self.time.scheduler.work
        self.done: list[str] = []
        self.errors = self.time.errors
        self.waited = 0.0
        self.begin()

    def begin(self) -> None:
        self.queue.begin_turn(self.time.time, self.waited)

    def piece(self, name: str, seconds: float) -> None:
        """Returns a piece of work with this duration."""
        self.done.append(name)
        self.time.time += seconds

    def turn(self) -> list[str]:
        """Lets one turn of the loop pass; returns what it did."""
        self.done.clear()
        self.begin()
        self.time.scheduler.run_due()
        return list(self.done)

    def wait(self, seconds: float) -> None:
        """Lets the loop wait for input."""
        self.time.time += seconds
        self.waited += seconds

    def all_turns(self) -> list[list[str]]:
        """Lets turns pass until no work waits."""
        turns = []
        while len(self.time.scheduler):
            self.wait(1.0)
            turns.append(self.turn())
        return turns


def test_work_queue_does_work_at_once_while_the_turn_has_time() -> None:
    turns = _Turns()
    for name in "abc":
        assert turns.queue.do("source", turns.piece, name, SHARE / 4)
    assert turns.done == ["a", "b", "c"]
    assert not turns.queue.waits("source")


def test_work_queue_ends_a_turn_after_its_share_and_keeps_the_order() -> None:
    turns = _Turns()
    for number in range(50):
        turns.queue.do("source", turns.piece, str(number), SHARE * 0.4)
    first = list(turns.done)
    later = turns.all_turns()
    assert [len(first), *map(len, later)] == [3] * 16 + [2]
    assert [*first, *(name for turn in later for name in turn)] == [str(number) for number in range(50)]


def test_work_queue_does_one_piece_a_turn_even_if_input_took_the_whole_turn() -> None:
    turns = _Turns()
    turns.time.time += 2 * SHARE
    for name in "abc":
        turns.queue.do("source", turns.piece, name, 2 * SHARE)
    assert turns.done == []
    assert turns.all_turns() == [["a"], ["b"], ["c"]]


def test_work_queue_lets_sources_take_turns() -> None:
    turns = _Turns()
    turns.time.time += 2 * SHARE
    for number in range(1000):
        turns.queue.do("flood", turns.piece, f"flood {number}", SHARE)
    turns.queue.do("musician", turns.piece, "musician", SHARE)
    done = [name for turn in turns.all_turns() for name in turn]
    assert done.index("musician") <= 2
    assert len(done) == 1001


def test_work_queue_refuses_what_exceeds_its_length_from_that_source_alone() -> None:
    turns = _Turns()
    turns.time.time += 2 * SHARE
    accepted = [turns.queue.do("flood", turns.piece, "flood", 0.0) for _ in range(MOST_WAITING + 5)]
    assert accepted == [True] * MOST_WAITING + [False] * 5
    assert turns.queue.do("musician", turns.piece, "musician", 0.0)


def test_work_queue_reports_an_error_and_goes_on() -> None:
    turns = _Turns()
    turns.time.time += 2 * SHARE

    def fail() -> None:
        raise ValueError("no")

    turns.queue.do("source", fail)
    turns.queue.do("source", turns.piece, "after", 0.0)
    assert [name for turn in turns.all_turns() for name in turn] == ["after"]
    assert [str(error) for error in turns.errors] == ["no"]


def test_work_queue_waits_as_long_as_the_turn_took() -> None:
    turns = _Turns()
    turns.piece("input", 1.5 * SHARE)
    for name in "ab":
        turns.queue.do("source", turns.piece, name, 1.5 * SHARE)
    turns.wait(1.5 * SHARE)
    assert turns.turn() == ["a"]
    assert turns.turn() == []
    turns.wait(1.6 * SHARE)
    assert turns.turn() == ["b"]


def test_work_queue_goes_on_while_the_loop_is_never_idle() -> None:
    turns = _Turns()
    for name in "abc":
        turns.queue.do("source", turns.piece, name, 2 * SHARE)
    done = list(turns.done)
    for _ in range(100):
        turns.piece("input", SHARE)
        done += [name for name in turns.turn() if name != "input"]
    assert done == ["a", "b", "c"]


def test_work_queue_of_a_rehearsal_does_everything_at_once() -> None:
    time_ = VirtualTime()
    done: list[int] = []
    for number in range(2 * MOST_WAITING):
        assert time_.scheduler.work.do("source", done.append, number)
    assert len(done) == 2 * MOST_WAITING


def _in_engine_loop(run: Callable[[WorkQueue], Coroutine[Any, Any, None]]) -> None:
    loop = EngineLoop()
    try:
        loop.run_until_complete(asyncio.wait_for(run(loop.scheduler.work), 60))
    finally:
        loop.close()


def _spin(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_engine_loop_serves_deadlines_between_slices_of_work() -> None:
    slices: list[int] = []
    beats: list[int] = []

    async def run(work: WorkQueue) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, EngineLoop)

        def piece(number: int) -> None:
            slices.append(number)
            _spin(SHARE / 2)

        def beat() -> None:
            beats.append(len(slices))
            if len(slices) < 400:
                loop.scheduler.at(loop.time() + SHARE, beat)

        beat()
        for number in range(400):
            assert work.do("flood", piece, number)
        await work.turn("flood")

    _in_engine_loop(run)
    assert slices == list(range(400))
    between = [later - earlier for earlier, later in pairwise(beats)]
    assert len(beats) > 40
    assert max(between) <= 8  # pieces of half a share between two beats


def test_turn_gives_every_task_its_own_turn() -> None:
    order: list[int] = []

    async def run(work: WorkQueue) -> None:
        async def client(number: int) -> None:
            for _ in range(3):
                await work.turn(number)
                order.append(number)
                _spin(2 * SHARE)
                await asyncio.sleep(0)

        await asyncio.gather(*map(client, range(5)))

    _in_engine_loop(run)
    assert sorted(order) == sorted([*range(5)] * 3)


def test_turn_leaves_the_loop_idle_for_half_of_the_time() -> None:
    loads: list[float] = []

    async def run(work: WorkQueue) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, EngineLoop)
        loop.take_load()
        for _ in range(200):
            _spin(SHARE)
            loop.call_soon(_spin, SHARE)  # work of a callback
            await work.turn("set list")
        loads.append(loop.take_load())

    _in_engine_loop(run)
    assert loads[0] < 0.65


def test_work_queue_does_events_before_the_idle_time_that_a_task_waits_for() -> None:
    order: list[str] = []

    async def run(work: WorkQueue) -> None:
        loop = asyncio.get_running_loop()

        async def task() -> None:
            await work.turn("set list")
            order.append("task")

        _spin(8 * SHARE)
        await asyncio.sleep(0)
        waiting = loop.create_task(task())
        await asyncio.sleep(0)
        _spin(2 * SHARE)
        assert work.do("osc", order.append, "event")
        await waiting

    _in_engine_loop(run)
    assert order == ["event", "task"]


@pytest.mark.parametrize("source", ["a", 1, ("a", 1)])
def test_work_queue_forgets_a_source_that_waits_for_nothing(source: object) -> None:
    turns = _Turns()
    turns.time.time += 2 * SHARE
    turns.queue.do(source, turns.piece, "a", 0.0)
    assert turns.queue.waits(source)
    turns.all_turns()
    assert not turns.queue.waits(source)
