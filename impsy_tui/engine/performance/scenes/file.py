"""File of scenes in TOML, which the performer may edit."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import tomlkit
from tomlkit.items import Table

from impsy_tui import choices
from impsy_tui.config.toml_text import written
from impsy_tui.engine.io.channel_map import checked_texts
from impsy_tui.engine.io.mappings import MappingState
from impsy_tui.engine.io.parameter_map import read_mapping
from impsy_tui.engine.performance.scenes.player import PlayerScene, item_parameters, saved_parameters
from impsy_tui.engine.performance.scenes.scene import Scene
from impsy_tui.engine.players.routing import read_routing
from impsy_tui.engine.players.settings import keys_in, read_trained, read_values
from impsy_tui.engine.players.settings import table as table_of
from impsy_tui.errors import UserError
from impsy_tui.parameters import (
    AGENT,
    ENGINE,
    ENSEMBLE,
    FOLLOWER,
    MDRNN,
    PARAMETERS,
    TRAINED,
    Kind,
    Parameter,
    parameters_of,
)
from impsy_tui.toml_files import read_regular, read_toml

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_BLENDED: Final = "blended"
"""Key of a player with the name of the second model."""
_SAVED_BY: Final = "saved_by"
"""Key of a scene with the set list that saved it: that set list alone may replace it."""
_ROUTING: Final = "routing"
"""Key of a player with the values and channels that the player hears and plays."""
_INPUTS: Final = "inputs"
_OUTPUTS: Final = "outputs"
LARGEST_FILE: Final = 1 << 19
_HEAD: Final = "# Scenes, as `scene save NAME` keeps them. To be read and changed by hand too.\n"


class SceneFile:
    """File of scenes.

    Args:
        file: path of the file.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.known: tuple[str, ...] = ()
        """Names of the scenes, in the order of the file, when it was read or written last."""
        self._seen: tuple[int, int] | None = None

    def look(self) -> None:
        """Reads the names again if the file has changed."""
        try:
            found = self.file.stat()
        except OSError:
            seen = None
        else:
            seen = found.st_mtime_ns, found.st_size
        if seen != self._seen:
            self._seen = seen
            with suppress(UserError):  # the command scene reports the reason
                self._raw()

    def names(self) -> list[str]:
        """Returns the names of all scenes.

        Raises:
            UserError: the file cannot be read.
        """
        return sorted(self._raw())

    def find(self, name: str) -> Scene:
        """Returns a scene.

        Raises:
            UserError: no scene has this name, or the scene is not valid.
        """
        raw = self._raw()
        if name not in raw:
            known = ", ".join(sorted(raw)) or "none is saved yet: scene save NAME"
            raise UserError(f"no scene is called {name}; there are: {known}")
        return replace(read_scene(name, raw[name]), name=name)

    def save(self, name: str, scene: Scene, from_file: str | None = None) -> Any:
        """Saves a scene; returns the table of the scene that had this name, None if none had it.

        Args:
            name: Name of the scene.
            scene: The scene.
            from_file: Name of the set list that saves it, empty for a recording; None for the performer.

        Raises:
            UserError: A file would replace a scene that it has not saved itself, or the scene file cannot be used.
        """
        table = scene_table(scene)
        if from_file is not None:
            have = self._raw().get(name)
            if have is not None and not (
                from_file and isinstance(have, Mapping) and have.get(_SAVED_BY) == from_file
            ):
                raise UserError(
                    f"scene {name} exists already: a set list or a recording cannot replace a scene of yours. "
                    f"Use another name in the file, or type scene delete {name}"
                )
            table = {_SAVED_BY: from_file, **table}
        return self.put(name, table)

    def put(self, name: str, table: Any) -> Any:
        """Saves the table of a scene; returns the one that it replaces, None if there is none."""
        tables = self._raw()
        document = self._document()
        _merge(document, name, tomlkit.parse(_text(name, table))[name])
        self._write(document)
        return tables.get(name)

    def delete(self, name: str) -> Any:
        """Deletes a scene; returns its table."""
        self.find(name)
        table = self._raw()[name]
        document = self._document()
        document.remove(name)
        self._write(document)
        return table

    def _raw(self) -> dict[str, Any]:
        try:
            raw = read_toml(self.file, LARGEST_FILE)
        except FileNotFoundError:
            raw = {}
        except OSError as error:
            raise UserError(f"{self.file} cannot be read: {error.strerror or error}") from None
        except ValueError as error:  # also for numbers of thousands of digits
            raise UserError(f"{self.file} is not TOML: {error}") from None
        self.known = tuple(raw)
        return raw

    def _document(self) -> tomlkit.TOMLDocument:
        """Returns the file with its comments; ``_raw`` has checked that the file is TOML."""
        try:
            text = read_regular(self.file, LARGEST_FILE) if self.file.exists() else _HEAD.encode()
            document = tomlkit.parse(text.decode("utf-8-sig"))
        except (OSError, ValueError) as error:
            raise UserError(f"{self.file} is not changed: {error}") from None
        if wrong := next((name for name, table in document.items() if not isinstance(table, Mapping)), ""):
            raise UserError(f"{self.file} is not changed: {wrong} in it is not a scene")
        return document

    def _write(self, document: tomlkit.TOMLDocument) -> None:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            new = self.file.with_name(f"{self.file.name}.new")
            new.write_text(tomlkit.dumps(document), encoding="utf-8")
            new.replace(self.file)
            self.known = tuple(map(str, document))
        except OSError as error:
            raise UserError(f"{self.file} cannot be written: {error.strerror or error}") from None


def _text(name: str, table: Mapping[str, Any]) -> str:
    """Returns the table of a scene as TOML, small tables in one line."""
    head = _key(name)
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    parts = [f"\n[{head}]\n", *(f"{key} = {written(value)}\n" for key, value in plain.items())]
    for part, inner in _tables(table):
        parts += [f"\n[{head}.{part}]\n", *(f"{_key(key)} = {written(value)}\n" for key, value in inner.items())]
    return "".join(parts)


def _merge(old: Any, key: str, new: Any) -> None:
    """Puts a value into a table, and leaves the comments of tables that are there already."""
    if not isinstance(new, Table) or not isinstance(old.get(key), Table):
        old[key] = new
        return
    inner = old[key]
    for name in set(inner) - set(new):
        inner.remove(name)
    for name, value in new.items():
        if inner.get(name) != value:
            _merge(inner, name, value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else written(name)


def _tables(table: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, value in table.items():
        if key in ("players", "ensembles") and isinstance(value, Mapping):
            yield from ((f"{key}.{_key(name)}", inner) for name, inner in value.items())
        elif isinstance(value, Mapping):
            yield key, value


def scene_table(scene: Scene) -> dict[str, Any]:
    """Returns a scene as a table of the file."""
    table: dict[str, Any] = {"engine": table_of(scene.values, parameters_of(ENGINE))}
    tables = {name: _player_table(player) for name, player in scene.players.items()}
    table["players"] = {name: tables[name] for name, player in scene.players.items() if player.kind != ENSEMBLE}
    if ensembles := {name: tables[name] for name, player in scene.players.items() if player.kind == ENSEMBLE}:
        table["ensembles"] = ensembles
    mappings = scene.mappings
    if mappings.parameters:
        table["map"] = dict(mappings.parameters)
    if mappings.sources:  # controls that are learned later stay, as those of parameters
        table[_INPUTS] = {name: list(texts) for name, texts in mappings.sources.items()}
    if mappings.targets is not None:
        table[_OUTPUTS] = {name: list(texts) for name, texts in mappings.targets.items()}
    return table


def read_scene(name: str, raw: Any) -> Scene:
    """Reads a scene from a table of the file.

    Raises:
        UserError: the table is not valid.
    """
    try:
        players = {str(player): _player(table) for player, table in raw["players"].items()}
        values = read_values(_engine(raw), parameters_of(ENGINE))
        tables = raw.get("ensembles", raw.get("bands", {}))  # files of version 0.1.0 have bands
        players |= {str(name): _player({**table, "kind": ENSEMBLE}) for name, table in tables.items()}
        return Scene(
            values, players, mappings=MappingState(_mapped(raw), _texts(raw, _INPUTS), _texts(raw, _OUTPUTS))
        )
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, UserError) as error:
        raise UserError(f"scene {name} is not valid: {error}") from None


def _mapped(raw: Mapping[str, Any]) -> dict[str, str] | None:
    if "map" not in raw:
        return None
    for control, target in raw["map"].items():
        read_mapping(f"{control} {target}")
    return {str(control): str(target) for control, target in raw["map"].items()}


def _texts(raw: Mapping[str, Any], key: str) -> dict[str, tuple[str, ...]] | None:
    if key not in raw:
        return None
    return {str(name): checked_texts(texts) for name, texts in raw[key].items()}


def _player(table: Mapping[str, Any]) -> PlayerScene:
    values = {**table, **_earlier_agent(table)}
    kind = str(values.get("kind", MDRNN))
    model = table.get("model", None if kind == ENSEMBLE else "")
    return PlayerScene(
        model=None if model is None else str(model),
        kind=kind,
        values=read_values(values, saved_parameters(kind)),
        items={one.name: _items(one, table[key], key) for one, key in keys_in(table, item_parameters(kind))},
        trained=read_trained(table),
        blended=str(table.get(_BLENDED, "")),
        routing=read_routing(table[_ROUTING]) if _ROUTING in table else None,
    )


def _engine(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Parameters of the engine; files of earlier versions have them under ``thru`` and ``time``."""
    if "engine" in raw:
        return raw["engine"]  # type: ignore[no-any-return]
    time = dict(raw.get("time", {}))
    if time.get("grid") == "":
        time["grid"] = None
    return {**raw, **time}


def _earlier_agent(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the values of an agent in a file of an earlier version, which left out parameters that were off."""
    if "agent" not in table:
        return {}
    return {"kind": AGENT, **{one.name: None for one in parameters_of(AGENT) if one.none}, **table["agent"]}


def _player_table(player: PlayerScene) -> dict[str, Any]:
    own = {"model": player.model, _BLENDED: player.blended or None, "kind": player.kind}
    return {
        **{key: value for key, value in own.items() if value is not None},
        **table_of(player.values, saved_parameters(player.kind)),
        **({TRAINED: sorted(player.trained)} if player.trained else {}),
        **{
            PARAMETERS[name].keys[0]: (
                list(values)
                if PARAMETERS[name].kind is Kind.SWITCH
                else {str(item): value for item, value in values.items()}
            )
            for name, values in player.items.items()
        },
        **({} if player.routing is None else {_ROUTING: player.routing.table}),
    }


def _items(parameter: Parameter, raw: Any, key: str) -> dict[Any, Any]:
    """Returns the values of a parameter by dimension or follower; of a switch, files have the items that are on."""
    if parameter.kind is Kind.SWITCH:
        return {int(number): True for number in raw if int(number) >= 1}
    if FOLLOWER not in parameter.scope:
        return {int(number): parameter.check(value, key) for number, value in raw.items() if int(number) >= 1}
    if unknown := next((name for name in raw if name not in choices.FOLLOWERS), ""):
        raise ValueError(f"{key}: {unknown!r} is not one of {', '.join(choices.FOLLOWERS)}")
    return {name: parameter.check(value, key) for name, value in raw.items()}
