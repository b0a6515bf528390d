"""Vectors as OSC messages over UDP."""

import asyncio
import math
import socket
import struct
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

from impsy_tui.channels import NONE_MUTED, ChannelProblem, ChannelStatus, Listener, VirtualTouch
from impsy_tui.channels.meter import Traffic, Troubles
from impsy_tui.channels.network import listen_at, reached_at, resolve
from impsy_tui.channels.osc_packet import Message, PacketError, VectorFormat, read_packet, write_message
from impsy_tui.channels.touching import OscSurface, playbacks
from impsy_tui.config import Osc
from impsy_tui.gestures.surfaces import Told, playback_touch
from impsy_tui.listening import ListeningProblem
from impsy_tui.listening.feats import PREFIX as FEATS
from impsy_tui.listening.feats import read_feats
from impsy_tui.listening.names import NAMES

_LARGEST_DATAGRAM: Final = 65536
_DATAGRAMS_A_TURN: Final = 8
"""Read at most so many before the loop may look at its timers, so that a flood cannot stop them."""
_FURTHEST_TIME_TAG: Final = 60.0
"""Seconds. A bundle due later than this is a mistake, or an attack on memory."""
_MOST_SCHEDULED: Final = 4096
_OLDEST: Final = 60.0
"""Seconds. A kernel time stamp older than this tells of a changed clock, not of waiting."""

_REMIND: Final = 3600.0
"""Seconds before it is said again that nobody listens: a musician who merely records knows."""

_STAMPS: Final = sys.platform == "linux"
_SO_TIMESTAMPNS: Final = 35
"""Linux: the kernel notes when a datagram arrived, so a busy loop does not shift the music's time."""
_TIMESPEC: Final = struct.Struct("@ll")
_OPTIONS: Final = ((socket.SO_RCVBUF, 1 << 20), *(((_SO_TIMESTAMPNS, 1),) if _STAMPS else ()))


class OscChannel:
    """One UDP port listened to, one destination sent to."""

    def __init__(self, settings: Osc, name: str = "osc") -> None:
        self.name = name
        self.max_rate = settings.max_rate
        self.safe = settings.safe
        self._settings = settings
        self._input: socket.socket | None = None
        self._output: socket.socket | None = None
        self._state = "closed"
        self._traffic = Traffic()
        self._last_received: tuple[str, Sequence[Any]] | None = None
        self._last_said: tuple[str, Sequence[Any]] | None = None
        self._scheduled = 0

    def refuses(self, dimension: int) -> str:
        return ""

    async def open(self, listener: Listener, dimension: int) -> None:
        self._listener = listener
        self._scheduler = listener.scheduler
        self._troubles = Troubles(listener, self.name)
        self.set_dimension(dimension)
        settings = self._settings
        self._surface = OscSurface(settings, self.name, listener, self._troubles)
        self._playbacks = playbacks(settings, lambda text: listener.trouble(self.name, text, "error"))
        try:
            self._input = await listen_at(
                settings.server_ip, settings.server_port, socket.SOCK_DGRAM, _OPTIONS, "[osc] server_port"
            )
            self._output = await self._connect(settings.client_ip, settings.client_port)
        except ChannelProblem:
            self.close()
            self._state = "error"
            raise
        asyncio.get_running_loop().add_reader(self._input, self._readable)
        self._state = "open"
        self._warn_of_network(settings)

    def set_dimension(self, dimension: int) -> None:
        count = dimension - 1
        self._count = count
        self._format_in = VectorFormat(self._settings.input_address, count)
        self._formats_out = [VectorFormat(address, count) for address in self._settings.output_address]

    def send(self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED) -> None:
        self._last_said = (self._settings.output_address[0], values)
        self._traffic.sent.count(self._scheduler.now())
        for form in self._formats_out:
            self._transmit(form.write(values))
        for address in self._settings.string_address:
            self._transmit(write_message(address, _as_string(values)))

    @property
    def wants_targets(self) -> bool:
        return bool(self._settings.target_address)

    def send_target(self, values: Sequence[float]) -> None:
        for address in self._settings.target_address:
            self._transmit(write_message(address, _as_string(values)))

    def play_touch(self, touch: VirtualTouch) -> None:
        for pattern in self._playbacks:
            self._say(*playback_touch(touch.player, touch.x, touch.y, touch.velocity, pattern))

    def end_touch(self, player: str) -> None:
        """Nothing tells that a finger is lifted: touches that no longer come do."""

    def tell_band(self, told: Sequence[Told]) -> None:
        for address, arguments in told:
            self._say(address, arguments)

    def end_notes(self, indices: frozenset[int]) -> None:
        """There are no notes here: whoever hears the values stays where they are."""

    def silence(self) -> None:
        self._transmit(write_message(self._settings.silence_address))

    def panic(self) -> None:
        self.silence()

    def close(self) -> None:
        if self._output is not None:
            self.silence()
            self._output.close()
            self._output = None
        if self._input is not None:
            asyncio.get_running_loop().remove_reader(self._input)
            self._input.close()
            self._input = None
        self._state = "closed"

    def status(self) -> ChannelStatus:
        now = self._scheduler.now()
        last_in = self._last_received
        said = self._last_said
        words = (_words(*last_in) if last_in else "", _words(*said) if said else "")
        return self._traffic.status(self.name, self._state, self._bound(), now, words, self._troubles)

    def _bound(self) -> str:
        s = self._settings
        return f"{s.server_ip}:{s.server_port} → {s.client_ip}:{s.client_port}"

    async def _connect(self, host: str, port: int) -> socket.socket:
        family, address = await resolve(host, port, socket.SOCK_DGRAM)
        made = socket.socket(family, socket.SOCK_DGRAM)
        made.setblocking(False)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            # Connected, so that the system tells when nobody listens there.
            made.connect(address)
        except OSError as error:
            made.close()
            raise ChannelProblem(f"cannot send to {host}:{port}: {error.strerror}") from None
        return made

    def _warn_of_network(self, settings: Osc) -> None:
        assert self._input is not None
        reach = reached_at(self._input)
        if not reach:
            return
        self._listener.trouble(
            self.name,
            f"the whole network can reach port {settings.server_port}: a phone sends to {reach}, "
            f"port {settings.server_port}, {settings.input_address}",
            "info",
        )

    def _readable(self) -> None:
        source = self._input
        for _ in range(_DATAGRAMS_A_TURN):
            if source is None:
                return
            try:
                if _STAMPS:
                    data, ancillary, _, sender = source.recvmsg(_LARGEST_DATAGRAM, 64)
                else:
                    data, sender = source.recvfrom(_LARGEST_DATAGRAM)
                    ancillary = []
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                self._troubles.note("receive", f"cannot receive: {error.strerror}")
                return
            self._datagram(data, ancillary, sender)
            source = self._input

    def _datagram(self, data: bytes, ancillary: list[Any], sender: Any) -> None:
        now = self._scheduler.now()
        self._traffic.received.count(now)
        at = now - _waited(ancillary) if ancillary else now
        values = self._format_in.read(data)
        if values is not None:
            self._vector(values, at)
            return
        try:
            messages = read_packet(data)
        except PacketError as error:
            self._troubles.note(error.kind, f"{error.kind}, from {sender[0]}: ignored")
            return
        local = _is_local(sender[0])
        for message in messages:
            if message.time is None:
                self._message(message, at, local)
            else:
                self._later(message, at, local)

    def _later(self, message: Message, at: float, local: bool) -> None:
        assert message.time is not None
        wait = message.time - time.time()
        if wait <= 0:
            self._message(message, at, local)
        elif wait > _FURTHEST_TIME_TAG or self._scheduled >= _MOST_SCHEDULED:
            self._troubles.note(
                "time tag",
                f"a bundle for {wait:.0f} s from now is ignored: at most {_FURTHEST_TIME_TAG:.0f} s",
            )
        else:
            self._scheduled += 1
            due = self._scheduler.now() + wait
            self._scheduler.at(due, self._come_due, message, due, local)

    def _come_due(self, message: Message, due: float, local: bool) -> None:
        self._scheduled -= 1
        if self._input is not None:
            self._message(message, due, local)

    def _message(self, message: Message, at: float, local: bool) -> None:
        address, arguments, _ = message
        if address.startswith(FEATS):
            self._feats(address, arguments, at)
            return
        if address != self._settings.input_address:
            self._last_received = (address, arguments)
            if self._surface.takes(address, arguments, at):
                return
            trusted = local or self._settings.remote_commands
            if problem := self._listener.addressed(self.name, address, arguments, trusted):
                self._troubles.note("address", problem)
            return
        if len(arguments) != self._count:
            self._troubles.note(
                "count", f"{address} with {len(arguments)} values is ignored: {self._count} are expected"
            )
        elif not all(isinstance(a, int | float) and not isinstance(a, bool) for a in arguments):
            self._troubles.note("type", f"{address} with what is not a number is ignored")
        else:
            self._vector(tuple(float(a) for a in arguments), at)

    def _vector(self, values: tuple[float, ...], at: float) -> None:
        self._last_received = (self._settings.input_address, values)
        if not math.isfinite(sum(values)):
            self._troubles.note("finite", f"{self._settings.input_address} with NaN or infinity is ignored")
            return
        if min(values) < 0.0 or max(values) > 1.0:
            self._troubles.note("range", f"{self._settings.input_address} with values outside 0..1: they are clipped")
            values = tuple([min(1.0, max(0.0, x)) for x in values])
        self._listener.heard(self.name, values, at)

    def _feats(self, address: str, arguments: Sequence[Any], at: float) -> None:
        self._last_received = (address, arguments[len(NAMES) : len(NAMES) + 3])
        try:
            problem = self._listener.described(self.name, read_feats(arguments), at)
        except ListeningProblem as unreadable:
            problem = str(unreadable)
        if problem:
            self._troubles.note("feats", problem)

    def _say(self, address: str, arguments: Sequence[str | float]) -> None:
        self._traffic.sent.count(self._scheduler.now())
        self._last_said = (address, arguments)
        self._transmit(write_message(address, *arguments))

    def _transmit(self, packet: bytes) -> None:
        out = self._output
        if out is None:
            return
        # A refusal is told by the send after the one refused, which itself is then not done.
        for _ in range(2):
            try:
                out.send(packet)
                return
            except (BlockingIOError, InterruptedError):
                self._troubles.note("full", "the network takes no more: an output is left out")
                return
            except ConnectionRefusedError:
                s = self._settings
                self._troubles.note("refused", f"nobody listens at {s.client_ip}:{s.client_port}", _REMIND)
            except OSError as error:
                self._troubles.note("send", f"cannot send: {error.strerror}")
                return


def _waited(ancillary: list[Any]) -> float:
    """Seconds since the kernel took a datagram in."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(data) >= _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack_from(data)
            waited = time.time() - (seconds + nanoseconds * 1e-9)
            return waited if 0.0 <= waited < _OLDEST else 0.0
    return 0.0


def _is_local(host: str) -> bool:
    return host.startswith("127.") or host in ("::1", "::ffff:127.0.0.1")


def _as_string(values: Sequence[float]) -> str:
    """Numbers as patches of RL-impro's take them."""
    return " ".join(f"{value:.6g}" for value in values)


def _words(address: str, values: Sequence[Any]) -> str:
    shown = (f"{x:.2f}" if isinstance(x, float) else str(x) for x in values)
    return " ".join((address, *shown))[:200]
