"""Completion and advice at the prompt."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.console.conftest import PULSE, Rig
from tests.support.console_app import console, performed
from tests.support.models import constant_model, random_model


@performed
async def test_tab_completes_commands_words_and_names(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.type("mo")
        await here.press("tab")
        await here.has_typed("mode ")
        await here.sees("callresponse  polyphony  battle  duet  useronly")
        for word in ("callresponse", "polyphony", "battle"):
            await here.press("tab")
            await here.has_typed(f"mode {word}")
        await here.sees("callresponse  polyphony  battle  duet  useronly  filter")
        await here.press("shift+tab")
        await here.has_typed("mode polyphony")
        await here.press("ctrl+c")
        await here.until(lambda: "higher" in here.app._known().models)
        await here.type("load hi")
        await here.press("tab")
        await here.has_typed("load higher ")
        await here.press("enter")
        await here.until(lambda: here.player.model == "higher")
        await here.type("solo x")
        await here.press("tab", "tab")
        await here.has_typed("solo x2")
        await here.press("ctrl+c")
        await here.type("set interaction.th")
        await here.until(lambda: here.app._known().settings)
        await here.press("tab")
        await here.has_typed("set interaction.threshold ")
        await here.press("ctrl+c", "tab")
        await here.has_typed("mode")


@performed
async def test_tab_shows_the_chosen_name_among_the_others(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.type("mode ")
        await here.press("tab", "tab")
        await here.has_typed("mode polyphony")
        await here.sees("callresponse  polyphony  battle  duet  useronly")
        await here.type(" ")
        await here.misses("callresponse  polyphony")


@performed
async def test_prompt_offers_nothing_behind_a_refused_line(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.enter("load higher")
        await here.until(lambda: here.player.model == "higher")
        await here.type("load")
        await here.until(lambda: here.text.count("› load higher") == 2)
        await here.press("enter")
        await here.sees("^ load needs the name of a model")
        await here.until(lambda: here.text.count("› load higher") == 1)


@performed
async def test_prompt_says_how_to_begin_until_something_is_heard(tmp_path: Path) -> None:
    constant_model(tmp_path / "models" / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
    rig = Rig(tmp_path, PULSE)
    try:
        async with console(rig.socket) as here:
            await here.enter("mode callresponse")
            await here.sees("or type give: the player begins")
            await here.type("te")
            await here.misses("or type give: the player begins")
            await here.press("ctrl+c")
            await here.sees("or type give: the player begins")
            await here.enter("give")
            await here.sees("type a command, or Tab for all of them; Esc for keys")
    finally:
        rig.close()


@performed
async def test_likeliest_stands_behind_the_cursor(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.type("tem")
        await here.sees("› temp")
        await here.has_typed("tem")
        await here.press("right")
        await here.has_typed("temp")
        await here.enter("temp 1.25")
        await here.until(lambda: here.player.number("temp") == 1.25)
        await here.type("te")
        await here.sees("› temp 1.25")
        await here.press("end")
        await here.has_typed("temp 1.25")


@performed
async def test_advice_tells_what_may_be_typed(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.enter("give")
        await here.sees("type a command, or Tab for all of them; Esc for keys")
        await here.type("threshold ")
        await here.sees("a time such as 5s or 200ms, 0 to 3600 s")
        await here.press("ctrl+c")
        await here.sees("type a command, or Tab")


@performed
async def test_model_that_was_made_is_offered_to_be_heard_and_then_to_be_played(rig: Rig) -> None:
    if find_spec("tensorflow") is None:
        pytest.skip("training is the extra [train]")
    random_model(rig.folder / "models" / "my own.h5", 4, 4, 1, 2)
    async with console(rig.socket) as here:
        await here.enter('convert "my own"')
        await here.sees("job 1 converts my own")
        await here.sees('› audition "my own"   Right takes it')
        await here.press("tab", "enter")
        await here.sees("^")
        await here.press("ctrl+c", "right")
        await here.has_typed('audition "my own"')
        await here.press("enter")
        await here.sees('› load "my own"   Right takes it')
        await here.enter("temp 1.5")
        await here.misses("Right takes it")
        await here.press("right")
        await here.misses('load "my own"')
    for suffix in (".h5", ".tflite"):
        (rig.folder / "models" / f"my own{suffix}").unlink()
