"""Text from outside: a terminal never gets it unescaped."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.widgets import Label

from impsy_tui.console.drawing.compositor import SafeCompositor
from impsy_tui.console.screens.page import as_shown
from impsy_tui.text import printable, without_controls

HOSTILE = "a\x1b]0;OWNED\x07b\x9b31mc\x7f\u202ed\u2028e"
ESCAPED = "a\\u001b]0;OWNED\\u0007b\\u009b31mc\\u007f\\u202ed\\u2028e"


def test_printable_writes_control_characters_as_escapes() -> None:
    assert printable(HOSTILE) == ESCAPED
    assert printable("bad name \udcff") == "bad name \\udcff"
    assert printable("one\ntwo") == "one\ntwo"
    assert printable("dé 漢 · ▏ 👩\u200d🎤") == "dé 漢 · ▏ 👩\u200d🎤"
    assert without_controls(HOSTILE) == "a]0;OWNEDb31mcde"


@given(st.text())
def test_printable_leaves_nothing_that_a_terminal_obeys(text: str) -> None:
    for shown in (printable(text), without_controls(text)):
        assert not any(c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160) for c in shown)
        assert not any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in shown)
        shown.encode()


def test_compositor_drops_control_characters_of_every_widget() -> None:
    class Shown(App[None]):
        def compose(self) -> ComposeResult:
            self.screen._compositor = SafeCompositor()
            yield Label(HOSTILE, markup=False)

    async def play() -> None:
        app = Shown()
        async with app.run_test() as pilot:
            await pilot.pause()
            lines = [strip.text for strip in app.screen._compositor.render_strips()]
            assert any("OWNED" in line for line in lines)
            assert all(line.isprintable() for line in lines)

    asyncio.run(play())


def test_cells_of_tables_are_no_markup() -> None:
    assert as_shown("a[/red]b\x1b").plain == "a[/red]b\\u001b"


@pytest.mark.parametrize("command", [["check"], ["plot"], ["send", "load"]])
def test_shell_escapes_what_it_repeats(tmp_path: Path, command: list[str]) -> None:
    socket = ["--socket", str(tmp_path / "none")] if command[0] == "send" else []
    name = "a\x1b]0;OWNED\x07b.h5"
    done = subprocess.run(
        [sys.executable, "-m", "impsy_tui", *command, name, *socket], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode
    assert b"\x1b]0;" not in done.stdout + done.stderr


def test_cli_prints_by_the_one_function_that_escapes() -> None:
    """Drawn output has colours, and the drawing functions escape names."""
    import impsy_tui.cli.main

    drawn = (
        "Console().print(Panel(",
        "terminal.draw(",
        "gesture_scores.draw_text(",
        "maps.draw(",
        "_console.print(printable(",
        "Console(highlight=False).print(Padding(drawn,",
    )
    for file in Path(impsy_tui.cli.main.__file__).parent.rglob("*.py"):
        for line in file.read_text().splitlines():
            if "typer.echo(" in line or "typer.secho(" in line or "print(" in line:
                assert file.name == "text.py" or any(each in line for each in drawn), f"{file.name}: {line}"
