"""The pages: files, settings, the rig check and help; and the command palette."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from impsy_tui.console.keys.legend import LEGEND
from impsy_tui.console.screens.help import HelpText
from impsy_tui.key_actions import ACTIONS
from impsy_tui.language.commands import COMMANDS
from impsy_tui.modes import MODES
from tests.console.conftest import PULSE, Rig, write_log
from tests.support.console_app import HUGE, LARGE, SMALL, Console, console, performed
from tests.support.models import constant_model

_TITLE = "Four faders, a small model of pulses, and a title that is long"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Rig]:
    """Gives an engine with files of a user."""
    for name in ("pulse", "higher", "lower"):
        constant_model(tmp_path / "models" / f"{name}.h5", [0.02, 0.2, 0.5, 0.8])
    write_log(tmp_path / "logs" / "first-4d-mdrnn.log", 3)
    write_log(tmp_path / "logs" / "other-4d-mdrnn.log", 3, events=30)
    rig = Rig(tmp_path, f'title = "{_TITLE}"\n{PULSE}')
    yield rig
    rig.close()


async def _choose(here: Console, name: str) -> None:
    """Moves the cursor of the list to a row."""
    table = here.app.screen.query_one("DataTable")
    await here.press("ctrl+home")
    for _ in range(100):
        row = table.get_row_at(table.cursor_row) if table.row_count else ()
        if any(str(cell) == name for cell in row):
            return
        await here.press("down")
    raise AssertionError(f"there is no {name} in\n{here.text}")


# Files


@performed
async def test_files_are_listed_drawn_loaded_and_auditioned(archive: Rig) -> None:
    async with console(archive.socket, LARGE) as here:
        await here.press("f2")
        await here.sees("FILES · 2 logs, 0 datasets, 8 models", "first-4d-mdrnn", "pulse", "kind", "time")
        await _choose(here, "first-4d-mdrnn")
        assert any(re.search(r"log +first-4d-mdrnn +4 ", line) for line in here.lines)
        await here.sees("log · dimension 4", "120 events · 11s", "x1", "x3", "you  ", "▁", "█")
        await here.press("escape", "l")
        await here.sees("choose a model to load")
        await here.press("3")
        await here.misses("first-4d-mdrnn  ")
        await _choose(here, "higher")
        await here.press("l")
        await here.sees("FILES · higher plays, dimension 4")
        await here.until(lambda: here.player.model == "higher")
        await _choose(here, "lower")
        await here.press("a")
        await here.until(lambda: here.snapshot.audition is not None and here.snapshot.audition.model == "lower")
        await _choose(here, "agent-fm")
        await here.press("a")
        await here.sees("FILES · agent-fm listens and plays in silence")
        await here.press("1")
        await here.misses("higher    ")
        await here.press("0")
        await here.sees("first-4d-mdrnn", "higher")


@performed
async def test_files_page_renames_and_deletes_a_file(archive: Rig) -> None:
    async with console(archive.socket, SMALL) as here:
        await here.press("f2")
        await here.sees("FILES · 2 logs")
        await _choose(here, "lower")
        await here.press("escape", "r")
        await here.page_typed("rename model lower lower")
        await here.press("enter")
        await here.sees("lower exists already")
        await here.press(*["backspace"] * 5, "d", "e", "e", "p", "enter")
        await here.until((archive.folder / "models" / "deep.h5").exists)
        await here.sees("deep  ")
        await here.press("escape", "d")  # the cursor stays on the renamed file
        await here.sees("Delete model deep?", "moves to the trash", "Ctrl-Y: delete")
        await here.press("enter", "enter", "escape")
        await here.misses("Delete model deep?")
        assert (archive.folder / "models" / "deep.h5").exists()
        await here.press("d", "ctrl+y")
        await here.until(lambda: not (archive.folder / "models" / "deep.h5").exists())
        await here.misses("deep  ")
        await here.press("colon", *"restore", "enter")
        await here.until((archive.folder / "models" / "deep.h5").exists)
        await here.sees("deep  ")
        await _choose(here, "pulse")
        await here.press("escape", "delete", "ctrl+y")
        await here.sees("FILES · pulse stays as it is: it plays now")


@performed
async def test_files_page_exports_a_log_and_begins_an_import(archive: Rig) -> None:
    async with console(archive.socket, SMALL) as here:
        await here.press("f2")
        await here.sees("FILES · 2 logs")
        await _choose(here, "pulse")
        await here.press("escape", "e")
        await here.sees("choose a log to export")
        await _choose(here, "first-4d-mdrnn")
        await here.press("e")
        await here.sees("job 1 writes first-4d-mdrnn.mid into")
        await here.press("i")
        await here.page_typed("import ")


@performed
async def test_files_page_makes_a_dataset_and_offers_to_train_on_it(archive: Rig) -> None:
    async with console(archive.socket, SMALL) as here:
        await here.press("f2")
        await here.sees("FILES · 2 logs")
        await _choose(here, "first-4d-mdrnn")
        await here.press("escape", "n")
        await here.page_typed("dataset 4")
        await here.press("enter")
        await here.sees("training-dataset-4d", "1 dataset,")
        await _choose(here, "training-dataset-4d")
        await here.press("escape", "enter")
        await here.page_typed("train s on training-dataset-4d epochs 16 patience 10")
        await here.press("ctrl+c", *"train gigantic", "enter")
        await here.sees("'gigantic'")
        await here.press("escape", "escape")
        await here.sees("CALLRESPONSE", "›")


@pytest.mark.parametrize("size", [SMALL, LARGE, HUGE], ids=str)
def test_files_page_shows_the_file_under_the_cursor_at_once(archive: Rig, size: tuple[int, int]) -> None:
    @performed
    async def shown() -> None:
        async with console(archive.socket, size) as here:
            await here.press("f2")
            await here.sees("FILES · 2 logs", "x1", "you  ", "today")
            first = here.app.screen.query_one("DataTable").region
            await here.press("down")
            await here.until(lambda: sum(events in here.text for events in ("120 events", "30 events")) == 1)
            await here.sees("x3", "you  ")
            await _choose(here, "agent-fm")
            await here.sees("model · dimension", "npz")
            await here.misses("you  ")
            assert here.app.screen.query_one("DataTable").region == first
            await here.press("escape", "slash", *"first-4d")
            await here.sees("/first-4d_ 1 of 10", "120 events · 11s", "you  ")
            await here.misses("agent-fm  ")
            await here.press("escape")
            await here.sees("agent-fm  ", "Esc / filter")
            assert all(len(line) <= size[0] for line in here.lines)

    shown()


@performed
async def test_files_page_shows_one_row_for_the_files_of_a_model(archive: Rig) -> None:
    models = archive.folder / "models"
    (models / "higher.tflite").write_bytes((models / "higher.h5").read_bytes())
    async with console(archive.socket, LARGE) as here:
        await here.press("f2")
        await here.sees("FILES · 2 logs, 0 datasets, 8 models", " musicMDRNN-dim9-layers2-units64-mixtures5-scale10 ")
        await _choose(here, "higher")
        await here.sees("model · dimension 4", "tflite h5")


# Settings


@performed
async def test_setting_is_changed_in_its_file_and_a_wrong_value_stays_to_be_put_right(archive: Rig) -> None:
    async with console(archive.socket, LARGE) as here:
        await here.press("f3")
        await here.sees("SETTINGS", "interaction.threshold", "config.toml", f'in force: "{_TITLE}"')
        await _choose(here, "interaction.threshold")
        await here.sees("seconds of silence before the player answers", "allowed: a number, 0 to 3600 s")
        await here.press("escape", "enter")
        await here.page_typed("set interaction.threshold 0.2")
        await here.press(*["backspace"] * 3, "-", "1", "enter")
        await here.sees("0 to 3600 s")
        await here.page_typed("set interaction.threshold -1")
        await here.press(*["backspace"] * 2, "1", ".", "5", "enter")
        await here.until(lambda: here.player.number("threshold") == 1.5)
        await here.until(lambda: "threshold = 1.5" in (archive.folder / "config.toml").read_text())
        await here.until(lambda: any(re.search(r"interaction.threshold +1.5 ", line) for line in here.lines))
        await here.press("escape")
        await here.press("c")
        await here.misses("description")
        await here.sees("interaction.mode")
        await here.press("escape")
        await here.sees("interaction.threshold", "active now")


# Rig check


@performed
async def test_rig_check_looks_at_everything(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.press("f4")
        for name in ("osc", "model", "log", "timing", "disk", "socket", "clock", "system"):
            await here.until(lambda name=name: re.search(rf"[✓!✗] {name} ", here.text))  # type: ignore[misc]
        await here.until(lambda: "RIG CHECK · everything is ready" in here.text or "RIG CHECK · look at" in here.text)
        rig.send("load higher")
        await here.press("escape", "u")
        await here.sees("higher, dimension 4")


# Help


@performed
async def test_help_tells_every_command_every_key_and_every_mode(rig: Rig) -> None:
    async with console(rig.socket, keys={"panic": "f10"}) as here:
        await here.press("f1")
        await here.sees("THE SCREEN")
        text = here.app.screen.query_one(HelpText)
        told = "\n".join("".join(piece for piece, _ in line) for line in text._lines)
        for command in COMMANDS.values():
            assert f"\n  {command.name}" in told
            assert "".join(command.usage.split()) in "".join(told.split())
            assert " ".join(command.example.split()) in " ".join(told.split())
        for action in ACTIONS:
            assert f"· {action.name}" in " ".join(told.split())
        for mode in MODES:
            assert f"\n  {mode} " in told
        assert "\n  F10 " in told
        assert "\n  F9 " not in told
        await here.press("end")
        await here.sees("AT THE PROMPT", "Ctrl-R")
        assert all(len(line) <= 80 for line in here.lines)


@performed
async def test_help_begins_with_legend_of_screen(rig: Rig) -> None:
    signs = " ".join(sign for sign, _ in LEGEND)
    shown = ("● REC", "temp", "sigma", "speed", "disk", "up", "● link", "YOUR TURN")
    async with console(rig.socket, LARGE) as here:
        await here.sees(*shown)
        assert all(word in signs for word in shown)
        await here.press("f1")
        await here.sees("THE SCREEN", "● REC 105", "NO LINK", "NO ENGINE")


@performed
async def test_help_finds_word_and_goes_to_next_group(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.press("f1", "escape", *"/REC", *"xxx")
        await here.sees("/RECxxx_ 0 of")
        await here.press(*["backspace"] * 3)
        await here.sees("● REC 105", "/REC_ ", "recalls one; scene")
        await here.press("escape", "tab", "tab", "tab")
        await here.sees("KEYS")
        await here.press("shift+tab")
        await here.press("colon", *"temp 1.25", "enter")
        await here.until(lambda: here.player.parameters["temp"] == 1.25)


@performed
async def test_help_leaves_out_keys_that_are_bound_to_lines(rig: Rig) -> None:
    async with console(rig.socket, LARGE) as here:
        await here.enter("bind f5 reset")
        await here.until(lambda: here.snapshot.keys.get("f5") == "reset")
        await here.press("f1")
        await here.sees("HELP")
        text = here.app.screen.query_one(HelpText)
        told = ["".join(piece for piece, _ in line) for line in text._lines]
        assert [line.split()[0] for line in told if line.endswith("· meters")] == ["-"]
        assert [line.split() for line in told if line.startswith("  F5 ")] == [["F5", "reset"]]
        rig.send("unbind f5")


# Palette


@performed
async def test_palette_carries_out_whole_commands_and_begins_others(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.press("ctrl+p")
        await here.until(lambda: len(here.app.screen_stack) == 2)
        await here.press(*"mode battle")
        await here.sees("mode battle         3      the player plays alone from its own output")
        await here.press("enter")
        await here.until(lambda: here.player.mode == "battle")
        await here.press("f2")
        await here.sees("FILES ·")
        await here.press("ctrl+p")
        await here.until(lambda: len(here.app.screen_stack) == 3)
        await here.press("s", "i", "g", "m", "a")
        await here.sees("sigma …")
        await here.press("enter")
        await here.has_typed("sigma ")
        await here.sees("› sigma", "● osc")
        await here.type("0.5")
        await here.press("enter")
        await here.until(lambda: here.player.number("sigma") == 0.5)


@performed
async def test_escape_leaves_the_palette(rig: Rig) -> None:
    async with console(rig.socket) as here:
        await here.press("ctrl+p", "escape")
        await here.until(lambda: len(here.app.screen_stack) == 1)
        assert not here.app.perform.keys_mode
