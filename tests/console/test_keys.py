"""All keys: on the first screen, in keys mode, and with other bindings."""

from collections.abc import Callable

import pytest
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.console.drawing.large_text import large
from impsy_tui.key_actions import ACTIONS
from tests.console.conftest import Rig
from tests.support.console_app import LARGE, Console, console, performed


@performed
async def test_first_frame(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.sees("CALLRESPONSE", "YOUR TURN", "temp 1.00", "sigma 0.01", "threshold 0.2s", "pulse", "REC")
        await here.sees("you  player", "x1", "x2", "x3", "● osc", "›", "F1 help", "F9 PANIC")
        assert len(here.lines) == 24
        assert all(len(line) <= 80 for line in here.lines)
        await here.focuses(here.app.perform.prompt.line)


@pytest.mark.parametrize("page", ["HELP", "FILES", "SETTINGS", "RIG CHECK"])
@performed
async def test_pages_are_gone_to_and_come_back_from_by_the_same_key_or_escape(rig: Rig, page: str) -> None:
    key = {"HELP": "f1", "FILES": "f2", "SETTINGS": "f3", "RIG CHECK": "f4"}[page]
    async with console(rig.socket) as here:
        for back in ((key,), ("escape", "escape")):
            await here.press(key)
            await here.sees(page, "CALLRESPONSE", "Esc: keys of this page", "F9 PANIC")
            await here.press(*back)
            await here.sees("● osc", "›")
            await here.focuses(here.app.perform.prompt.line)
        other = "f1" if key != "f1" else "f2"
        await here.press(key, other)
        await here.sees("HELP" if other == "f1" else "FILES")
        assert len(here.app.screen_stack) == 2


@performed
async def test_pages_left_before_their_answer_has_come(rig: Rig) -> None:
    async with console(rig.socket) as here:
        for _ in range(3):
            for key in ("f1", "f2", "f3", "f4", "f2", "f2", "f4", "f4", "f3", "f3", "f1", "f1"):
                here.app.simulate_key(key)
                await here.pilot.pause()
        await here.sees("● osc")
        await here.burst("f2", "d", "enter", "d", "r", "1", "n", "t", "l", "a", "u", "escape")
        await here.burst("escape", "escape", "f2", "f2", "f3", "c", "enter", "u", "g", "escape", "escape")
        await here.burst("f3", "f3", "f4", "u", "enter", "escape", "f1", "pagedown", "ctrl+p", "escape", "ctrl+p")
        await here.burst("m", "o", "enter", "escape", "escape", "f9", "f2", "f9", "f12", "f8")
        while len(here.app.screen_stack) > 1:
            await here.press("escape")
        await here.sees("LOCKED")


@performed
async def test_f5_shows_the_stage_f6_sizes_the_events_and_f7_shows_the_panes(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.enter("temp 1.5")
        await here.sees("temp 1.5")
        await here.press("f5")
        await here.misses("● osc", "F1 help", "type a command", "you  player")
        await here.until(lambda: all(row in here.text for row in large("1.50")))
        await here.until(lambda: any(line.startswith("x1") for line in here.lines))
        await here.enter("temp hot")
        await here.sees("^^^ 'hot' is not a number")
        await here.press("ctrl+c")
        await here.misses("^^^")
        await here.enter("temp 1.6")
        await here.sees("temp 1.60")
        await here.press("f5")
        await here.sees("● osc", "F1 help", "you  player")
        await here.press("f6")
        await here.sees("EVENTS ───")
        await here.until(lambda: here.app.perform.events.size.height >= 8)
        await here.press("f6")
        await here.until(lambda: not here.app.perform.events.display)
        await here.press("f6")
        await here.until(lambda: here.app.perform.events.size.height == 3)
        await here.press("f7")
        await here.sees("CHANNELS ─", "PENDING ─", "JOBS ─", "none: dataset 9, train s")
        await here.press("f7")
        await here.misses("JOBS", "PENDING", "CHANNELS")
        await here.press("f6", "f2")
        await here.sees("FILES")
        await here.press("f7")
        await here.sees("PENDING", "CHANNELS")


@performed
async def test_f8_pauses_and_f9_panics_wherever_one_is(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.press("f8")
        await here.sees("PAUSED")
        await here.press("f8")
        await here.misses("PAUSED")
        for page in ("f1", "f2", "f3", "f4"):
            await here.press(page, "f9")
            await here.sees("PAUSED")
            await here.press("f8")
            await here.misses("PAUSED")
        await here.press("f4", "escape")
        await here.sees("KEYS")
        await here.press("f9")
        await here.sees("PAUSED", "everything off; paused")


_Seen = Callable[[Console], object]
_KEYS: list[tuple[str, _Seen]] = [
    ("2", lambda here: here.player.mode == "polyphony"),
    ("3", lambda here: here.player.mode == "battle"),
    ("4", lambda here: here.player.mode == "duet"),
    ("5", lambda here: here.player.mode == "useronly"),
    ("1", lambda here: here.player.mode == "callresponse"),
    ("minus", lambda here: here.player.number("temp") == 0.9),
    ("equals_sign", lambda here: here.player.number("temp") == 1.0),
    ("plus", lambda here: here.player.number("temp") == 1.1),
    ("left_square_bracket", lambda here: here.player.number("sigma") == 0.0046),
    ("right_square_bracket", lambda here: here.player.number("sigma") == 0.0099),
    ("comma", lambda here: here.player.number("timescale") == 2),
    ("full_stop", lambda here: here.player.number("timescale") == 1),
    ("h", lambda here: here.snapshot.thru),
    ("c", lambda here: here.snapshot.timer_runs),
    ("c", lambda here: not here.snapshot.timer_runs),
    ("g", lambda here: here.player.turn == "player"),
    ("t", lambda here: here.player.turn == "you"),
    ("r", lambda here: "has forgotten all input" in here.text),
    ("space", lambda here: here.player.paused),
    ("space", lambda here: not here.player.paused),
]


@performed
async def test_single_keys_act_in_keys_mode(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        await here.press("escape")
        await here.sees(" KEYS  1-5 mode", "Space pause", "t take", "g give", "h thru", "r reset", "c timer")
        for key, seen in _KEYS:
            await here.press(key)
            await here.until(lambda seen=seen: seen(here))  # type: ignore[misc]
        await here.press("colon")
        await here.sees("›")
        await here.focuses(here.app.perform.prompt.line)
        await here.has_typed("")


@performed
async def test_key_held_down_goes_on_from_where_it_was(rig: Rig) -> None:
    rig.send("temp 0.3")
    async with console(rig.socket) as here:
        await here.press("escape")
        await here.sees(" KEYS ")
        await here.press(*["minus"] * 5)
        await here.until(lambda: here.player.number("temp") == 0.1)
        await here.press(*["equals_sign"] * 6)
        await here.until(lambda: here.player.number("temp") == 0.7)


@performed
async def test_tab_goes_through_the_panes_that_are_shown(rig: Rig) -> None:
    async with console(rig.socket) as here:
        perform = here.app.perform
        await here.press("escape")
        await here.focuses(perform.meters)
        for pane in (perform.events, perform.meters):
            await here.press("tab")
            await here.focuses(pane)
        await here.press("shift+tab")
        await here.focuses(perform.events)
        await here.press("f7", "tab", "tab")
        for pane in (perform.channels, perform.pending, perform.jobs):
            await here.focuses(pane)
            await here.press("tab")
        await here.press("escape")
        await here.focuses(perform.prompt.line)


@performed
async def test_keys_are_rebound(rig: Rig) -> None:
    keys = {
        "panic": "f10",
        "files": "f3",
        "settings": "f2",
        "mode_battle": "b,B",
        "temp_up": "Ctrl-u",
        "nothing": "x",
    }
    async with console(rig.socket, LARGE, keys) as here:
        await here.sees("F10 PANIC", "F3 files", "F2 set", "[console.keys] nothing: is not an action")
        await here.press("f9")
        await here.frames()
        assert not here.player.paused
        await here.press("f10")
        await here.until(lambda: here.player.paused)
        await here.press("f2")
        await here.sees("SETTINGS")
        await here.press("f3")
        await here.sees("FILES ·")
        await here.press("f1")
        await here.sees("F10")
        await here.press("f1", "escape")
        await here.sees(" KEYS ")
        await here.press("B")
        await here.until(lambda: here.player.mode == "battle")
        await here.press("ctrl+u")
        await here.until(lambda: here.player.number("temp") == 1.1)
        await here.press("3")
        await here.frames()
        await here.press("2", "b")
        await here.until(lambda: here.player.mode == "battle")


@performed
async def test_key_with_two_meanings_is_reported(rig: Rig) -> None:
    async with console(rig.socket, LARGE, {"panic": "f1"}) as here:
        await here.sees("F1 is both help and panic")


@performed
async def test_every_action_does_something(rig: Rig) -> None:
    async with console(rig.socket) as here:
        for action in ACTIONS:
            if action.name not in ("quit", "lock"):
                here.app.do(action.name)
                await here.pilot.pause()
                while len(here.app.screen_stack) > 1:
                    here.app.pop_screen()


@performed
async def test_player_answers_what_is_played(rig: Rig) -> None:
    controller = SimpleUDPClient("127.0.0.1", rig.port)
    async with console(rig.socket) as here:
        controller.send_message("/interface", [0.25, 0.5, 1.0])
        await here.sees("0.25", "1.00")
        await here.sees("PLAYER'S TURN", "0.20", "0.80", "next in")
