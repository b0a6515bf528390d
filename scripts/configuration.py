"""Reference page of the configuration, from the schema: ``configuration.py FILE`` writes it, else it is printed."""

import sys
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from impsy_tui.config.schema import REPEATED_TABLES, SINGLE_TABLES, Config
from impsy_tui.config.toml_text import written

_HEAD = """\
# Configuration

A configuration is a [TOML](https://toml.io) file. `impsy-tui init` writes one with every common key and its default.
`impsy-tui examples` lists those that come with the program. The settings page (`F3`) shows each key, its value and
the place where the value was set. `set KEY VALUE` changes a key in the file.

A mistake in a file is reported by file, line and key, with the allowed values. `scripts/make-reference` makes this
page from the schema that the program reads. IMPSY 1.2.1 has the keys that are marked *IMPSY*; the others are new.
"""
_OF_IMPSY = {
    "": "title owner description log_input log_predictions verbose",
    "interaction": "mode threshold input_thru",
    "model": "dimension file size sigmatemp pitemp timescale",
    "midi": "in_device out_device input output feedback_protection feedback_threshold thru_matrix",
    "websocket": "server_ip server_port input output",
    "osc": "server_ip server_port client_ip client_port",
    "serial": "port baudrate",
    "serialmidi": "port input output",
    "webui": "monitor_port command_port",
}
"""Keys of IMPSY 1.2.1 by table: those of its default.toml, and those that its code reads."""
_ONCE = "This table can stand once."
_REPEATED = "This table can stand once, `[{name}]`, or several times, `[[{name}]]`."
_BIND = """\
## `[bind]`

Each key of this table is a trigger and each value is a command line, such as `"cc 1 64" = "take"` for a foot-switch.
See `bind` in [Commands](commands.md).

## `[map]`

Each key of this table is a control and each value is a numeric parameter, with the values at both ends of the control
or without them, such as `"cc 1 7" = "temp 0.2 3"` for a knob. See `map` in [Commands](commands.md).
"""


def page() -> str:
    """Returns the page as Markdown."""
    parts = [_HEAD, _table("", "Top of the file", Config)]
    parts += [_table(name, f"`[{name}]`\n\n{_ONCE}", table) for name, table in SINGLE_TABLES.items()]
    parts += [
        _table(name, f"`[{name}]`\n\n{_REPEATED.format(name=name)}", table) for name, table in REPEATED_TABLES.items()
    ]
    return "\n".join([*parts, _BIND])


def _table(name: str, heading: str, table: type) -> str:
    lines = [f"## {heading}", ""]
    of_impsy = _OF_IMPSY.get(name, "").split()
    for field in fields(table):
        if field.metadata and field.name not in ("bind", "map"):
            lines += [*_key(field, of_impsy=field.name in of_impsy), ""]
    return "\n".join(lines)


def _key(field: Field[Any], *, of_impsy: bool) -> Iterator[str]:
    help_ = field.metadata["help"]
    yield f"`{field.name}`{' *IMPSY*' if of_impsy else ''}"
    yield f":   {help_[0].upper()}{help_[1:]}."
    yield ""
    yield f"    Allowed: {_escaped(field.metadata['kind'].allowed)}. Default: {_default(field)}."


def _default(field: Field[Any]) -> str:
    value = field.default
    if value is MISSING:
        value = field.default_factory() if field.default_factory is not MISSING else None
    if value is None:
        return "left out"
    return f"`{written(value)}`"


def _escaped(text: str) -> str:
    return text.replace("[", r"\[").replace("*", r"\*")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
