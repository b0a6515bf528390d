"""Learning of the control that plays a dimension."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from impsy_tui.channels.osc.address import number
from impsy_tui.config.mapping_targets import MappingEntry, text_of
from impsy_tui.control.messages import Reply
from impsy_tui.engine.io.recent_controls import STILL, RecentControls
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer
from impsy_tui.errors import UserError

_GATHER = 0.3
"""Seconds for which messages are gathered: one movement of a control may send several kinds."""
_MOST_ARGUMENTS = 16
"""Arguments of an OSC message that can be learned."""
_MOST_ADDRESSES = 1024
"""Arguments of OSC messages whose first number is kept while a control is learned."""


class MidiLearn:
    """Learns controls, one dimension after the other.

    Args:
        line: returns the command that lets a source play a dimension alone; empty if the source cannot. Arguments:
            device, or channel without devices; number of the dimension; source.
        carry_out: carries out a line like a typed one; returns the reply.
        notify: reports to the performer: level, text.
        scheduler: scheduler of the gathering time.
        apply: sets dimensions in place of the control; arguments as in ``Listener.updated``.
    """

    def __init__(
        self,
        line: Callable[[str, int, str], str],
        carry_out: Callable[[str], Reply],
        notify: Callable[[str, str], None],
        scheduler: Scheduler,
        apply: Callable[[str, list[tuple[int, float]], float], None],
    ) -> None:
        self._line = line
        self._carry_out = carry_out
        self._apply = apply
        self._tell = notify
        self._wanted: list[int | str] = []
        self._scheduler = scheduler
        self._timer: Timer | None = None
        self._moved = RecentControls()
        self._first_numbers: dict[tuple[str, str, int], float] = {}
        self._taken: set[tuple[str, str, MappingEntry]] = set()

    @property
    def waits(self) -> bool:
        """True while a control is learned."""
        return bool(self._wanted)

    def begin(self, indices: Sequence[int]) -> str:
        """Starts to learn these dimensions (indices from 0); returns the reply."""
        self._wanted = list(indices)
        self._moved = RecentControls()
        self._first_numbers.clear()
        self._taken.clear()
        return f"{_named(self._wanted[0])}: move a knob or a fader, or press a key"

    def begin_parameter(self, name: str) -> str:
        """Starts to learn the control of a parameter; returns the reply."""
        self.begin([0])
        self._wanted = [name]
        return f"{name}: move a knob or a fader"

    def end(self) -> str:
        """Stops learning; returns the reply."""
        self._wanted.clear()
        return "learning is over"

    def take(self, channel: str, device: str, message: bytes) -> bool:
        """Takes a message; returns True if it was taken: all messages of a moment are, then the control that moved is
        learned."""
        if not self._wanted or not self._moved.add((channel, device), message):
            return False
        if self._timer is None or not self._timer.pending:
            self._timer = self._scheduler.at(self._scheduler.now() + _GATHER, self._decide)
        return True

    def _decide(self) -> None:
        if not self._wanted:
            return
        try:
            found = self._moved.decide(self._taken)
        except UserError as problem:
            self._notify(f"{_named(self._wanted[0])}: {problem}")
            return
        if found is None:
            return
        (channel, device), entry, words, value = found
        self._moved = RecentControls()
        index = self._wanted[0]
        if not self._give(channel, device, entry, words + (f" of {device}" if device else "")):
            self._taken.add((channel, device, entry))
        elif value is not None and isinstance(index, int):
            self._apply(channel, [(index, value)], self._scheduler.now())

    def take_osc(self, channel: str, address: str, arguments: Sequence[Any]) -> bool:
        """Takes an OSC message; returns True if it was taken. A control is learned when one of its numbers has moved
        enough.

        Args:
            channel: name of the channel.
            address: address of the message.
            arguments: arguments of the message.
        """
        if not self._wanted:
            return False
        numbers = [number(argument) for argument in arguments[:_MOST_ARGUMENTS]]
        moved = dict.fromkeys(range(1, len(numbers) + 1), 0.0)
        for position, value in enumerate(numbers, 1):
            if (
                value is not None
                and math.isfinite(value)
                and (first := self._first_osc(channel, address, position, value)) is not None
            ):
                moved[position] = abs(value - first)
        position = max(moved, key=moved.__getitem__, default=0)
        if not position or all(value is None for value in numbers):
            return False
        entry = (address, position)
        if moved[position] < STILL / 127 or (channel, "", entry) in self._taken:
            return True
        return self._give(channel, "", entry, address + (f", argument {position}" if len(numbers) > 1 else ""))

    def _first_osc(self, channel: str, address: str, position: int, value: float) -> float | None:
        """Returns the first number of an argument since learning began; None if too many addresses send."""
        key = (channel, address, position)
        if key not in self._first_numbers and len(self._first_numbers) >= _MOST_ADDRESSES:
            return None
        return self._first_numbers.setdefault(key, value)

    def _give(self, channel: str, device: str, entry: MappingEntry, words: str) -> bool:
        """Assigns a control to the next dimension; returns False if the channel cannot learn."""
        if isinstance(name := self._wanted[0], str):
            return self._give_parameter(name, entry, words)
        line = self._line(device or channel, name + 1, _source(entry))
        if not line:
            return False
        self._wanted = self._wanted[1:]
        self._taken.add((channel, device, entry))
        reply = self._carry_out(line)
        following = f"; {_named(self._wanted[0])}: move the next" if self._wanted else "; keep mapping saves it"
        self._notify(f"x{name + 1} is played by {words}{following}" if reply.ok else f"x{name + 1}: {reply.text}")
        return reply.ok

    def _give_parameter(self, name: str, entry: MappingEntry, words: str) -> bool:
        match entry:
            case ("control_change", channel, controller):
                control = f"cc {channel} {controller}"
            case (str(address), 1) if address.startswith("/"):
                control = f"osc {address}"
            case _:
                self._notify(f"{name}: {words} cannot move a parameter: move a controller (CC) with a value")
                return False
        self._wanted.clear()
        reply = self._carry_out(f"map {control} {name}")
        self._notify(f"{reply.text}; keep mapping saves it" if reply.ok else f"{name}: {reply.text}")
        return True

    def _notify(self, text: str) -> None:
        self._tell("info", text)


def _source(entry: MappingEntry) -> str:
    """Returns an entry as ``map`` takes it."""
    if str(entry[0]).startswith("/"):
        address, position = entry
        return f"{address} {position}" if position != 1 else str(address)
    return text_of(entry)


def _named(target: int | str) -> str:
    return target if isinstance(target, str) else f"x{target + 1}"
