"""Colours: themes, their files, and none at all."""

import math
import os
import re
from pathlib import Path

import pytest
from pythonosc.udp_client import SimpleUDPClient
from rich.color import Color

from impsy_tui.console.themes import ThemeFolders
from impsy_tui.paths import shipped_folder
from tests.console.conftest import Rig
from tests.support.console_app import LARGE, Console, console, performed

_MINE = (shipped_folder("themes") / "amber.toml").read_text()


def _colours(here: Console) -> set[Color | None]:
    """Returns all colours on the screen."""
    found = set()
    for strip in here.app.screen._compositor.render_strips():
        for segment in strip:
            if segment.style is not None:
                found |= {segment.style.color, segment.style.bgcolor}
    return found


def _has(here: Console, colour: str) -> bool:
    return Color.parse(colour) in _colours(here)


@performed
async def test_themes_are_changed_by_name(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        await here.until(lambda: _has(here, "#ffaf00"))
        for name, colour in (("contrast", "#ffff00"), ("stage", "#d75f00"), ("amber", "#ffaf00")):
            await here.enter(f"theme {name}")
            await here.until(lambda colour=colour: _has(here, colour))  # type: ignore[misc]
        await here.enter("theme stage")
        await here.until(lambda: not _has(here, "#ffaf00"))
        for page in ("f1", "f2", "f3", "f4"):
            await here.press(page)
            await here.frames()
            assert not _has(here, "#ffaf00")
        await here.press("escape", "escape")
        await here.enter("theme nothing")
        await here.sees("no theme is called nothing: there are amber, contrast, projector, sixteen, stage")
        assert not _has(here, "#ffaf00")


@performed
async def test_theme_of_sixteen_colours_uses_no_other(rig: Rig) -> None:
    async with console(rig.socket, theme="sixteen") as here:
        await here.until(lambda: _has(here, "bright_yellow"))
        await here.type("mode")
        for page in ("", "f1", "f2", "f3", "f4"):
            if page:
                await here.press(page)
            await here.frames()
            others = {colour.name for colour in _colours(here) if colour and colour.is_system_defined is False}
            assert not others, page
        await here.press("escape", "escape")
        await here.enter("shutdown")
        await here.sees("End the engine?", "threshold")  # the strip stays visible behind a question
        await here.press("escape", "ctrl+p")
        await here.sees("mode battle", "threshold")


@performed
async def test_screen_below_a_dialog_keeps_its_colours(rig: Rig) -> None:
    theme = [Color.parse(colour).get_truecolor() for colour in re.findall(r'"(#\w+)"', _MINE)]
    async with console(rig.socket) as here:
        for keys, seen in ((["f8"], "PAUSED"), ([*"shutdown", "enter"], "End the engine?")):
            await here.press(*keys)
            await here.sees(seen, "CALLRESPONSE")
            shown = [each.triplet for each in _colours(here) if each and each.triplet]
            # Textual rounds some shares of a colour down.
            assert all(min(math.dist(one, each) for each in theme) < 2 for one in shown), seen
        await here.press("escape", "ctrl+p")
        await here.sees("mode battle", "CALLRESPONSE")


@performed
async def test_theme_of_ones_own_is_read_again_when_its_file_changes(rig: Rig, tmp_path: Path) -> None:
    file = tmp_path / "themes" / "mine.toml"
    file.parent.mkdir()
    file.write_text(_MINE.replace('text = "#ffaf00"', 'text = "#123456"'))
    async with console(rig.socket, LARGE) as here:
        await here.type("theme mi")
        await here.press("tab", "enter")
        await here.until(lambda: _has(here, "#123456"))
        file.write_text(_MINE.replace('text = "#ffaf00"', 'text = "#abcdef"'))
        os.utime(file, (1, 1))
        await here.until(lambda: _has(here, "#abcdef") and not _has(here, "#123456"))
        await here.press("f1")
        await here.frames()
        assert not _has(here, "#123456")
        file.write_text(_MINE.replace('text = "#ffaf00"', 'text = "mauve-ish"'))
        os.utime(file, (2, 2))
        await here.press("escape", "escape")
        await here.sees("text = 'mauve-ish' is not a colour such as #ffb000 or bright_yellow")
        assert _has(here, "#abcdef")
        file.write_text("text = ")
        os.utime(file, (3, 3))
        await here.sees("cannot be read")
        file.unlink()
        await here.sees("no theme is called mine")
        assert _has(here, "#abcdef")


@performed
async def test_broken_theme_at_the_start_is_reported_and_the_standing_one_taken(rig: Rig) -> None:
    async with console(rig.socket, LARGE, theme="nowhere") as here:
        await here.sees("no theme is called nowhere")
        assert _has(here, "#ffaf00")


@performed
async def test_bars_without_colour_differ_by_their_glyphs(
    rig: Rig, wide_rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with console(rig.socket) as here:

        def plays() -> bool:
            """Plays again and again: a value is stale after two seconds, before a busy machine shows it."""
            SimpleUDPClient("127.0.0.1", rig.port).send_message("/interface", [0.5, 0.5, 0.5])
            return "████" in here.text

        await here.until(plays)
        await here.sees("▓▓▓", "····")
        await here.sees("▒▒▒")
        await here.sees("TURN")
        for page in ("", "f1", "f2", "f3", "f4"):
            if page:
                await here.press(page)
            await here.frames()
            assert _colours(here) <= {None, Color.default()}, page
    async with console(wide_rig.socket) as here:
        await here.sees("▄▄", "··")
        assert _colours(here) <= {None, Color.default()}


@performed
async def test_selected_row_without_colour_is_reversed(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with console(rig.socket, LARGE) as here:
        for key, selected, other in (("ctrl+p", "mode callresponse", "mode polyphony"), ("f3", "title", "owner")):
            await here.press(key)
            await here.until(lambda row=selected: _is_reversed(here, row))  # type: ignore[misc]
            assert not _is_reversed(here, other)
            await here.press("escape")
        await here.press("escape")
        await here.enter("guide")
        await here.sees("Name of this set-up?")
        await here.press("enter")
        await here.sees("Which controller do you play?")
        await here.until(lambda: _is_reversed(here, "1  "))
        assert not _is_reversed(here, "2  ")


@pytest.mark.parametrize("theme", ["amber", "sixteen"])
@performed
async def test_words_are_never_as_faint_as_rules(rig: Rig, theme: str) -> None:
    faint = ThemeFolders().load(theme).faint.color
    async with console(rig.socket, LARGE, theme=theme) as here:
        for page in ("", "f6", "f1", "f2", "f3", "f4"):
            if page:
                await here.press(page)
            await here.frames()
            assert _words(here, faint) == "", page


def _is_reversed(here: Console, text: str) -> bool:
    """Returns True if the first row with a text has it reversed."""
    for strip in here.app.screen._compositor.render_strips():
        for segment in strip:
            if text in segment.text:
                return segment.style is not None and bool(segment.style.reverse)
    return False


def _words(here: Console, colour: Color | None) -> str:
    """Returns the letters in a colour; the names of pages in rules do not count."""
    segments = [segment for strip in here.app.screen._compositor.render_strips() for segment in strip]
    coloured = [one.text for one in segments if one.style is not None and one.style.color == colour]
    return "".join(filter(str.isalnum, "".join(text for text in coloured if "─" not in text)))
