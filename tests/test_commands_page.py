"""The reference page says what the table says."""

import subprocess
import sys
from pathlib import Path

from impsy_tui.language import COMMANDS, Program, parse
from impsy_tui.language.parse import read_macros
from impsy_tui.language.syntax import SYNTAX

ROOT = Path(__file__).parents[1]


def test_the_reference_page_is_as_the_table_is() -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "scripts" / "commands.py"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert page == made, "scripts/make-commands writes it anew"
    for command in COMMANDS.values():
        assert f"`{command.usage}`" in page


def test_what_the_page_and_the_help_tell_of_the_language_can_be_typed() -> None:
    for example, _ in SYNTAX:
        if not example.startswith("over after"):
            assert isinstance(parse(example, read_macros(())), Program), example
