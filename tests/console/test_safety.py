"""What must not happen by mistake, and what happens when the engine goes."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from impsy_tui.console.screens.dialogs import Ask, Confirm
from impsy_tui.control.link import LinkState
from tests.conftest import EngineProcess
from tests.console.conftest import PULSE, Rig, write_log
from tests.console.stage import LARGE, console, performed
from tests.models import constant_model

Start = Callable[..., EngineProcess]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Rig]:
    """An engine with a log that somebody might delete."""
    constant_model(tmp_path / "models" / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
    write_log(tmp_path / "logs" / "dear-4d-mdrnn.log", 3)
    rig = Rig(tmp_path, PULSE)
    yield rig
    rig.close()


@performed
async def test_the_stage_lock_keeps_everything_from_ending(archive: Rig) -> None:
    log = archive.folder / "logs" / "dear-4d-mdrnn.log"
    async with console(archive.socket) as here:
        await here.press("f12")
        await here.sees("LOCKED", "stage lock on")
        for line in ("delete log dear-4d-mdrnn", "rename log dear-4d-mdrnn cheap", "shutdown", "quit"):
            await here.enter(line)
            await here.sees(f"{line.split()[0]} waits for unlock")
            assert len(here.app.screen_stack) == 1
        await here.press("ctrl+q")
        await here.frames()
        assert here.app.is_running
        await here.press("f2")
        await here.sees("FILES · 1 log,", "LOCKED")
        for key, what in (("d", "deleted"), ("r", "renamed")):
            await here.press(key)
            await here.sees(f"the stage lock is on: nothing is {what}")
        await here.press("escape", "f12", "f12")
        await here.enter("mode battle")
        await here.until(lambda: here.player.mode == "battle")
        assert log.exists()
        assert archive.engine.process.poll() is None
        await here.enter("unlock")
        await here.misses("LOCKED")
        await here.enter("rename log dear-4d-mdrnn cheap")
        await here.until(lambda: not log.exists())


@performed
async def test_a_lock_that_comes_while_a_question_stands_counts(archive: Rig) -> None:
    async with console(archive.socket, LARGE) as here:
        await here.enter("delete log dear-4d-mdrnn")
        await here.until(lambda: isinstance(here.app.screen, Confirm))
        await here.press("enter")
        await here.sees("Really?")
        await here.press("f12", "d")
        await here.sees("delete waits for unlock")
        assert (archive.folder / "logs" / "dear-4d-mdrnn.log").exists()


@performed
async def test_shutdown_asks_first(archive: Rig) -> None:
    async with console(archive.socket) as here:
        await here.enter("shutdown")
        await here.sees("End the engine?", "The music stops and the log is closed.", "s: shutdown    Esc: no")
        await here.press("enter", "enter", "escape")
        await here.frames()
        await here.enter("shutdown")
        await here.sees("End the engine?")
        await here.press("s")
        await here.sees("NO ENGINE", "the engine was shut down; this console waits for another")
        await here.until(lambda: archive.engine.process.poll() == 0)
        await here.misses("no link to the engine")
        await here.enter("temp 1.2")
        await here.sees("no engine answers at")
        await here.press("ctrl+q")
        await here.until(lambda: not here.app.is_running)
        assert here.app.return_value == "the engine was shut down"


@performed
async def test_delete_asks_twice_with_two_keys(archive: Rig) -> None:
    log = archive.folder / "logs" / "dear-4d-mdrnn.log"
    async with console(archive.socket) as here:
        await here.enter("delete log dear-4d-mdrnn")
        await here.press("enter", "enter", "enter")
        await here.sees("Really?", "d: delete")
        await here.press("escape")
        await here.frames()
        assert log.exists()
        await here.enter("delete log dear-4d-mdrnn")
        await here.press("enter")
        await here.sees("Really?")
        await here.press("d")
        await here.until(lambda: not log.exists())


@performed
async def test_panic_and_pause_work_inside_dialogs(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.enter("shutdown")
        await here.until(lambda: isinstance(here.app.screen, Confirm))
        await here.press("f9")
        await here.until(lambda: here.player.paused)
        assert isinstance(here.app.screen, Confirm)
        await here.press("f1", "f5", "f8")
        await here.until(lambda: not here.player.paused)
        assert isinstance(here.app.screen, Confirm)
        await here.press("escape", "f3")
        await here.sees("interaction.mode")
        await here.press("enter")
        await here.until(lambda: isinstance(here.app.screen, Ask))
        await here.press("f9")
        await here.until(lambda: here.player.paused)
        await here.press("escape", "escape", "ctrl+p", "f8")
        await here.until(lambda: not here.player.paused)


@performed
async def test_quit_leaves_the_engine_playing(rig: Rig) -> None:
    for way in ("ctrl+q", "quit"):
        async with console(rig.socket) as here:
            if way == "quit":
                await here.enter("quit")
            else:
                await here.press(way)
            await here.until(lambda: not here.app.is_running)
            assert here.app.return_value == "the engine plays on: impsy-tui attach comes back to it"
    assert rig.engine.process.poll() is None


@performed
async def test_an_engine_that_is_killed_is_told_and_comes_back_by_itself(
    start_engine: Start, pulse_model: Path
) -> None:
    engine = start_engine(PULSE + "[demo]\n")
    async with console(engine.socket) as here:
        await here.enter("temp 1.75")
        await here.sees("temp 1.75")
        engine.end(signal.SIGKILL)
        await here.sees("NO ENGINE", "this is how it was", "no link to the engine")
        await here.sees("x1", "x3")
        await here.enter("temp 1.2")
        await here.sees("✗ temp 1.2: no engine answers at")
        await here.press("f8", "f2")
        await here.sees("FILES · no engine answers")
        await here.press("f4")
        await here.sees("✗ engine", "no engine answers")
        await here.press("escape")
        start_engine(PULSE + "[demo]\n")
        await here.misses("NO ENGINE")
        await here.sees("temp 1.00", "pulse")
        await here.enter("temp 1.2")
        await here.sees("temp 1.20")


@performed
async def test_a_question_that_is_under_way_when_the_engine_goes_is_answered(archive: Rig) -> None:
    async with console(archive.socket) as here:
        archive.engine.process.send_signal(signal.SIGSTOP)
        asking = asyncio.create_task(here.app.carry_out("temp 1.5"))
        await asyncio.sleep(0)
        await here.pilot.pause()
        archive.engine.end(signal.SIGKILL)
        reply = await asking
        assert not reply.ok
        await here.sees("NO ENGINE")


@performed
async def test_a_frozen_engine_is_taken_for_gone_until_it_goes_on(archive: Rig) -> None:
    async with console(archive.socket) as here:
        archive.engine.process.send_signal(signal.SIGSTOP)
        await here.sees("NO ENGINE")
        archive.engine.process.send_signal(signal.SIGCONT)
        await here.misses("NO ENGINE")
        await here.sees("● link")


@performed
async def test_without_an_engine_the_console_waits_for_one(tmp_path: Path, start_engine: Start) -> None:
    constant_model(tmp_path / "models" / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
    async with console(tmp_path / "engine.sock", connected=False) as here:
        await here.sees("NO ENGINE", "this console comes back when one does")
        assert here.app._link.state is LinkState.DOWN
        for key in ("f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "escape", "equals_sign", "space"):
            await here.press(key)
        start_engine(PULSE + "[demo]\n")
        await here.sees("CALLRESPONSE", "pulse")
