"""A set written down as it is played, so that a replay repeats it; and read again.

What is pending is cancelled by its number, and a replay counts from elsewhere. So a line that leaves something
pending is written with the numbers that it was given, as ``#3-4,7 drop``, and a replay keeps
account of what they are called this time.
"""

import itertools
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from impsy_tui.engine.performance.command_log import CommandLog
from impsy_tui.engine.performance.scenes.scene import Scene, SceneKeeper, scene_lines
from impsy_tui.engine.performance.scheduled_commands import PendingCommand, ScheduledCommands
from impsy_tui.engine.players.session import Session
from impsy_tui.language import Call, Invocation, Macro, Mistake, Program, parse
from impsy_tui.language.program import Step

_SET: Final = ("cue", "next", "back", "goto")
"""What steps through a set list: its lines are written down, and not the step."""
_NOT_WRITTEN: Final = frozenset(
    (
        *_SET,
        "record",
        "replay",
        "cancel replay",
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
"""That are read of one line."""
_CANCEL: Final = re.compile(r"cancel (\d{1,9})")


def is_written(step: Invocation) -> bool:
    """Whether a command is written down; what others lead to is, in their place."""
    return step.command.name not in _NOT_WRITTEN


def stands_apart(step: Step) -> bool:
    """Whether a step, or one of a word, is not written down, or as a line of its own: a number is told to it."""
    if isinstance(step, Call):
        return any(map(stands_apart, step.program.steps))
    return not is_written(step) or step.command.name == "cancel"


class SetRecording:
    """Writes down what changes a set.

    Args:
        recorder: has the file.
        session: what is played.
        conductor: what is pending.
        stagehand: how everything is set.
        macros: words of the performer's own.
    """

    def __init__(
        self,
        recorder: CommandLog,
        session: Session,
        conductor: ScheduledCommands,
        stagehand: SceneKeeper,
        macros: Mapping[str, Macro],
    ) -> None:
        self._recorder = recorder
        self._session = session
        self._conductor = conductor
        self._stagehand = stagehand
        self._macros = macros

    @property
    def goes_on(self) -> bool:
        """Whether lines are written down."""
        return self._recorder.file is not None

    def begin(self) -> int:
        """Write down how everything is; the seed that all chance is to begin with."""
        seed = secrets.randbelow(2**31)
        self._note(f"seed {seed}")
        self._note("cancel all")
        for macro in self._macros.values():
            self._note(f"def {macro}")
        session = self._session
        if not session.alone:
            self._note(f"player {session.focus}")
        for line in scene_lines(self._stagehand.capture(), session.focus):
            self._note(line)
        for name, sitter in session.everybody.items():
            self._note(f"@{name} reset; @{name} {'pause' if sitter.paused else 'resume'}")
        for pending in self._conductor.all():
            self._note(f"#{pending.number} {self._from_now(pending)}")
        return seed

    def line(self, program: Program, numbers: Sequence[int]) -> None:
        """A line was carried out.

        Args:
            program: what it was, without what stands apart.
            numbers: of what it left pending, rising.
        """
        if self.goes_on and program.steps:
            self._note(f"#{_spans(numbers)} {program}" if numbers else str(program))

    def taken_back(self, scene: Scene | None, numbers: Iterable[int], resumed: Sequence[int] = ()) -> None:
        """Everything is set as it was before a line, and what that left pending is cancelled.

        Args:
            scene: all settings, None if they did not change.
            numbers: numbers of pending lines that are cancelled.
            resumed: numbers of lines that are pending again.
        """
        if self.goes_on:
            for number in numbers:
                self._note(f"cancel {number}")
            for line in scene_lines(scene, self._session.focus) if scene is not None else ():
                self._note(line)
            for pending in self._conductor.all():
                if pending.number in resumed:
                    self._note(f"#{pending.number} {self._from_now(pending)}")

    def _note(self, line: str) -> None:
        self._recorder.note(self._session.scheduler.now(), line)

    def _from_now(self, pending: PendingCommand) -> str:
        """What is pending, as it would have to be typed now."""
        read = parse(pending.text, self._macros)
        left = self._conductor.seconds_left(pending)
        if isinstance(read, Mistake) or pending.kind not in ("over", "after") or left is None:
            return pending.text
        step = read.steps[0]
        assert isinstance(step, Invocation)
        return str(replace(step, values={**step.values, "time": round(left, 3)}))


def _spans(numbers: Sequence[int]) -> str:
    """Numbers that rise, those that follow each other as one: ``3-4,7``."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    return ",".join("-".join(map(str, span)) for span in spans)


class ReplayNumbers:
    """What numbers of a recording are called in a replay."""

    def __init__(self) -> None:
        self._now: dict[int, int] = {}

    @property
    def now(self) -> tuple[int, ...]:
        """What they are called now."""
        return tuple(self._now.values())

    def read(self, row: str) -> tuple[str, tuple[int, ...]]:
        """A row of a recording: the line to be carried out, and the numbers that it was given then."""
        numbered = _NUMBERED.fullmatch(row)
        if numbered is None:
            found = _CANCEL.fullmatch(row)
            return (f"cancel {self._now.get(int(found[1]), found[1])}" if found else row), ()
        spans = (tuple(map(int, span.split("-"))) for span in numbered[1].split(","))
        then = itertools.chain.from_iterable(range(span[0], span[-1] + 1) for span in spans)
        return numbered[2], tuple(itertools.islice(then, _MOST_NUMBERS))

    def note(self, then: Iterable[int], now: Iterable[int]) -> None:
        """These numbers of then are called so now."""
        self._now.update(zip(then, now, strict=False))
