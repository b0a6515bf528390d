"""Commands bound to foot-switches, keys, program changes and OSC addresses."""

import pytest

from impsy_tui.engine.io.bindings import Bindings
from impsy_tui.errors import UserError
from impsy_tui.language import parse
from impsy_tui.language.parser import read_macros


@pytest.fixture
def bindings() -> Bindings:
    made = Bindings()
    made.bind("cc", '1 64 "take"')
    made.bind("note", '10 36 "mode callresponse"')
    made.bind("program", "2 5 temp 1.3")
    made.bind("osc", '/foot/1 "panic"')
    return made


def test_controller_acts_when_it_is_pressed_and_not_when_it_is_let_go(bindings: Bindings) -> None:
    said = [bindings.of_message("a", bytes((0xB0, 64, level))) for level in (127, 127, 0, 63, 64, 0)]
    assert said == [(True, "take"), (True, ""), (True, ""), (True, ""), (True, "take"), (True, "")]


def test_bindings_keep_controllers_of_each_source_separate(bindings: Bindings) -> None:
    assert bindings.of_message("a", b"\xb0\x40\x7f") == (True, "take")
    assert bindings.of_message("b", b"\xb0\x40\x7f") == (True, "take")


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (b"\x99\x24\x50", (True, "mode callresponse")),
        (b"\x99\x24\x00", (True, "")),
        (b"\x89\x24\x40", (True, "")),
        (b"\x98\x24\x50", (False, "")),
        (b"\xc1\x05", (True, "temp 1.3")),
        (b"\xc1\x06", (False, "")),
        (b"\xb0\x41\x7f", (False, "")),
        (b"\xf8", (False, "")),
        (b"\xe0\x00\x40", (False, "")),
    ],
)
def test_messages(bindings: Bindings, message: bytes, found: tuple[bool, str]) -> None:
    assert bindings.of_message("a", message) == found


def test_address_acts_unless_its_button_is_let_go(bindings: Bindings) -> None:
    assert bindings.of_address("/foot/1", ()) == "panic"
    assert bindings.of_address("/foot/1", (1.0,)) == "panic"
    assert bindings.of_address("/foot/1", (0,)) == ""
    assert bindings.of_address("/foot/2", ()) is None


@pytest.mark.parametrize(
    ("kind", "rest", "says"),
    [
        ("cc", "17 64 take", "channel"),
        ("cc", "1 128 take", "number"),
        ("cc", "take", "channel"),
        ("cc", "1 64", "missing"),
        ("cc", '1 64 "moed battle"', "did you mean mode"),
        ("cc", "1 64 shutdown", "type it at the prompt"),
        ("note", "1 64 delete model m", "type it at the prompt"),
        ("note", "1 64 quit", "type it at the prompt"),
        ("osc", "foot take", "address"),
    ],
)
def test_bind_refuses_invalid_message(kind: str, rest: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        Bindings().bind(kind, rest)


def test_unbind_removes_binding(bindings: Bindings) -> None:
    bindings.unbind("cc", "1 64")
    assert bindings.of_message("a", b"\xb0\x40\x7f") == (False, "")
    with pytest.raises(UserError, match="nothing is bound to cc 1 64"):
        bindings.unbind("cc", "1 64")
    assert bindings.table == {"note 10 36": "mode callresponse", "program 2 5": "temp 1.3", "osc /foot/1": "panic"}
    assert 'note 10 36 "mode callresponse"' in str(bindings)


def test_keys_of_a_console_are_bound_by_their_names(bindings: Bindings) -> None:
    assert bindings.bind("f5", '"mode battle; temp 1"') == 'f5 carries out "mode battle; temp 1"'
    bindings.bind("f24", "take")
    assert bindings.keys == {"f5": "mode battle; temp 1", "f24": "take"}
    assert bindings.table["f5"] == "mode battle; temp 1"
    assert bindings.unbind("f5", "") == "f5 is free again"
    assert bindings.keys == {"f24": "take"}


def test_key_of_panic_means_nothing_else() -> None:
    with pytest.raises(UserError, match="f9 is the key of panic and cannot be bound"):
        Bindings().bind("f9", "take")
    moved = Bindings(panic="F1, ctrl+x")
    moved.bind("f9", "take")
    with pytest.raises(UserError, match="f1 is the key of panic"):
        moved.bind("f1", "take")


def test_words_of_the_performers_own_are_bound_once_they_mean_something() -> None:
    macros = read_macros(["drop = mode battle", "gone = shutdown"])
    bindings = Bindings(lambda line: parse(line, macros))
    bindings.bind("f5", "drop")
    with pytest.raises(UserError, match="type it at the prompt"):
        bindings.bind("f6", "gone")
    with pytest.raises(UserError, match="no command is called rise"):
        bindings.bind("f6", "rise")
    assert "means nothing yet: no command is called rise" in bindings.bind("f6", "rise", early=True)
    assert bindings.keys == {"f5": "drop", "f6": "rise"}
