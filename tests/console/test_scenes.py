"""The row of the scenes: its keys, the active scene, and its place at each size of the window."""

from collections.abc import Iterator

import pytest

from tests.console.conftest import Rig
from tests.support.console_app import HUGE, LARGE, SMALL, Console, console, performed


@pytest.fixture
def scenes(rig: Rig) -> Iterator[Rig]:
    """An engine with three scenes, of which the last is active."""
    rig.send("temp 0.5", "scene save quiet", "temp 1.5", "scene save loud", "temp 2", "scene save wild")
    yield rig
    rig.send(*(f"scene delete {name}" for name in ("quiet", "loud", "wild", "loud-2", *map(str, range(12)))))


def _row(here: Console) -> str:
    return next((line for line in here.lines if line.startswith("SCENES")), "")


@pytest.mark.parametrize("size", [SMALL, LARGE, HUGE], ids=str)
def test_key_of_scene_recalls_it_and_marks_it(scenes: Rig, size: tuple[int, int]) -> None:
    @performed
    async def recall() -> None:
        async with console(scenes.socket, size) as here:
            await here.sees("SCENES s  1 quiet   2 loud   3 wild")
            await here.until(lambda: here.snapshot.scene == "wild")
            await here.press("escape", "s")
            await here.sees("1 to 0 recalls a scene")
            await here.press("2")
            await here.until(lambda: here.player.number("temp") == 1.5)
            await here.until(lambda: here.snapshot.scene == "loud")
            assert here.player.mode == "callresponse"
            await here.press("s", "7")
            await here.sees("no scene has the number 7")
            await here.press("2")
            await here.until(lambda: here.player.mode == "polyphony")
            await here.press("s", "escape", "1")
            await here.until(lambda: here.player.mode == "callresponse")
            await here.press("s", "h")
            await here.until(lambda: here.snapshot.thru)
            await here.press("colon", *"undo", "enter", *"undo", "enter", *"undo", "enter", *"undo", "enter")
            await here.until(lambda: here.player.number("temp") == 2.0)
            await here.until(lambda: here.snapshot.scene == "wild")

    recall()


@performed
async def test_scene_row_is_hidden_only_without_scenes(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.press("escape", "s")
        await here.sees("no scene is saved: scene save NAME")
        assert not _row(here)
        await here.press("colon")
        await here.enter("scene save quiet")
        await here.sees("SCENES s  1 quiet")
        await here.enter("scene delete quiet")
        await here.sees("undo restores the scene.")
        await here.press("ctrl+y")
        await here.until(lambda: not _row(here))


@performed
async def test_scene_row_shows_ten_scenes_in_the_order_of_their_file(scenes: Rig) -> None:
    for number in range(8):
        scenes.send(f"scene save {number}")
    async with console(scenes.socket) as here:
        await here.sees("9 5   0 6", "▸ 7")
        assert all(len(line) <= 80 for line in here.lines)
        await here.press("escape", "s", "0")
        await here.until(lambda: here.snapshot.scene == "6")
        await here.misses("▸ 7")


@performed
async def test_scene_row_follows_a_file_that_is_edited(scenes: Rig) -> None:
    file = scenes.folder / "scenes.toml"
    async with console(scenes.socket) as here:
        await here.sees("2 loud")
        file.write_text(file.read_text().replace("[loud", "[loud-2"))
        await here.sees("2 loud-2")
        await here.enter("scene loud-2")
        await here.until(lambda: here.snapshot.scene == "loud-2")
