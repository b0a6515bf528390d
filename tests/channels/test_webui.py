"""Channel to IMPSY's web interface, over real sockets."""

import socket

from impsy_tui.channels.osc.packet import read_packet, write_message
from impsy_tui.channels.webui import WebUiChannel
from impsy_tui.config import WebUi
from tests.support.channels.fake_listener import Hearing, perform
from tests.support.ports import free_port
from tests.support.waiting import until


class Page:
    """Web interface: the socket of its picture, and a sender of its commands."""

    def __init__(self) -> None:
        self.monitor = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.monitor.bind(("127.0.0.1", 0))
        self.monitor.setblocking(False)
        self.settings = WebUi(self.monitor.getsockname()[1], free_port())
        self.shown: list[tuple[str, tuple[float, ...]]] = []

    def look(self) -> int:
        try:
            while True:
                for address, arguments, _ in read_packet(self.monitor.recv(4096)):
                    self.shown.append((address, tuple(arguments)))
        except BlockingIOError:
            return len(self.shown)

    def tell(self, data: bytes) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(data, ("127.0.0.1", self.settings.command_port))


def test_webui_shows_output_and_the_newest_input() -> None:
    page = Page()
    channel = WebUiChannel(page.settings)

    async def play(hearing: Hearing) -> None:
        channel.send((0.25, 0.5))
        for value in (0.125, 0.25, 0.5, 0.75):
            channel.show_input((value, 1.0))
        await until(lambda: page.look() >= 3)
        assert page.shown == [
            ("/monitor/out", (0.25, 0.5)),
            ("/monitor/in", (0.125, 1.0)),
            ("/monitor/in", (0.75, 1.0)),
        ]

    perform(channel, play)
    page.monitor.close()


def test_webui_passes_its_commands_on_and_reports_others() -> None:
    page = Page()
    channel = WebUiChannel(page.settings)

    async def play(hearing: Hearing) -> None:
        page.tell(write_message("/impsy/mode", "battle"))
        page.tell(write_message("/impsy/pause", 1))
        page.tell(b"no packet")
        await until(lambda: channel.status().received == 3 and len(hearing.addresses) == 2)
        assert hearing.addresses == [("/impsy/mode", ("battle",), True), ("/impsy/pause", (1,), True)]
        assert channel.status().problems == 1

    perform(channel, play)
    page.monitor.close()


def test_webui_waits_for_a_port_in_use() -> None:
    page = Page()
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", page.settings.command_port))
    channel = WebUiChannel(page.settings)

    async def play(hearing: Hearing) -> None:
        assert channel.status().state == "waiting"
        assert any("[webui] command_port" in text for _, text in hearing.told)
        channel.send((0.5, 0.5))  # output goes on
        taken.close()
        await until(lambda: channel.status().state == "open")

    perform(channel, play)
    page.monitor.close()


def test_webui_closes_while_input_is_planned() -> None:
    page = Page()
    channel = WebUiChannel(page.settings)

    async def play(hearing: Hearing) -> None:
        channel.show_input((0.5, 0.5))
        channel.show_input((0.75, 0.5))
        channel.close()
        channel.close()
        channel.show_input((0.25, 0.5))
        assert channel.status().state == "closed"

    perform(channel, play)
    page.monitor.close()
