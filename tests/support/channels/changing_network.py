"""Program for a separate network name space: OSC continues after the address of this machine has changed.

``unshare -rn python -m tests.support.channels.changing_network`` ends with 0 if OSC continues.
"""

import asyncio
import socket
import subprocess

from impsy_tui.channels.osc.channel import OscChannel
from impsy_tui.config import Osc
from tests.support.channels.fake_listener import Hearing, perform
from tests.support.waiting import until

SYNTH = "10.0.0.9"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _source_of(frame: bytes) -> str:
    """Returns the sender's IPv4 address, if an Ethernet frame carries UDP to the synthesiser; else empty."""
    packet = frame[14:]
    is_ours = frame[12:14] == b"\x08\x00" and packet[9] == socket.IPPROTO_UDP and packet[16:20] == _bytes(SYNTH)
    return socket.inet_ntoa(packet[12:16]) if is_ours else ""


def _bytes(address: str) -> bytes:
    return socket.inet_aton(address)


async def _sent_from(channel: OscChannel, wire: socket.socket, address: str) -> None:
    """Sends until a message arrives from this address."""
    async with asyncio.timeout(60):
        while True:
            channel.send((0.5, 0.5))
            try:
                if _source_of(wire.recv(2000)) == address:
                    return
            except BlockingIOError:
                await asyncio.sleep(0.02)


def main() -> None:
    ip("link", "set", "lo", "up")
    ip("link", "add", "v0", "type", "veth", "peer", "name", "v1")
    ip("link", "set", "v1", "up")
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
    wire.bind(("v1", 0))
    wire.setblocking(False)
    channel = OscChannel(Osc(client_ip=SYNTH, server_ip="10.0.0.2"))

    async def play(hearing: Hearing) -> None:
        assert channel.status().state == "waiting"
        assert hearing.times_told("this machine does not have the address 10.0.0.2 yet") == 1
        ip("addr", "add", "10.0.0.2/24", "dev", "v0")
        ip("link", "set", "v0", "up")
        ip("neigh", "replace", SYNTH, "lladdr", "02:00:00:00:00:09", "dev", "v0")
        await until(lambda: channel.status().state == "open")
        await _sent_from(channel, wire, "10.0.0.2")
        ip("addr", "del", "10.0.0.2/24", "dev", "v0")
        channel.send((0.5, 0.5))
        ip("addr", "add", "10.0.0.3/24", "dev", "v0")
        ip("neigh", "replace", SYNTH, "lladdr", "02:00:00:00:00:09", "dev", "v0")
        await _sent_from(channel, wire, "10.0.0.3")

    perform(channel, play)


main()
