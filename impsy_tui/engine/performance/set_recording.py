"""Recording of the commands of a performance, so that a replay repeats them.

``cancel`` names pending commands by number, and the numbers of a replay differ. A line that leaves pending commands
is recorded with their numbers, as ``#3-4,7 drop``, and a replay translates recorded numbers to its own.
"""

import itertools
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from impsy_tui.engine.clock.beats import BAR
from impsy_tui.engine.performance.command_log import CommandLog
from impsy_tui.engine.performance.line_result import LineResult
from impsy_tui.engine.performance.patterns.player import PatternPlayer
from impsy_tui.engine.performance.patterns.targets import continued_line
from impsy_tui.engine.performance.pending_command import PendingCommand
from impsy_tui.engine.performance.scenes.scene import Scene, SceneKeeper
from impsy_tui.engine.performance.scheduled_commands import ScheduledCommands
from impsy_tui.engine.players.base import AnyPlayer
from impsy_tui.engine.players.ensemble.player import EnsemblePlayer
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.session import Session
from impsy_tui.ensemble.network import SHIPPED as SHIPPED_MODEL
from impsy_tui.errors import UserError
from impsy_tui.language import Call, Invocation, Macro, Program
from impsy_tui.language.program import Step, quoted
from impsy_tui.parameters import ENDS, Kind

_SET: Final = ("cue", "next", "back", "goto")
"""Commands that step through a set list: the lines of the cue are recorded instead."""
_NOT_WRITTEN: Final = frozenset(
    (
        *_SET,
        "record",
        "learn",
        "replay",
        "replay last",
        "loop last",
        "cancel replay",
        "evolve",
        "undo",
        "redo",
        "shutdown",
        "status",
        "help",
        "what",
        "delete",
        "restore",
        "rename",
        "trash",
        "trash empty",
    )
)
_SPAN: Final = r"\d{1,9}(?:-\d{1,9})?"
_NUMBERED: Final = re.compile(rf"#({_SPAN}(?:,{_SPAN})*) (.*)", re.DOTALL)
_MOST_NUMBERS: Final = 1000
"""Numbers that are read from one line."""
_CANCEL: Final = re.compile(r"cancel (\d{1,9})")


def is_recorded(step: Invocation) -> bool:
    """Returns True if a command is recorded; for others, the lines that they cause are recorded."""
    return step.command.name not in _NOT_WRITTEN


def needs_own_line(step: Step) -> bool:
    """Returns True if a step is not recorded, or on its own line (``cancel``: a replay translates its number)."""
    if isinstance(step, Call):
        return any(map(needs_own_line, step.program.steps))
    return not is_recorded(step) or step.command.name == "cancel"


class SetRecording:
    """Recording of the commands that change a session.

    Args:
        command_log: file of the recorded lines.
        session: session that is recorded.
        scheduled: pending commands.
        patterns: running patterns.
        scene_keeper: captures scenes.
        macros: macros of the performer.
        random: source of all random numbers.
        begin_log: starts a new log; returns its file.
    """

    def __init__(
        self,
        command_log: CommandLog,
        session: Session,
        scheduled: ScheduledCommands,
        patterns: PatternPlayer,
        scene_keeper: SceneKeeper,
        macros: Mapping[str, Macro],
        random: np.random.Generator,
        begin_log: Callable[[], Path],
    ) -> None:
        self.command_log = command_log
        self._session = session
        self._scheduled = scheduled
        self._patterns = patterns
        self._scene_keeper = scene_keeper
        self._macros = macros
        self._random = random
        self._begin_log = begin_log

    @property
    def runs(self) -> bool:
        """True if lines are recorded."""
        return self.command_log.file is not None

    def begin(self) -> str:
        """Starts a new log and records all commands from now on; returns the reply."""
        file = self.command_log.begin(self._begin_log())
        self.seed(self._note_state())
        for player in self._session.all_players.values():
            player.reset()
        return f"recording: commands go into {file.name}, next to a new log"

    def end(self) -> str:
        """Ends the recording; returns the reply.

        Raises:
            UserError: Nothing is recorded.
        """
        file = self.command_log.file
        if file is None:
            raise UserError("commands are not recorded: record on begins")
        self.command_log.end()
        return f"commands up to here are in {file.name} in {file.parent.name}/"

    def seed(self, number: int) -> str:
        """Sets the seed of all random numbers; returns the reply."""
        self._patterns.seed = number
        self._random.bit_generator.state = np.random.default_rng(number).bit_generator.state
        for player in self._session.all_players.values():
            player.discard_drawn_numbers()
        return f"seed {number}"

    def _note_state(self) -> int:
        """Records the present state; returns the seed with which the recording starts."""
        seed, now = secrets.randbelow(2**31), self._session.scheduler.now()
        for line in self._state_lines(seed, now):
            # One time for all lines: a replay carries them out before it begins.
            self.command_log.note(now, line)
        return seed

    def _state_lines(self, seed: int, now: float) -> Iterator[str]:
        session, tempo = self._session, self._session.tempo
        yield "cancel all"
        yield from (f"def {macro}" for macro in self._macros.values())
        yield from self._roster_lines()
        if not session.alone:
            yield f"player {session.focus}"
        yield from self._scene_keeper.lines(self._scene_keeper.capture())
        for name, player in session.all_players.items():
            yield f"@{name} reset; @{name} {'pause' if player.paused else 'resume'}"
        yield f"seed {seed}"  # after the models, whose first predictions draw numbers
        if not (tempo.clock_in.leads or tempo.link.on):
            yield f"beat {1.0 + tempo.beat_at(now) % BAR:.9f}"
        for pending in self._scheduled.all():
            yield f"#{pending.number} {self._from_now(pending)}"

    def _roster_lines(self) -> Iterator[str]:
        """Yields lines for players that are not as the configuration has them."""
        session = self._session
        yield from (f"player remove {name}" for name in session.configured if name not in session.all_players)
        for name, player in session.all_players.items():
            if session.configured.get(name, player.routing) != player.routing or name not in session.configured:
                yield _added_line(player)

    def note(self, result: LineResult) -> None:
        """Records the steps of a line that were carried out since the last note."""
        program, numbers = result.take_steps()
        if self.runs and program.steps:
            self._note(f"#{_spans(numbers)} {program}" if numbers else str(program))

    def note_undo(
        self,
        scene: Scene | None,
        numbers: Iterable[int],
        resumed: Sequence[int] = (),
        before: Mapping[str, Routing] | None = None,
    ) -> None:
        """Records that a line was taken back.

        Args:
            scene: restored parameters, None if they did not change.
            numbers: numbers of the pending commands that are cancelled.
            resumed: numbers of the lines that are pending again.
            before: routing of each player before the line was taken back; None if no player changed.
        """
        if self.runs:
            for number in numbers:
                self._note(f"cancel {number}")
            present = self._session.all_players
            for name in before or ():
                if name not in present:
                    self._note(f"player remove {name}")
            for name, player in present.items():
                if before is not None and before.get(name) != player.routing:
                    self._note(_added_line(player))
            for line in self._scene_keeper.lines(scene) if scene is not None else ():
                self._note(line)
            for pending in self._scheduled.all():
                if pending.number in resumed:
                    self._note(f"#{pending.number} {self._from_now(pending)}")

    def _note(self, line: str) -> None:
        self.command_log.note(self._session.scheduler.now(), line)

    def _from_now(self, pending: PendingCommand) -> str:
        """Returns a pending command as it would be typed now."""
        if (run := pending.pattern) is not None:
            return continued_line(pending.line, run, self._scheduled.now)
        line, left = pending.line, self._scheduled.seconds_left(pending)
        if pending.kind not in ("over", "after") or left is None:
            return pending.text
        values = {**line.values, "time": round(left, 3)}
        if pending.ramp is not None and isinstance(targets := values["settings"], Program):
            moving = {name for _, name, _ in pending.ramp.tracks}
            values["settings"] = Program(tuple(step for step in targets.steps if _moves(step, moving)))
        return str(replace(line, values=values))


def _added_line(player: AnyPlayer) -> str:
    """Returns the line that adds a player; later lines load the model. The model of an ensemble tells its kind."""
    if isinstance(player, EnsemblePlayer):
        model = player.behaviour.models.file
        name = SHIPPED_MODEL if model is None else model.stem
        return f"player add {player.name} {quoted(name)} {player.routing.channel_words}".rstrip()
    return f"player add {player.name} {player.routing.words}"


def _moves(step: Invocation | Call, moving: Set[str]) -> bool:
    """Returns True if a target of a ramp still moves: another command may have taken its parameter over."""
    if isinstance(step, Call) or (parameter := step.command.parameter) is None:
        return True
    names = ENDS if parameter.kind is Kind.PAIR else (parameter.inverse or parameter.name,)
    return not moving.isdisjoint(names)


def _spans(numbers: Sequence[int]) -> str:
    """Returns rising numbers as text, consecutive ones as a span: ``3-4,7``."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    return ",".join("-".join(map(str, span)) for span in spans)


class ReplayNumbers:
    """Numbers of pending commands in a recording, translated to those of its replay."""

    def __init__(self) -> None:
        self._now: dict[int, int] = {}

    @property
    def now(self) -> tuple[int, ...]:
        """Numbers in this replay."""
        return tuple(self._now.values())

    def read(self, row: str) -> tuple[str, tuple[int, ...]]:
        """Returns the line of a recorded row, and the recorded numbers of the pending commands that it leaves."""
        numbered = _NUMBERED.fullmatch(row)
        if numbered is None:
            found = _CANCEL.fullmatch(row)
            return (f"cancel {self._now.get(int(found[1]), found[1])}" if found else row), ()
        spans = (tuple(map(int, span.split("-"))) for span in numbered[1].split(","))
        recorded = itertools.chain.from_iterable(range(span[0], span[-1] + 1) for span in spans)
        return numbered[2], tuple(itertools.islice(recorded, _MOST_NUMBERS))

    def note(self, recorded: Iterable[int], now: Iterable[int]) -> None:
        """Notes the numbers in this replay of recorded numbers."""
        self._now.update(zip(recorded, now, strict=False))
