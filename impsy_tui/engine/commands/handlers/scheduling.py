"""Handlers of ramps, scheduled commands, scenes, macros, set lists, replay and recording."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any

from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.engine.performance.line_result import Reversal
from impsy_tui.engine.performance.live_set import LiveSet
from impsy_tui.engine.performance.pending_command import PendingCommand
from impsy_tui.engine.performance.scenes.scene import Scene
from impsy_tui.errors import UserError
from impsy_tui.language import COMMANDS, Invocation, Macro, Moment, Program
from impsy_tui.language.program import Value
from impsy_tui.language.setlist import MOST_MACROS
from impsy_tui.text import counted


class SchedulingHandlers(Handlers):
    """Handlers of ramps, scheduled commands, scenes, macros, set lists, replay and recording."""

    @property
    def _live_set(self) -> LiveSet:
        return self._host.live_set

    def _over(self, player: str, time: float, settings: Program, ease: str = "") -> str | Awaitable[str]:
        values: dict[str, Value] = {"time": time, "settings": settings, **({"ease": ease} if ease else {})}
        line = Invocation(COMMANDS["over"], values, player)
        return self._live_set.ramps.start(line, time, settings, eased=bool(ease))

    def _after(self, player: str, time: float, commands: Program) -> str:
        line = Invocation(COMMANDS["after"], {"time": time, "commands": commands}, player)
        return _added(self._live_set.scheduled.after(line, time, commands))

    def _every(self, player: str, time: float, commands: Program) -> str:
        line = Invocation(COMMANDS["every"], {"time": time, "commands": commands}, player)
        return _added(self._live_set.scheduled.every(line, time, commands))

    def _at(self, player: str, moment: Moment, commands: Program) -> str:
        return self._at_moment("at", player, moment, commands)

    def _whenever(self, player: str, moment: Moment, commands: Program) -> str:
        return self._at_moment("whenever", player, moment, commands)

    def _at_moment(self, word: str, player: str, moment: Moment, commands: Program) -> str:
        line = Invocation(COMMANDS[word], {"moment": moment, "commands": commands}, player)
        return _added(self._live_set.scheduled.at(line, moment, commands))

    def _play(self, dimensions: tuple[int, ...], value: float) -> str:
        last = self._session.dimension - 1
        if beyond := [number for number in dimensions if number > last]:
            raise UserError(f"there is no x{beyond[0]}: the last is x{last}")
        self._live_set.patterns.play_now([number - 1 for number in dimensions], value)
        return f"{' '.join(f'x{number}' for number in dimensions)} played at {value:g}"

    def _hush(self) -> str:
        count = self._live_set.patterns.hush()
        return f"{counted(count, 'pattern')} ended" if count else "no pattern plays"

    def _what(self) -> str:
        return "\n".join(self._live_set.scheduled.list()) or "nothing is pending"

    def _cancel(self, number: float | str) -> str:
        scheduled = self._live_set.scheduled
        if isinstance(number, str):
            count = scheduled.cancel_all()
            return f"{count} cancelled" if count else "nothing was pending"
        return f"cancelled: {scheduled.cancel(int(number))}"

    def _scene(self, scene: str, now: str = "") -> Awaitable[str]:
        return self._live_set.ramps.recall(scene)

    def _scene_save(self, scene: str) -> Awaitable[str]:
        # Captured before the next command of the line.
        return self._save_scene(scene, self._live_set.scene_keeper.capture(), self._reversals, self._from_file())

    def _from_file(self) -> str | None:
        return self._live_set.cues.name if self._host.executor.current.from_file else None

    async def _save_scene(self, name: str, scene: Scene, reversals: list[Reversal], from_file: str | None) -> str:
        replaced = await asyncio.to_thread(self._live_set.scene_file.save, name, scene, from_file)
        self._live_set.scene_keeper.active = name
        if replaced is None:
            return f"scene {name} is saved in {self._live_set.scene_file.file.name}"
        reversals.append(lambda: self._restore_scene(name, replaced))
        return f"scene {name} is saved in {self._live_set.scene_file.file.name}; undo restores the earlier one"

    def _scene_delete(self, scene: str) -> Awaitable[str]:
        return self._delete_scene(scene, self._reversals)

    async def _delete_scene(self, name: str, reversals: list[Reversal]) -> str:
        table = await asyncio.to_thread(self._live_set.scene_file.delete, name)
        if self._live_set.scene_keeper.active == name:
            self._live_set.scene_keeper.active = ""
        reversals.append(lambda: self._restore_scene(name, table))
        return f"scene {name} is deleted; undo restores the scene"

    async def _restore_scene(self, name: str, table: Any) -> str:
        await asyncio.to_thread(self._live_set.scene_file.put, name, table)
        return f"scene {name} is restored"

    async def _scenes(self) -> str:
        names = await asyncio.to_thread(self._live_set.scene_file.names)
        return "  ".join(names) or "no scene is saved: scene save NAME saves one"

    def _def(self, definition: Macro) -> str:
        macros = self._host.executor.macros
        if len(macros) >= MOST_MACROS and definition.name not in macros:
            raise UserError(f"{MOST_MACROS} macros are defined, no more are possible: undef NAME removes one")
        macros[definition.name] = definition
        return f"{definition.name} means {definition.body}"

    def _undef(self, name: str) -> str:
        if self._host.executor.macros.pop(name, None) is None:
            raise UserError(f"no macro is called {name}: defs lists the macros")
        return f"macro {name} is removed"

    def _defs(self) -> str:
        return (
            "\n".join(map(str, self._host.executor.macros.values()))
            or "no macro is defined: def drop = … defines one"
        )

    def _cue(self, set: str = "") -> str | Awaitable[str]:
        cues = self._live_set.cues
        return cues.open(set, self._host.executor.current) if set else cues.where()

    def _next(self) -> str | Awaitable[str]:
        return self._step(self._live_set.cues.next)

    def _back(self) -> str | Awaitable[str]:
        return self._step(self._live_set.cues.back)

    def _goto(self, cue: str) -> str | Awaitable[str]:
        return self._step(lambda: self._live_set.cues.goto(cue))

    def _step(self, step: Callable[[], str | Awaitable[str]]) -> str | Awaitable[str]:
        if self._live_set.replay.replayer.has_commands:
            return "a recorded performance is replayed: the replay steps through the cues"
        return step()

    def _replay(self, log: str, at: float = 1.0, through: str = "") -> Awaitable[str]:
        return self._live_set.replay.open(log, at, through)

    def _replay_last(self, time: float) -> Awaitable[str]:
        return self._live_set.replay.again(time)

    def _loop_last(self, time: float, times: float = math.inf) -> Awaitable[str]:
        return self._live_set.replay.again(time, times)

    def _cancel_replay(self) -> str:
        name = self._live_set.replay.cancel()
        if not name:
            raise UserError("nothing is replayed")
        return f"the replay of {name} is over"

    def _record(self, switch: bool) -> str:
        recording = self._live_set.recording
        return recording.begin() if switch else recording.end()

    def _seed(self, number: float) -> str:
        return self._live_set.recording.seed(int(number))


def _added(pending: PendingCommand) -> str:
    return f"{pending.number}  {pending.text}"
