"""Guide to a new configuration, with the devices of the engine's machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from impsy_tui.config import load_config
from impsy_tui.console.screens.settings import SettingsPage
from impsy_tui.console.screens.setup_questions import SetupDialog
from impsy_tui.control.answers import Ports
from impsy_tui.control.client import connected
from impsy_tui.setup_questions import Question
from tests.console.conftest import PULSE, Rig
from tests.support.channels.jack_server import JackServer, plugged
from tests.support.console_app import SMALL, Console, console, performed
from tests.support.engine_process import EngineProcess
from tests.support.models import constant_model


@pytest.fixture
def studio(jack_server: JackServer, tmp_path: Path) -> Iterator[Rig]:
    """Gives an engine on a machine with a controller and a synthesiser."""
    constant_model(tmp_path / "models" / "pulse.h5", [0.02, 0.2, 0.5, 0.8])
    with plugged("Knobs", played=False), plugged("Synth", heard=False):
        rig = Rig(tmp_path, PULSE)
        yield rig
        rig.close()


def _question(here: Console) -> str:
    shown = here.app.screen._shown if isinstance(here.app.screen, SetupDialog) else None
    return shown.text if isinstance(shown, Question) else ""


async def _asked(here: Console, text: str) -> None:
    """Waits for a question."""
    await here.until(lambda: _question(here).startswith(text))
    await here.sees(text)


async def _choose(here: Console, text: str) -> None:
    """Moves to a choice and takes it."""
    choices = here.app.screen.query_one(OptionList)
    for _ in range(choices.option_count):
        option = choices.highlighted_option
        if option is not None and text in str(option.prompt):
            await here.press("enter")
            return
        await here.press("down")
    raise AssertionError(f"there is no {text} in\n{here.text}")


async def _enter(here: Console, text: str) -> None:
    """Replaces the present line and presses Enter."""
    await here.press(*["backspace"] * len(here.app.screen.query_one(Input).value), *text, "enter")


@performed
async def test_set_up_is_written_next_to_the_one_that_plays(studio: Rig) -> None:
    before = (studio.folder / "config.toml").read_text()
    async with console(studio.socket, SMALL) as here:
        await here.press("f3")
        await here.sees("SETTINGS · ")
        await here.press("escape")
        await here.sees("g guide")
        await here.press("g")
        await _asked(here, "Name of this set-up?")
        await _enter(here, "Two 10")
        await _asked(here, "Which controller do you play?")
        await here.sees("TouchOSC", "4  a MIDI controller", "Esc: leave it, nothing is written")
        await here.press("4")
        await _asked(here, "Which MIDI input?")
        await here.sees("1  Knobs:out", "another, that is not plugged in")
        await _choose(here, "Knobs")
        await _asked(here, "Which instrument sounds?")
        await _choose(here, "a MIDI synthesiser")
        await _asked(here, "Which MIDI output?")
        await here.sees("1  Synth:in")
        await here.press("enter")
        await _asked(here, "Which model plays?")
        await _choose(here, "pulse")
        await _asked(here, "How many faders")
        await _enter(here, "none")
        await here.sees("a whole number from 1 to 1023")
        await _enter(here, "3")
        await here.sees(
            "Write this set-up?", "Knobs:out", "Synth:in", "pulse", "No file is changed", "Ctrl-Y: write it"
        )
        await here.press("enter", "enter")
        await here.frames()
        assert not (studio.folder / "config-2.toml").exists()
        await here.press("ctrl+y")
        made = studio.folder / "config-2.toml"
        await here.sees(
            "The set-up is written", "config-2.toml is made in", "next start", "impsy-tui play -c config-2.toml"
        )
        assert all(len(line) <= 80 for line in here.lines)
        loaded = load_config(made)
        assert not loaded.problems
        assert (loaded.config.title, loaded.config.model.file) == ("Two 10", "pulse.h5")
        (midi,) = loaded.config.midi
        assert (midi.in_device, midi.out_device) == (("Knobs:out",), ("Synth:in",))
        assert len(midi.input["Knobs:out"]) == 3
        assert (studio.folder / "config.toml").read_text() == before
        await here.press("enter")
        await here.until(lambda: isinstance(here.app.screen, SettingsPage))
        await here.press("escape", "escape")
        await here.sees("config-2.toml is made in")
    studio.engine.end()
    again = EngineProcess(studio.folder, before, "-c", "config-2.toml")
    assert again.ready.startswith("ready: pulse (numpy), dimension 4 · callresponse · midi Knobs:out → Synth:in")
    again.end()
    assert again.process.stdout is not None
    again.process.stdout.close()


_STEPS: tuple[tuple[str, str], ...] = (
    ("Name of this set-up?", "enter"),
    ("Which controller do you play?", "2"),
    ("Which instrument sounds?", "3"),
    ("Address of the phone?", "::1"),
    ("Which model plays?", "1"),
    ("How many faders", "enter"),
)


@performed
async def test_every_step_can_be_left_with_nothing_written(rig: Rig) -> None:
    before = sorted(rig.folder.glob("*.toml"))
    async with console(rig.socket, SMALL) as here:
        for left in range(len(_STEPS) + 1):
            await here.enter("guide")
            for number, (text, key) in enumerate(_STEPS):
                await _asked(here, text)
                if number == left:
                    break
                await here.press(*(key if ":" in key else [key]))
                if ":" in key:
                    await here.press("enter")
            else:
                await here.sees("Write this set-up?", "TouchOSC, over the network: ::1")
            await here.press("escape")
            await here.until(lambda: isinstance(here.app.screen, SettingsPage))
            await here.sees("SETTINGS · ", "interaction.mode")
            await here.press("escape", "escape")
            await here.until(lambda: here.app.screen is here.app.perform)
    assert sorted(rig.folder.glob("*.toml")) == before


@performed
async def test_guide_is_found_in_the_palette_and_begins_where_the_settings_are(rig: Rig) -> None:
    async with console(rig.socket, SMALL) as here:
        await here.press("f3")
        await here.sees("SETTINGS · ")
        await here.press("ctrl+p")
        await here.until(lambda: len(here.app.screen_stack) == 3)
        await here.press(*"guide")
        await here.sees("asks about your devices")
        await here.press("enter")
        await _asked(here, "Name of this set-up?")
        await here.press("f2", "f9")  # the dialog stays open, and panic works in a dialog
        await here.until(lambda: here.player.paused)
        assert _question(here)


@performed
async def test_set_up_that_cannot_be_written_says_so(studio: Rig) -> None:
    async with console(studio.socket, SMALL) as here:
        await here.enter("guide")
        await _asked(here, "Name of this set-up?")
        await here.press("enter")
        await _asked(here, "Which controller do you play?")
        await here.press("7")
        await _asked(here, "Which instrument sounds?")
        await here.press("enter")
        await _asked(here, "Which model plays?")
        await _choose(here, "pulse")
        await _asked(here, "How many faders")
        (studio.folder / "models" / "pulse.h5").unlink()
        await here.press("enter")
        await here.sees("Write this set-up?")
        await here.press("ctrl+y")
        await here.sees("Nothing is written", "no model is called pulse")
        await here.press("escape")
        await here.until(lambda: isinstance(here.app.screen, SettingsPage))


@performed
async def test_keys_that_come_too_fast_write_nothing_and_reach_nothing_else(rig: Rig) -> None:
    async with console(rig.socket, SMALL) as here:
        await here.enter("guide")
        await here.until(lambda: isinstance(here.app.screen, SetupDialog))
        await here.burst(*["enter"] * 5)
        await _asked(here, "Name of this set-up?")
        await here.burst(*["enter"] * 30)
        for _ in range(10):
            await here.burst("enter")
        await here.sees("Write this set-up?")
        assert [type(screen) for screen in here.app.screen_stack[1:]] == [SettingsPage, SetupDialog]
        await here.burst(*["enter"] * 5)
        await here.press("escape")
        await here.until(lambda: isinstance(here.app.screen, SettingsPage))
    assert not list(rig.folder.glob("config-*.toml"))


@performed
async def test_ports_are_listed_at_the_prompt(studio: Rig) -> None:
    async with console(studio.socket, (120, 40)) as here:
        await here.enter("ports")
        await here.sees("MIDI inputs:", "Knobs:out", "Synth:in")


def test_ports_are_those_of_the_engines_machine(studio: Rig) -> None:
    done = studio.engine.command("send", "ports")
    assert done.returncode == 0, done.stderr
    inputs, outputs, serial = done.stdout.splitlines()
    assert (inputs, outputs) == ("MIDI inputs:  Knobs:out", "MIDI outputs: Synth:in")
    assert serial.startswith("serial ports:")
    with connected(studio.socket) as client:
        ports = client.ask("ports")
    assert isinstance(ports, Ports)
    assert (ports.inputs, ports.outputs, ports.problem) == (("Knobs:out",), ("Synth:in",), "")
