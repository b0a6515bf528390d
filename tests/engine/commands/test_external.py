"""Commands from channels, without a channel."""

from pathlib import Path

import pytest

from impsy_tui.channels.base import Rights
from impsy_tui.engine.commands.external import ExternalCommands
from tests.support.engine.virtual_session import VirtualSession, temp


@pytest.fixture
def set_(tmp_path: Path) -> VirtualSession:
    return VirtualSession(tmp_path)


@pytest.fixture
def incoming(set_: VirtualSession) -> ExternalCommands:
    return set_.incoming


def test_osc_address_is_a_command_with_its_arguments(incoming: ExternalCommands, set_: VirtualSession) -> None:
    assert incoming.addressed("osc", "/impsy/pitemp", (1.7,), False) == ""
    assert temp(set_) == 1.7
    assert incoming.addressed("osc", "/elsewhere", (1.7,), False) == "/elsewhere means nothing here"


def test_command_address_takes_lines_of_allowed_senders(incoming: ExternalCommands, set_: VirtualSession) -> None:
    said = incoming.addressed("osc", "/impsy/command", ("temp 1.5",), False)
    assert said == "/impsy/command from another machine is refused: [osc] remote_commands = true allows it"
    assert temp(set_) == 1.0
    assert incoming.addressed("osc", "/impsy/command", ("temp 1.5",), True) == ""
    assert temp(set_) == 1.5
    assert "is not allowed from osc" in incoming.addressed("osc", "/impsy/command", ("shutdown",), True)


def test_binding_takes_precedence_over_osc_address(incoming: ExternalCommands, set_: VirtualSession) -> None:
    incoming.bind_all({"osc /impsy/pitemp": "temp 1.2", "cc 1 64": "give"}, "[bind]")
    assert incoming.addressed("osc", "/impsy/pitemp", (1.7,), False) == ""
    assert incoming.addressed("osc", "/impsy/pitemp", (0,), False) == ""  # the button is released
    assert temp(set_) == 1.2
    set_.do("mode battle")
    assert incoming.message("midi", "pedals", b"\xb0\x40\x7f")
    assert set_.messages[-1][:2] == ("warning", "midi")
    assert "give needs turns: battle has none" in set_.messages[-1][2]
    assert not incoming.message("midi", "pedals", b"\xb0\x41\x7f")


def test_bind_all_reports_wrong_bindings_and_binds_the_others(
    incoming: ExternalCommands, set_: VirtualSession
) -> None:
    incoming.bind_all({"cc 17 1": "take", "cc 1 1": "take"}, "[bind]")
    assert [(level, text.partition(":")[0]) for level, _, text in set_.messages] == [("warning", '[bind] "cc 17 1"')]
    assert set_.bindings.table == {"cc 1 1": "take"}


@pytest.mark.parametrize(
    ("address", "arguments"),
    [
        ("/impsy/pause", ()),
        ("/impsy/unload", ()),
        ("/impsy/log", ("off",)),
        ("/impsy/learn", ("x1",)),
        ("/impsy/cancel_job", ()),
        ("/impsy/cancel", ("all",)),
        ("/impsy/help", ()),
        ("/impsy/load", ("m",)),
        ("/impsy/mode", ("battle",)),
        ("/impsy/command", ("pause",)),
        ("/foot/1", (1,)),
    ],
)
def test_message_of_another_machine_cannot_stop_the_music(
    incoming: ExternalCommands, set_: VirtualSession, address: str, arguments: tuple[object, ...]
) -> None:
    incoming.bind_all({"osc /foot/1": "pause"}, "[bind]")
    problem = incoming.addressed("osc", address, arguments, False)
    assert "from another machine is refused: [osc] remote_commands = true allows it" in problem
    assert not set_.session.focused_player.behaviour.paused


def test_address_bound_to_a_parameter_accepts_another_machine(
    incoming: ExternalCommands, set_: VirtualSession
) -> None:
    incoming.bind_all({"osc /foot/1": "temp 1.2"}, "[bind]")
    assert incoming.addressed("osc", "/foot/1", (1,), False) == ""
    assert temp(set_) == 1.2


def test_bound_message_of_another_machine_obeys_configuration(
    incoming: ExternalCommands, set_: VirtualSession
) -> None:
    incoming.bind_all({"cc 1 1": "pause", "cc 1 2": "temp 1.2", "cc 1 3": "temp 1.4"}, "[bind]")

    def press(number: int, rights: Rights) -> str:
        before = len(set_.messages)
        assert incoming.message("websocket", "", bytes((0xB0, number, 127)), rights)
        assert incoming.message("websocket", "", bytes((0xB0, number, 0)), rights)
        return " ".join(text for _, _, text in set_.messages[before:])

    pause = "cc 1 = 127 ch 1: pause from another machine is refused: [websocket] remote_commands = true allows it"
    assert press(1, Rights.PARAMETERS) == pause
    assert not set_.session.focused_player.behaviour.paused
    press(2, Rights.PARAMETERS)
    assert temp(set_) == 1.2
    refused = press(3, Rights.PLAY)
    assert (
        refused == "cc 3 = 127 ch 1 from another machine is refused: [websocket] remote_parameters = true allows it"
    )
    assert temp(set_) == 1.2
    press(1, Rights.COMMANDS)
    assert set_.session.focused_player.behaviour.paused
