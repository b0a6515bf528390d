"""Foot-switches, keys, program changes and OSC addresses that carry out commands."""

import pytest

from impsy_tui.engine.bindings import BindingProblem, Bindings


@pytest.fixture
def bindings() -> Bindings:
    made = Bindings()
    made.bind("cc", '1 64 "take"')
    made.bind("note", '10 36 "mode callresponse"')
    made.bind("program", "2 5 temp 1.3")
    made.bind("osc", '/foot/1 "panic"')
    return made


def test_a_controller_acts_when_it_is_pressed_and_not_when_it_is_let_go(bindings: Bindings) -> None:
    said = [bindings.of_message("a", bytes((0xB0, 64, level))) for level in (127, 127, 0, 63, 64, 0)]
    assert said == [(True, "take"), (True, ""), (True, ""), (True, ""), (True, "take"), (True, "")]


def test_each_source_has_controllers_of_its_own(bindings: Bindings) -> None:
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


def test_an_address_acts_unless_its_button_is_let_go(bindings: Bindings) -> None:
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
        ("cc", "1 64 shutdown", "keyboard"),
        ("note", "1 64 delete model m", "keyboard"),
        ("note", "1 64 quit", "keyboard"),
        ("osc", "foot take", "address"),
    ],
)
def test_what_cannot_be_bound_is_told(kind: str, rest: str, says: str) -> None:
    with pytest.raises(BindingProblem, match=says):
        Bindings().bind(kind, rest)


def test_what_is_bound_can_be_let_go(bindings: Bindings) -> None:
    bindings.unbind("cc", "1 64")
    assert bindings.of_message("a", b"\xb0\x40\x7f") == (False, "")
    with pytest.raises(BindingProblem, match="nothing is bound to cc 1 64"):
        bindings.unbind("cc", "1 64")
    assert bindings.table == {"note 10 36": "mode callresponse", "program 2 5": "temp 1.3", "osc /foot/1": "panic"}
    assert 'note 10 36 "mode callresponse"' in str(bindings)
