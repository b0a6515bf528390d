"""Clicks on keys, scenes, panes and rows of lists."""

import pytest
from textual.widgets import DataTable

from tests.console.conftest import Rig
from tests.support.console_app import HUGE, LARGE, SMALL, Console, console, performed


async def _click(here: Console, text: str) -> None:
    """Clicks on a text of the screen, the last one if there are several."""
    await here.sees(text)
    y, line = next((y, line) for y, line in reversed(list(enumerate(here.lines))) if text in line)
    await here.pilot.click(offset=(line.index(text), y))


@pytest.mark.parametrize("size", [SMALL, LARGE, HUGE], ids=str)
def test_click_on_a_key_of_the_footer_presses_it(rig: Rig, size: tuple[int, int]) -> None:
    @performed
    async def clicked() -> None:
        async with console(rig.socket, size) as here:
            await _click(here, "F8 pause")
            await here.until(lambda: here.player.paused)
            await _click(here, "F8 pause")
            await here.until(lambda: not here.player.paused)
            await _click(here, "F2 files")
            await here.sees("FILES · ")
            await _click(here, "Esc keys")
            await here.sees("n dataset")
            await _click(here, "F1 help")
            await here.sees("HELP", "KEYS, everywhere")

    clicked()


@performed
async def test_click_on_a_pane_focuses_it_and_text_still_goes_to_the_prompt(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        await _click(here, "EVENTS ─")
        await here.focuses(here.app.perform.events)
        await here.press("f1")
        await here.sees("HELP", "events")
        await here.press("f1")
        await _click(here, "PENDING ─")
        await here.focuses(here.app.perform.pending)
        await here.burst(*"mode battle", "enter")
        await here.until(lambda: here.player.mode == "battle")


@performed
async def test_click_on_a_scene_recalls_it(rig: Rig) -> None:
    rig.send("temp 0.5", "scene save quiet", "temp 1.5", "scene save loud")
    async with console(rig.socket) as here:
        await _click(here, "1 quiet")
        await here.until(lambda: here.player.number("temp") == 0.5)
        await _click(here, "2 loud")
        await here.until(lambda: here.player.number("temp") == 1.5)
    rig.send("scene delete quiet", "scene delete loud")


@performed
async def test_click_on_a_row_moves_the_cursor_there(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        await here.press("f3")
        await here.sees("interaction.mode", "interaction.threshold")
        await _click(here, "interaction.threshold")
        await here.sees("seconds of silence before the player answers")
        table = here.app.screen.query_one(DataTable)
        assert str(table.get_row_at(table.cursor_row)[0]) == "interaction.threshold"
        await here.press(*"temp 1.25", "enter")
        await here.until(lambda: here.player.number("temp") == 1.25)
