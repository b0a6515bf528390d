"""The prompt: whatever is typed is text, mistakes stay to be put right, and what was typed comes back."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from textual import events
from textual.keys import _character_to_key

from impsy_tui.console.app import ConsoleApp
from impsy_tui.console.drawing.advice import PLAY_OR_GIVE
from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.options import ConsoleOptions
from impsy_tui.language.parser import Mistake
from tests.console.conftest import PULSE, Rig
from tests.support.console_app import LARGE, Console, console, performed
from tests.support.models import constant_model, random_model


def _below(here: Console, line: str) -> str:
    """The line of the screen below the prompt with this in it."""
    lines = here.lines
    return lines[next(index for index, text in enumerate(lines) if text.startswith(line)) + 1]


@performed
async def test_typed_words_are_never_hot_keys(rig: Rig) -> None:
    async with console(rig.socket) as here:
        before = here.player
        await here.type("mode battle")
        await here.has_typed("mode battle")
        await here.type(" 1-5=[],.rthgc:")
        await here.has_typed("mode battle 1-5=[],.rthgc:")
        await here.frames()
        assert (here.player.mode, here.player.number("temp")) == ("callresponse", before.number("temp"))
        await here.press("ctrl+c")
        await here.has_typed("")
        await here.type("mode battle")
        await here.press("enter")
        await here.until(lambda: here.player.mode == "battle")
        await here.has_typed("")
        await here.sees("battle: it plays alone", "BATTLE", "PLAYER ALONE")


@performed
async def test_text_right_after_return_to_prompt_is_typed(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.press("escape")
        await here.sees(" KEYS ")
        await here.burst(":", *"temp 1.5-r", "g", "escape", "escape")
        await here.has_typed("temp 1.5-rg")
        assert (here.player.paused, here.player.turn, here.player.number("temp")) == (False, "you", 1.0)
        await here.press("backspace", "backspace", "backspace", "enter")
        await here.until(lambda: here.player.number("temp") == 1.5)
        await here.type("a:b")


@performed
async def test_a_mistake_stays_in_the_line_with_arrows_below_its_word(rig: Rig) -> None:
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
        await here.misses("^")


@performed
async def test_a_mistake_is_told_however_fast_its_line_was_typed(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.burst(*"drip", "enter")
        await here.sees("^^^^ no command is called drip")
        await here.frames()
        await here.sees("^^^^ no command is called drip")
        await here.press("ctrl+c")


@performed
async def test_a_mistake_is_put_right_however_fast(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.burst(*"temp hot", "enter", *["backspace"] * 3, "2", "enter")
        await here.until(lambda: here.player.number("temp") == 2.0)
        await here.has_typed("")


@performed
async def test_a_mistake_is_told_where_there_was_no_line_for_it(rig: Rig) -> None:
    async with console(rig.socket) as here:
        hint = here.app.perform.hint
        hint.display = False
        await here.until(lambda: not hint.size.width)
        hint.blame(Mistake("no command is called drip", 0, 4), 2)
        hint.display = True
        here.app.screen._compositor._full_map_invalidated = True
        assert hint.size.width  # known before the screen is laid out anew: then it is not told of its size
        await here.sees("^^^^ no command is called drip")


def test_before_anything_is_mounted_no_key_is_a_hot_key(rig: Rig) -> None:
    app = ConsoleApp(ConsoleOptions(rig.socket))
    assert not app.perform.keys_mode, "a snapshot that comes now would take the focus from the prompt"


@performed
async def test_help_alone_opens_its_page(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.enter("help")
        await here.sees("HELP", "THE SCREEN")
        await here.press("escape", "escape")
        await here.misses("HELP")


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
async def test_history_survives_a_restart(rig: Rig, tmp_path: Path) -> None:
    async with console(rig.socket) as here:
        for line in ("temp 1.1", "temp 1.2", "temp 1.2", "threshold 1s"):
            await here.enter(line)
        await here.sees("threshold 1s")
        await here.type("dra")
        await here.press("up")
        await here.has_typed("threshold 1s")
        await here.press("up", "up")
        await here.has_typed("temp 1.1")
        await here.press("up")
        await here.has_typed("temp 1.1")
        await here.press("down", "down", "down")
        await here.has_typed("dra")
    assert (tmp_path / "state" / "impsy-tui" / "history").read_text().splitlines() == [
        "temp 1.1",
        "temp 1.2",
        "threshold 1s",
    ]
    async with console(rig.socket) as here:
        await here.press("up", "up")
        await here.has_typed("temp 1.2")


@performed
async def test_a_refused_line_stays_and_the_next_text_begins_a_new_line(rig: Rig) -> None:
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
async def test_blanks_of_every_kind_and_line_feed_work_at_the_prompt(rig: Rig) -> None:
    async with console(rig.socket) as here:
        for number, blank in enumerate("\u00a0\u2003\u3000\u202f", 1):
            for letter in f"temp{blank}1.{number}":
                here._send(letter if letter.isalnum() else _character_to_key(letter), letter)
            await here.press("ctrl+j")
            await here.until(lambda number=number: here.player.number("temp") == 1 + number / 10)  # type: ignore[misc]
        here.app.perform.prompt.line.post_message(events.Paste("temp\u00a00.7\n"))
        await here.until(lambda: here.player.number("temp") == 0.7)


@performed
async def test_the_arrow_stands_below_its_word_behind_wide_letters(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.enter("load 日本語 foo")
        await here.sees("^^^ ")
        assert _below(here, "› load 日本語 foo").index("^^^") == width_of("› load 日本語 ")


@performed
async def test_ctrl_c_in_an_empty_line_says_how_to_leave(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.press("ctrl+c")
        await here.sees("Ctrl-Q leaves, the music goes on; shutdown ends the engine")
        await here.type("t")
        await here.misses("Ctrl-Q leaves")


@performed
async def test_a_home_that_cannot_be_written_to_costs_only_the_history(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in-the-way").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "in-the-way"))
    async with console(rig.socket) as here:
        await here.enter("temp 1.3")
        await here.until(lambda: here.player.number("temp") == 1.3)
        await here.press("up")
        await here.has_typed("temp 1.3")


@performed
async def test_ctrl_r_looks_through_what_was_typed(rig: Rig) -> None:
    async with console(rig.socket) as here:
        for line in ("mode duet", "temp 1.1", "mode battle"):
            await here.enter(line)
        await here.until(lambda: here.player.mode == "battle")
        await here.press("ctrl+r")
        await here.sees("search\n")
        await here.type("mode")
        await here.sees("⌕ mode battle")
        await here.press("ctrl+r")
        await here.sees("⌕ mode duet")
        await here.press("ctrl+r")
        await here.sees("⌕ mode duet")
        await here.press("enter")
        await here.has_typed("mode duet")
        await here.misses("search\n")
        await here.press("enter")
        await here.until(lambda: here.player.mode == "duet")
        await here.press("ctrl+r")
        await here.type("zzz")
        await here.sees("nothing of the kind was typed")
        await here.press("escape")
        await here.misses("search\n", "nothing of the kind")
        await here.has_typed("")
        assert not here.app.perform.keys_mode


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


@performed
async def test_lines_are_repeated_as_they_were_typed(rig: Rig) -> None:
    async with console(rig.socket) as here:
        for line in ("swing 60%", "load model higher", "over 8 temp 1", "what"):
            await here.enter(line)
            await here.sees(f"› {line}\n")


@performed
async def test_answer_gets_two_lines_while_it_is_the_newest(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.enter("mode battle")
        await here.sees("what you play is logged\n             but does not steer it")


@performed
async def test_prompt_says_how_to_begin_until_something_is_heard(tmp_path: Path) -> None:
    constant_model(tmp_path / "models" / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
    rig = Rig(tmp_path, PULSE)
    try:
        async with console(rig.socket) as here:
            await here.enter("mode callresponse")
            await here.sees(PLAY_OR_GIVE)
            await here.type("te")
            await here.misses(PLAY_OR_GIVE)
            await here.press("ctrl+c")
            await here.sees(PLAY_OR_GIVE)
            await here.enter("give")
            await here.sees("type a command, or Tab for all of them; Esc for keys")
    finally:
        rig.close()


@performed
async def test_the_likeliest_stands_behind_the_cursor(rig: Rig) -> None:
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
async def test_long_lines_and_odd_letters_do_no_harm(rig: Rig) -> None:
    async with console(rig.socket) as here:
        for line in ('load "', "x" * 3000, "mode [bold]battle[/bold]", "théâtre 🎹 ", "help help"):
            await here.enter(line)
            await here.pilot.pause()
            await here.press("ctrl+c")
        await here.sees("for example: help mode")
        await here.enter("temp 1.7")
        await here.until(lambda: here.player.number("temp") == 1.7)


@performed
async def test_keys_that_come_all_at_once_act_in_their_order(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        for key in (*"mode bat", "tab", "enter", *"moed x", "enter", *"temp 1.7x", "backspace", "enter", *"sigma 0."):
            here.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await here.sees("moed x: no command is called moed", "temp 1.7", "› sigma 0.")
        await here.until(lambda: here.player.number("temp") == 1.7 and here.player.mode == "battle")


@performed
async def test_several_lines_can_be_pasted(rig: Rig) -> None:
    async with console(rig.socket) as here:
        here.app.perform.prompt.line.post_message(events.Paste("temp 0.9\r\nmode duet\nsigma 0.0"))
        await here.until(lambda: here.player.number("temp") == 0.9 and here.player.mode == "duet")
        await here.sees("› sigma 0.0")


@performed
async def test_a_model_that_was_made_is_offered_to_be_heard_and_then_to_be_played(rig: Rig) -> None:
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
