"""The filter of each list: / and a word, Enter keeps it, Escape clears it."""

import pytest

from tests.console.conftest import Rig
from tests.support.console_app import HUGE, LARGE, SMALL, console, performed

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE, HUGE], ids=str)


@SIZES
def test_filter_shows_only_matching_events(rig: Rig, size: tuple[int, int]) -> None:
    @performed
    async def filtered() -> None:
        async with console(rig.socket, size) as here:
            await here.enter("temp 1.25")
            await here.enter("sigma 0.125")
            await here.sees("temp 1.25", "sigma 0.125")
            await here.press("escape", "slash")
            await here.sees("EVENTS /_ type words; Esc: all")
            await here.press(*"sigma 0.125")
            await here.sees("EVENTS /sigma 0.125_ ")
            assert here.player.mode == "callresponse"
            await here.until(lambda: "› temp 1.25" not in here.text)
            await here.press("enter", "colon")
            await here.enter("temp 1.5")
            await here.until(lambda: here.player.number("temp") == 1.5)
            await here.sees("EVENTS /sigma 0.125 ")
            assert "› temp 1.5" not in here.text
            here.app.perform.set_keys_mode(True)  # an Escape so soon after the last one leads to the prompt
            await here.press("escape")
            await here.sees("› temp 1.5", " KEYS ")

    filtered()


@performed
async def test_filter_shows_only_matching_pending_commands(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        await here.enter("after 600s temp 2; every 700s sigma 0.5")
        await here.enter("after 800s mode duet")
        await here.sees("after 800s mode duet", "after 600s temp 2")
        await here.press("escape")
        while here.app.focused is not here.app.perform.pending:
            await here.press("tab")
        await here.press("slash", *"duet")
        await here.sees("PENDING /duet_ 1 of 2")
        pending = here.app.perform.pending
        assert ["after 800s" in line[1][0] for line in pending._lines[1:]] == [True]
        await here.press("escape")
        await here.misses("PENDING /")
        await here.press("colon")
        await here.enter("cancel all")


@SIZES
def test_filter_shows_only_matching_settings_and_help(rig: Rig, size: tuple[int, int]) -> None:
    @performed
    async def filtered() -> None:
        async with console(rig.socket, size) as here:
            await here.press("f3")
            await here.sees("SETTINGS · ", "Esc / filter", "description")
            await here.press("escape", "slash", *"threshold")
            await here.sees("/threshold_ ", "interaction.threshold")
            await here.misses("description  ")
            await here.press("enter", "escape")
            await here.sees("interaction.mode", " KEYS ")
            await here.press("f1", "escape", "slash", *"swing")
            await here.sees("COMMANDS: Musical time", "swing SHARE", "/swing_ ")
            await here.misses("THE SCREEN")
            await here.press("x", "x")
            await here.sees("/swingxx_ 0 of")
            await here.press("escape")
            await here.misses("swingxx")
            await here.sees("HELP", "Tab next group")
            await here.press("escape")
            await here.sees("you  player")

    filtered()


@performed
async def test_palette_takes_slash_before_a_word(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.press("ctrl+p")
        await here.until(lambda: len(here.app.screen_stack) == 2)
        await here.press(*"/mode battle")
        await here.sees("mode battle         3 ")
        await here.press("escape")
