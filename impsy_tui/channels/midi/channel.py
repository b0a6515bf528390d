"""MIDI channel through ports of this machine."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from impsy_tui.channels.base import NONE_MUTED, ChannelStatus, Listener, VirtualTouch
from impsy_tui.channels.midi.device import MidiInput, MidiOutput
from impsy_tui.channels.midi.echo_loop import EchoLoop
from impsy_tui.channels.midi.held_keys import HeldKeys
from impsy_tui.channels.midi.mapping import CLOCK, STOP, InputMapping, in_words
from impsy_tui.channels.midi.settings import make_devices, unused_settings
from impsy_tui.channels.midi.system.client import InLink, MidiHost, OutLink, PortLink, PortScan
from impsy_tui.channels.midi.system.port_names import match
from impsy_tui.channels.played_target import PlayedTarget
from impsy_tui.channels.stats import ChannelTraffic, ErrorCounter
from impsy_tui.config import Midi
from impsy_tui.config.mapping_targets import entry_of, text_of
from impsy_tui.ensemble.touches.surfaces import OscMessage
from impsy_tui.errors import UserError

_LOOK: Final = 0.5
"""Seconds between two port scans."""
_FIRST_LOOK: Final = 3.0
"""Longest wait in seconds for devices while the channel opens; later devices are opened when they come."""
_AGAIN: Final = 0.05
"""Seconds after which note-offs are repeated: JACK without real-time priority loses messages."""


class MidiChannel(HeldKeys):
    """Input and output devices, which may be plugged and pulled while the engine runs."""

    kind = "midi"

    def __init__(self, settings: Midi, name: str = "midi") -> None:
        self.name = name
        self.labels = settings.names
        self.max_rate = settings.max_rate
        self.safe = settings.safe
        self._settings = settings
        self._host = MidiHost(settings.api)
        self._inputs, self._outputs = make_devices(settings)
        self._remappable = [output for output in self._outputs if output.name in settings.out_device]
        self._devices: list[MidiInput | MidiOutput] = [*self._inputs, *self._outputs]
        self._closed = True
        self._count = 0
        self._traffic = ChannelTraffic()
        self._last_received = self._last_sent = b""
        self._without = ""
        self._reported: dict[MidiInput | MidiOutput, str] = {}
        self._echo_loop = EchoLoop()
        self._hears_clock = self._sends_clock = False
        self._looking: asyncio.Task[None] | None = None

    def refuses(self, dimension: int) -> str:
        return ""

    async def open(self, listener: Listener, dimension: int) -> None:
        self._listener = listener
        self._scheduler = listener.scheduler
        self._troubles = ErrorCounter(listener, self.name)
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._count = dimension - 1
        for unused in unused_settings(self._settings):
            self._troubles.note("settings", unused)
        looking = self._looking = self._loop.create_task(self._look_again())
        await asyncio.wait([looking], timeout=_FIRST_LOOK)

    def set_dimension(self, dimension: int) -> None:
        if dimension - 1 != self._count:
            self._count = dimension - 1
            self.silence()

    def send(self, values: Sequence[float], muted: frozenset[int] = NONE_MUTED) -> None:
        self.follow(values)
        for output in self._outputs:
            if output.there:
                self._transmit(output, output.play(values, muted))

    def pass_on(self, values: Sequence[float], said: frozenset[int]) -> None:
        self.follow(values)
        for output in self._outputs:
            if output.there:
                self._transmit(output, output.play(values, said=said))

    def play_touch(self, touch: VirtualTouch) -> None:
        for output in self._outputs:
            sounds = output.sounds(touch.player, touch.channel, touch.note)
            if output.there and (touch.velocity == 0.0 or not sounds):
                self._transmit(output, output.strike(touch.player, touch.channel, touch.note, touch.loudness))

    def end_touch(self, player: str) -> None:
        for output in self._outputs:
            if output.there:
                self._turn_off(output, output.silence_passed(player))

    def send_ensemble_messages(self, messages: Sequence[OscMessage]) -> None:
        """Gestures have no MIDI messages."""

    def end_notes(self, indices: frozenset[int]) -> None:
        for output in self._outputs:
            if output.there:
                self._turn_off(output, output.end_notes(indices))

    def silence(self) -> None:
        for output in self._outputs:
            if output.there:  # otherwise its notes are turned off when it is back
                self._turn_off(output, output.silence())

    def panic(self) -> None:
        for output in self._outputs:
            if output.there:
                self._turn_off(output, output.panic())

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for output in self._outputs:
            self._transmit(output, [*output.silence(), *output.silence_passed()])
        if self._looking is not None:
            self._looking.cancel()
        for device in self._devices:
            if device.link is not None:
                device.link.close()
            device.link = None
        for mapping in self.mappings():
            mapping.release()
        self._held = False
        self._host.close()

    def status(self) -> ChannelStatus:
        now = self._scheduler.now()
        words = (in_words(self._last_received), in_words(self._last_sent))
        return self._traffic.status(self.name, self._state(), self._bound(), now, words, self._troubles)

    def sources(self) -> dict[str, tuple[str, ...]]:
        return {heard.name: tuple(map(text_of, heard.entries)) for heard in self._inputs}

    def set_sources(self, device: str, texts: tuple[str, ...]) -> None:
        source = next(heard for heard in self._inputs if heard.name == device)
        messages = source.show(tuple(map(entry_of, texts)))
        for output in self._outputs:
            if output.name == device:
                self._transmit(output, messages)
        self._map(source.mapping, source.entries)

    def played(self) -> list[PlayedTarget]:
        names = [self.labels.get(output.name, output.name) for output in self._remappable]
        return [
            one._replace(target=f"{name} {one.target}") if len(names) > 1 else one
            for name, output in zip(names, self._remappable, strict=True)
            for one in output.mappings[0].played
        ]

    def targets(self) -> dict[str, tuple[str, ...]]:
        return {output.name: tuple(map(text_of, output.mappings[0].entries)) for output in self._remappable}

    def set_targets(self, output: str, texts: tuple[str, ...]) -> None:
        changed = next(device for device in self._outputs if device.name == output)
        messages = changed.mappings[0].map(tuple(map(entry_of, texts)))
        if changed.there:
            self._turn_off(changed, messages)

    def mappings(self) -> list[InputMapping]:
        return [heard.mapping for heard in self._inputs]

    def hear_clock(self, wanted: bool) -> None:
        """Passes incoming MIDI clocks to the listener, or ignores them."""
        self._hears_clock = wanted
        for heard in self._inputs:
            if heard.link is not None:
                heard.link.hear_clock(wanted)

    def send_clock(self, message: bytes) -> None:
        """Sends a MIDI clock message to every connected device."""
        # After a stop, incoming clocks may be passed on again.
        self._sends_clock = message[0] != STOP
        for output in self._outputs:
            if output.link is not None and output.name in self._settings.out_device:
                output.link.send((message,))

    def _state(self) -> str:
        if self._closed:
            return "closed"
        there = all(device.link is not None and device.link.alive() for device in self._devices)
        return "open" if there and not self._without else "waiting"

    def _bound(self) -> str:
        def shown(devices: Iterable[MidiInput | MidiOutput]) -> str:
            names = [d.name if d.link is not None else f"{d.name} (not there)" for d in devices]
            return ", ".join(names) or "nothing"

        return f"{shown(self._inputs)} → {shown(self._outputs)}"

    # Devices that come and go

    def _tick(self) -> None:
        if not self._closed:
            self._looking = self._loop.create_task(self._look_again())

    async def _look_again(self) -> None:
        began = self._scheduler.now()
        try:
            await self._look()
        finally:
            if not self._closed:
                self._scheduler.at(max(began + _LOOK, self._scheduler.now()), self._tick)

    async def _look(self) -> None:
        links = [device.link for device in self._devices if device.link is not None]
        try:
            seen = await self._host.look(links)
        except UserError as problem:
            self._all_gone(str(problem))
            return
        if self._closed:
            return
        for device in self._devices:
            if device.link is not None and device.link in seen.lost:
                self._lose(device, system_runs=not seen.restarted)
                self._report(device, "gone", f"{device.name} is disconnected: the engine waits for it")
        for output in self._outputs:
            if output.there:
                output.confirm()
        if self._without:
            self._without = ""
            self._troubles.resolve("without")
            self._listener.trouble(self.name, "MIDI works again", "info")
        for device in self._devices:
            if device.link is None and not self._closed:
                await self._find(device, seen)

    async def _find(self, device: MidiInput | MidiOutput, seen: PortScan) -> None:
        virtual = self._settings.virtual
        names = seen.inputs if isinstance(device, MidiInput) else seen.outputs
        real = device.name if virtual else match(device.name, names)
        if real is None:
            there = f"there are: {', '.join(names)}" if names else "there are no devices"
            kind = "input" if isinstance(device, MidiInput) else "output"
            text = f"no {kind} is called {device.name}: the engine waits for it; {there}"
            self._report(device, "missing", text[:300])
            return
        link: PortLink
        try:
            if isinstance(device, MidiInput):
                link = await self._host.open_input(
                    real,
                    self._message,
                    self._refused,
                    self._overflowed,
                    virtual=virtual,
                    everything=bool(device.outputs),
                    clock=self._hears_clock,
                )
            else:
                link = await self._host.open_output(real, self._refused, virtual=virtual)
        except UserError as problem:
            self._report(device, "refused", f"{device.name} cannot be opened: {problem}")
            return
        if self._closed:
            link.close()
            return
        self._gain(device, link)

    def _gain(self, device: MidiInput | MidiOutput, link: PortLink) -> None:
        if isinstance(device, MidiInput):
            assert isinstance(link, InLink)
            device.link = link
            link.hear_clock(self._hears_clock)
        else:
            assert isinstance(link, OutLink)
            self._transmit(device, device.regain(link))
        if (what := self._reported.pop(device, "")) in ("gone", "missing", "refused"):
            self._troubles.resolve(f"{what} {device.name}")
            self._listener.trouble(self.name, f"{device.name} is there", "info")

    def _lose(self, device: MidiInput | MidiOutput, *, system_runs: bool) -> None:
        link = device.link
        if isinstance(device, MidiOutput):
            device.lose()
        else:
            device.link = None
            self._end_all_of(device, self._scheduler.now())
        if link is not None:
            link.close(system_runs=system_runs)

    def _all_gone(self, why: str) -> None:
        if self._closed:
            return
        for device in self._devices:
            if device.link is not None:
                self._lose(device, system_runs=False)
        if self._without != why:
            self._without = why
            self._troubles.note("without", f"{why}: MIDI waits for it")

    def _end_all_of(self, source: MidiInput, at: float) -> None:
        """Ends the notes that an input left sounding: no note-off will come for them."""
        for output in source.outputs:
            if output.there:
                self._turn_off(output, output.silence_passed(source.name))
        if keys := source.mapping.release():
            self._listener.released(self.name, keys)
        self._report_held(at)

    def _report(self, device: MidiInput | MidiOutput, what: str, text: str) -> None:
        """Reports a problem once, until the device is there again."""
        if device not in self._reported:
            self._reported[device] = what
            self._troubles.note(f"{what} {device.name}", text)

    def _overflowed(self, count: int) -> None:
        self._troubles.note("flood", f"too many messages came in: {count} messages are lost")
        for heard in self._inputs:  # note-offs may be among them
            self._end_all_of(heard, self._scheduler.now())

    def _refused(self, link: PortLink, why: str) -> None:
        name = next((device.name for device in self._devices if device.link is link), link.real)
        self._troubles.note("send", f"{name} does not accept messages: {why}")

    def _message(self, link: InLink, message: bytes, at: float) -> None:
        source = next((heard for heard in self._inputs if heard.link is link), None)
        if source is None:
            return  # the device has gone meanwhile
        status = message[0]
        if status >= 0xF0:
            is_clock = status in CLOCK
            if is_clock and self._hears_clock:
                self._listener.clock(self.name, source.name, message, at)
            if not (is_clock and self._sends_clock):  # a device cannot follow two
                self._pass_on(source, message)
            return
        self._traffic.received.count(self._scheduler.now())
        if len(message) != (2 if 0xC0 <= status < 0xE0 else 3) or status < 0x80 or max(message[1:]) > 0x7F:
            self._troubles.note("noise", f"{source.name} sends invalid MIDI messages: they are ignored")
            return
        self._last_received = message
        is_echo = any(output.echoes.echoes(message, at) for output in source.sends_back)
        if is_echo:
            if self._settings.feedback_protection:
                return
            self._suspect(source, at)
        ends_turn = is_echo and self._listener.player_has_turn
        self._pass_on(source, message)
        if self._listener.message(self.name, source.name, message):
            return
        if source.pad is not None and source.pad.takes(message):
            if (touch := source.pad.read(message, at)) is not None:
                self._listener.touched(self.name, touch)
            return
        plays = self._play(source.mapping, source.updates(message), at, source.name, source.admitted)
        if plays and ends_turn and not self._listener.player_has_turn:
            words = f"{in_words(message)} is an echo from {source.name} and takes the turn from the player"
            self._troubles.note("echo", f"{words}: [midi] feedback_protection = true drops echoes")

    def _pass_on(self, source: MidiInput, message: bytes) -> None:
        for output in source.outputs:
            if output.there:
                self._transmit(output, (message,))
                output.passes(source.name, message)

    def _suspect(self, source: MidiInput, at: float) -> None:
        """Notes an echo that counts as the musician's playing."""
        if self._echo_loop.add(at):
            sends_back = f"{source.name} sends back its input as if you played it"
            self._troubles.note("loop", f"{sends_back}: [midi] feedback_protection = true drops that")

    # Out

    def _turn_off(self, output: MidiOutput, messages: Sequence[bytes]) -> None:
        """Sends messages that end notes, and repeats the note-offs a moment later."""
        self._transmit(output, messages)
        if messages:
            self._scheduler.at(self._scheduler.now() + _AGAIN, self._turn_off_again, output, messages)

    def _turn_off_again(self, output: MidiOutput, messages: Sequence[bytes]) -> None:
        if output.there:
            self._transmit(output, output.still_off(messages))

    def _transmit(self, output: MidiOutput, messages: Sequence[bytes]) -> None:
        link = output.link
        if link is None or not messages:
            return
        if not link.send(messages):
            if link.alive():
                self._troubles.note("send", f"{output.name} does not accept messages: they are dropped")
            return  # the next port scan reports the reason
        now = self._scheduler.now()
        for message in messages:
            output.sent(message, now)
            self._traffic.sent.count(now)
        self._last_sent = messages[-1]
