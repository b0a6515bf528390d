"""Messages, answers and help at 80 columns: no character is lost."""

import re
from typing import Any

import pytest
from rich.cells import cell_len
from textual.geometry import Size

from impsy_tui.console.drawing.lines import Line
from impsy_tui.console.drawing.list_filter import ListFilter
from impsy_tui.console.keys.keymap import Keymap
from impsy_tui.console.keys.legend import LEGEND, SYMBOLS
from impsy_tui.console.screens.help import HelpText
from impsy_tui.console.screens.page import Page
from impsy_tui.console.themes import ThemeFolders
from impsy_tui.console.widgets.event_log import Entry, EventLog
from impsy_tui.control.client import connected
from impsy_tui.key_actions import ACTIONS
from impsy_tui.language.commands import COMMANDS
from impsy_tui.language.syntax_examples import SYNTAX
from impsy_tui.modes import MODES
from tests.console.conftest import Rig
from tests.test_messages import MESSAGES

WIDTH = 80
PALETTE = ThemeFolders().load("amber")
MORE = "… F6 shows all"
_STAMPED = len("12:00:00 ✗ ")
_NOT_RUN = {"shutdown", "trash empty", "calibrate"}
"""Commands that end the engine, empty the trash, or need a microphone."""


class Log(EventLog):
    """Event log of a height without a screen."""

    def __init__(self, height: int) -> None:
        super().__init__(PALETTE, "F6")
        self._height = height

    @property
    def size(self) -> Size:
        """Size of the log."""
        return Size(WIDTH, self._height)


class Help(HelpText):
    """Text of the help in a number of columns, without a screen."""

    def __init__(self, width: int) -> None:
        super().__init__(PALETTE, Keymap({}), ListFilter(lambda: None), "")
        self._width = width

    @property
    def size(self) -> Size:
        """Size of the text."""
        return Size(self._width, 1000)


def packed(text: str) -> str:
    """Returns a text without spaces, which wrapping changes."""
    return "".join(text.split())


def texts(lines: list[Line]) -> list[str]:
    rows = ["".join(text for text, _ in line) for line in lines]
    assert [row for row in rows if cell_len(row) > WIDTH] == []
    return rows


def logged(level: str, text: str, height: int) -> list[str]:
    """Returns an entry in a log of a height, without its time and mark."""
    log = Log(height)
    log.add(Entry(0.0, level, "", text))
    return [row[_STAMPED:] for row in texts(log._lines) if row]


def test_event_log_shows_all_of_every_message() -> None:
    lost = []
    for message in MESSAGES:
        text = message.text.replace("…", "a-longer-name")
        if packed(text) not in packed("".join(logged("error", text, 3))):
            lost.append(f"{message.place}: {text}")
    assert lost == []


def test_event_log_lets_wrapped_lines_begin_below_each_other() -> None:
    _, *rows = logged("info", "a long event " * 20, 10)
    assert len(rows) == 4
    assert [len(row) - len(row.lstrip()) for row in rows] == [0, 2, 2, 2]


@pytest.fixture(scope="module")
def answers(_shared_rig: Rig) -> dict[str, str]:
    """Answers of an engine to the example of every command."""
    found = {}
    with connected(_shared_rig.socket) as client:
        for command in COMMANDS.values():
            if command.name not in _NOT_RUN and not command.console:
                found[command.example] = client.command(command.example).text
            found[f"help {command.name}"] = client.command(f"help {command.name}").text
    return found


def test_every_command_answers(answers: dict[str, str]) -> None:
    assert len(answers) > 150
    assert [line for line, answer in answers.items() if not answer.strip()] == []


def test_event_log_shows_all_of_every_answer_on_its_pages(answers: dict[str, str]) -> None:
    lost = []
    for line, answer in answers.items():
        seen = packed("".join(logged("reply", answer, 400)))
        if not seen.endswith(packed(answer)):
            lost.append(line)
    assert lost == []


def test_event_log_says_where_the_rest_of_an_answer_is(answers: dict[str, str]) -> None:
    cut = {}
    for line, answer in answers.items():
        rows = logged("reply", answer, 3)
        if packed(answer) not in packed("".join(rows)) and not rows[-1].endswith(MORE):
            cut[line] = rows
    assert cut == {}


def _explained() -> Any:
    """Yields the texts that the help explains."""
    for command in COMMANDS.values():
        yield from (command.usage, command.help, command.example)
    for action in ACTIONS:
        yield from (action.help, action.name)
    for mode in MODES.values():
        yield from (mode.name, mode.help)
    for pairs in (SYNTAX, SYMBOLS, LEGEND):
        for sign, meaning in pairs:
            yield from (sign, meaning)


@pytest.mark.parametrize("width", [40, 60, WIDTH])
def test_help_shows_all_of_every_line(width: int) -> None:
    shown = Help(width)
    shown.redraw()
    assert max(cell_len("".join(text for text, _ in line)) for line in shown._lines) <= width
    seen = packed("".join(texts(shown._lines)))
    assert [text for text in _explained() if packed(text) not in seen] == []


@pytest.mark.parametrize("page", Page.__subclasses__())
def test_keys_of_a_page_fit_their_lines(page: type[Page]) -> None:
    assert page.KEYS_TEXT.count("\n") < 2
    assert [row for row in page.KEYS_TEXT.split("\n") if cell_len(row) > WIDTH - len(" KEYS  ")] == []


def test_time_and_mark_of_an_entry_have_a_fixed_width() -> None:
    (row,) = (row for row in texts(Log(1)._wrapped(Entry(0.0, "error", "", "text"), WIDTH, most=1)))
    assert re.fullmatch(r"\d\d:\d\d:\d\d ✗ text", row)
