"""Messages from and to controllers that have an OSC address for each fader, such as TouchOSC."""

import struct
from collections.abc import Sequence
from typing import Any, Final

from impsy_tui.channels.osc.address import Patterns, number, numbered
from impsy_tui.channels.osc.packet import BUNDLE_AT_ONCE, VectorFormat
from impsy_tui.channels.played_target import PlayedTarget
from impsy_tui.config.mapping_targets import OscTarget, read_osc_target, read_osc_targets

_DECIMALS: Final = ((3, 10.0), (2, 100.0), (1, 1000.0))
"""Decimals of a shown number, and the number from which fewer are shown."""
_MOST_NAMED: Final = 3
"""Greatest number of addresses in a message to the performer."""


class InputControls:
    """Mapping of a controller's messages to dimensions.

    Args:
        entries: entries of ``[osc] input``.
        count: number of dimensions of the instrument.
    """

    def __init__(self, entries: Sequence[str], count: int) -> None:
        self._by_address: dict[str, list[tuple[int, OscTarget]]] = {}
        for index, text in enumerate(numbered(entries, count)[:count]):
            for source in read_osc_targets(text):
                self._by_address.setdefault(source.address, []).append((index, source))

    def __contains__(self, address: str) -> bool:
        return address in self._by_address

    @property
    def addresses(self) -> list[str]:
        """Addresses of all controls."""
        return list(self._by_address)

    def updates(self, address: str, arguments: Sequence[Any]) -> list[tuple[int, float]] | str:
        """Returns the dimensions (index from 0) that a message sets, not clipped to 0..1; or its problem as text."""
        found = []
        for index, source in self._by_address[address]:
            position = source.position
            if position > len(arguments):
                return f"{address} with {len(arguments)} values is ignored: x{index + 1} is number {position}"
            value = number(arguments[position - 1])
            if value is None:
                return f"{address} is ignored: a value is not a number"
            found.append((index, source.share(value)))
        return found


class OutputControls:
    """Makes one packet of a vector, with a message for each address.

    Args:
        entries: entries of ``[osc] output``.
        count: number of dimensions of the instrument.

    Attributes:
        texts: the entries.
    """

    def __init__(self, entries: Sequence[str], count: int) -> None:
        self.texts = tuple(entries)
        self._last: Sequence[float] = ()
        self._targets: list[tuple[int, str, OscTarget]] = []
        """Index of the dimension, text and target."""
        by_address: dict[str, dict[int, tuple[int, OscTarget]]] = {}
        for index, text in enumerate(numbered(entries, count)[:count]):
            for part in text.split(",") if text else ():
                target = read_osc_target(part)
                self._targets.append((index, part.strip(), target))
                by_address.setdefault(target.address, {})[target.position] = (index, target)
        self._messages: list[tuple[bytes, struct.Struct, list[tuple[int, OscTarget]]]] = []
        for address, arguments in by_address.items():
            none = count, OscTarget(address)
            at = [arguments.get(position, none) for position in range(1, max(arguments) + 1)]
            form = VectorFormat(address, len(at))
            self._messages.append((struct.pack(">I", form.size) + form.header, struct.Struct(f">{len(at)}f"), at))

    def __bool__(self) -> bool:
        return bool(self._messages)

    @property
    def played(self) -> list[PlayedTarget]:
        """Targets with their last numbers."""
        return [
            PlayedTarget(index + 1, text, _shown(target.value(self._last[index])) if self._last else "")
            for index, text, target in self._targets
        ]

    def write(self, values: Sequence[float]) -> bytes:
        """Returns the packet of a vector: a bundle to be played at once; an argument without a dimension is 0."""
        self._last = values
        each = [*values, 0.0]
        parts = [BUNDLE_AT_ONCE]
        for head, form, at in self._messages:
            parts += head, form.pack(*[target.value(each[index]) for index, target in at])
        return b"".join(parts)


def _shown(value: float) -> str:
    """Returns a number with as many decimals as five digits have room for."""
    decimals = next((count for count, most in _DECIMALS if abs(value) < most), 0)
    return f"{value:.{decimals}f}"


def meant(input_address: str, count: int, known: InputControls) -> str:
    """Returns the accepted messages as text, for the performer whose message has no meaning."""
    floats = "1 float" if count == 1 else f"{count} floats"
    named = known.addresses
    shown = ", ".join(named[:_MOST_NAMED]) + (" …" if len(named) > _MOST_NAMED else "")
    faders = f", {shown} with 1 float" if named else ""
    return f"accepted are {input_address} with {floats}{faders}; learn x1 maps a fader to x1"


def patterns_of(input_address: str, known: InputControls) -> Patterns:
    """Returns the addresses that patterns are compared with."""
    return Patterns([input_address, *known.addresses])
