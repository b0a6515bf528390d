"""Mistakes at the prompt: the line stays, and arrows point at the wrong word."""

from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.language.parser import Mistake
from tests.console.conftest import Rig
from tests.support.console_app import LARGE, Console, console, performed


def _below(here: Console, line: str) -> str:
    """Returns the line of the screen below the prompt with this text."""
    lines = here.lines
    return lines[next(index for index, text in enumerate(lines) if text.startswith(line)) + 1]


@performed
async def test_mistake_stays_in_the_line_with_arrows_below_its_word(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.enter("mode batle")
        await here.sees("^^^^^")
        await here.has_typed("mode batle")
        under = _below(here, "› mode batle")
        assert under.index("^^^^^") == 2 + len("mode ")
        assert "did you mean battle?" in under
        await here.press(*["backspace"] * 3, "t", "t", "l", "e", "enter")
        await here.until(lambda: here.player.mode == "battle")
        await here.has_typed("")
        await here.enter("temp")
        await here.sees("^ temp needs a number, above 0")
        await here.press("ctrl+c")
        await here.misses("^ temp")


@performed
async def test_mistake_is_reported_however_fast_its_line_was_typed(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.burst(*"drip", "enter")
        await here.sees("^^^^ no command is called drip")
        await here.frames()
        await here.sees("^^^^ no command is called drip")
        await here.press("ctrl+c")


@performed
async def test_mistake_is_put_right_however_fast(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.burst(*"temp hot", "enter", *["backspace"] * 3, "2", "enter")
        await here.until(lambda: here.player.number("temp") == 2.0)
        await here.has_typed("")


@performed
async def test_mistake_is_reported_where_there_was_no_line_for_it(rig: Rig) -> None:
    async with console(rig.socket) as here:
        hint = here.app.perform.hint
        hint.display = False
        await here.until(lambda: not hint.size.width)
        hint.blame(Mistake("no command is called drip", 0, 4), 2)
        hint.display = True
        here.app.screen._compositor._full_map_invalidated = True
        assert hint.size.width  # the size is set before the new layout, and Textual does not send it again
        await here.sees("^^^^ no command is called drip")


@performed
async def test_prompt_shows_refused_line_and_marks_wrong_word(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        await here.enter("mode battle")
        await here.until(lambda: here.player.mode == "battle")
        await here.enter("take")
        await here.sees("✗ take: take needs turns: battle has none, mode callresponse has")
        await here.has_typed("")
        await here.enter("load highr")
        await here.sees("did", "you mean higher?")
        await here.enter("mute x9")
        await here.sees("there is no x9: the last is x3")
        await here.enter("delete log nothing")
        await here.until(lambda: len(here.app.screen_stack) == 2)
        await here.press("ctrl+y")
        await here.sees("no log is called nothing")


@performed
async def test_refused_line_stays_and_the_next_text_begins_a_new_line(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        await here.enter("tmep 1.5")
        await here.sees("› tmep 1.5", "^^^^ no command is called tmep")
        for number in range(1, 8):
            await here.type(f"temp 1.{number}")
            await here.press("enter")
            await here.until(lambda number=number: here.player.number("temp") == 1 + number / 10)  # type: ignore[misc]
            if number == 1:
                await here.sees("tmep 1.5: no command is called tmep")
        await here.enter("load highr")
        await here.sees("✗ load highr: no model is called highr")
        await here.press("up")
        await here.has_typed("load highr")
        await here.press("ctrl+c")
        await here.enter("mode duet")
        await here.until(lambda: here.player.mode == "duet")


@performed
async def test_arrows_backspace_and_up_edit_a_refused_line(rig: Rig) -> None:
    async with console(rig.socket) as here:
        for key in ("left", "backspace", "home", "up"):
            await here.enter("temp hotx")
            await here.sees("^^^^ 'hotx'")
            await here.press(key, "1")
            await here.until(lambda: "1" in here.typed and "temp" in here.typed)
            await here.press("ctrl+c")
        await here.enter("temp hot")
        await here.type("mode duet")
        await here.press("up")
        await here.has_typed("temp hot")


@performed
async def test_arrow_stands_below_its_word_behind_wide_letters(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.enter("load 日本語 foo")
        await here.sees("^^^ ")
        assert _below(here, "› load 日本語 foo").index("^^^") == width_of("› load 日本語 ")


@performed
async def test_mistake_that_does_not_fit_below_the_line_stands_whole_in_the_events(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.type("temperature")
        await here.press("enter")
        await here.sees("sigma the sigma temperature: temp\n             1.3")
        await here.type("mode battle")
        await here.press("enter")
        await here.until(lambda: here.player.mode == "battle")
        told = [entry.text for entry in here.app.perform.events._entries if "sigma the sigma" in entry.text]
        assert len(told) == 1
