"""Keys in force: the defaults, and what the configuration wants instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import Binding

from impsy_tui.console.keymap import ACTIONS, Keymap, default_bindings, shown, textual_key


def test_the_defaults_do_not_clash_and_change_nothing() -> None:
    keymap = Keymap({})
    assert (keymap.clashes, keymap.unknown, keymap.changed) == ([], [], {})
    assert keymap.keys("panic") == "f9"
    assert keymap.label("sigma_down") == "["


def test_every_action_is_bound_by_its_name_once() -> None:
    bindings = [*default_bindings(everywhere=True), *default_bindings(everywhere=False)]
    assert all(isinstance(binding, Binding) and binding.action == f"app.do('{binding.id}')" for binding in bindings)
    assert sorted(binding.id for binding in bindings) == sorted(action.name for action in ACTIONS)


def test_a_wish_takes_the_place_of_a_default() -> None:
    keymap = Keymap({"panic": "F10, Ctrl-x", "take": "T"})
    assert keymap.changed == {"panic": "f10,ctrl+x", "take": "T"}
    assert keymap.label("panic") == "F10"
    assert keymap.label("take") == "T"
    assert keymap.clashes == []


def test_two_actions_on_one_key_are_told() -> None:
    assert Keymap({"panic": "f8"}).clashes == ["F8 is both pause and panic"]
    assert Keymap({"panic": "t", "take": "f9"}).clashes == []
    assert Keymap({"panic": "f9,F9"}).clashes == []


def test_actions_that_do_not_exist_are_told() -> None:
    assert Keymap({"pancake": "f9", "panic": "f9"}).unknown == ["pancake"]


@pytest.mark.parametrize("nothing", ["", "  ", " , ,,"])
def test_a_wish_for_no_key_leaves_the_default(nothing: str) -> None:
    keymap = Keymap({"panic": nothing, "pause": nothing})
    assert (keymap.changed, keymap.clashes) == ({}, [])


@pytest.mark.parametrize(
    ("written", "key", "label"),
    [
        ("F9", "f9", "F9"),
        ("Ctrl-x", "ctrl+x", "Ctrl-X"),
        ("Shift-Tab", "shift+tab", "Shift-Tab"),
        ("alt-f4", "alt+f4", "Alt-F4"),
        ("Esc", "escape", "Esc"),
        ("pgup", "pageup", "PgUp"),
        ("-", "minus", "-"),
        (",", "comma", ","),
        ("?", "question_mark", "?"),
        (";", "semicolon", ";"),
        ("/", "slash", "/"),
        ("t", "t", "t"),
        ("T", "T", "T"),
        ("space", "space", "Space"),
        (" enter ", "enter", "⏎"),
    ],
)
def test_keys_are_written_as_performers_do(written: str, key: str, label: str) -> None:
    assert textual_key(written) == key
    assert shown(key) == label
    assert Keymap({"panic": written}).keys("panic") == key


@given(st.dictionaries(st.sampled_from([action.name for action in ACTIONS]) | st.text(), st.text()))
def test_any_wish_leaves_a_key_for_every_action(wishes: dict[str, str]) -> None:
    keymap = Keymap(wishes)
    for action in ACTIONS:
        assert all(keymap.keys(action.name).split(","))
        assert keymap.label(action.name)
