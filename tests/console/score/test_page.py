"""Score page on a real engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from impsy_tui.console.score.page import ScorePage
from impsy_tui.console.screens.help import HelpPage
from tests.console.conftest import PULSE, Rig
from tests.support.console_app import LARGE, SMALL, Console, console, performed

_SCORE = """\
def calm = temp 0.5; sigma 0.1

# dark
calm
temp 1.5

every 2s sigma 0.2
over 60s timescale 2
# light
temp 2
"""


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """An engine with a set list."""
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "night.imp").write_text(_SCORE)
    made = Rig(tmp_path, PULSE)
    yield made
    made.close()


def _page(here: Console) -> ScorePage:
    assert isinstance(here.app.screen, ScorePage)
    return here.app.screen


async def _opened(here: Console, name: str = "night") -> ScorePage:
    await here.enter(f"score {name}")
    await here.sees(f"SCORE {name}")
    return _page(here)


def _value(here: Console, name: str) -> object:
    return here.player.parameters[name]


@performed
async def test_score_runs_line_block_and_cue(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        page = await _opened(here)
        await here.press("ctrl+r")  # the definition
        await here.until(lambda: here.snapshot.macros)
        page.editor.move_cursor((3, 0))
        await here.press("ctrl+g")  # its block: heading, calm, temp 1.5
        await here.until(lambda: (_value(here, "temp"), _value(here, "sigma")) == (1.5, 0.1))
        page.editor.move_cursor((9, 0))
        await here.press("escape", "t")  # its cue: temp 2
        await here.until(lambda: _value(here, "temp") == 2.0)
        page.editor.move_cursor((4, 3))
        await here.press("escape", "r")
        await here.until(lambda: _value(here, "temp") == 1.5)


@performed
async def test_running_lines_carry_marks_and_are_stopped_muted_and_soloed(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        page = await _opened(here)
        page.editor.move_cursor((6, 0))
        await here.press("ctrl+g")
        await here.until(lambda: len(here.snapshot.pending) == 2)
        await here.until(lambda: page.running.running == (6, 7))
        await here.sees("▸ every 2s")
        await here.press("ctrl+n")
        await here.until(lambda: [each.kind for each in here.snapshot.pending] == ["over"])
        await here.sees("M every 2s")
        await here.press("ctrl+n")
        await here.until(lambda: len(here.snapshot.pending) == 2)
        await here.press("escape", "l")
        await here.until(lambda: [each.kind for each in here.snapshot.pending] == ["every"])
        await here.press("ctrl+l")
        await here.until(lambda: len(here.snapshot.pending) == 2)
        await here.press("ctrl+s")
        await here.until(lambda: [each.kind for each in here.snapshot.pending] == ["over"])
        await here.misses("▸ every")


@performed
async def test_line_that_runs_again_replaces_what_it_started(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        page = await _opened(here)
        page.editor.move_cursor((6, 6))
        await here.burst(*["ctrl+r"] * 3)  # the replies come after the last key
        await here.press("escape", "+")
        await here.until(lambda: [each.text for each in here.snapshot.pending] == ["every 3s sigma 0.2"])
        assert page.editor.lines[6] == "every 3s sigma 0.2"


@performed
@pytest.mark.parametrize(("key", "mark"), [("ctrl+s", ""), ("ctrl+n", "muted")])
async def test_line_that_is_stopped_before_its_reply_leaves_nothing_pending(rig: Rig, key: str, mark: str) -> None:
    async with console(rig.socket, LARGE) as here:
        page = await _opened(here)
        page.editor.move_cursor((6, 0))
        await here.burst("ctrl+r", key)
        page.editor.move_cursor((9, 0))
        await here.press("ctrl+r")
        await here.until(lambda: _value(here, "temp") == 2.0)
        await here.until(lambda: not here.snapshot.pending)
        assert page.running.mark(6)[0] == mark


@performed
async def test_mistake_stands_below_its_line_until_the_line_is_edited(rig: Rig) -> None:
    async with console(rig.socket, SMALL) as here:
        page = await _opened(here)
        page.editor.move_cursor((4, 8))
        await here.press("q", "ctrl+r")
        await here.sees("✗ temp 1.5q", "line 5: ")
        line = next(number for number, text in enumerate(here.lines) if "temp 1.5q" in text)
        assert here.lines[line + 1].lstrip().startswith("^^^^")
        await here.press("up")
        await here.until(lambda: not here.lines[line + 1].strip())
        await here.press("down")
        await here.until(lambda: here.lines[line + 1].lstrip().startswith("^^^^"))
        await here.press("backspace")
        await here.misses("^^", "✗")


@performed
async def test_score_is_saved_after_a_run_and_after_typing(rig: Rig, tmp_path: Path) -> None:
    file = tmp_path / "sets" / "night.imp"
    async with console(rig.socket, LARGE) as here:
        page = await _opened(here)
        page.editor.move_cursor((4, 8))
        await here.press("5", "ctrl+r")
        await here.until(lambda: "temp 1.55" in file.read_text())
        await here.press("enter", *"mode battle")
        await here.until(lambda: "temp 1.55\nmode battle\n" in file.read_text())
        assert here.player.mode == "callresponse"
        await here.press("escape", "escape")
        await here.until(lambda: here.app.screen is here.app.perform)


@performed
async def test_keys_of_one_read_act_in_their_order(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        await _opened(here, "new")
        await here.burst(*"temp 1.25", "ctrl+r", "enter", *"temp 1.5", "ctrl+r", "enter", *"temp 1.75", "ctrl+r")
        await here.until(lambda: _value(here, "temp") == 1.75)
        assert _page(here).editor.text == "temp 1.25\ntemp 1.5\ntemp 1.75"


@performed
async def test_consoles_see_each_other_and_take_saved_texts(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as one, console(rig.socket, LARGE) as other:
        _, second = await _opened(one), await _opened(other)
        await one.sees("also edited by")
        await other.sees("also edited by")
        await one.press(*"// one", "enter")
        await other.until(lambda: second.editor.text.startswith("// one\n"))
        await one.press("escape", "escape")
        await other.misses("also edited by")


@performed
async def test_file_that_another_program_changed_is_not_overwritten(rig: Rig, tmp_path: Path) -> None:
    file = tmp_path / "sets" / "night.imp"
    async with console(rig.socket, LARGE) as here:
        page = await _opened(here)
        file.write_text("temp 0.7\n")
        await here.press("x")
        await here.sees("CHANGED BY ANOTHER CONSOLE")
        await here.frames(30)
        assert file.read_text() == "temp 0.7\n"
        await here.press("escape", "a")
        await here.until(lambda: page.editor.text == "temp 0.7\n")
        await here.press("ctrl+z")
        await here.until(lambda: page.editor.text.startswith("x"))
        file.write_text("temp 0.8\n")
        await here.press("y")
        await here.sees("CHANGED BY ANOTHER CONSOLE")
        await here.press("escape", "w")
        await here.until(lambda: "def calm" in file.read_text())


@performed
async def test_open_set_list_takes_the_saved_text(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        await here.enter("cue night")
        await here.until(lambda: here.snapshot.cue is not None and here.snapshot.cue.following == "dark")
        await here.enter("next")
        await here.until(lambda: here.snapshot.cue is not None and here.snapshot.cue.cue == "dark")
        page = await _opened(here)
        page.editor.move_cursor((8, 2))
        await here.press(*"very ")
        await here.until(lambda: here.snapshot.cue is not None and here.snapshot.cue.following == "very light")
        assert here.snapshot.cue is not None
        assert here.snapshot.cue.cue == "dark"


@performed
async def test_draft_survives_a_console_whose_engine_is_gone(rig: Rig, tmp_path: Path) -> None:
    async with console(rig.socket, LARGE) as here:
        await _opened(here)
        rig.engine.process.kill()
        await here.press(*"// kept", "enter")
        await here.sees("NOT SAVED")
    assert "// kept" in (tmp_path / "state" / "impsy-tui" / "drafts" / "night.json").read_text()


@performed
async def test_score_refuses_commands_of_the_console_and_deletion(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        await _opened(here, "bad")
        for line in ("quit", "shutdown", "delete model pulse"):
            await here.press("ctrl+a", *line, "ctrl+r")
            await here.sees("cannot run from a score")
            await here.press("ctrl+u", "ctrl+k")


@performed
async def test_comment_duplicate_and_completion(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        page = await _opened(here, "new")
        await here.press(*"temp 1", "ctrl+d")
        assert page.editor.lines == ["temp 1", "temp 1"]
        await here.press("ctrl+underscore")
        assert page.editor.lines == ["temp 1", "// temp 1"]
        await here.press("escape", "slash")
        assert page.editor.lines == ["temp 1", "temp 1"]
        await here.press("enter", *"thresh", "tab")
        assert page.editor.lines[-1].strip() == "threshold"


@performed
async def test_prompt_of_the_score_runs_a_line_and_leads_back(rig: Rig) -> None:
    async with console(rig.socket, SMALL) as here:
        page = await _opened(here)
        await here.press("escape", ":")
        await here.press(*"temp 1.1", "enter")
        await here.until(lambda: _value(here, "temp") == 1.1)
        await here.until(lambda: here.app.focused is page.editor)
        await here.press("f9")
        await here.until(lambda: here.player.paused)


@performed
async def test_meters_of_the_score_show_the_history_of_the_first_screen(rig: Rig) -> None:
    rig.send("mode battle")
    async with console(rig.socket, LARGE, score="night") as here:
        await here.sees("SCORE night")
        await here.until(lambda: len(_page(here)._meters._history.drawn(0, 10)[1][0].strip()) > 1)
        await here.press("escape", "escape")
        await here.until(lambda: here.app.screen is here.app.perform)
        assert len(here.app.perform.history.drawn(0, 10)[1][0].strip()) > 1


@performed
async def test_score_of_the_options_is_opened_first(rig: Rig) -> None:
    async with console(rig.socket, SMALL, score="night") as here:
        await here.sees("SCORE night", "# dark")
        await here.sees("^R run  ^G block", "Esc/ #  ^D copy")  # at 80 columns the keys are not cut
        await here.press("escape", "escape")
        await here.until(lambda: here.app.screen is here.app.perform)


@performed
async def test_help_explains_the_command_under_the_cursor_above_the_score(rig: Rig) -> None:
    async with console(rig.socket, SMALL) as here:
        page = await _opened(here)
        for keys in (("f1",), ("escape", "h")):
            page.editor.move_cursor((7, 12))
            await here.press(*keys)
            await here.until(lambda: isinstance(here.app.screen, HelpPage))
            await here.sees("timescale")
            await here.press("escape", "escape")
            await here.until(lambda: here.app.screen is page)


@performed
async def test_lines_that_run_are_marked_after_the_score_was_closed(rig: Rig) -> None:
    async with console(rig.socket, SMALL) as here:
        page = await _opened(here)
        page.editor.move_cursor((6, 0))
        await here.press("ctrl+g")
        await here.until(lambda: page.running.running == (6, 7))
        await here.press("escape", "escape")
        await here.until(lambda: here.app.screen is here.app.perform)
        again = await _opened(here)
        await here.until(lambda: again.running.running == (6, 7))


@performed
@pytest.mark.parametrize("leaving", [("escape", "escape"), ("ctrl+o",), ("f2",)])
async def test_score_is_saved_when_it_is_left_at_once(rig: Rig, tmp_path: Path, leaving: tuple[str, ...]) -> None:
    file = tmp_path / "sets" / "night.imp"
    async with console(rig.socket, LARGE) as here:
        await _opened(here)
        await here.burst(*"// last", *leaving)
        await here.until(lambda: file.read_text().startswith("// last"))
