"""Continuous control: controllers, OSC addresses and dimensions that move parameters."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from impsy_tui.channels.midi.mapping import CONTROL_CHANGE
from impsy_tui.channels.osc.address import number
from impsy_tui.engine.io.bindings import MOST, Trigger, read_trigger
from impsy_tui.engine.runtime.scheduler import Scheduler
from impsy_tui.errors import UserError
from impsy_tui.language import Invocation, Mistake, parse
from impsy_tui.language.value_readers import read_dimensions
from impsy_tui.language.words import ParseError, Word
from impsy_tui.parameters import DIMENSION, ENDS, PARAMETERS, Kind, Parameter

_NEAR: Final = 2 / 127 + 1e-9
"""Distance at which a knob has reached a value, as for knobs that play dimensions."""
_APART: Final = 0.02
"""Shortest time between two changes of one parameter by one control, in seconds."""
_EXAMPLE: Final = "map cc 1 7 temp 0.2 3"

CarryOut = Callable[[str, str], None]
"""Carries out a line of a control; arguments: name of the control, line."""


@dataclass(frozen=True, slots=True)
class MappedParameter:
    """Parameter that a control moves.

    Attributes:
        player: name of the player; empty for the player with the focus.
        parameter: the parameter.
        low, high: values at both ends of the control; low may be the greater one.
        text: the parameter and its ends as typed.
        dimensions: numbers of the dimensions, from 1, of a parameter of dimensions.
        end: index of the end of a range that the control moves; the other end stays.
    """

    player: str
    parameter: Parameter
    low: float
    high: float
    text: str
    dimensions: tuple[int, ...] = ()
    end: int = 0

    @property
    def name(self) -> str:
        """The parameter and its dimensions, as a command has them."""
        return " ".join((self.parameter.name, *(f"x{number}" for number in self.dimensions)))

    def line(self, position: float, present: Any) -> str:
        """Returns the command line for a position of the control, 0 to 1.

        Args:
            position: Position of the control.
            present: Present value of the parameter, None for none.
        """
        to = f"@{self.player} " if self.player else ""
        value: Any = self._value(min(max(position, 0.0), 1.0))
        if self.parameter.kind is Kind.PAIR:
            ends = [*(present or self.parameter.default)]
            ends[self.end] = value
            value = tuple(ends)
        return f"{to}{self.name} {self.parameter.written(value)}"

    def number(self, present: Any) -> float | None:
        """Returns the number that the control moves, of the present value of the parameter."""
        if self.parameter.kind is Kind.PAIR:
            return float((present or self.parameter.default)[self.end])
        return None if present is None or isinstance(present, tuple) else float(present)

    def position(self, value: float) -> float:
        """Returns the position of the control for a value; outside 0 to 1 if the control cannot reach the value."""
        if self._in_ratios:
            return math.log(max(value, 1e-9) / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def _value(self, position: float) -> float:
        if self._in_ratios:
            value = self.low * (self.high / self.low) ** position
        else:
            value = self.low + position * (self.high - self.low)
        if self.parameter.kind is Kind.WHOLE:
            return float(round(value))
        ends = sorted((self.low, self.high))
        return min(max(float(f"{value:.4g}"), ends[0]), ends[1])

    @property
    def _in_ratios(self) -> bool:
        return self.parameter.ramp == "log" and min(self.low, self.high) > 0.0


def read_mapping(text: str) -> tuple[Trigger, MappedParameter]:
    """Returns a control and its parameter, as typed after ``map``.

    Raises:
        UserError: The text cannot be read.
    """
    control, target = _read_control(text)
    if not target:
        raise UserError(f"a parameter is missing: {_EXAMPLE}")
    return control, _read_target(target)


def split_control(text: str) -> tuple[str, str]:
    """Returns a control, as ``ParameterMap.table`` has it, and the rest of a text; both empty without a control."""
    try:
        control, rest = _read_control(text)
    except UserError:
        return "", ""
    return _named(control), rest


def _read_control(text: str) -> tuple[Trigger, str]:
    kind, _, rest = text.strip().partition(" ")
    if kind in ("cc", "osc"):
        return read_trigger(kind, rest)
    if kind[:1] == "x" and kind[1:].isascii() and kind[1:].isdigit() and 1 <= int(kind[1:]) <= 1023:
        return Trigger("dimension", number=int(kind[1:])), rest.strip()
    raise UserError(f"{kind!r} is not cc, osc or a dimension such as x8: {_EXAMPLE}")


def _read_target(text: str) -> MappedParameter:
    first, *rest = text.split()
    player, (name, *ends) = (first[1:], rest or [""]) if first[0] == "@" else ("", [first, *rest])
    parameter = PARAMETERS.get(name)
    if parameter is None or not parameter.is_mappable:
        known = ", ".join(one.name for one in PARAMETERS.values() if one.is_mappable)
        raise UserError(f"{name!r} is not a numeric parameter. Numeric parameters: {known}")
    dimensions, end, ends = _read_dimensions(parameter, ends)
    if len(ends) not in (0, 2):
        raise UserError(f"{name} takes both ends or none: {_EXAMPLE}")
    low, high = (_number(parameter, one) for one in ends) if ends else parameter.span
    if low == high:
        raise UserError(f"both ends of {name} are {ends[0]}: they must differ")
    return MappedParameter(player, parameter, low, high, text, dimensions, end)


def _read_dimensions(parameter: Parameter, words: list[str]) -> tuple[tuple[int, ...], int, list[str]]:
    """Returns the dimensions of a parameter of dimensions, the end of a range, and the words that are left."""
    if DIMENSION not in parameter.scope:
        return (), 0, words
    example = f"map cc 1 7 {parameter.name} x3{' low' if parameter.kind is Kind.PAIR else ''}"
    if not words:
        raise UserError(f"dimensions are missing: {example}")
    try:
        dimensions, taken = read_dimensions([Word(word, 0, len(word)) for word in words])
    except ParseError as mistake:
        raise UserError(f"{mistake}: {example}") from None
    left = words[taken:]
    if parameter.kind is not Kind.PAIR:
        return dimensions, 0, left
    if not left or left[0] not in ENDS:
        raise UserError(f"a control moves one end of a range, {' or '.join(ENDS)}: {example}")
    return dimensions, ENDS.index(left[0]), left[1:]


def _number(parameter: Parameter, text: str) -> float:
    """Returns the number of an end, which may have a unit as in a command."""
    before, after = "", ""
    if DIMENSION in parameter.scope:
        before, after = " x1", " 0" if parameter.kind is Kind.PAIR else ""
    read = parse(f"{parameter.name}{before} {text}{after}", {})
    if isinstance(read, Mistake):
        raise UserError(f"{parameter.name} {text}: {read.message}")
    step = read.steps[0]
    values = step.values.values() if isinstance(step, Invocation) else ()
    number = next((one for one in values if isinstance(one, int | float) and not isinstance(one, bool)), None)
    if number is None:
        raise UserError(f"{parameter.name} {text}: an end must be a number")
    return float(number)


class ParameterMap:
    """Parameters by the control that moves them.

    A change is a command line, so checks, undo, recording and rights are those of commands.

    Args:
        scheduler: spaces the changes of each control; only its newest position counts.
        present: returns the present value of a parameter, None if it has none.
    """

    def __init__(self, scheduler: Scheduler, present: Callable[[MappedParameter], Any]) -> None:
        self._scheduler = scheduler
        self._present = present
        self._mapped: dict[Trigger, MappedParameter] = {}
        self._stood: dict[tuple[str, Trigger], float] = {}
        self._last: dict[Trigger, tuple[str, float]] = {}
        self._newest: dict[Trigger, tuple[float, CarryOut]] = {}
        self._free: dict[Trigger, float] = {}
        self._values: dict[Trigger, float] = {}
        self.begun: Mapping[str, str] = {}
        """Parameters by control as the configuration has them."""

    def __str__(self) -> str:
        return "\n".join(f"{_named(control)} moves {mapped.text}" for control, mapped in self._mapped.items())

    @property
    def table(self) -> dict[str, str]:
        """Parameters by control, as the configuration and scenes hold them: ``"cc 1 7" = "temp 0.2 3"``."""
        return {_named(control): mapped.text for control, mapped in self._mapped.items()}

    def replace(self, table: Mapping[str, str]) -> None:
        """Replaces all entries by those of a table.

        Raises:
            UserError: An entry cannot be read; nothing is changed.
        """
        if table != self.table:
            self._mapped = dict(read_mapping(f"{control} {target}") for control, target in table.items())
            self._forget(set(self._last) - set(self._mapped))

    def lines(self, table: Mapping[str, str]) -> Iterator[str]:
        """Yields the commands that lead from the entries of the configuration to those of a table."""
        for control, target in self.begun.items():
            if control not in table:
                yield f"unmap {control} {target}"
        for control, target in table.items():
            if self.begun.get(control) != target:
                yield f"map {control} {target}"

    def map(self, text: str) -> str:
        """Maps a control to a parameter; returns the reply.

        Raises:
            UserError: The text cannot be read, or too many controls are mapped.
        """
        control, mapped = read_mapping(text)
        if len(self._mapped) >= MOST and control not in self._mapped:
            raise UserError(f"{MOST} controls are mapped, which is the most: unmap one first")
        self._mapped[control] = mapped
        self._forget([control])
        written = mapped.parameter.written
        name = f"{mapped.name} {ENDS[mapped.end]}" if mapped.parameter.kind is Kind.PAIR else mapped.name
        return f"{_named(control)} moves {name} from {written(mapped.low)} to {written(mapped.high)}"

    def unmap(self, text: str) -> str:
        """Ends the mapping of a control; returns the reply.

        Raises:
            UserError: The control is not mapped.
        """
        control, target = _read_control(text)
        mapped = self._mapped.get(control)
        if mapped is None or (target and _read_target(target).name != mapped.name):
            raise UserError(f"{_named(control)} does not move {target or 'a parameter'}: bindings lists all")
        del self._mapped[control]
        self._forget([control])
        return f"{_named(control)} moves no parameter now"

    def forget_player(self, name: str) -> list[str]:
        """Ends the mappings of a player that is removed; returns their controls."""
        gone = [control for control, mapped in self._mapped.items() if mapped.player == name]
        for control in gone:
            del self._mapped[control]
        self._forget(gone)
        return list(map(_named, gone))

    def _forget(self, controls: Sequence[Trigger] | set[Trigger]) -> None:
        for control in controls:
            self._last.pop(control, None)
            self._newest.pop(control, None)

    def take_midi(self, source: str, message: bytes, carry_out: CarryOut) -> bool:
        """Takes a MIDI message; returns True if its controller is mapped.

        A knob moves its parameter once the knob has reached or passed the present value.
        """
        if len(message) < 3 or message[0] & 0xF0 != CONTROL_CHANGE:
            return False
        control = Trigger("cc", (message[0] & 0x0F) + 1, message[1])
        mapped = self._mapped.get(control)
        if mapped is None:
            return False
        position = message[2] / 127
        stood = self._stood.get((source, control))
        self._stood[source, control] = position
        if self._acts(source, control, mapped, stood, position):
            self._last[control] = (source, position)
            self._move(control, position, carry_out)
        return True

    def _acts(
        self, source: str, control: Trigger, mapped: MappedParameter, stood: float | None, position: float
    ) -> bool:
        if control in self._newest:
            return True
        present = mapped.number(self._present(mapped))
        if present is None:
            return True
        reached = min(max(mapped.position(present), 0.0), 1.0)
        came_from_here = self._last.get(control, ("", math.inf))
        if came_from_here[0] == source and abs(came_from_here[1] - reached) <= _NEAR:
            return True
        crossed = stood is not None and (stood - reached) * (position - reached) <= 0.0
        return crossed or abs(position - reached) <= _NEAR

    def take_osc(self, address: str, arguments: Sequence[object], carry_out: CarryOut) -> bool:
        """Takes an OSC message; returns True if its address is mapped. The first argument is the position, 0 to 1."""
        control = Trigger("osc", address=address)
        if control not in self._mapped:
            return False
        position = number(arguments[0]) if arguments else None
        if position is not None and math.isfinite(position):
            self._move(control, position, carry_out)
        return True

    def take_dimensions(self, vector: Sequence[float], carry_out: CarryOut) -> None:
        """Takes the values of all dimensions; those that changed move their parameters. Players hear them too."""
        for control in self._mapped:
            if control.kind == "dimension" and control.number <= len(vector):
                value = vector[control.number - 1]
                before = self._values.get(control)
                self._values[control] = value
                if value != before:
                    self._move(control, value, carry_out)

    def _move(self, control: Trigger, position: float, carry_out: CarryOut) -> None:
        waits = control in self._newest
        self._newest[control] = (position, carry_out)
        if not waits:
            self._scheduler.at(max(self._scheduler.now(), self._free.get(control, 0.0)), self._send, control)

    def _send(self, control: Trigger) -> None:
        newest, mapped = self._newest.pop(control, None), self._mapped.get(control)
        if mapped is not None and newest is not None:
            self._free[control] = self._scheduler.now() + _APART
            position, carry_out = newest
            carry_out(_named(control), mapped.line(position, self._present(mapped)))


def _named(control: Trigger) -> str:
    return f"x{control.number}" if control.kind == "dimension" else str(control)
