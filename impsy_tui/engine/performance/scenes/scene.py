"""Scenes: all parameters at one moment, restored at once or by a ramp."""

from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from impsy_tui.engine.io.dimension_routing import route_of
from impsy_tui.engine.io.mappings import Mappings, MappingState
from impsy_tui.engine.models.new_players import add_ensemble, add_player, find_model
from impsy_tui.engine.models.player_models import PlayerModels
from impsy_tui.engine.performance import ramp_targets
from impsy_tui.engine.performance.ramps import Key, RampTrack
from impsy_tui.engine.performance.scenes import ensemble as ensemble_scene
from impsy_tui.engine.performance.scenes.player import PlayerScene
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.roster.changes import RosterState, reroute, restore_roster, roster_state, widen
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.players.settings import captured, command_lines
from impsy_tui.language.program import quoted
from impsy_tui.parameters import (
    BLEND,
    DIMENSION,
    ENDS,
    ENGINE,
    ENSEMBLE,
    MDRNN,
    PARAMETERS,
    ROUTE,
    Kind,
    Parameter,
    parameters_of,
    shown_number,
)


@dataclass(frozen=True, slots=True)
class Scene:
    """Settings of all players and of the engine.

    Attributes:
        values: values of the parameters of the engine, by name.
        players: settings of the players, ensembles among them, by name.
        nudges: delays by output, for ``undo`` only: saved scenes do not change the outputs.
        mappings: sources and targets of the dimensions, and controls of parameters.
        name: name of the scene; of a captured scene, that of the scene before.
        roster: players themselves, for ``undo`` only: a saved scene adds players, and removes none.
        files: files of models by player or ensemble, for ``undo`` only: saved scenes have names of models.
        blended_files: files of second models by player, as ``files``.
    """

    values: Mapping[str, Any]
    players: Mapping[str, PlayerScene]
    nudges: Mapping[str, float] | None = None
    files: Mapping[str, Path] = field(default_factory=dict)
    blended_files: Mapping[str, Path] = field(default_factory=dict)
    mappings: MappingState = field(default_factory=MappingState)
    roster: RosterState | None = None
    name: str = field(default="", compare=False)


class SceneKeeper:
    """Captures and restores scenes.

    Attributes:
        models: models of the players.
        mappings: mappings of the session.

    Args:
        session: session with the players.
        models: models of the players.
        mappings: mappings of the session.
    """

    def __init__(self, session: Session, models: PlayerModels, mappings: Mappings) -> None:
        self.mappings = mappings
        self._session = session
        self.models = models
        self.active = ""
        """Name of the scene that was recalled or saved last; empty for none."""

    def capture(self) -> Scene:
        """Returns all present settings as a scene."""
        players = {player.name: self._of(player) for player in self._session.players.values()}
        nudges = dict(self._session.outputs.nudges)
        ensembles = self._session.ensembles.values()
        players |= {ensemble.name: ensemble_scene.captured(ensemble) for ensemble in ensembles}
        playing = {player.name: self.models.file_of(player) for player in self._session.players.values()}
        playing |= {ensemble.name: ensemble.behaviour.models.file for ensemble in ensembles}
        files = {name: file for name, file in playing.items() if file is not None}
        blended = {player.name: self.models.blended_file(player) for player in self._session.players.values()}
        return Scene(
            captured(self._session.parameters),
            players,
            nudges,
            files,
            {name: file for name, file in blended.items() if file is not None},
            self.mappings.capture(),
            roster_state(self._session),
            self.active,
        )

    def lines(self, scene: Scene) -> Iterator[str]:
        """Yields a scene as command lines, with its mappings."""
        yield from self.mappings.lines(scene.mappings)
        yield from scene_lines(scene, self._session.focus)

    def _of(self, player: Player) -> PlayerScene:
        return PlayerScene(
            model=self._model_of(player),
            kind=player.behaviour.kind,
            values=captured(player.behaviour, MDRNN),
            items={
                one.name: {index + 1: value for index, value in values.items()}
                for one in parameters_of(DIMENSION)
                if (values := player.shaping.values(one))
            },
            trained=player.behaviour.settings.trained,
            blended=_name(self.models.blended_file(player)),
            routing=player.routing,
        )

    def tracks(self, scene: Scene) -> Iterator[RampTrack]:
        """Yields the ramps that lead to a scene."""
        for player, wanted in self._players(scene):
            yield from ramp_targets.ramps_to(player, wanted.values, wanted.trained)
            for one in parameters_of(DIMENSION):
                for index, end in _by_index(wanted, one, self._session.dimension) if one.ramp else ():
                    yield from ramp_targets.dimension_ramps(player, one, index, end)
        for ensemble, wanted in self._ensembles(scene):
            yield from ramp_targets.ramps_to(ensemble, wanted.values)
        yield from ramp_targets.ramps_to(self._session.parameters, scene.values)
        yield from ramp_targets.tracks_of_targets(self.mappings, scene.mappings)

    def keys(self, scene: Scene) -> Iterator[Key]:
        """Yields the parameters that a scene sets."""
        width = self._session.dimension - 1
        for player, wanted in self._players(scene):
            yield from ((player.name, name, -1) for name in wanted.values)
            for one in parameters_of(DIMENSION):
                names = ENDS if one.kind is Kind.PAIR else (one.name,)
                yield from ((player.name, name, index) for name in names for index in range(width))
        for ensemble, wanted in self._ensembles(scene):
            yield from ((ensemble.name, name, -1) for name in wanted.values)
        yield from (("", name, -1) for name in scene.values)
        yield from (track.key for track in ramp_targets.tracks_of_targets(self.mappings, scene.mappings))

    def switch(self, scene: Scene, *, loads_go_on: bool = False) -> list[Awaitable[str]]:
        """Sets everything that has no ramp; returns the loads of models that still run.

        Args:
            scene: the scene.
            loads_go_on: False if models that are being loaded for other lines do not play.
        """
        awaited: list[Awaitable[str]] = []
        self.active = scene.name
        if scene.roster is not None:
            restore_roster(self._session, scene.roster)
        awaited += [self._add(name, wanted) for name, wanted in self._absent(scene)]
        for player, wanted in self._players(scene):
            file = scene.files.get(player.name)
            plays = self.models.file_of(player) == file if file else self._model_of(player) == wanted.model
            blended_file = scene.blended_files.get(player.name)
            if plays:
                if not loads_go_on:
                    self.models.stay(player)
                if wanted.blended:
                    awaited.append(self._blend(player, wanted, blended_file))
            elif wanted.model:
                awaited.append(self._load(player, wanted, file, blended_file))
            else:
                self.models.unload(player)
            if wanted.routing is not None and (plays or not wanted.model):
                awaited.append(self._route(player, wanted.routing))
            switched = ramp_targets.switches_to(player, wanted.values)
            for behaviour in player.behaviours:
                behaviour.set_values(switched)
            self._shape(player, wanted)
        for ensemble, wanted in self._ensembles(scene):
            file = scene.files.get(ensemble.name)
            awaited += ensemble_scene.switch(ensemble, wanted, self.models.ensembles, file, loads_go_on=loads_go_on)
        self.mappings.restore(scene.mappings)
        engine = self._session.parameters
        engine.set_values(ramp_targets.switches_to(engine, scene.values))
        return awaited

    async def _load(self, player: Player, wanted: PlayerScene, file: Path | None, blended_file: Path | None) -> str:
        before = player.dimension
        if wanted.routing is not None:
            widen(self._session, wanted.routing)
        reply = await self.models.load(player, wanted.model or "", file, wanted.routing)
        if wanted.routing is not None:
            await self._route(player, wanted.routing)
        if player.dimension != before:  # the shaping of single values ended with the old dimension
            self._shape(player, wanted)
        if wanted.blended:
            await self._blend(player, wanted, blended_file)
        return reply

    async def _blend(self, player: Player, wanted: PlayerScene, file: Path | None) -> str:
        if wanted.blended == _name(self.models.blended_file(player)):
            return ""  # a ramp may lead to its share
        await self.models.blend(player, wanted.blended, file)
        player.behaviour.set_value(BLEND.name, wanted.values.get(BLEND.name))
        return ""

    async def _route(self, player: Player, routing: Routing) -> str:
        if self.models.file_of(player) is None and routing.count not in (0, player.dimension - 1):
            player.change_predictor(self.models.dummy(routing.count + 1))
        reroute(self._session, player, routing)
        return ""

    async def _add(self, name: str, wanted: PlayerScene) -> str:
        """Adds a player that a saved scene has and the session does not have."""
        if wanted.kind == ENSEMBLE:
            return await self._add_ensemble(name, wanted)
        routing = wanted.routing or Routing()
        file = find_model(self._session, self.models, wanted.model, routing) if wanted.model else None
        player = await add_player(self._session, self.models, name, file, routing)
        for one in wanted.values:
            player.behaviour.follow_training(one, follows=one in wanted.trained)
        player.behaviour.set_values(wanted.values)
        self._shape(player, wanted)
        if wanted.blended:
            await self._blend(player, wanted, None)
        return f"{name} is added"

    async def _add_ensemble(self, name: str, wanted: PlayerScene) -> str:
        file = self.models.ensembles.find(wanted.model) if wanted.model else None
        ensemble = await add_ensemble(self._session, self.models, name, file, wanted.routing)
        for classifier in ensemble_scene.switch(ensemble, wanted, self.models.ensembles, file):
            await classifier
        for track in ramp_targets.ramps_to(ensemble, wanted.values):
            track.set_value(track.end)
        return f"{name} is added"

    def _shape(self, player: Player, wanted: PlayerScene) -> None:
        for one in parameters_of(DIMENSION):
            # Present values of ramped parameters stay, as the start of the ramp.
            present = player.shaping.values(one)
            values = {
                index: now if ramp_targets.is_ramped(one, now := present.get(index), end) else end
                for index, end in _by_index(wanted, one, self._session.dimension)
            }
            player.shaping.replace(one, values)
        player.end_muted()

    def restore(self, scene: Scene, *, loads_go_on: bool = False) -> list[Awaitable[str]]:
        """Sets everything at once; returns the loads of models that still run; see ``switch``."""
        awaited = self.switch(scene, loads_go_on=loads_go_on)
        for track in self.tracks(scene):
            if track.start != track.end:
                track.set_value(track.end)
        for player, wanted in self._players(scene):
            for name in wanted.values:  # also those that have the wanted value already
                for behaviour in player.behaviours:
                    behaviour.follow_training(name, follows=name in wanted.trained)
        outputs = self._session.outputs
        for name, seconds in (scene.nudges or {}).items():
            if outputs.nudges.get(name) not in (None, seconds):
                outputs.nudge(name, seconds)
        return awaited

    def _model_of(self, player: Player) -> str:
        return _name(self.models.file_of(player))

    def _players(self, scene: Scene) -> Iterator[tuple[Player, PlayerScene]]:
        for name, wanted in scene.players.items():
            if wanted.kind != ENSEMBLE and (player := self._session.players.get(name)) is not None:
                yield player, wanted

    def _absent(self, scene: Scene) -> list[tuple[str, PlayerScene]]:
        """Returns the players that a scene adds: scenes of earlier versions, without routings, add none."""
        there = self._session.all_players
        return [(name, one) for name, one in scene.players.items() if one.routing is not None and name not in there]

    def _ensembles(self, scene: Scene) -> Iterator[tuple[EnsemblePlayer, PlayerScene]]:
        for name, wanted in scene.players.items():
            if wanted.kind == ENSEMBLE and (ensemble := self._session.ensembles.get(name)) is not None:
                yield ensemble, wanted


def _name(file: Path | None) -> str:
    return "" if file is None else file.stem


def _by_index(scene: PlayerScene, parameter: Parameter, dimension: int) -> Iterator[tuple[int, Any]]:
    for number, value in scene.items.get(parameter.name, {}).items():
        if number < dimension:
            yield number - 1, value


def rig_lines(session: Session) -> Iterator[str]:
    """Yields command lines for settings that no scene has: clocks, paused ensembles and delays of outputs."""
    for one in parameters_of(ENGINE):
        value = session.parameters.value(one.name)
        if not one.in_scenes and value != one.default:
            yield f"{one.name} {one.written(value)}"
    for ensemble in session.ensembles.values():
        if ensemble.paused:
            yield f"@{ensemble.name} pause"
    for name, seconds in session.outputs.nudges.items():
        if seconds:
            yield f"nudge {quoted(name)} {shown_number(seconds)}s"


def scene_lines(scene: Scene, focus: str) -> Iterator[str]:
    """Yields a scene as command lines.

    Args:
        scene: the scene.
        focus: focused player, whose name is left out.
    """
    yield command_lines(scene.values, parameters_of(ENGINE), "")
    for name, player in scene.players.items():
        to = "" if name == focus else f"@{name} "
        if player.model is not None:
            yield f"{to}load {quoted(player.model)}" if player.model else f"{to}unload"
        if player.blended:
            yield f"{to}{BLEND.name} {quoted(player.blended, always=True)} {BLEND.written(player.values[BLEND.name])}"
        if player.kind != ENSEMBLE:
            yield f"{to}reset"
        # The line of a blend names the model, too, and another model ends a blend.
        plain = [one for one in parameters_of(player.kind) if one is not BLEND]
        yield command_lines(player.values, plain, to, player.trained)
        yield f"{to}{'free' if player.kind == ENSEMBLE else 'release'}"
        yield from _item_lines(player, to)


def _item_lines(player: PlayerScene, to: str) -> Iterator[str]:
    plays = player.routing.plays if to and player.routing is not None else ()
    for name, values in player.items.items():
        words = {item if isinstance(item, str) else f"x{item}": value for item, value in values.items()}
        if name == ROUTE.name:
            # Behind @name, dimensions have the numbers of the player.
            own = {index + 1: number for number, index in enumerate(plays, 1)}
            places = {own.get(number, number) - 1: own.get(place, place) for number, place in values.items()}
            yield f"{to}{name} {route_of(places)}"
        elif PARAMETERS[name].kind is Kind.SWITCH:
            yield f"{to}{name} {' '.join(words)}"
        else:
            yield from (f"{to}{name} {item} {PARAMETERS[name].written(value)}" for item, value in words.items())
