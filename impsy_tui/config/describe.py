"""Description of each setting of a configuration: value, default, origin, allowed values."""

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from typing import Any, NamedTuple

from impsy_tui.config.load import LoadedConfig
from impsy_tui.config.schema import REPEATED_TABLES, SINGLE_TABLES, Config
from impsy_tui.config.toml_text import written


class SettingDescription(NamedTuple):
    """One setting; values in the form of TOML."""

    key: str
    value: str
    default: str
    origin: str
    help: str
    allowed: str


def describe(loaded: LoadedConfig) -> Iterator[SettingDescription]:
    """Yields every setting of a configuration, with those of its channels."""
    config = loaded.config
    yield from _table("", "", config, Config, loaded)
    for name, kind in SINGLE_TABLES.items():
        table = getattr(config, name)
        if table is not None:
            yield from _table(f"{name}.", f"{name}.", table, kind, loaded)
    for name, kind in REPEATED_TABLES.items():
        tables = getattr(config, name)
        for index, table in enumerate(tables):
            numbered = f"{name}.{index}."
            path = f"{name}." if len(tables) == 1 else numbered
            yield from _table(path, numbered, table, kind, loaded)


def _table(path: str, numbered: str, table: Any, kind: type, loaded: LoadedConfig) -> Iterator[SettingDescription]:
    for field in fields(kind):
        if not field.metadata:
            continue
        origins = (loaded.origins.get(place + field.name) for place in (path, numbered))
        yield SettingDescription(
            path + field.name,
            _written(getattr(table, field.name)),
            _written(_default(field)),
            next(filter(None, origins), "default"),
            field.metadata["help"],
            field.metadata["kind"].allowed,
        )


def _written(value: Any) -> str:
    """Returns a value; empty if another table gives it."""
    return "" if value is None else written(value)


def _default(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else None
