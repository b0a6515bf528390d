"""Commands bound to a foot-switch, a key, a program change or an OSC address."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from impsy_tui.channels.midi.mapping import CONTROL_CHANGE, NOTE_ON, PROGRAM_CHANGE
from impsy_tui.errors import UserError
from impsy_tui.language import Mistake, Program, Source, first_refused, parse
from impsy_tui.language.table.dimensions import KEYS

_STATUS: Final = {"cc": CONTROL_CHANGE, "note": NOTE_ON, "program": PROGRAM_CHANGE}
_MIDI: Final = re.compile(r"(\d{1,2})\s+(\d{1,3})(?:\s+(.*))?", re.ASCII | re.DOTALL)
_OSC: Final = re.compile(r"(/\S+)(?:\s+(.*))?", re.DOTALL)
_PRESSED: Final = 64
"""Smallest value at which a controller counts as pressed."""
MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Trigger:
    """Trigger of a command: a MIDI message, an OSC address or a key of a console.

    Attributes:
        kind: "cc", "note", "program", "osc" or "key".
        channel: 1 to 16, 0 for an address or a key.
        number: number of the controller, note or program.
        address: address of the OSC message, or name of the key.
    """

    kind: str
    channel: int = 0
    number: int = 0
    address: str = ""

    def __str__(self) -> str:
        match self.kind:
            case "osc":
                return f"osc {self.address}"
            case "key":
                return self.address
            case _:
                return f"{self.kind} {self.channel} {self.number}"


def read_trigger(kind: str, rest: str) -> tuple[Trigger, str]:
    """Returns a trigger and the command line after it (empty for none).

    Raises:
        UserError: they cannot be read.
    """
    rest = rest.strip()
    if kind in KEYS:
        return Trigger("key", address=kind), _unquoted(rest)
    if kind == "osc":
        found = _OSC.fullmatch(rest)
        if found is None:
            raise UserError(f'{rest!r} does not begin with an address: bind osc /foot/1 "take"')
        return Trigger("osc", address=found[1]), _unquoted(found[2])
    found = _MIDI.fullmatch(rest)
    if found is None or not 1 <= int(found[1]) <= 16 or int(found[2]) > 127:
        raise UserError(f'{rest!r} does not begin with a channel (1 to 16) and a number: bind {kind} 1 64 "take"')
    return Trigger(kind, int(found[1]), int(found[2])), _unquoted(found[3])


def _unquoted(line: str | None) -> str:
    line = (line or "").strip()
    return line[1:-1].strip() if len(line) > 1 and line[0] == line[-1] == '"' else line


class Bindings:
    """Commands by trigger.

    Args:
        read: parses a line with the macros of the present moment.
        panic: keys of panic, with commas between them; they cannot be bound.
    """

    def __init__(self, read: Callable[[str], Program | Mistake] = parse, panic: str = "f9") -> None:
        self._read = read
        self._panic = {key.strip().lower() for key in panic.split(",")}
        self._lines: dict[Trigger, str] = {}
        self._down: set[tuple[str, Trigger]] = set()

    def __bool__(self) -> bool:
        return bool(self._lines)

    def __str__(self) -> str:
        return "\n".join(f'{trigger} "{line}"' for trigger, line in self._lines.items()) or "nothing is bound"

    @property
    def table(self) -> dict[str, str]:
        """Bindings in the form of the configuration: ``"cc 1 64" = "take"``."""
        return {str(trigger): line for trigger, line in self._lines.items()}

    @property
    def keys(self) -> dict[str, str]:
        """Commands by key of a console, such as ``f5``."""
        return {trigger.address: line for trigger, line in self._lines.items() if trigger.kind == "key"}

    def bind(self, kind: str, rest: str, *, early: bool = False) -> str:
        """Binds a command line to a trigger; returns the reply.

        Args:
            kind: kind of trigger such as "cc", or a key.
            rest: rest of the command after the kind.
            early: True if the line may use macros that are defined later.

        Raises:
            UserError: the line cannot be bound.
        """
        trigger, line = read_trigger(kind, rest)
        if not line:
            raise UserError(f'a command is missing: bind {trigger} "take"')
        if str(trigger) in self._panic:
            raise UserError(f"{trigger} is the key of panic and cannot be bound")
        read = self._read(line)
        if isinstance(read, Mistake) and not early:
            raise UserError(f"{line}: {read.message}")
        if not isinstance(read, Mistake) and (name := first_refused(read, Source.CHANNEL, {})):
            raise UserError(f"{name} cannot be bound: type it at the prompt")
        if len(self._lines) >= MOST:
            raise UserError(f"{MOST} are bound already")
        self._lines[trigger] = line
        means = f", which means nothing yet: {read.message}" if isinstance(read, Mistake) else ""
        return f'{trigger} carries out "{line}"{means}'

    def unbind(self, kind: str, rest: str) -> str:
        """Removes a binding; returns the reply.

        Raises:
            UserError: the trigger has no binding.
        """
        trigger, _ = read_trigger(kind, rest)
        if self._lines.pop(trigger, None) is None:
            raise UserError(f"nothing is bound to {trigger}")
        return f"{trigger} is free again"

    def naming(self, player: str) -> list[str]:
        """Returns the triggers of lines that address a player."""
        read = {trigger: self._read(line) for trigger, line in self._lines.items()}
        return [
            str(trigger)
            for trigger, program in read.items()
            if not isinstance(program, Mistake) and any(step.player == player for step in program.walk())
        ]

    def of_message(self, source: str, message: bytes) -> tuple[bool, str]:
        """Returns True if a MIDI message is bound, and the line to run now, empty for none.

        A controller or key acts when it is pressed, not when it is released.

        Args:
            source: channel and device of the message; each device has separate controllers.
            message: bytes of the message.
        """
        status = message[0] & 0xF0
        kind = {0x80: "note", 0x90: "note", 0xB0: "cc", 0xC0: "program"}.get(status)
        if kind is None or len(message) < 2:
            return False, ""
        trigger = Trigger(kind, (message[0] & 0x0F) + 1, message[1])
        line = self._lines.get(trigger)
        if line is None:
            return False, ""
        if kind == "program":
            return True, line
        level = message[2] if len(message) > 2 and status != 0x80 else 0
        pressed = level >= _PRESSED if kind == "cc" else level > 0
        was = (source, trigger) in self._down
        (self._down.add if pressed else self._down.discard)((source, trigger))
        return True, line if pressed and not was else ""

    def of_address(self, address: str, arguments: tuple[object, ...]) -> str | None:
        """Returns the line bound to an OSC message, empty when a button is released; None without a binding."""
        line = self._lines.get(Trigger("osc", address=address))
        if line is None:
            return None
        released = bool(arguments) and isinstance(arguments[0], int | float) and not arguments[0]
        return "" if released else line
