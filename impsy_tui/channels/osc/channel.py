"""Channel that sends and receives vectors as OSC messages over UDP."""

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from impsy_tui.agent.descriptors.names import NAMES
from impsy_tui.agent.descriptors.osc_messages import PREFIX as FEATS
from impsy_tui.agent.descriptors.osc_messages import read_descriptors
from impsy_tui.channels.base import MEANS_NOTHING, NONE_MUTED, ChannelStatus, Listener, VirtualTouch
from impsy_tui.channels.deferred_opening import DeferredOpening
from impsy_tui.channels.osc.address import is_pattern, number
from impsy_tui.channels.osc.controllers import InputControls, OutputControls, meant, patterns_of
from impsy_tui.channels.osc.destination import Destination
from impsy_tui.channels.osc.packet import Message, VectorFormat, read_packet, write_message
from impsy_tui.channels.osc.receiver import Receiver
from impsy_tui.channels.osc.sender_clock import SenderClocks
from impsy_tui.channels.osc.text import as_string, is_local, words
from impsy_tui.channels.own_addresses import NO_ADDRESS, listed
from impsy_tui.channels.played_target import PlayedTarget
from impsy_tui.channels.stats import ChannelTraffic, ErrorCounter
from impsy_tui.channels.touch_mapping import OscSurface, playbacks
from impsy_tui.config import Osc
from impsy_tui.ensemble.touches.surfaces import OscMessage, playback_touch
from impsy_tui.errors import MalformedMessageError, UserError

_FURTHEST_TIME_TAG: Final = 60.0
"""Seconds. A bundle due later than this is refused as a mistake or an attack on memory."""
_MOST_SCHEDULED: Final = 1024
_COMMANDS: Final = "/impsy/"
"""Prefix of the addresses of commands, which are never learned."""


class OscChannel:
    """Channel of one UDP port for input and one destination for output."""

    kind = "osc"

    def __init__(self, settings: Osc, name: str = "osc", *, is_demo: bool = False) -> None:
        self.name = name
        self.labels: Mapping[str, str] = {}
        self._is_demo = is_demo
        self.max_rate = settings.max_rate
        self.safe = settings.safe
        self._settings = settings
        self._receiver: Receiver
        self._output: Destination
        self._is_open = False
        self._traffic = ChannelTraffic()
        self._last_received: tuple[str, Sequence[Any]] | None = None
        self._last_said: tuple[str, Sequence[Any]] | None = None
        self._scheduled = 0
        self._playing = f"{name}, playing"
        self._inputs, self._outputs = settings.input, settings.output

    def refuses(self, dimension: int) -> str:
        return ""

    async def open(self, listener: Listener, dimension: int) -> None:
        self._listener = listener
        self._scheduler = listener.scheduler
        self._troubles = ErrorCounter(listener, self.name)
        self._clocks = SenderClocks(lambda text: self._troubles.note("clock", text))
        self.set_dimension(dimension)
        settings = self._settings
        self._surface = OscSurface(settings, self.name, listener, self._troubles)
        self._playbacks = playbacks(settings, lambda text: listener.trouble(self.name, text, "error"))
        self._receiver = Receiver(self._scheduler, self._troubles, self._playing, self._datagram)
        self._output = Destination(
            settings.client_ip,
            settings.client_port,
            self._scheduler,
            self._troubles,
            self._inform,
            is_demo=self._is_demo,
        )
        listens = f"it listens at {settings.server_ip}:{settings.server_port} now"
        self._listening = DeferredOpening(self._listen, self._troubles, lambda: self._inform(listens))
        self._is_open = True
        await asyncio.gather(self._listening.start(), self._output.start())

    def set_dimension(self, dimension: int) -> None:
        count = dimension - 1
        self._count = count
        self._controls = InputControls(self._inputs, count)
        self._patterns = patterns_of(self._settings.input_address, self._controls)
        self._controls_out = OutputControls(self._outputs, count)
        self._format_in = VectorFormat(self._settings.input_address, count)
        self._formats_out = [VectorFormat(address, count) for address in self._settings.output_address]

    def send(self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED) -> None:
        self._last_said = (self._settings.output_address[0], values)
        self._traffic.sent.count(self._scheduler.now())
        for form in self._formats_out:
            self._output.send(form.write(values))
        if self._controls_out:
            self._output.send(self._controls_out.write(values))
        for address in self._settings.string_address:
            self._output.send(write_message(address, as_string(values)))

    @property
    def wants_targets(self) -> bool:
        return bool(self._settings.target_address)

    def send_target(self, values: Sequence[float]) -> None:
        for address in self._settings.target_address:
            self._output.send(write_message(address, as_string(values)))

    def play_touch(self, touch: VirtualTouch) -> None:
        for pattern in self._playbacks:
            self._say(*playback_touch(touch.player, touch.x, touch.y, touch.velocity, pattern))

    def end_touch(self, player: str) -> None:
        """Does nothing: touches over OSC end when no more messages come."""

    def send_ensemble_messages(self, messages: Sequence[OscMessage]) -> None:
        for address, arguments in messages:
            self._say(address, arguments)

    def end_notes(self, indices: frozenset[int]) -> None:
        """Does nothing: OSC vectors have no notes."""

    def silence(self) -> None:
        self._output.send(write_message(self._settings.silence_address))

    def panic(self) -> None:
        self.silence()

    def close(self) -> None:
        if not self._is_open:
            return
        self.silence()
        self._is_open = False
        self._listening.close()
        self._output.close()
        self._receiver.close()

    def sources(self) -> dict[str, tuple[str, ...]]:
        return {self.name: self._inputs}

    def set_sources(self, device: str, texts: tuple[str, ...]) -> None:
        self._inputs = texts
        self.set_dimension(self._count + 1)

    def played(self) -> list[PlayedTarget]:
        return self._controls_out.played

    def targets(self) -> dict[str, tuple[str, ...]]:
        return {self.name: self._controls_out.texts}

    def set_targets(self, output: str, texts: tuple[str, ...]) -> None:
        self._outputs = texts
        self._controls_out = OutputControls(texts, self._count)

    def status(self) -> ChannelStatus:
        now = self._scheduler.now()
        last_in, said = self._last_received, self._last_said
        shown = (words(*last_in) if last_in else "", words(*said) if said else "")
        status = self._traffic.status(self.name, self._state(), self._bound(), now, shown, self._troubles)
        return status if status.received else replace(status, expects=self._expected())

    def _expected(self) -> str:
        vector = f"{self._settings.input_address} with {self._count} numbers"
        return f"{next(iter(self._controls.addresses), vector)} to UDP {self._settings.server_port}"

    def _bound(self) -> str:
        s = self._settings
        return f"{s.server_ip}:{s.server_port} → {s.client_ip}:{s.client_port}"

    def _state(self) -> str:
        if not self._is_open:
            return "closed"
        return "open" if self._receiver.is_open and self._output.is_open else "waiting"

    async def _listen(self) -> None:
        settings = self._settings
        addresses = await self._receiver.open(settings.server_ip, settings.server_port)
        if addresses is not None:
            self._warn_of_network(addresses)

    def _inform(self, text: str) -> None:
        self._listener.trouble(self.name, text, "info")

    def _warn_of_network(self, addresses: list[str]) -> None:
        settings = self._settings
        sent = " or ".join([*self._controls.addresses[:1], settings.input_address])
        first = f"phone: {addresses[0]} port {settings.server_port}, {sent}" if addresses else NO_ADDRESS
        self._inform(f"{first}{listed(addresses[1:])}; the whole network can reach port {settings.server_port}")

    def _datagram(self, data: bytes, at: float, sender: Any) -> None:
        self._traffic.received.count(self._scheduler.now())
        values = self._format_in.read(data)
        if values is not None:
            # Behind the vectors of a bundle that still wait.
            self._scheduler.work.do(self._playing, self._vector, values, at)
            return
        try:
            messages = read_packet(data)
        except MalformedMessageError as error:
            self._troubles.note(str(error), f"{error}, from {sender[0]}: ignored")
            return
        local = is_local(sender[0])
        tagged = [message.time for message in messages if message.time is not None]
        early = self._clocks.ahead(sender, min(tagged) - time.time()) if tagged else 0.0
        for message in messages:
            if message.time is None:
                self._in_turn(message, at, local)
            else:
                self._later(message, at, local, message.time - early - time.time())

    def _later(self, message: Message, at: float, local: bool, wait: float) -> None:
        if wait <= 0:
            self._in_turn(message, at, local)
        elif wait > _FURTHEST_TIME_TAG or self._scheduled >= _MOST_SCHEDULED:
            self._troubles.note(
                "time tag",
                f"a message {wait:.0f} s after the one before in its bundle is ignored: at most "
                f"{_FURTHEST_TIME_TAG:.0f} s, and {_MOST_SCHEDULED} messages in all",
            )
        else:
            self._scheduled += 1
            due = self._scheduler.now() + wait
            self._scheduler.at(due, self._come_due, message, due, local)

    def _come_due(self, message: Message, due: float, local: bool) -> None:
        self._scheduled -= 1
        if self._receiver.is_open:
            self._in_turn(message, due, local)

    def _in_turn(self, message: Message, at: float, local: bool) -> None:
        """Handles a message now or in a later turn, so that a bundle of a thousand messages delays no timer.

        Commands wait separately from vectors, so that a flood of commands does not delay the musician.
        """
        command = message.address.startswith(_COMMANDS) and message.address != self._settings.input_address
        source = self.name if command else self._playing
        if not self._scheduler.work.do(source, self._message, message, at, local):
            what = "commands" if command else "messages"
            self._troubles.note(what, f"too many {what} at once: some are left out")

    def _message(self, message: Message, at: float, local: bool) -> None:
        if not self._receiver.is_open:
            return  # it waited, and the channel was closed meanwhile
        address, arguments, _ = message
        if address.startswith(FEATS):
            self._feats(address, arguments, at)
        elif address == self._settings.input_address:
            self._arguments(arguments, at)
        else:
            self._last_received = (address, arguments)
            if is_pattern(address):
                self._matched(address, arguments, at)
            elif not self._control(address, arguments, at) and not self._surface.takes(address, arguments, at):
                self._addressed(address, arguments, local)

    def _arguments(self, arguments: Sequence[Any], at: float) -> None:
        """Plays the arguments of a message as a vector."""
        address = self._settings.input_address
        values = [number(argument) for argument in arguments]
        if len(values) != self._count:
            self._troubles.note(
                "count", f"{address} with {len(values)} values is ignored: {self._count} are expected"
            )
            return
        known = tuple([value for value in values if value is not None])
        if len(known) != self._count:
            self._troubles.note("type", f"{address} is ignored: a value is not a number")
        else:
            self._vector(known, at)

    def _matched(self, pattern: str, arguments: Sequence[Any], at: float) -> None:
        """Handles a message whose address is a pattern, for each input address that matches."""
        matched = self._patterns.matched(pattern)
        for address in matched:
            if address == self._settings.input_address:
                self._arguments(arguments, at)
            else:
                self._control(address, arguments, at)
        if not matched:
            self._troubles.note("address", f"{pattern[:80]} matches nothing here; {self._meant()}")

    def _control(self, address: str, arguments: Sequence[Any], at: float) -> bool:
        """Sets the dimensions of a control, or learns the message; returns False for any other message."""
        if not address.startswith(_COMMANDS) and self._listener.osc_message(self.name, address, arguments):
            return True
        if address not in self._controls:
            return False
        updates = self._controls.updates(address, arguments)
        if isinstance(updates, str):
            self._troubles.note("control", updates)
        elif not all(math.isfinite(value) for _, value in updates):
            self._troubles.note("finite", f"{address} with NaN or infinity is ignored")
        else:
            if not all(0.0 <= value <= 1.0 for _, value in updates):
                self._troubles.note("range", f"{address} with values outside its range: they are clipped")
                updates = [(index, min(1.0, max(0.0, value))) for index, value in updates]
            self._listener.updated(self.name, updates, at)
        return True

    def _addressed(self, address: str, arguments: Sequence[Any], local: bool) -> None:
        """Passes any other message, such as a command, to the listener."""
        trusted = local or self._settings.remote_commands
        if not trusted and not self._settings.remote_parameters:
            self._troubles.note(
                "remote", f"{address[:80]} from another machine is refused: [osc] remote_parameters = true allows it"
            )
            return
        problem = self._listener.addressed(self.name, address, arguments, trusted)
        if problem.endswith(MEANS_NOTHING) and not address.startswith(_COMMANDS):
            problem += f"; {self._meant()}"
        if problem:
            self._troubles.note("address", problem)

    def _meant(self) -> str:
        return meant(self._settings.input_address, self._count, self._controls)

    def _vector(self, values: tuple[float, ...], at: float) -> None:
        self._last_received = (self._settings.input_address, values)
        if not math.isfinite(sum(values)):
            self._troubles.note("finite", f"{self._settings.input_address} with NaN or infinity is ignored")
            return
        if min(values) < 0.0 or max(values) > 1.0:
            self._troubles.note("range", f"{self._settings.input_address} with values outside 0..1: they are clipped")
            values = tuple([min(1.0, max(0.0, x)) for x in values])
        self._listener.received(self.name, values, at)

    def _feats(self, address: str, arguments: Sequence[Any], at: float) -> None:
        self._last_received = (address, arguments[len(NAMES) : len(NAMES) + 3])
        try:
            problem = self._listener.described(self.name, read_descriptors(arguments), at)
        except UserError as unreadable:
            problem = str(unreadable)
        if problem:
            self._troubles.note("feats", problem)

    def _say(self, address: str, arguments: Sequence[str | float]) -> None:
        self._traffic.sent.count(self._scheduler.now())
        self._last_said = (address, arguments)
        self._output.send(write_message(address, *arguments))
