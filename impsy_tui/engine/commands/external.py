"""Commands from channels: command messages, bound messages, and controls to be learned."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from impsy_tui.channels.base import MEANS_NOTHING, Rights
from impsy_tui.channels.midi.mapping import in_words
from impsy_tui.engine.commands.executor import Executor
from impsy_tui.engine.commands.refusals import refused_from_network
from impsy_tui.engine.io.bindings import Bindings
from impsy_tui.engine.io.midi_learn import MidiLearn
from impsy_tui.engine.io.parameter_map import CarryOut, ParameterMap
from impsy_tui.engine.players.base import Notify
from impsy_tui.engine.runtime.work_queue import WorkQueue
from impsy_tui.errors import UserError
from impsy_tui.language import Source
from impsy_tui.language.osc_addresses import ADDRESSES, ANY_COMMAND, FROM_NETWORK, PREFIX, command_line

REPORT_SECONDS: Final = 1.0
"""Seconds between two reports of a control that moves a parameter: the strip shows each value."""

_SOURCES: Final = {Rights.PARAMETERS: Source.NETWORK, Rights.COMMANDS: Source.CHANNEL}


class ExternalCommands:
    """Finds the command of a message and carries it out. No message may end or delete anything.

    Args:
        bindings: bindings of the performer.
        learner: takes messages while a control is learned.
        executor: carries out lines.
        notify: reports to the performer.
        work: queue of commands that wait for the next turn of the event loop.
    """

    def __init__(
        self, bindings: Bindings, midi_learn: MidiLearn, executor: Executor, notify: Notify, work: WorkQueue
    ) -> None:
        self._work = work
        self._bindings = bindings
        self._learner = midi_learn
        self._executor = executor
        self._notify = notify
        self._next_report: dict[tuple[str, str], float] = {}
        """Earliest time of the next report, by channel and control."""

    def bind_all(self, table: Mapping[str, str], origin: str) -> None:
        """Binds commands to triggers; problems are reported to the performer.

        Args:
            table: commands by trigger, as in ``Bindings.table``.
            origin: place of the bindings in messages.
        """
        for trigger, line in table.items():
            kind, _, which = trigger.partition(" ")
            try:
                self._bindings.bind(kind, f"{which} {line}", early=True)
            except UserError as problem:
                self._notify("warning", "config", f'{origin} "{trigger}": {problem}')

    def map_all(self, table: Mapping[str, str]) -> None:
        """Maps controls to the parameters of the configuration; problems are reported to the performer."""
        for control, target in table.items():
            try:
                self._parameter_map.map(f"{control} {target}")
            except UserError as problem:
                self._notify("warning", "config", f'[map] "{control}": {problem}')
        self._parameter_map.begun = self._parameter_map.table

    def addressed(self, channel: str, address: str, arguments: Sequence[Any], trusted: bool) -> str:
        """Handles an OSC message that is not input of the musician.

        Args:
            channel: name of the channel.
            address: address, which begins with a slash.
            arguments: arguments.
            trusted: False for a sender on another machine, which may only set parameters.

        Returns:
            The problem, empty without one.
        """
        source = Source.CHANNEL if trusted else Source.NETWORK
        if self._parameter_map.take_osc(address, arguments, self._mover(channel, source)):
            return ""
        bound = self._bindings.of_address(address, tuple(arguments))
        if bound is not None:
            return self._executor.carry_out_for(channel, address, bound, source) if bound else ""
        is_command = address == ANY_COMMAND or address in ADDRESSES
        if is_command and not trusted and address not in FROM_NETWORK:  # not parsed: that would cost time
            return refused_from_network(channel, address)
        if address == ANY_COMMAND:
            line = arguments[0] if arguments and isinstance(arguments[0], str) else ""
        else:
            found = command_line(address, arguments) if address.startswith(PREFIX) else None
            if found is None:
                return f"{address[:80]} {MEANS_NOTHING}"
            line = found
            if not line:
                return ""
        return self._executor.carry_out_for(channel, address, line, source)

    def osc_message(self, channel: str, address: str, arguments: Sequence[Any]) -> bool:
        """Offers an OSC message to the learner; returns True if the message was learned."""
        return self._learner.take_osc(channel, address, arguments)

    def message(self, channel: str, device: str, message: bytes, rights: Rights = Rights.COMMANDS) -> bool:
        """Handles a MIDI message; returns True if it was learned or is bound, and so has no other effect."""
        if self._learner.take(channel, device, message):
            return True
        if self._parameter_map.take_midi(f"{channel} {device}", message, self._mover(channel, _SOURCES.get(rights))):
            return True
        bound, line = self._bindings.of_message(f"{channel} {device}", message)
        if line and rights is Rights.PLAY:
            refused = refused_from_network(channel, in_words(message), "remote_parameters")
            self._notify("warning", channel, refused)
        elif line and not self._work.do(channel, self._carry_out, channel, message, line, _SOURCES[rights]):
            self._notify("warning", channel, f"{in_words(message)} is ignored: too many commands wait")
        return bound

    def dimensions(self, channel: str, vector: Sequence[float]) -> None:
        """Handles new values of the dimensions that are mapped to parameters."""
        self._parameter_map.take_dimensions(vector, self._mover(channel, Source.NETWORK))

    @property
    def _parameter_map(self) -> ParameterMap:
        assert self._executor.live_set is not None  # channels open later
        return self._executor.live_set.mappings.parameters

    def _mover(self, channel: str, source: Source | None) -> CarryOut:
        def carry_out(control: str, line: str) -> None:
            if source is None:
                problem = refused_from_network(channel, control, "remote_parameters")
            else:
                reported = self._is_report_due(channel, control)
                problem = self._executor.carry_out_for(channel, control, line, source, reported=reported)
            if problem:
                self._notify("warning", channel, problem)

        return carry_out

    def _is_report_due(self, channel: str, control: str) -> bool:
        now = self._work.now()
        if now < self._next_report.get((channel, control), 0.0):
            return False
        self._next_report[channel, control] = now + REPORT_SECONDS
        return True

    def _carry_out(self, channel: str, message: bytes, line: str, source: Source) -> None:
        if problem := self._executor.carry_out_for(channel, in_words(message), line, source):
            self._notify("warning", channel, problem)
