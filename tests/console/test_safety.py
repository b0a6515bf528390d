"""Safety of the console: confirmations, stage lock, and the end of the engine."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from impsy_tui.console.screens.dialogs import Confirm
from impsy_tui.console.screens.page import Page
from impsy_tui.console.screens.setup_questions import SetupDialog
from impsy_tui.control.link import LinkState
from impsy_tui.control.status_text import status_lines
from impsy_tui.language import COMMANDS
from tests.console.conftest import PULSE, Rig, write_log
from tests.support.console_app import LARGE, console, performed
from tests.support.engine_process import EngineProcess, shell
from tests.support.models import constant_model

Start = Callable[..., EngineProcess]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Rig]:
    """Gives an engine with a log that a console can delete."""
    constant_model(tmp_path / "models" / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
    write_log(tmp_path / "logs" / "dear-4d-mdrnn.log", 3)
    rig = Rig(tmp_path, PULSE)
    yield rig
    rig.close()


@performed
async def test_stage_lock_keeps_everything_from_ending(archive: Rig) -> None:
    log = archive.folder / "logs" / "dear-4d-mdrnn.log"
    async with console(archive.socket) as here:
        await here.press("f12")
        await here.sees("LOCKED", "stage lock on")
        for line in ("delete log dear-4d-mdrnn", "rename log dear-4d-mdrnn cheap", "shutdown", "quit"):
            await here.enter(line)
            await here.sees(f"type unlock before {line.split()[0]}")
            assert len(here.app.screen_stack) == 1
        await here.press("ctrl+q")
        await here.frames()
        assert here.app.is_running
        await here.press("f2")
        await here.sees("FILES · 1 log,", "LOCKED")
        await here.press("escape")
        for key, what in (("d", "deleted"), ("r", "renamed")):
            await here.press(key)
            await here.sees(f"the stage lock is on: nothing is {what}")
        await here.press("f2", "f12", "f12")
        await here.enter("mode battle")
        await here.until(lambda: here.player.mode == "battle")
        assert log.exists()
        assert archive.engine.process.poll() is None
        await here.enter("unlock")
        await here.misses("LOCKED")
        await here.enter("rename log dear-4d-mdrnn cheap")
        await here.until(lambda: not log.exists())


@performed
async def test_lock_that_comes_while_a_question_stands_counts(archive: Rig) -> None:
    async with console(archive.socket, LARGE) as here:
        await here.enter("delete log dear-4d-mdrnn")
        await here.until(lambda: isinstance(here.app.screen, Confirm))
        await here.press("f12", "ctrl+y")
        await here.sees("type unlock before delete")
        assert (archive.folder / "logs" / "dear-4d-mdrnn.log").exists()


@performed
async def test_the_stage_lock_is_of_the_engine_and_every_console_shows_it(archive: Rig) -> None:
    log = archive.folder / "logs" / "dear-4d-mdrnn.log"
    async with console(archive.socket) as here, console(archive.socket, LARGE) as other:
        await here.press("f12")
        await here.sees("LOCKED")
        await other.sees("LOCKED")
        assert "stage lock" in "\n".join(status_lines(other.snapshot))
        await other.enter("delete log dear-4d-mdrnn")
        await other.sees("type unlock before delete")
        for words in (["shutdown"], ["send", "delete log dear-4d-mdrnn"], ["send", "shutdown"]):
            done = await asyncio.to_thread(shell, *words, "--socket", str(archive.socket), cwd=archive.folder)
            assert done.returncode == 1
            assert "the stage lock is on: type unlock before" in done.stderr
        assert log.exists()
        forced = ("send", "--force", "delete log dear-4d-mdrnn", "--socket", str(archive.socket))
        done = await asyncio.to_thread(shell, *forced, cwd=archive.folder)
        assert done.returncode == 0
        assert not log.exists()
        await here.enter("after 500ms scene delete dark")
        await here.sees("type unlock before scene delete")
        await other.enter("unlock")
        await here.misses("LOCKED")
        await other.misses("LOCKED")


@performed
async def test_stage_lock_refuses_pending_commands_and_survives_the_engine(
    start_engine: Start, pulse_model: Path
) -> None:
    engine = start_engine(PULSE)
    async with console(engine.socket) as here:
        await here.enter("scene save dark; lock")
        await here.sees("LOCKED")
        saved = engine.folder / "logs" / ".last-session.json"
        await here.until(lambda: saved.exists() and '"lock"' in saved.read_text())
        engine.end(signal.SIGKILL)
        await here.sees("NO ENGINE")
        await here.misses("LOCKED")
        start_engine(PULSE)
        await here.sees("LOCKED")
        await here.enter("unlock")
        await here.misses("LOCKED")


@performed
async def test_shutdown_asks_first(archive: Rig) -> None:
    async with console(archive.socket) as here:
        await here.enter("shutdown")
        await here.sees("End the engine?", "The music stops and the log is closed.", "Ctrl-Y: shutdown    Esc: no")
        await here.press("enter", "enter", "escape")
        await here.frames()
        await here.enter("shutdown")
        await here.sees("End the engine?")
        await here.press("ctrl+y")
        await here.sees("NO ENGINE", "the engine was shut down: Enter starts it again")
        await here.until(lambda: archive.engine.process.poll() == 0)
        await here.misses("the engine printed last")
        await here.enter("temp 1.2")
        await here.sees("no engine answers at")
        await here.press("ctrl+q")
        await here.until(lambda: not here.app.is_running)
        assert here.app.return_value == "the engine was shut down"


@performed
async def test_delete_asks_once_and_no_text_confirms_it(archive: Rig) -> None:
    log = archive.folder / "logs" / "dear-4d-mdrnn.log"
    async with console(archive.socket) as here:
        for typed in (["enter"] * 3, ["escape"], [*"dear", "enter"], [*"delete", "enter"], [*"yes", "enter"]):
            await here.enter("delete log dear-4d-mdrnn")
            await here.until(lambda: isinstance(here.app.screen, Confirm))
            await here.press(*typed)
            await here.frames()
            assert log.exists()
            await here.press("escape") if isinstance(here.app.screen, Confirm) else await here.press("ctrl+c")
        await here.enter("delete log dear-4d-mdrnn")
        await here.sees("trash", "Ctrl-Y: delete")
        await here.press("ctrl+y")
        await here.until(lambda: not log.exists())


@performed
async def test_text_typed_into_a_question_goes_to_the_prompt(archive: Rig) -> None:
    async with console(archive.socket) as here:
        await here.enter("shutdown")
        await here.until(lambda: isinstance(here.app.screen, Confirm))
        await here.burst(*"mode battle", "enter")
        await here.until(lambda: here.player.mode == "battle")
        assert archive.engine.process.poll() is None


_QUESTIONS = ("delete log dear-4d-mdrnn", "shutdown", "scene delete dark")
_EARLY = (
    ["ctrl+y", "ctrl+y"],
    ["escape", "escape"],
    ["enter", "enter"],
    ["d", "d"],
    ["s", "s"],
    ["ctrl+y", "escape"],
)


@pytest.mark.parametrize("keys", _EARLY, ids=" ".join)
@performed
async def test_dialogs_bear_repeated_and_early_keys(archive: Rig, keys: list[str]) -> None:
    async with console(archive.socket) as here:
        await here.burst("f2", "escape", "down", "d", *keys)
        await here.burst("f2", "f3", "escape", "g", *keys)
        await here.burst("f3", "ctrl+p", *keys)
        await here.burst(*keys, "f4", *keys, "f1", *keys)
        for line in _QUESTIONS:
            await here.burst("f2", *line, "enter", *keys)
            await here.burst(*line, "enter", *keys)
        assert here.app.is_running
        assert here.app._exception is None


@performed
async def test_typed_commands_on_any_page_do_not_act_as_keys(archive: Rig) -> None:
    """Types the letters of every command, without Enter, and Enter on the empty line, on every page."""
    files = sorted(path for path in archive.folder.rglob("*") if path.suffix in (".log", ".h5", ".toml"))
    before = [path.read_bytes() for path in files]
    async with console(archive.socket, LARGE) as here:
        for key in ("f1", "f2", "f3", "f4"):
            await here.press(key)
            page = here.app.screen
            assert isinstance(page, Page)
            for command in COMMANDS.values():
                await here.burst(*command.example.replace('"', ""))
                assert here.app.screen is page
                assert not page.keys_mode
                await here.burst("ctrl+c", "enter", "enter")
            assert here.app.screen is page
            await here.press(key)
        assert here.player.mode == "callresponse"
        assert not here.snapshot.jobs
    assert [path.read_bytes() for path in files] == before


@performed
async def test_command_typed_on_a_page_is_carried_out(archive: Rig) -> None:
    log = archive.folder / "logs" / "dear-4d-mdrnn.log"
    async with console(archive.socket) as here:
        for key in ("f2", "f3", "f1", "f4"):
            await here.press(key)
            for mode in ("battle", "duet"):
                await here.burst(*f"mode {mode}", "enter")
                await here.until(lambda mode=mode: here.player.mode == mode)  # type: ignore[misc]
            await here.sees("duet: ")
            await here.press(key)
        assert log.exists()


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
        await here.press("escape", "g")
        await here.until(lambda: isinstance(here.app.screen, SetupDialog))
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
async def test_engine_that_is_killed_is_reported_and_comes_back_by_itself(
    start_engine: Start, pulse_model: Path
) -> None:
    engine = start_engine(PULSE + "[demo]\n")
    async with console(engine.socket) as here:
        await here.enter("temp 1.75")
        await here.sees("temp 1.75")
        engine.end(signal.SIGKILL)
        await here.sees("NO ENGINE", "this is how it was", "no engine answers: Enter starts it again")
        await here.sees("x1", "x3")
        await here.enter("temp 1.2")
        await here.sees("✗ temp 1.2: no engine answers at")
        await here.press("f8", "f2")
        await here.sees("FILES · no engine answers")
        await here.press("f4")
        await here.sees("✗ engine", "no engine answers")
        await here.press("f4")
        start_engine(PULSE + "[demo]\n")
        await here.misses("NO ENGINE")
        await here.sees("temp 1.00", "pulse")
        await here.enter("temp 1.2")
        await here.sees("temp 1.20")


@performed
async def test_question_that_is_under_way_when_the_engine_goes_is_answered(archive: Rig) -> None:
    async with console(archive.socket) as here:
        archive.engine.process.send_signal(signal.SIGSTOP)
        asking = asyncio.create_task(here.app.requests.carry_out("temp 1.5"))
        await asyncio.sleep(0)
        await here.pilot.pause()
        archive.engine.end(signal.SIGKILL)
        reply = await asking
        assert not reply.ok
        await here.sees("NO ENGINE")


@performed
async def test_console_says_no_link_while_engine_is_frozen(archive: Rig) -> None:
    pid = archive.engine.process.pid
    async with console(archive.socket) as here:
        archive.engine.process.send_signal(signal.SIGSTOP)
        await here.sees("NO LINK", "the link is lost or the engine hangs", f"(process {pid}) does not answer")
        archive.engine.process.send_signal(signal.SIGCONT)
        await here.misses("NO LINK")
        await here.sees("● REC", "the engine answers again")


@performed
@pytest.mark.parametrize(
    ("line", "content"),
    [
        ("show files", "FILES · 1 log"),
        ("show settings", "interaction.mode"),
        ("show rig", "only for you"),
        ("score", "SCORE score"),
    ],
)
async def test_page_that_was_opened_without_a_link_is_filled_when_the_engine_answers(
    archive: Rig, line: str, content: str
) -> None:
    async with console(archive.socket, LARGE) as here:
        archive.engine.process.send_signal(signal.SIGSTOP)
        await here.sees("NO LINK")
        await here.enter(line)
        await here.sees("nothing comes from the engine")
        archive.engine.process.send_signal(signal.SIGCONT)
        await here.sees(content)
        await here.misses("nothing comes from the engine", "does not answer")


@performed
async def test_console_without_an_engine_waits(tmp_path: Path, start_engine: Start) -> None:
    constant_model(tmp_path / "models" / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
    async with console(tmp_path / "engine.sock", connected=False) as here:
        await here.sees("NO ENGINE", "this console comes back when one does")
        assert here.app._link.state is LinkState.DOWN
        for key in ("f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "escape", "equals_sign", "space"):
            await here.press(key)
        start_engine(PULSE + "[demo]\n")
        await here.sees("CALLRESPONSE", "pulse")


@performed
async def test_enter_starts_a_killed_engine_again_with_its_session(archive: Rig) -> None:
    async with console(archive.socket, LARGE) as here:
        await here.enter("mode battle; temp 1.75")
        await here.until(lambda: here.player.number("temp") == 1.75)
        saved = archive.folder / "logs" / ".last-session.json"
        await here.until(lambda: saved.exists() and "1.75" in saved.read_text())
        archive.engine.end(signal.SIGKILL)
        await here.sees("NO ENGINE", "no engine answers: Enter starts it again")
        await here.press("enter", "enter")
        await here.misses("NO ENGINE")
        await here.sees("BATTLE", "temp 1.75")
        assert (await here.app.requests.carry_out("shutdown")).ok
        await here.sees("NO ENGINE")
