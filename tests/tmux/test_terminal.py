"""Console in a terminal: start, end, kill, change of size, and the terminal after it."""

import os
import re
import shlex
import signal
import sys
from pathlib import Path

import pytest
import textual

from tests.support.terminal import IMPSY, PATIENCE, Terminal
from tests.support.waiting import wait_until


def _gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_play_starts_an_engine_that_outlives_every_console(terminal: Terminal) -> None:
    terminal.impsy("play -c config.toml")
    terminal.sees("BATTLE", "pulse", "x3", "›", "F9 PANIC")
    engine, console = terminal.engine(), terminal.console
    assert os.getsid(engine) == engine != os.getsid(console)
    terminal.type("temp 1.3")
    terminal.sees("temp 1.30")

    # The performer leaves the console and comes back.
    terminal.press("C-q")
    terminal.sees("the engine plays on: impsy-tui attach comes back to it", "shell>")
    terminal.is_a_shell_again("left")
    terminal.impsy("attach")
    terminal.sees("BATTLE", "temp 1.30", "› temp 1.3")

    # After SIGTERM, the terminal is as before.
    os.kill(terminal.console, signal.SIGTERM)
    terminal.sees("shell>")
    terminal.is_a_shell_again("ended")

    # After SIGKILL, the engine still runs.
    terminal.impsy("attach")
    terminal.sees("BATTLE")
    os.kill(terminal.console, signal.SIGKILL)
    terminal.sees("Killed")
    before = terminal.snapshot().players[0].played
    terminal("new-window", "sh")
    terminal.sees("shell>")
    terminal.impsy("play -c config.toml")
    terminal.sees("BATTLE", "temp 1.30")
    wait_until(lambda: terminal.snapshot().players[0].played > before, PATIENCE)

    # The terminal is closed.
    console = terminal.console
    terminal("kill-server")
    wait_until(lambda: _gone(console), PATIENCE)
    before = terminal.snapshot().players[0].played
    wait_until(lambda: terminal.snapshot().players[0].played > before, PATIENCE)
    assert terminal.engine() == engine


def test_window_of_another_size(terminal: Terminal) -> None:
    terminal.impsy("play")
    terminal.sees("● osc", "F9 PANIC")
    terminal("resize-window", "-x", "40", "-y", "10")
    wait_until(lambda: "● osc" not in terminal.text and "x3" in terminal.text, PATIENCE)
    terminal.sees("BATTLE", "x1", "›")
    assert all(len(line) <= 40 for line in terminal.text.splitlines())
    terminal("resize-window", "-x", "120", "-y", "40")
    terminal.sees("CHANNELS", "EVENTS", "F12 lock")
    terminal("resize-window", "-x", "80", "-y", "24")
    terminal.sees("● osc", "F9 PANIC", "0.80")


def test_terminal_of_sixteen_colours_gets_no_others(terminal: Terminal) -> None:
    terminal.impsy("play --theme sixteen", before="TERM=screen")
    terminal.sees("BATTLE", "0.80")
    terminal.type("mode battle")
    terminal.press("F2")
    terminal.sees("FILES ·")
    coloured = terminal("capture-pane", "-p", "-e")
    terminal.press("C-p")
    terminal.sees("mode battle", "the player plays alone from its own output")
    coloured += terminal("capture-pane", "-p", "-e")
    assert not re.search(r"[34]8[;:][25]", coloured)
    assert re.search("\x1b\\[[0-9;]*9[0-7]", coloured)


def test_console_without_colour_sends_no_colour(terminal: Terminal) -> None:
    terminal.impsy("play", before="NO_COLOR=1")
    terminal.sees("BATTLE", "0.80", "▓▓")
    terminal.press("F3")
    terminal.sees("SETTINGS", "in force")
    coloured = terminal("capture-pane", "-p", "-e")
    assert not re.search("\x1b\\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;:m]", coloured)


def test_console_of_an_engine_that_died_shows_what_it_printed_and_says_that_none_runs(terminal: Terminal) -> None:
    terminal.impsy("play")
    terminal.sees("BATTLE", "F9 PANIC")
    output = terminal.folder / "logs" / "engine.out"
    with output.open("a") as out:
        out.write("out of memory, says the system\n")
    os.kill(terminal.engine(), signal.SIGKILL)
    terminal.sees("NO ENGINE", "the engine printed last: out of memory, says the system")
    terminal.press("C-q")
    terminal.sees("no engine runs: impsy-tui starts one", "shell>")


def test_console_is_drawn_in_a_locale_that_is_not_utf8(terminal: Terminal) -> None:
    terminal.impsy("play", before="PYTHONUTF8=0 PYTHONIOENCODING=iso8859-1")
    terminal.sees("BATTLE", "›", "●")
    terminal.press("C-q")
    terminal.sees("shell>")


def test_attach_without_a_terminal_prints_the_status(terminal: Terminal) -> None:
    terminal.impsy("play")
    terminal.sees("BATTLE")
    terminal.press("C-q")
    terminal.sees("the engine plays on")
    socket = shlex.quote(str(terminal.engine_socket))
    terminal.type(f"clear; {IMPSY} attach --socket {socket} 2> errors.txt")
    terminal.sees("mode      battle", "shell>")
    terminal.is_a_shell_again("left")
    assert (terminal.folder / "errors.txt").read_text() == ""


def test_attach_without_an_engine_names_the_line_that_starts_one(terminal: Terminal) -> None:
    terminal.impsy("attach")
    terminal.sees("no engine runs", "start one with impsy-tui run", "shell>")
    (terminal.folder / "config.toml").write_text("[osc]\nserver_port = -1\n")
    terminal.impsy("play")
    terminal.sees("the engine did not start", "server_port", "shell>")


_PRIVATE_NAMES = {
    "_get_renders": "_renders_of",
    "_regions_to_spans": "_spans_of_regions",
    "_background_screens": "_screens_behind",
    "_writer_thread": "_writing_thread",
    "_character_to_key": "_key_of",
    "_sequence_to_key_events": "_keys_of_sequence",
    "_on_key": "on_key",
    "_on_paste": "on_paste",
    "XTermParser": "TerminalParser",
}
"""Private names of Textual, and names that a later Textual could have in their place."""


def _renamed_textual(folder: Path, names: dict[str, str]) -> None:
    """Copies Textual into a folder, with other private names."""
    (source,) = textual.__path__
    for file in Path(source).rglob("*"):
        if file.suffix not in (".py", ".tcss", ".scm"):
            continue
        text = file.read_text(encoding="utf-8")
        path = str(file.relative_to(Path(source).parent))
        for name, other in names.items():
            if not name.startswith("_on_") or file.name == "_input.py":  # other widgets keep their handlers
                text = re.sub(rf"\b{name}\b", other, text)
                path = re.sub(rf"\b{name}\b", other, path)
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("names", [_PRIVATE_NAMES, _PRIVATE_NAMES | {"_compositor": "_composition"}])
def test_console_runs_on_a_textual_with_other_private_names(terminal: Terminal, names: dict[str, str]) -> None:
    other = terminal.folder / "other"
    _renamed_textual(other, names)
    terminal.type(f"export PYTHONPATH={shlex.quote(str(other))}")
    terminal.type(f"{shlex.quote(sys.executable)} -c 'import textual; print(textual.__path__[0][-14:])'")
    terminal.sees("/other/textual")
    terminal.impsy("play")
    terminal.sees("BATTLE", "pulse", "›")
    terminal.type("temp 1.3")
    terminal.sees("temp 1.30")
    terminal.press("F1")
    terminal.sees("HELP", "THE SCREEN")
    terminal.press("F1")
    terminal.sees("BATTLE")
    terminal.press("F9")
    terminal.sees("PAUSED")
    terminal.press("C-q")
    terminal.sees("the engine plays on", "comes back to it\nshell>")
    terminal.is_a_shell_again("done")
