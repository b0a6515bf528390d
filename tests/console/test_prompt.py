"""The prompt: typed text, keys, and the history of typed lines."""

from pathlib import Path

import pytest
from textual import events
from textual.keys import _character_to_key

from impsy_tui.console.app import ConsoleApp
from impsy_tui.console.options import ConsoleOptions
from tests.console.conftest import Rig
from tests.support.console_app import LARGE, console, performed


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
        await here.sees("battle: the player plays alone", "BATTLE", "PLAYER ALONE")


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
async def test_ctrl_c_in_an_empty_line_says_how_to_leave(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.press("ctrl+c")
        await here.sees("Ctrl-Q leaves, the music continues; shutdown ends the engine")
        await here.type("t")
        await here.misses("Ctrl-Q leaves")


@performed
async def test_home_that_cannot_be_written_to_costs_only_the_history(
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
        await here.sees("not found in the history")
        await here.press("escape")
        await here.misses("search\n", "nothing of the kind")
        await here.has_typed("")
        assert not here.app.perform.keys_mode


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
        await here.sees("your events are\n             logged but do not steer it")


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
