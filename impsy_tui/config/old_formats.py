"""Forms that earlier versions of IMPSY and its predecessors accepted, rewritten to the present form.

Until November 2025 ``[midi]`` had one device and one mapping for each direction, and ``[websocket]`` used that
mapping. Versions of 2024 had ports as text, ``log`` for ``log_input``, and ``[owner]`` as a table.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from impsy_tui.config.value_types import Integer, Live, Real, Switch, ValueType
from impsy_tui.parameters import Kind

DIRECTIONS: Final = {"input": "in_device", "output": "out_device"}
"""Key of the devices of a mapping, by the key of the mapping."""
FREE_TEXT: Final = ("title", "owner", "description")
"""Keys that IMPSY does not read, and so accepts in any form."""
WIRES: Final = ("websocket", "serialmidi")
"""Tables of MIDI messages without ports."""
_UNUSED: Final = ("client_ip", "client_port")
"""Keys of ``[websocket]`` that no version has used."""
_LONGEST_NUMBER: Final = 32
"""Characters."""


def modernised(raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Rewrites the earlier forms of a configuration.

    Args:
        raw: tables of the file; they are not changed.

    Returns:
        The tables in the present form, and each earlier form that was found, for the performer.
    """
    tables, notes = dict(raw), []
    for name in FREE_TEXT:
        if name in tables and not isinstance(tables[name], str):
            notes.append(f"{name} is not text")
            tables[name] = ", ".join(_words(tables[name]))
    if isinstance(tables.get("log"), bool):
        logs = tables.pop("log")
        notes.append("log is now log_input")
        tables.setdefault("log_input", logs)
    flat: dict[str, Any] = {}
    if "midi" in tables:
        tables["midi"] = _each(tables["midi"], lambda table: _by_device(table, flat, notes))
    for name in WIRES:
        if name in tables:
            tables[name] = _each(tables[name], lambda table, name=name: _wire(name, table, flat, notes))
    return tables, list(dict.fromkeys(notes))


def devices(midi: Mapping[str, Any], direction: str) -> list[str]:
    """Returns the device names in a ``[midi]`` table for "input" or "output"."""
    named = midi.get(DIRECTIONS[direction], [])
    return [name for name in (named if isinstance(named, list) else [named]) if isinstance(name, str) and name]


def from_text(kind: ValueType, value: Any) -> Any:
    """Returns a number that is written as text, or a switch that is written as 0 or 1, in its type; else the
    value."""
    is_switch = isinstance(kind, Switch) or (isinstance(kind, Live) and kind.parameter.kind is Kind.SWITCH)
    if is_switch and type(value) is int and value in (0, 1):
        return bool(value)
    is_number = isinstance(kind, Integer | Real) or (isinstance(kind, Live) and kind.parameter.within is not None)
    if not isinstance(value, str) or len(value) > _LONGEST_NUMBER or not is_number:
        return value
    try:
        is_whole = isinstance(kind, Integer) or (isinstance(kind, Live) and kind.parameter.kind is Kind.WHOLE)
        return int(value) if is_whole else float(value)
    except ValueError:
        return value


def _each(tables: Any, change: Any) -> Any:
    """Returns one table, or each of several, changed; other values unchanged."""
    if isinstance(tables, dict):
        return change(tables)
    if isinstance(tables, list):
        return [change(table) if isinstance(table, dict) else table for table in tables]
    return tables


def _by_device(midi: dict[str, Any], flat: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    """Converts a ``[midi]`` table to mappings by device; the flat mappings are added to ``flat``."""
    changed = dict(midi)
    for direction in DIRECTIONS:
        mapping = midi.get(direction)
        if isinstance(mapping, list):
            notes.append(f"midi.{direction} names no device")
            flat.setdefault(direction, mapping)
            changed[direction] = dict.fromkeys(devices(midi, direction), mapping)
    return changed


def _wire(name: str, table: dict[str, Any], flat: Mapping[str, Any], notes: list[str]) -> dict[str, Any]:
    """Converts a table of MIDI messages without ports; a missing mapping is taken from the flat mappings."""
    unused = [key for key in _UNUSED if key in table] if name == "websocket" else []
    notes.extend(f"{name}.{key} has no effect" for key in unused)
    changed = {key: value for key, value in table.items() if key not in unused}
    for direction, mapping in flat.items():
        if direction not in table:
            notes.append(f"{name} uses the mapping of midi")
            changed[direction] = mapping
    return changed


def _words(value: Any) -> Iterator[str]:
    """Yields the texts in a value of any shape."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _words(item)
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)
    elif str(value).strip():
        yield str(value)
