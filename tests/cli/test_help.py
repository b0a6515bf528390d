"""Help pages: order of the panels, and what options state."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from impsy_tui.cli.main import app
from tests.support.engine_process import shell


def test_help_lists_commands_of_performers_first(tmp_path: Path) -> None:
    listed = shell("--help", cwd=tmp_path).stdout
    words = ("Perform", "play", "attach", "run", "init", "status", "send", "Learn", "Ensemble", "Agent", "Tools")
    places = [listed.index(f" {word} ") for word in (*words, "Options")]
    assert places == sorted(places)
    assert "--install-completion" in listed
    assert "--show-completion" not in listed


def test_help_shows_commands_of_performers_on_the_first_screen(tmp_path: Path) -> None:
    screen = shell("--help", cwd=tmp_path, COLUMNS="80").stdout.splitlines()[:24]
    for word in ("play", "attach", "run", "init", "status", "send", "start", "shutdown"):
        assert any(line.startswith(f"│ {word} ") for line in screen), word


def _options() -> Iterator[tuple[str, Any]]:
    """Yields each option of each command that is no switch, with the words of the command."""
    places: list[tuple[str, Any]] = [("impsy-tui", typer.main.get_command(app))]
    for words, command in places:
        places += [(f"{words} {name}", each) for name, each in getattr(command, "commands", {}).items()]
        for each in command.params:
            if (
                each.param_type_name == "option"
                and not each.hidden
                and not (each.is_flag and not each.secondary_opts)
            ):
                yield words, each


def test_every_option_states_its_default() -> None:
    options = list(_options())
    assert len(options) > 80
    without = [
        f"{words} {option.opts[0]}"
        for words, option in options
        if not isinstance(option.show_default, str) and option.default in (None, "") and not option.required
    ]
    assert without == []


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("-h",), "A performance console for intelligent instruments."),
        (("help",), "A performance console for intelligent instruments."),
        (("run", "-h"), "Run the engine in the foreground"),
        *(((group,), f" {group} [OPTIONS] COMMAND") for group in ("agent", "ensemble", "gestures", "service")),
    ],
)
def test_help_is_shown_for_each_usual_way_to_ask(words: tuple[str, ...], shown: str, tmp_path: Path) -> None:
    asked = shell(*words, cwd=tmp_path)
    assert shown in asked.stdout + asked.stderr
    assert "Error" not in asked.stdout + asked.stderr
