"""Current keys: the defaults, and the configured keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import Binding
from textual.keys import _character_to_key, format_key

from impsy_tui.console.keys.keymap import Keymap, default_bindings
from impsy_tui.key_actions import ACTIONS, KeysInForce, key_name, key_of, shown


def test_defaults_do_not_clash_and_change_nothing() -> None:
    keymap = Keymap({})
    assert (keymap.problems, keymap.changed) == ([], {})
    assert keymap.keys("panic") == "f9"
    assert keymap.label("sigma_down") == "["


def test_every_action_is_bound_by_its_name_once() -> None:
    bindings = [*default_bindings(everywhere=True), *default_bindings(everywhere=False)]
    assert all(isinstance(binding, Binding) and binding.action == f"app.do('{binding.id}')" for binding in bindings)
    assert sorted(binding.id for binding in bindings) == sorted(action.name for action in ACTIONS)


def test_wish_takes_the_place_of_a_default() -> None:
    keymap = Keymap({"panic": "F10, Ctrl-x", "take": "T"})
    assert keymap.changed == {"panic": "f10,ctrl+x", "take": "T"}
    assert keymap.label("panic") == "F10"
    assert keymap.label("take") == "T"
    assert keymap.problems == []


def test_keymap_reports_two_actions_on_one_key() -> None:
    assert Keymap({"panic": "f8"}).problems == ["[console.keys] panic: F8 is both pause and panic"]
    assert Keymap({"panic": "t", "take": "f9"}).problems == []
    assert Keymap({"panic": "f9,F9"}).problems == []


def test_keymap_refuses_unknown_action_and_lists_actions() -> None:
    (refusal,) = Keymap({"pancake": "f9", "panic": "f9"}).problems
    assert refusal.startswith("[console.keys] pancake: is not an action. Actions: ")
    assert all(action.name in refusal for action in ACTIONS)


@pytest.mark.parametrize("unknown", ["f99", "f1x", "f0", "strg-x", "ctrl-f99", "F10, pancake", "ctrl-", "-x"])
def test_keymap_refuses_unknown_key_and_keeps_default(unknown: str) -> None:
    keymap = Keymap({"panic": unknown, "help": "f10"})
    (refusal,) = keymap.problems
    assert refusal.startswith("[console.keys] panic: ")
    assert "is not a key; panic stays on F9. Keys: f1 to f24, a single character" in refusal
    assert (keymap.keys("panic"), keymap.keys("help")) == ("f9", "f10")


@pytest.mark.parametrize("nothing", ["", "  ", " , ,,"])
def test_wish_for_no_key_leaves_the_default(nothing: str) -> None:
    keymap = Keymap({"panic": nothing, "pause": nothing})
    assert keymap.changed == {}
    assert [refusal.split(". ")[0] for refusal in keymap.problems] == [
        "[console.keys] panic: no key is named; panic stays on F9",
        "[console.keys] pause: no key is named; pause stays on F8",
    ]


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
        (" enter ", "enter", "Enter"),
    ],
)
def test_keys_are_written_as_performers_do(written: str, key: str, label: str) -> None:
    assert key_of(written) == key
    assert shown(key) == label
    found = KeysInForce({"panic": written})
    assert (found.keys["panic"], found.refusals) == (key, [])


def test_keymap_accepts_every_printable_character() -> None:
    for character in map(chr, range(ord("!"), ord("~") + 1)):
        assert KeysInForce({"panic": character}).refusals == []


@given(st.dictionaries(st.sampled_from([action.name for action in ACTIONS]) | st.text(), st.text()))
def test_any_wish_leaves_a_key_for_every_action(wishes: dict[str, str]) -> None:
    keymap = Keymap(wishes)
    for action in ACTIONS:
        assert all(keymap.keys(action.name).split(","))
        assert keymap.label(action.name)


@given(st.characters(exclude_categories=["Cs"]))
def test_keys_have_the_names_that_textual_gives_them(character: str) -> None:
    if character.isprintable() and character != " ":
        assert key_name(character) == _character_to_key(character)
        assert shown(key_name(character)) == character


@pytest.mark.parametrize("name", ["up", "down", "left", "right", "minus", "slash"])
def test_keys_are_shown_as_textual_shows_them(name: str) -> None:
    assert shown(name) == format_key(name)
