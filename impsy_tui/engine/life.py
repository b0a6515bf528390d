"""An engine's life as a process: start, ready, signals, and an end that leaves nothing sounding."""

import asyncio
import gc
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial

from impsy_tui.control.place import PlaceProblem, SocketTaken
from impsy_tui.engine.engine import Engine
from impsy_tui.engine.loop import EngineLoop, describe_error
from impsy_tui.engine.setup import Setup, StartProblem

_GIVE_WAY = 0.0005
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run_engine(setup: Setup, say: Callable[[str, str, str], None], ready: Callable[[str], None]) -> int:
    """Run an engine until it is told to end.

    Args:
        setup: how to start.
        say: told everything the performer should know: level, source, text.
        ready: told one line when input is accepted.

    Returns:
        The exit code of the process: 0 after an orderly end, 1 if it could not start.
    """
    # A thread that computes gives way to the loop this soon; Python's own 5 ms would be heard.
    sys.setswitchinterval(_GIVE_WAY)
    loop = EngineLoop()
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(_live(setup, loop, say, ready))
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()


async def _live(
    setup: Setup, loop: EngineLoop, say: Callable[[str, str, str], None], ready: Callable[[str], None]
) -> int:
    try:
        engine = Engine(setup, loop, say)
    except Exception as error:
        return _unexpected(error, say)
    for number in _ENDING:
        # A link that breaks sends SIGHUP: the performer did not want the end.
        loop.add_signal_handler(number, partial(engine.shut_down, on_purpose=number != signal.SIGHUP))
    try:
        try:
            await engine.start()
        except (StartProblem, SocketTaken, PlaceProblem) as problem:
            say("error", "engine", str(problem))
            return 1
        except Exception as error:
            return _unexpected(error, say)
        # Everything made so far stays: looking through it again would only take time from the music.
        gc.collect()
        gc.freeze()
        if setup.config.realtime:
            loop.precedence.ask(loop.time())
        ready(engine.ready_line())
        await engine.run()
    finally:
        await engine.close()
    return 0


def _unexpected(error: Exception, say: Callable[[str, str, str], None]) -> int:
    """Report an error of the program at the start; the exit code."""
    traceback.print_exc()
    say("error", "engine", f"the engine cannot start: {describe_error(error)}")
    return 1
