"""Channel to the web interface of IMPSY 1.2.1 on this machine: it shows what is played, and sends commands."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Final

from impsy_tui.channels.base import NONE_MUTED, ChannelStatus, Listener
from impsy_tui.channels.deferred_opening import DeferredOpening
from impsy_tui.channels.network import listen_at
from impsy_tui.channels.osc.packet import Message, VectorFormat, read_packet
from impsy_tui.channels.osc.text import words
from impsy_tui.channels.stats import ChannelTraffic, ErrorCounter
from impsy_tui.config import WebUi
from impsy_tui.errors import MalformedMessageError

_HOST: Final = "127.0.0.1"
"""Address of the web interface: it is always on this machine."""
_FASTEST: Final = 25.0
"""Vectors a second in each direction; the page asks ten times a second."""
_LARGEST_DATAGRAM: Final = 65536
_DATAGRAMS_A_TURN: Final = 8
_IN, _OUT = "/monitor/in", "/monitor/out"


class WebUiChannel:
    """Sends copies of input and output, the newest at most 25 times a second, and takes commands.

    The web interface may run or not: datagrams that no program takes are lost.
    """

    name = "webui"
    max_rate = _FASTEST
    safe: tuple[float, ...] = ()

    def __init__(self, settings: WebUi) -> None:
        self._settings = settings
        self._input: socket.socket | None = None
        self._output: socket.socket | None = None
        self._state = "closed"
        self._traffic = ChannelTraffic()
        self._last_received, self._last_sent = "", ""
        self._heard: Sequence[float] | None = None
        self._free_at = 0.0

    def refuses(self, dimension: int) -> str:
        return ""

    async def open(self, listener: Listener, dimension: int) -> None:
        self._listener, self._scheduler = listener, listener.scheduler
        self._troubles = ErrorCounter(listener, self.name)
        self.set_dimension(dimension)
        self._output = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._output.setblocking(False)
        port = self._settings.command_port
        self._opening = DeferredOpening(
            self._listen,
            self._troubles,
            lambda: listener.trouble(self.name, f"it listens at {_HOST}:{port} now", "info"),
        )
        self._state = "waiting"
        await self._opening.start()

    async def _listen(self) -> None:
        port = self._settings.command_port
        self._input = await listen_at(_HOST, port, socket.SOCK_DGRAM, (), "[webui] command_port")
        asyncio.get_running_loop().add_reader(self._input, self._readable)
        self._state = "open"

    def set_dimension(self, dimension: int) -> None:
        self._heard = None  # a waiting vector has another number of values
        self._formats = {address: VectorFormat(address, dimension - 1) for address in (_IN, _OUT)}

    def send(self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED) -> None:
        self._show(_OUT, values)

    def show_input(self, values: Sequence[float]) -> None:
        """Shows a vector that the musician played, now or as soon as the rate allows."""
        if self._output is None:
            return
        is_planned, self._heard = self._heard is not None, values
        now = self._scheduler.now()
        if now >= self._free_at and not is_planned:
            self._show_heard()
        elif not is_planned:
            self._scheduler.at(self._free_at, self._show_heard)

    def _show_heard(self) -> None:
        if self._heard is not None:
            self._free_at = self._scheduler.now() + 1.0 / _FASTEST
            self._show(_IN, self._heard)
            self._heard = None

    def _show(self, address: str, values: Sequence[float]) -> None:
        if self._output is None:
            return
        self._traffic.sent.count(self._scheduler.now())
        self._last_sent = words(address, values)
        try:
            self._output.sendto(self._formats[address].write(values), (_HOST, self._settings.monitor_port))
        except OSError:
            pass  # a picture less

    def end_notes(self, indices: frozenset[int]) -> None:
        """Does nothing: a picture has no notes."""

    def silence(self) -> None:
        """Does nothing: a picture has no notes."""

    def panic(self) -> None:
        """Does nothing: a picture has no notes."""

    def close(self) -> None:
        if self._state == "closed":
            return
        self._state = "closed"
        self._opening.close()
        if self._input is not None:
            asyncio.get_running_loop().remove_reader(self._input)
        for each in (self._input, self._output):
            if each is not None:
                each.close()
        self._input = self._output = None

    def status(self) -> ChannelStatus:
        settings = self._settings
        bound = f"{_HOST}:{settings.command_port} → {_HOST}:{settings.monitor_port}"
        shown = (self._last_received, self._last_sent)
        return self._traffic.status(self.name, self._state, bound, self._scheduler.now(), shown, self._troubles)

    # Commands

    def _readable(self) -> None:
        for _ in range(_DATAGRAMS_A_TURN):
            if self._input is None or self._scheduler.work.spent:
                return
            try:
                data = self._input.recv(_LARGEST_DATAGRAM)
            except OSError:
                return
            self._traffic.received.count(self._scheduler.now())
            try:
                messages = read_packet(data)
            except MalformedMessageError as error:
                self._troubles.note(str(error), f"{error}: ignored")
                continue
            for message in messages:
                if not self._scheduler.work.do(self.name, self._take, message):
                    self._troubles.note("commands", "too many commands at once: some are left out")

    def _take(self, message: Message) -> None:
        address, arguments, _ = message
        self._last_received = words(address, arguments)
        if problem := self._listener.addressed(self.name, address, arguments, True):
            self._troubles.note("address", problem)
