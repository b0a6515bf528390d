"""Checks of the names of channels, and of the ``[[player]]`` tables together."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Final

from impsy_tui.config.channel_schema import CHANNEL_TABLES, names_of
from impsy_tui.config.schema import Config, PlayerTable
from impsy_tui.parameters import ENSEMBLE, HIGHEST, KINDS, LOWEST, parameters_of

_OF_ALL: Final = frozenset({"name", "kind", "file", "pitemp", "hears_channels", "plays_channels"})
_OF_ENSEMBLES: Final = frozenset(
    {one.key.removeprefix("player.") for one in parameters_of(ENSEMBLE) if one.key.startswith("player.")}
    | {"lead", "clip_file", "destinations", "midi_channels"}
)


def name_problems(config: Config) -> Iterator[tuple[str, str]]:
    """Yields the key and the message of each name that stands for two channels or devices."""
    seen: set[str] = set()
    for kind in CHANNEL_TABLES:
        tables = getattr(config, kind)
        for index, (name, table) in enumerate(zip(names_of(kind, tables), tables, strict=True)):
            key = kind if len(tables) == 1 else f"{kind}.{index}"
            labels = {f"{key}.names.{device}": label for device, label in getattr(table, "names", {}).items()}
            for at, one in {f"{key}.name": name, **labels}.items():
                if one.lower() in seen:
                    yield at, f'"{one}" is already the name of another channel or device'
                seen.add(one.lower())


def player_problems(config: Config) -> Iterator[tuple[str, str]]:
    """Yields the key and the message of each problem."""
    several = len(config.player) > 1
    names = [player.name for player in config.player]
    seen: set[str] = set()
    for index, player in enumerate(config.player):
        table = f"player.{index}" if several else "player"
        if not player.name:
            yield f"{table}.name", "is missing: each player needs a name"
        elif player.name.lower() in seen:
            yield f"{table}.name", f'"{player.name}" is already the name of another player'
        seen.add(player.name.lower())
        yield from _kind(table, player)
        yield from _values(table, player, config.model.dimension)
        yield from _channels(table, player, config.channel_names)
        for other in player.hears_players:
            if other == player.name:
                yield f"{table}.hears_players", f'"{other}" is the player itself: name other players'
            elif other not in names:
                yield f"{table}.hears_players", _one_of(other, "player", names)
            elif KINDS[config.player[names.index(other)].kind].plays_touches:
                yield (
                    f"{table}.hears_players",
                    f'"{other}" is an ensemble: it plays touches, which players cannot hear',
                )


def _kind(table: str, player: PlayerTable) -> Iterator[tuple[str, str]]:
    """Yields the settings that the kind of the player does not have."""
    is_ensemble = KINDS[player.kind].plays_touches
    for setting in fields(PlayerTable):
        is_for_ensembles = setting.name in _OF_ENSEMBLES
        if (
            setting.name in _OF_ALL
            or is_for_ensembles is is_ensemble
            or getattr(player, setting.name) == setting.default
        ):
            continue
        whose = f'players of kind "{ENSEMBLE}"' if is_for_ensembles else f'players of other kinds than "{ENSEMBLE}"'
        yield f"{table}.{setting.name}", f"is a setting of {whose} only"
    lowest = LOWEST.default if player.lowest is None else player.lowest
    if lowest > (HIGHEST.default if player.highest is None else player.highest):
        key = HIGHEST.name if player.lowest is None else LOWEST.name
        defaults = f"the defaults are {LOWEST.default} to {HIGHEST.default}"
        yield f"{table}.{key}", f"the lowest note is above the highest; {defaults}"


def _values(table: str, player: PlayerTable, dimension: int) -> Iterator[tuple[str, str]]:
    if player.hears and player.plays and len(player.hears) != len(player.plays):
        counts = f"the player hears {len(player.hears)} and plays {len(player.plays)}"
        yield f"{table}.plays", f"a model plays as many dimensions as it hears: {counts}"
    for word, values in (("hears", player.hears), ("plays", player.plays)):
        beyond = [value for value in values if dimension and int(value[1:]) > dimension - 1]
        if beyond:
            last = f"the last is x{dimension - 1} ([model] dimension is {dimension})"
            yield f"{table}.{word}", f"there is no {beyond[0]}: {last}"


def _channels(table: str, player: PlayerTable, channels: Sequence[str]) -> Iterator[tuple[str, str]]:
    for word, wanted in (
        ("hears_channels", player.hears_channels),
        ("plays_channels", player.plays_channels),
        ("destinations", player.destinations),
    ):
        for name in wanted or ():
            if name not in channels:
                yield f"{table}.{word}", _one_of(name, "channel", channels)


def _one_of(name: str, what: str, names: Sequence[str]) -> str:
    return f'"{name}" is not a {what} of this configuration. Allowed: {", ".join(names) or "none"}'
