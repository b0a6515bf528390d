"""The settings of a configuration, one by one: value, default, where it came from, what is allowed."""

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from typing import Any, NamedTuple

from impsy_tui.config.kinds import shown
from impsy_tui.config.load import LoadedConfig
from impsy_tui.config.schema import CHANNEL_TABLES, SINGLE_TABLES, Config


class Described(NamedTuple):
    """One setting; values as TOML has them."""

    key: str
    value: str
    default: str
    origin: str
    help: str
    allowed: str


def describe(loaded: LoadedConfig) -> Iterator[Described]:
    """Every setting of a configuration; of channels, those that are there."""
    config = loaded.config
    yield from _table("", config, Config, loaded)
    for name, kind in SINGLE_TABLES.items():
        table = getattr(config, name)
        if table is not None:
            yield from _table(f"{name}.", table, kind, loaded)
    for name, kind in CHANNEL_TABLES.items():
        tables = getattr(config, name)
        for index, table in enumerate(tables):
            path = f"{name}." if len(tables) == 1 else f"{name}.{index}."
            yield from _table(path, table, kind, loaded)


def _table(path: str, table: Any, kind: type, loaded: LoadedConfig) -> Iterator[Described]:
    for field in fields(kind):
        if not field.metadata:
            continue
        key = path + field.name
        plain = ".".join(part for part in key.split(".") if not part.isdigit())
        yield Described(
            key,
            shown(getattr(table, field.name)),
            shown(_default(field)),
            loaded.origins.get(plain, "default"),
            field.metadata["help"],
            field.metadata["kind"].allowed,
        )


def _default(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else None
