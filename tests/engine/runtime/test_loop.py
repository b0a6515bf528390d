"""Event loop: exact waits for deadlines, and its load."""

import asyncio
import errno
import selectors
import time

import pytest

from impsy_tui.engine.runtime.loop import EngineLoop, describe_loop_error


def test_loop_waits_with_select_without_rounded_timeouts() -> None:
    loop = EngineLoop()
    assert isinstance(loop._selector, selectors.SelectSelector)  # type: ignore[attr-defined]
    loop.close()


def test_loop_does_not_wake_without_deadlines() -> None:
    loop = EngineLoop()
    turns = 0
    run_once = loop._run_once  # type: ignore[attr-defined]

    def count() -> None:
        nonlocal turns
        turns += 1
        run_once()

    loop._run_once = count  # type: ignore[attr-defined]
    loop.run_until_complete(asyncio.sleep(0.3))
    loop.close()
    assert turns < 6


def test_scheduled_actions_are_done_and_a_failing_one_is_reported() -> None:
    loop = EngineLoop()
    done: list[float] = []
    errors: list[str] = []
    loop.set_exception_handler(lambda _, context: errors.append(describe_loop_error(context)))
    now = loop.time()

    def fail() -> None:
        raise ValueError("no")

    loop.scheduler.at(now + 0.02, fail)
    loop.scheduler.at(now + 0.03, lambda: done.append(loop.time()))
    loop.scheduler.at(now + 0.01, done.append, 0.0)
    loop.run_until_complete(asyncio.sleep(0.06))
    loop.close()
    assert done[0] == 0.0
    assert done[1] >= now + 0.03
    assert len(errors) == 1
    assert errors[0].startswith("ValueError: no (fail:")


def test_load_is_the_share_of_time_not_spent_waiting() -> None:
    loop = EngineLoop()

    async def run() -> tuple[float, float]:
        loop.take_load()
        await asyncio.sleep(0.2)
        idle = loop.take_load()
        time.sleep(0.2)
        await asyncio.sleep(0)
        return idle, loop.take_load()

    idle, busy = loop.run_until_complete(run())
    loop.close()
    assert idle < 0.5 < busy


@pytest.mark.parametrize("number", [errno.ENOMEM, errno.ENOBUFS])
def test_loop_goes_on_when_the_system_has_no_memory_to_wait(number: int) -> None:
    loop = EngineLoop()
    select, failures = loop._selector._select, [number, number]  # type: ignore[attr-defined]

    def scarce(*arguments: object) -> object:
        if failures:
            raise OSError(failures.pop(), "scarce")
        return select(*arguments)

    loop._selector._select = scarce  # type: ignore[attr-defined]
    loop.run_until_complete(asyncio.sleep(0.01))
    loop.close()
    assert not failures


def test_scarce_memory_is_reported_in_words() -> None:
    text = describe_loop_error({"exception": OSError(errno.EMFILE, "Too many open files")})
    assert text.startswith("the system has no memory or no free descriptor: Too many open files. The engine plays on")
