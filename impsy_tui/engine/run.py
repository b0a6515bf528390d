"""Engine as a process: start, ready line, signals, and an end that leaves no note sounding."""

import asyncio
import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from typing import Final

from impsy_tui.engine.engine import Engine
from impsy_tui.engine.options import EngineOptions
from impsy_tui.engine.runtime.loop import EngineLoop, describe_error
from impsy_tui.engine.runtime.service_manager import ServiceManager
from impsy_tui.errors import UserError

_GIVE_WAY = 0.0005
LONGEST_END: Final = 4.0
"""Longest time in seconds from the request to end to the end of the process."""
_NO_END: Final = ("SIGKILL", "SIGSTOP", "SIGCHLD", "SIGCONT", "SIGURG", "SIGWINCH", "SIGPIPE", "SIGXFSZ")
"""Signals that no process can handle, that end no process, or that Python ignores."""
_FAULTS: Final = ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL")
"""Signals after which the process cannot continue."""
_STOPS: Final = ("SIGTSTP", "SIGTTIN", "SIGTTOU")
"""Signals with which a terminal stops a process."""


def run_engine(options: EngineOptions, say: Callable[[str, str, str], None], ready: Callable[[str], None]) -> int:
    """Runs an engine until ``shutdown``.

    If a thread waits for a disk, the process is ended after ``LONGEST_END`` seconds.

    Args:
        options: Options of the engine.
        say: Prints a report: level, source, text. Must not wait for the terminal.
        ready: Prints the ready line. Must not wait for the terminal.

    Returns:
        The exit code of the process: 0 after an orderly end, 1 if it could not start.
    """
    # Threads give way to the loop after this time; Python's default of 5 ms would be heard.
    sys.setswitchinterval(_GIVE_WAY)
    loop = EngineLoop()
    limit = threading.Timer(LONGEST_END, _end_now, [say])
    limit.daemon = True
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(_live(options, loop, say, ready, limit))
    finally:
        _end_tasks(loop)
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()
        limit.cancel()


def _end_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Cancels the commands that still wait, such as those for a helper.

    A task that outlives the loop is reported when its memory is freed, which is after the printing thread has
    ended: the process would wait for that thread for ever.
    """
    while remaining := asyncio.all_tasks(loop):
        for task in remaining:
            task.cancel()
        loop.run_until_complete(asyncio.wait(remaining))
    loop.run_until_complete(loop.shutdown_asyncgens())


def _end_now(say: Callable[[str, str, str], None]) -> None:
    say("warning", "engine", f"a disk or device has not answered for {LONGEST_END:g} s: the engine ends without it")
    threading.Event().wait(0.1)  # time to print the line
    os._exit(0)


async def _live(
    options: EngineOptions,
    loop: EngineLoop,
    say: Callable[[str, str, str], None],
    ready: Callable[[str], None],
    limit: threading.Timer,
) -> int:
    manager = ServiceManager()
    try:
        engine = Engine(options, loop, say)
    except Exception as error:
        return _unexpected(error, say)
    _hear_signals(engine, loop, say)
    start = loop.create_task(_start(engine, loop, say, ready, manager))
    run = loop.create_task(_run(engine, limit))
    try:
        await asyncio.wait((start, run), return_when=asyncio.FIRST_COMPLETED)
        if start.done() and start.result():
            await run
            return 0
        return 0 if run.done() else 1
    finally:
        manager.stopping()
        start.cancel()
        run.cancel()
        if not limit.is_alive():
            limit.start()
        await engine.close()


async def _run(engine: Engine, limit: threading.Timer) -> None:
    await engine.run()
    limit.start()


async def _start(
    engine: Engine,
    loop: EngineLoop,
    say: Callable[[str, str, str], None],
    ready: Callable[[str], None],
    manager: ServiceManager,
) -> bool:
    """Starts the engine; returns False if that fails."""
    try:
        await engine.start()
    except UserError as problem:
        say("error", "engine", str(problem))
        return False
    except Exception as error:
        _unexpected(error, say)
        return False
    gc.freeze()
    ready(engine.ready_line())
    manager.ready(engine.ready_line(), loop.scheduler)
    return True


def _hear_signals(engine: Engine, loop: EngineLoop, say: Callable[[str, str, str], None]) -> None:
    """Lets signals turn off all notes before the process ends."""
    other = {getattr(signal, name, None) for name in (*_NO_END, *_FAULTS, *_STOPS)}
    for number in signal.valid_signals() - other:
        try:
            # A broken connection sends SIGHUP, so the performer did not end the session on purpose.
            loop.add_signal_handler(number, partial(engine.shut_down, on_purpose=number != signal.SIGHUP))
        except (OSError, ValueError, RuntimeError):
            pass  # no process can handle this signal

    def stay() -> None:
        say("warning", "engine", "Ctrl-Z does not stop the engine: notes would sound on (Ctrl-C ends it)")

    loop.add_signal_handler(signal.SIGTSTP, stay)
    # A shell may not let programs in the background write to the terminal or read from it.
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    signal.signal(signal.SIGTTIN, signal.SIG_IGN)


def _unexpected(error: Exception, say: Callable[[str, str, str], None]) -> int:
    """Reports an error of the program at the start; returns the exit code."""
    traceback.print_exc()
    say("error", "engine", f"the engine cannot start: {describe_error(error)}")
    return 1
