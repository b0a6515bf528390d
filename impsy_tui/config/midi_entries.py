"""Entries of a MIDI mapping: allowed forms and their check."""

from dataclasses import dataclass
from typing import Any, Final

from impsy_tui.config.toml_text import shown
from impsy_tui.config.value_types import InvalidValueError

CURVE_NAMES: Final = ("exp", "log", "inverted")
"""Words that may stand at the end of an entry."""

_CHANNEL = ("MIDI channel", 1, 16)
_ENTRIES: dict[str, tuple[tuple[tuple[str, int, int], ...], ...]] = {
    "note_on": ((_CHANNEL,), (_CHANNEL, ("velocity", 0, 127))),
    "note_velocity": ((_CHANNEL,),),
    "control_change": (
        (_CHANNEL, ("controller", 0, 127)),
        (_CHANNEL, ("controller", 0, 127), ("lowest", 0, 127)),
        (_CHANNEL, ("controller", 0, 127), ("lowest", 0, 127), ("highest", 0, 127)),
    ),
    "control_change_relative": (
        (_CHANNEL, ("controller", 0, 127)),
        (
            _CHANNEL,
            ("controller", 0, 127),
            ("value at rest (0 or 64)", 0, 64),
        ),
    ),
    "control_change_14": ((_CHANNEL, ("controller", 0, 31)),),
    "pitch_bend": ((_CHANNEL,),),
    "program_change": ((_CHANNEL,),),
    "channel_pressure": ((_CHANNEL,),),
    "unused": ((),),
}

MappingEntry = tuple[str | int, ...]
"""Checked entry: kind and numbers, such as ``("control_change", 1, 42, 0, 127)``."""


@dataclass(frozen=True, slots=True)
class MidiMapping:
    """List of MIDI messages, one for each dimension."""

    allowed: str = (
        'a list of entries such as ["note_on", 1], ["note_on", 1, 100], ["note_velocity", 1], '
        '["control_change", 1, 42], ["control_change", 1, 42, 0, 127], ["control_change_14", 1, 7], '
        '["control_change_relative", 1, 7] for endless encoders, '
        '["pitch_bend", 1], ["program_change", 1], ["channel_pressure", 1] or ["unused"]; '
        'the last word may be "exp", "log" or "inverted"'
    )

    def check(self, value: Any) -> tuple[MappingEntry, ...]:
        if not isinstance(value, list):
            raise InvalidValueError
        return tuple(_entry(position, entry) for position, entry in enumerate(value, 1))


def _entry(position: int, entry: Any) -> MappingEntry:
    def refuse(why: str) -> InvalidValueError:
        return InvalidValueError(f"entry {position}, {shown(entry)}: {why}", str(position - 1))

    if not isinstance(entry, list) or not entry or entry[0] not in _ENTRIES:
        raise refuse("must begin with one of " + ", ".join(f'"{kind}"' for kind in _ENTRIES))
    shapes = _ENTRIES[entry[0]]
    given = list(entry)
    while len(given) > 1 and given[-1] in CURVE_NAMES:
        given.pop()
    shape = next((shape for shape in shapes if len(shape) == len(given) - 1), None)
    if shape is None:
        takes = " or ".join(", ".join(name for name, _, _ in shape) for shape in shapes)
        raise refuse(f"{entry[0]} is followed by {takes}")
    for number, (name, low, high) in zip(given[1:], shape, strict=True):
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            raise refuse(f"{name} must be a whole number from {low} to {high}")
    return tuple(entry)
