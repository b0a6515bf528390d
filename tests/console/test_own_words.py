"""Macros and key bindings of the performer, in a console on a real engine."""

from tests.console.conftest import Rig
from tests.support.console_app import console, performed


@performed
async def test_word_of_ones_own_is_known_at_the_prompt_and_on_a_key(rig: Rig) -> None:
    rig.send("def drop to = mode battle; temp $to", "bind f5 drop 1.7")
    async with console(rig.socket) as here:
        await here.until(lambda: here.snapshot.keys == {"f5": "drop 1.7"})
        await here.enter("drop 1.5")
        await here.until(lambda: here.player.number("temp") == 1.5)
        await here.sees("F5 drop 1.7")
        await here.enter("drop x")
        await here.sees("'x' is not a number")
        await here.press("ctrl+c")
        await here.press("f2", "f5")
        await here.until(lambda: here.player.number("temp") == 1.7)
        await here.press("f1")
        await here.sees("HELP")
        await here.press("escape", "escape")
        await here.type("dro")
        await here.press("tab")
        await here.has_typed("drop ")
        await here.press("ctrl+c")
    rig.send("unbind f5", "undef drop")


@performed
async def test_strip_and_pending_pane_show_commands_until_they_end(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.misses("pending")
        await here.enter("over 60s temp 2; sigma 0.5")
        await here.sees("1 pending", "→2 ")
        await here.enter("show pending")
        await here.sees("PENDING", "over 60s", "━─")
        await here.enter("show pending")
        await here.misses("PENDING")
        await here.enter("cancel all")
        await here.misses("pending  ", "→2 ")


@performed
async def test_word_that_ends_the_engine_is_asked_about_and_locked_away(rig: Rig) -> None:
    rig.send("def gone = shutdown")
    async with console(rig.socket) as here:
        await here.until(lambda: here.snapshot.macros)
        await here.enter("gone")
        await here.sees("End the engine?")
        await here.press("escape")
        await here.misses("End the engine?")
        await here.enter("lock")
        await here.sees("LOCKED")
        await here.enter("gone")
        await here.sees("type unlock before shutdown")
        await here.enter("take; quit")
        await here.sees("quit is a console command")
    rig.send("undef gone")


@performed
async def test_strip_shows_position_in_set_list(rig: Rig) -> None:
    sets = rig.folder / "sets"
    sets.mkdir(exist_ok=True)
    (sets / "small.imp").write_text("# quiet\ntemp 0.5\n# loud\ntemp 2\n")
    async with console(rig.socket) as here:
        assert here.lines[3].startswith("you")
        await here.enter("cue small")
        await here.sees("0/2 small → quiet")
        await here.enter("next")
        await here.sees("1/2 quiet → loud")
        await here.until(lambda: here.app._known().cues == ("quiet", "loud"))
        await here.type("goto l")
        await here.press("tab")
        await here.has_typed("goto loud ")
