"""Keys from a terminal: Escape, Alt, and escape sequences that come in pieces."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.app import App

from impsy_tui.console import textual_internals
from impsy_tui.console.keys.keymap import Keymap
from impsy_tui.console.textual_internals import patient

_PATIENCE = 30.0


@pytest.fixture(autouse=True)
def _plain_keyboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DISABLE_KITTY_KEY", True)


def _read(parser: Any, *pieces: str, until: Callable[[list[str]], object] = bool) -> list[str]:
    """Returns the keys of pieces that arrive one after the other, each after the parser has waited for more."""
    keys: list[str] = []
    for number, piece in enumerate(pieces):
        count = len(keys)
        keys += [event.key for event in parser.feed(piece) if isinstance(event, events.Key)]
        deadline = time.monotonic() + (_PATIENCE if number == len(pieces) - 1 else 3 * constants.ESCAPE_DELAY)
        while time.monotonic() < deadline and not until(keys[count:]):
            time.sleep(0.01)
            keys += [event.key for event in parser.tick() if isinstance(event, events.Key)]
    return keys


def test_parser_tells_escape_and_a_key_as_alt_and_the_key() -> None:
    for character, name in (("3", "alt+3"), ("h", "alt+h"), ("-", "alt+minus"), (" ", "alt+space")):
        assert _read(patient(XTermParser)(), f"\x1b{character}") == [name]


def test_parser_reads_a_real_pound_sign_as_itself() -> None:
    assert _read(patient(XTermParser)(), "£") == ["pound_sign"]


def test_parser_reads_escape_alone() -> None:
    assert _read(patient(XTermParser)(), "\x1b") == ["escape"]


@pytest.mark.parametrize("sequence", ["\x1b[20~", "\x1bOP", "\x1b[A", "\x1b[1;5C", "\x1b[24~"])
def test_parser_joins_a_sequence_that_is_cut_anywhere(sequence: str) -> None:
    (whole,) = _read(patient(XTermParser)(), sequence)
    for cut in range(2, len(sequence)):
        assert _read(patient(XTermParser)(), sequence[:cut], sequence[cut:]) == [whole]
    # Escape was reported before the rest arrived, but no other key acts.
    assert _read(patient(XTermParser)(), sequence[0], sequence[1:]) == ["escape", whole]


@pytest.mark.parametrize("key", ["[", "O"])
def test_parser_reads_escape_and_a_key_that_begins_sequences(key: str) -> None:
    name = {"[": "left_square_bracket", "O": "O"}[key]
    assert _read(patient(XTermParser)(), f"\x1b{key}", until=lambda keys: len(keys) == 2) == ["escape", name]


def test_parser_is_made_patient_once() -> None:
    parser = patient(XTermParser)
    assert patient(parser) is parser


def test_kitty_keyboard_is_used_only_for_keys_that_need_it() -> None:
    assert not Keymap({}).needs_kitty
    assert not Keymap({"panic": "Ctrl-x", "take": "Alt-t", "give": "Shift-F5"}).needs_kitty
    for key in ("Ctrl-Shift-p", "Ctrl-Enter", "Shift-Enter"):
        assert Keymap({"panic": key}).needs_kitty


def test_terminal_without_a_writer_is_never_behind() -> None:
    assert not textual_internals.is_behind(App())
