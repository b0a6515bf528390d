"""Ramps and scenes that commands start, and the end of ramps whose parameters a command sets."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from impsy_tui.engine.io.mappings import RESET
from impsy_tui.engine.performance import ramp_targets
from impsy_tui.engine.performance.line_result import settle
from impsy_tui.engine.performance.pending_command import ResumedRamp
from impsy_tui.engine.performance.ramps import Key, RampTrack
from impsy_tui.engine.performance.scenes.file import SceneFile
from impsy_tui.engine.performance.scenes.scene import Scene, SceneKeeper
from impsy_tui.engine.performance.scheduled_commands import ScheduledCommands
from impsy_tui.engine.players.base import ParameterOwner
from impsy_tui.engine.players.player import Player
from impsy_tui.engine.players.roster.own_dimensions import in_instrument
from impsy_tui.engine.players.session import Session
from impsy_tui.engine.players.settings import changed_number, has_parameter, without_parameter
from impsy_tui.errors import UserError
from impsy_tui.language import Call, Change, Command, Invocation, Program
from impsy_tui.language.mapping_completion import MAPPING
from impsy_tui.language.program import Value


class RampStarter:
    """Starts ramps to parameters and scenes, and recalls scenes at once.

    Args:
        session: session whose parameters are set.
        scheduled: pending commands, ramps among them.
        scene_keeper: captures and restores scenes.
        scene_file: file with the saved scenes.
        wait_for: waits in the background for awaitables, and reports problems under a source.
    """

    def __init__(
        self,
        session: Session,
        scheduled: ScheduledCommands,
        scene_keeper: SceneKeeper,
        scene_file: SceneFile,
        wait_for: Callable[[str, Sequence[Awaitable[str]]], None],
    ) -> None:
        self._session = session
        self.scheduled = scheduled
        self._scene_keeper = scene_keeper
        self._scene_file = scene_file
        self._wait_for = wait_for

    def release(self, invocation: Invocation) -> None:
        """Takes the parameters that a command sets away from ramps and patterns."""
        command = invocation.command
        if command.name in MAPPING and len(self.scheduled):
            for each in in_instrument(self._session, invocation):
                self.scheduled.release(self._moving_ends(str(each.values["control"])))
        if command.undo and not command.takes_rest and len(self.scheduled):
            players = self._players_of(command, invocation.player)
            self.scheduled.release(ramp_targets.keys_of(invocation, players, self._session.dimension - 1))

    def _moving_ends(self, text: str) -> set[Key]:
        """Returns the ends of targets that ramps move, of the dimension of a mapping or of all."""
        begin = "x" if text == RESET else text.split()[0] + " "
        movers = (pending.mover for pending in self.scheduled.all())
        keys = (key for mover in movers if mover is not None for key in mover.tracks)
        return {key for key in keys if not key[0] and key[1].startswith(begin)}

    def _players_of(self, command: Command, player: str) -> Sequence[ParameterOwner]:
        return self._session.players_of(player, command.about) if command.player else (self._session.parameters,)

    def start(
        self,
        line: Invocation,
        seconds: float,
        targets: Program,
        *,
        eased: bool,
        resumed: ResumedRamp | None = None,
    ) -> str | Awaitable[str]:
        """Starts a ramp, or continues a ramp from a saved session.

        Args:
            line: command with its arguments; its player is that of the targets without one.
            seconds: duration.
            targets: commands that set the final values.
            eased: True if the ramp starts and ends slowly.
            resumed: state of the saved ramp.

        Returns:
            The reply; an awaitable of the reply if a scene or a model is among the targets, because files are read.
        """
        steps = [self._with_number(step, line.player) for step in targets.steps if not isinstance(step, Call)]
        line = replace(line, values=line.values | {"settings": Program(tuple(steps))})
        if any(step.command.ramp == "scene" or "model" in step.values for step in steps):
            number = self.scheduled.reserve(line, 0 if resumed is None else resumed.number)
            return self._start_with_files(line, seconds, steps, eased, number, resumed)
        return self._start(line, seconds, self._tracks(steps, line.player), [], eased, resumed=resumed)

    def _with_number(self, step: Invocation, player: str) -> Invocation:
        """Returns a target with its number in place of a relative change, as the performer sees it.

        Raises:
            UserError: The change leads to different numbers of several players.
        """
        change = next((value for value in step.values.values() if isinstance(value, Change)), None)
        parameter = step.command.parameter
        if change is None or parameter is None:
            return step
        addressed = self._players_of(step.command, player)
        players = [one for one in addressed if has_parameter(one, parameter)]
        if not players:
            raise UserError(without_parameter(addressed, parameter))
        numbers = {changed_number(one, parameter, change) for one in players}
        if len(numbers) > 1:
            names = ", ".join(one.name for one in players)
            raise UserError(f"{names} have different values of {parameter.name}: type a new value, or @name over …")
        number = numbers.pop()
        values: dict[str, Value] = {
            name: number if isinstance(value, Change) else value for name, value in step.values.items()
        }
        return replace(step, values=values)

    async def _start_with_files(
        self,
        line: Invocation,
        seconds: float,
        steps: list[Invocation],
        eased: bool,
        number: int,
        resumed: ResumedRamp | None,
    ) -> str:
        try:
            tracks, final_scenes = await self._tracks_of_files(steps, line.player, number, resumed)
        finally:
            reserved = self.scheduled.reserved.claim(number)
        left = [track for track in tracks if reserved is not None and track.key not in reserved.released]
        if reserved is None or (tracks and not (left or final_scenes)):
            return f"cancelled: {line}"
        return self._start(line, seconds, left, final_scenes, eased, number, resumed)

    async def _tracks_of_files(
        self, steps: list[Invocation], player: str, number: int, resumed: ResumedRamp | None
    ) -> tuple[list[RampTrack], list[Scene]]:
        """Returns the tracks of a ramp, and the scenes that are switched at its end; none after it is cancelled."""
        tracks: list[RampTrack] = []
        final_scenes: list[Scene] = []
        for step in steps:
            if step.command.ramp != "scene":
                await self.blend(step, player)
                tracks += self._tracks([step], player)
                continue
            scene = await self._find(str(step.values["scene"]))
            if number not in self.scheduled.reserved:
                break
            if "now" in step.values and resumed is None:
                await settle(self._scene_keeper.switch(scene))
            elif "now" not in step.values:
                final_scenes.append(scene)
            tracks += self._scene_keeper.tracks(scene)
        return tracks, final_scenes

    def _start(
        self,
        line: Invocation,
        seconds: float,
        tracks: list[RampTrack],
        final_scenes: list[Scene],
        eased: bool,
        number: int = 0,
        resumed: ResumedRamp | None = None,
    ) -> str:
        def switch_scenes() -> None:
            for scene in final_scenes:
                self.scheduled.release(self._scene_keeper.keys(scene))
                self._wait_for("scene", self._scene_keeper.switch(scene))

        pending = self.scheduled.over(
            line,
            seconds,
            tracks,
            eased=eased,
            at_end=switch_scenes if final_scenes else None,
            number=number,
            resumed=resumed,
        )
        return f"{pending.number}  {pending.text}"

    def _tracks(self, steps: Sequence[Invocation], player: str) -> list[RampTrack]:
        session = self._session
        tracks: list[RampTrack] = []
        for step in steps:
            numbers = step.values.get("dimensions", ())
            if isinstance(numbers, tuple) and (beyond := [one for one in numbers if one >= session.dimension]):
                raise UserError(f"there is no x{beyond[0]}: the last is x{session.dimension - 1}")
            if step.command.name in MAPPING:
                for each in in_instrument(session, replace(step, player=player)):
                    text = str(each.values["control"])
                    tracks += ramp_targets.tracks_of_ends(self._scene_keeper.mappings, text)
                continue
            players, parameter = self._players_of(step.command, player), step.command.parameter
            found = list(ramp_targets.tracks_of(step, players))
            if not found and parameter is not None:
                raise UserError(without_parameter(players, parameter))
            if parameter is not None:
                meant = parameter.inverse or parameter.name
                if why := next(filter(None, (player.behaviour.refusal(meant) for player in players)), ""):
                    raise UserError(why)
            tracks += found
        return tracks

    async def blend(self, step: Invocation, player: str) -> None:
        """Loads the second model that a command names, if it names one."""
        if isinstance(model := step.values.get("model"), str):
            for one in self._players_of(step.command, player):
                if isinstance(one, Player):
                    await self._scene_keeper.models.blend(one, model)

    async def recall(self, name: str) -> str:
        """Sets everything to a saved scene at once; returns the reply."""
        await self.restore(await self._find(name))
        return f"scene {name}"

    async def restore(self, scene: Scene) -> None:
        """Sets everything to a scene at once, and takes its parameters away from ramps and patterns."""
        self.scheduled.release(self._scene_keeper.keys(scene))
        await settle(self._scene_keeper.restore(scene))

    async def _find(self, name: str) -> Scene:
        return await asyncio.to_thread(self._scene_file.find, name)
