"""Keys that are commands for the engine."""

import msgspec
import pytest

from impsy_tui.console.keys.key_commands import KeyCommands
from impsy_tui.console.keys.keymap import Keymap
from impsy_tui.console.keys.parameter_steps import ParameterSteps
from impsy_tui.control.messages import Snapshot
from impsy_tui.language import Program, parse
from tests.support.snapshots import snapshot


def _line(action: str, made: Snapshot | None) -> str | None:
    return KeyCommands(ParameterSteps()).line(action, made)


def _of_three(focus: str) -> Snapshot:
    made = snapshot()
    players = tuple(msgspec.structs.replace(made.players[0], name=name) for name in ("a", "b", "c"))
    return msgspec.structs.replace(made, players=players, focus=focus)


@pytest.mark.parametrize(
    ("line", "own", "key"),
    [
        ("mode battle", {}, "3"),
        ("panic", {}, "F9"),
        ("quit", {}, "Ctrl-Q"),
        ("take", {"f5": "take"}, "F5"),
        ("mode battle", {"3": "reset"}, ""),
        ("unload", {}, ""),
    ],
)
def test_key_of_a_line_is_the_key_in_force(line: str, own: dict[str, str], key: str) -> None:
    assert KeyCommands(ParameterSteps()).key(line, Keymap({}), own) == key


@pytest.mark.parametrize(
    ("action", "line"),
    [("panic", "panic"), ("thru", "thru"), ("pause", "pause"), ("timer", "timer start"), ("mode_duet", "mode duet")],
)
def test_key_command_needs_no_snapshot(action: str, line: str) -> None:
    for made in (None, snapshot()):
        assert _line(action, made) == line
    assert isinstance(parse(line), Program)


def test_toggle_keys_resume_player_and_stop_timer() -> None:
    assert _line("toggle_pause", snapshot(paused=True)) == "resume"
    assert _line("timer", msgspec.structs.replace(snapshot(), timer_runs=True)) == "timer stop"


def test_focus_goes_round() -> None:
    assert _line("next_player", _of_three("b")) == "player c"
    assert _line("next_player", _of_three("c")) == "player a"
    assert _line("previous_player", _of_three("a")) == "player c"
    for made in (None, snapshot()):
        assert _line("next_player", made) is None


def test_steps_wait_for_a_snapshot_to_step_from() -> None:
    assert _line("temp_up", None) is None
    assert _line("temp_up", snapshot()) == "temp 1.1"
    assert _line("palette", snapshot()) is None
