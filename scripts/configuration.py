"""Reference page of the configuration, from the schema: ``configuration.py FILE`` writes it, else it is printed."""

import sys
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from impsy_tui.config.kinds import written
from impsy_tui.config.schema import REPEATED_TABLES, SINGLE_TABLES, Config

_HEAD = """\
# Configuration

A configuration is a [TOML](https://toml.io) file. `impsy-tui init` writes one with every common key and its default.
`impsy-tui examples` lists those that come with the program. The settings page (`F3`) shows each key, its value and
the place where the value was set. `set KEY VALUE` changes a key in the file.

A mistake in a file is reported by file, line and key, with the allowed values. `scripts/make-reference` makes this
page from the schema that the program reads.
"""
_ONCE = "This table can stand once."
_REPEATED = "This table can stand once, `[{name}]`, or several times, `[[{name}]]`."


def page() -> str:
    """Returns the page as Markdown."""
    parts = [_HEAD, _table("Top of the file", "", Config)]
    parts += [_table(f"`[{name}]`", _ONCE, table) for name, table in SINGLE_TABLES.items()]
    parts += [
        _table(f"`[[{name}]]`" if name == "player" else f"`[{name}]`", _REPEATED.format(name=name), table)
        for name, table in REPEATED_TABLES.items()
    ]
    parts.append(_table("`[bind]`", "Each key of this table is a trigger and each value is a command line.", None))
    return "\n".join(parts)


def _table(title: str, note: str, table: type | None) -> str:
    lines = [f"## {title}", ""]
    if note:
        lines += [note, ""]
    if table is None:
        lines += ['For example `"cc 1 64" = "take"` for a foot-switch. See `bind` in [Commands](commands.md).']
        return "\n".join(lines) + "\n"
    for field in fields(table):
        if field.metadata and not (table is Config and field.name == "bind"):
            lines += [*_key(field), ""]
    return "\n".join(lines)


def _key(field: Field[Any]) -> Iterator[str]:
    help_ = field.metadata["help"]
    yield f"`{field.name}`"
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
