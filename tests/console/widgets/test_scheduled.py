"""Pending pane, footer and confirmations."""

import pytest

from impsy_tui.console import confirmations
from impsy_tui.console.keys.keymap import Keymap
from impsy_tui.console.themes import ThemeFolders
from impsy_tui.console.widgets.footer import KeyFooter
from impsy_tui.console.widgets.scheduled import PendingPane
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import PendingState
from impsy_tui.language import Invocation, Program, parse
from impsy_tui.language.parser import read_macros
from tests.support.snapshots import job, staged

PALETTE = ThemeFolders().load("amber")


class Pane(PendingPane):
    """Widget with a given width, without a screen."""

    size = property(lambda self: type("Size", (), {"width": 27, "height": 7})())  # type: ignore[assignment]


def lines(made: Snapshot) -> list[str]:
    pane = Pane(PALETTE)
    pane.show(made)
    return ["".join(text for text, _ in line) for line in pane._lines]


def test_soonest_comes_first_and_ramps_tell_how_far_they_are() -> None:
    assert lines(staged())[1:] == [
        "3 2s after 10s mode callre…",
        "1 4s over 8s temp 0.6 sigm…",
        "  " + "━" * 12 + "─" * 13,
        "2 whenever call temp 1",
    ]


def test_pending_pane_counts_commands_without_room() -> None:
    many = tuple(PendingState(number, "after 1s take", "after", float(number)) for number in range(1, 10))
    assert lines(staged(pending=many))[-2:] == ["5 5s after 1s take", "  and 4 more: what lists them"]


def test_pending_pane_with_one_line_shows_soonest_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pane, "size", property(lambda self: type("Size", (), {"width": 27, "height": 2})()))
    title, line = lines(staged())
    assert title.startswith("PENDING 1 of 3 ")
    assert line == "3 2s after 10s mode callre…"


def test_pending_pane_shows_step_and_cycle_of_a_pattern() -> None:
    running = PendingState(3, 'temp "0.5 1"', "pattern", share=0.5, cycle=4, step="1")
    waiting = PendingState(4, 'sigma "0.1 0.2"', "pattern", due=1.2)
    assert lines(staged(pending=(running, waiting)))[1:] == [
        '4 1s sigma "0.1 0.2"',
        "  1 " + "─" * 23,
        '3 1 temp "0.5 1"',
        "  5 " + "━" * 12 + "─" * 11,
    ]


class Footer(KeyFooter):
    """Widget with a given width, without a screen."""

    def __init__(self, width: int, keys: dict[str, str]) -> None:
        super().__init__(PALETTE, Keymap(keys))
        self._width = width

    @property
    def size(self) -> object:  # type: ignore[override]
        """Size of the widget."""
        return type("Size", (), {"width": self._width, "height": 1})()

    @property
    def text(self) -> str:
        """Returns the shown text."""
        return "".join(text for text, _ in self._lines[0])


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_bound_keys_stand_in_the_footer_in_place_of_what_they_did(width: int) -> None:
    footer = Footer(width, {})
    footer.show(locked=False, bound={"f5": "drop", "f9": "take", "f13": "mode callresponse"})
    assert "F5 drop" in footer.text
    assert "F9 PANIC" in footer.text
    assert "stage" not in footer.text
    assert ("F13 mode callresp…" in footer.text) is (width >= 40)
    footer.show(locked=False, bound={})
    assert "drop" not in footer.text


def read(line: str) -> Program:
    program = parse(line, read_macros(staged().macros))
    assert isinstance(program, Program)
    return program


def test_console_command_is_refused_in_combination() -> None:
    assert isinstance(confirmations.taken_here(read("quit")), Invocation)
    for line in ("quit; take", "take; quit", "after 1s quit"):
        assert confirmations.belongs_here(read(line))
        assert "type it on a separate line" in str(confirmations.taken_here(read(line)))


def test_lock_and_questions_look_through_words_of_the_performers_own() -> None:
    assert confirmations.locked_away(read("drop; gone")) == "the stage lock is on: type unlock before shutdown"
    assert confirmations.locked_away(read("drop")) == ""
    assert confirmations.question("gone", read("gone")) == (
        "End the engine?",
        "The music stops and the log is closed.",
        "shutdown",
    )
    asked = confirmations.question("take; delete log a", read("take; delete log a"))
    assert asked is not None
    assert asked[0] == "take; delete log a?"
    assert confirmations.question("drop", read("drop")) is None


def test_question_before_shutdown_names_the_jobs_that_run() -> None:
    ended, one, other = job(number=1, state="finished"), job(number=2), job(number=3, name="m", state="stopping")
    asked = confirmations.question("shutdown", read("shutdown"), staged(jobs=(ended, one)))
    assert asked is not None
    assert asked[1] == "The music stops and the log is closed. With it ends job 2 (train s)."
    asked = confirmations.question("shutdown", read("shutdown"), staged(jobs=(one, other)))
    assert asked is not None
    assert asked[1].endswith(" With it end job 2 (train s), job 3 (train m).")
