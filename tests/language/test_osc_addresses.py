"""OSC addresses of the table of commands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.language import COMMANDS, Program, Source, parse
from impsy_tui.language.osc_addresses import ADDRESSES, FROM_NETWORK, command_line


@pytest.mark.parametrize(
    ("address", "arguments", "line"),
    [
        ("/impsy/mode", ("battle",), "mode battle"),
        ("/impsy/pitemp", (1.5,), "temp 1.5"),
        ("/impsy/sigmatemp", (0.02,), "sigma 0.02"),
        ("/impsy/timescale", (2,), "timescale 2"),
        ("/impsy/threshold", (0.5,), "threshold 0.5s"),
        ("/impsy/reset", (), "reset"),
        ("/impsy/ensemble", (4,), "ensemble 4"),
        ("/impsy/band", (4,), "ensemble 4"),
        ("/impsy/pause", (1,), "pause"),
        ("/impsy/pause", (0,), "resume"),
        ("/impsy/thru", (0.0,), "thru off"),
        ("/impsy/thru", (1,), "thru on"),
        ("/impsy/panic", (1.0,), "panic"),
        ("/impsy/load", ("my model",), 'load "my model"'),
        ("/impsy/load", ("on",), 'load "on"'),
        ("/impsy/cancel", ("all",), "cancel all"),
        ("/impsy/cancel", (3,), "cancel 3"),
        ("/impsy/scene", ("dark",), "scene dark"),
        ("/impsy/quantise", ("1/16", 120.0), "quantise 1/16 at 120"),
        ("/impsy/quantise", ("clock",), "quantise clock"),
        ("/impsy/replay", ("a log", 2.0, "m"), 'replay "a log" at 2 through m'),
        ("/impsy/over", (8.0, "temp 0.6 sigma 0.02"), "over 8s temp 0.6 sigma 0.02"),
        ("/impsy/after", (10, "mode battle; temp 1"), "after 10s mode battle; temp 1"),
        ("/impsy/at", ("silence 5s", "give"), "at silence 5s give"),
        ("/impsy/def", ("drop to = temp $to",), "def drop to = temp $to"),
    ],
)
def test_message_stands_for_a_line(address: str, arguments: tuple[object, ...], line: str) -> None:
    found = command_line(address, arguments)
    assert found is not None
    read = parse(found)
    assert isinstance(read, Program)
    assert read == parse(line)


@given(st.sampled_from(sorted(ADDRESSES)), st.lists(st.text() | st.integers() | st.floats(), max_size=4))
def test_name_never_adds_a_command(address: str, arguments: list[object]) -> None:
    line = command_line(address, arguments)
    assert line is not None
    read = parse(line)
    if isinstance(read, Program) and not ADDRESSES[address].takes_rest:
        assert len(list(read.walk())) == 1


def test_letting_go_of_a_button_does_nothing() -> None:
    assert command_line("/impsy/take", (0.0,)) == ""


def test_ending_command_has_no_address() -> None:
    assert not any(command.ends for command in ADDRESSES.values())
    assert any(command.ends for command in COMMANDS.values())
    assert command_line("/impsy/shutdown", ()) is None


def test_unknown_address_is_no_command() -> None:
    assert command_line("/impsy/dance", (1,)) is None


@pytest.mark.parametrize("argument", [["x1 x2"], [3], ["x1-x4"]])
def test_dimensions_come_as_words_or_numbers(argument: list[object]) -> None:
    line = command_line("/impsy/mute", argument)
    assert line is not None
    assert isinstance(parse(line), Program)


def test_other_machines_may_set_numbers_and_nothing_else() -> None:
    assert {address.removeprefix("/impsy/") for address in FROM_NETWORK} == {
        *("pitemp", "sigmatemp", "timescale", "speed", "threshold", "max_response", "given_dt"),
        *("activity", "budget", "smooth", "rest", "tempo", "swing"),
    }


def test_commands_that_end_or_belong_to_the_console_come_from_the_keyboard_alone() -> None:
    at_prompt = [command for command in COMMANDS.values() if command.ends or command.console]
    assert at_prompt
    assert all(not command.sources for command in at_prompt)


@pytest.mark.parametrize(
    "word", ["set", "bind", "unbind", "keep mapping", "rename", "train", "dataset", "scene save"]
)
def test_commands_that_write_or_run_programs_have_no_address(word: str) -> None:
    assert Source.CHANNEL not in COMMANDS[word].sources
    assert COMMANDS[word] not in ADDRESSES.values()
