"""OSC messages from other machines."""

import socket

import pytest
from pythonosc.udp_client import SimpleUDPClient

from impsy_tui.channels.osc.channel import OscChannel
from impsy_tui.channels.osc.packet import write_message
from impsy_tui.channels.own_addresses import own_addresses
from tests.support.channels.fake_listener import Hearing
from tests.support.channels.osc_listener import with_channel
from tests.support.waiting import until


@pytest.fixture
def address() -> str:
    """Returns an address of this machine in its network: for the channel, its messages come from another machine."""
    if not (found := own_addresses()):
        pytest.skip("this machine has no address in a network")
    return found[0]


@pytest.mark.parametrize("remote_commands", [False, True])
def test_osc_tells_other_machines_from_its_own(address: str, remote_commands: bool) -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((address, 0))
            other.sendto(write_message("/impsy/pitemp", 1.5), (address, client._port))
        await until(lambda: bool(hearing.addresses))
        client.send_message("/impsy/pitemp", 1.5)
        await until(lambda: len(hearing.addresses) == 2)
        assert [trusted for _, _, trusted in hearing.addresses] == [remote_commands, True]

    with_channel(play, server_ip="0.0.0.0", remote_commands=remote_commands)


def test_osc_without_remote_parameters_lets_other_machines_only_play(address: str) -> None:
    async def play(channel: OscChannel, hearing: Hearing, client: SimpleUDPClient) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((address, 0))
            other.sendto(write_message("/impsy/pitemp", 1.5), (address, client._port))
            other.sendto(write_message("/interface", 0.25, 0.75), (address, client._port))
        await until(lambda: bool(hearing.vectors))
        assert hearing.addresses == []
        assert any("[osc] remote_parameters = true allows it" in text for _, text in hearing.told)

    with_channel(play, server_ip="0.0.0.0", remote_parameters=False)
