"""The help opens at the command at the cursor, or at the pane with the focus."""

import pytest

from impsy_tui.console.keys.legend import PANES
from impsy_tui.console.screens.help_topic import topic_at
from tests.console.conftest import Rig
from tests.support.console_app import HUGE, LARGE, SMALL, Console, console, performed


@pytest.mark.parametrize(
    ("line", "topic"),
    [
        ("temp 1.|3", "temp"),
        ("te|mp 1.3", "temp"),
        ("temp 1; sig|ma 0.1", "sigma"),
        ("over 8s temp 1.5| sigma 0.02", "temp"),
        ("over 8|s temp 1.5", "over"),
        ("scene save|", "scene save"),
        ("cancel jo|b", "cancel job"),
        ("mode bat|tle", "battle"),
        ("after 10s drop|", "drop"),
        ("nothing like it|", ""),
        ("|", ""),
    ],
)
def test_topic_is_the_command_at_the_cursor(line: str, topic: str) -> None:
    assert topic_at(line.replace("|", ""), line.index("|"), {"drop"}) == topic


def _marked(here: Console, text: str) -> bool:
    """Returns True if a line with this text is marked on the screen."""
    block = here.app.perform.strip.palette.text_block
    return any(
        segment.style is not None and segment.style.bgcolor == block.bgcolor and text in segment.text
        for strip in here.app.screen._compositor.render_strips()
        for segment in strip
    )


@pytest.mark.parametrize("size", [SMALL, LARGE, HUGE], ids=str)
def test_help_opens_at_the_word_and_at_the_pane(rig: Rig, size: tuple[int, int]) -> None:
    @performed
    async def opened() -> None:
        async with console(rig.socket, size) as here:
            await here.type("over 8s sigma 0.1")
            await here.press("f1")
            await here.sees("HELP", "sigma TEMPERATURE|trained")
            await here.until(lambda: _marked(here, "sigma TEMPERATURE|trained"))
            await here.press("f1", "ctrl+c", "f1")
            await here.sees("Type a command and Enter")
            await here.press("f1", "escape", "tab")
            while here.app.focused is not here.app.perform.events:
                await here.press("tab")
            await here.press("f1")
            await here.until(lambda: _marked(here, "events"))
            await here.press("f2", "f1")
            await here.until(lambda: _marked(here, "files"))

    opened()


@performed
async def test_help_explains_each_pane_and_page(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        topics = {pane for pane, _ in PANES}
        perform = here.app.perform
        panes = (perform.meters, perform.ensemble, perform.players, perform.agent, perform.channels, perform.pending)
        assert {pane.id for pane in (*panes, perform.jobs, perform.scenes, perform.events)} < topics
        for key in ("f2", "f3", "f4"):
            await here.press(key)
            assert here.app.screen.topic in topics  # type: ignore[attr-defined]


@performed
async def test_titles_of_panes_carry_their_keys(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        await here.sees("CHANNELS ─", "─ F7", "EVENTS ─", "─ F6")
    async with console(rig.socket, LARGE, {"events": "f11"}) as here:
        await here.sees("EVENTS ─", "─ F11")
