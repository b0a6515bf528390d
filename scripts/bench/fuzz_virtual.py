"""Fuzzer of commands on a virtual clock."""

import asyncio
import os
import random
import shutil
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from common import ROOT
from random_lines import ODD, RandomLines
from tested_engine import rss

from impsy_tui.channels.base import Rights
from impsy_tui.control.messages import Reply
from impsy_tui.engine.performance.undo import UndoStep
from impsy_tui.language import COMMANDS, ArgumentKind
from impsy_tui.language.command_schema import Argument
from impsy_tui.language.commands import GROUPS
from impsy_tui.language.osc_addresses import ADDRESSES, ANY_COMMAND
from tests.support.engine.virtual_ensemble import VirtualEnsemble

LINES: Final = 100
"""Lines of a round, from all sources: less than ``undo`` can take back."""
WITHOUT: Final = (
    *(command.name for command in GROUPS["Files and jobs"]),
    *(each.name for each in COMMANDS.values() if any(one.kind is ArgumentKind.MODEL for one in each.arguments)),
    *("unload", "shutdown", "keep mapping", "keep players", "clock link"),
)
"""Commands of processes, models and files, which ``fuzz_engine`` gives. Undo has its own part of a round."""
_ADDRESSES: Final = [*(each for each in ADDRESSES if ADDRESSES[each].name not in WITHOUT), "/impsy/x"]
NAMES: Final = {
    "scene": ("dark", "light", "größer", "a b"),
    "set": ("first", "wild", "none"),
    "cue": ("one", "two", "end"),
    "macro": ("drop", "rise", "x1"),
    "name": ("drop", "main", "trio"),
    "output": ("out", "osc 1"),
    "control": ("cc 1 7 temp 0.2 3", "osc /f tempo", "x2 sigma", "cc 1 7", "note 1 60 temp"),
    "which": ("1 64 temp 1.2", "1 64 drop", "/b1 sigma 0.1", "temp 2", "1 7 1 next"),
    "value": ("x1", "p2", "off", "small-swirl"),
}


_SLOW: Final = ("undo", "redo", "scene dark", "over 4s scene light", "scene save dark", "cue first", "player add x")
"""Lines that wait for a file, and lines that wait for them."""

Action = tuple[str, Any]
"""Kind of an action and its argument."""


class VirtualFuzz:
    """Sessions with a player and an ensemble on a virtual clock, one after the other, and the findings.

    Args:
        folder: scratch folder.
        dice: source of the random numbers.
    """

    def __init__(self, folder: Path, dice: random.Random) -> None:
        self.findings: list[str] = []
        self.lines = {"control socket": 0, "OSC": 0, "bound": 0, "set list": 0}
        self.refused = 0
        self._folder = folder
        self._dice = dice
        self._random = RandomLines(dice, NAMES, ("main", "trio"), WITHOUT)
        self._memory: list[float] = []

    @property
    def growth(self) -> float:
        """Megabytes by which the memory grew after the first quarter."""
        quarter = len(self._memory) // 4
        return max(0.0, self._memory[-1] - self._memory[quarter]) if self._memory else 0.0

    def round(self) -> None:
        """Gives some lines from all sources to a session; after a finding, finds the fewest lines that cause it."""
        actions = [self._action() for _ in range(LINES)]
        found = self._found(actions)
        for kind, argument in actions:
            if kind == "at once":
                self.lines["control socket"] += len(argument)
            elif kind in self.lines:
                self.lines[kind] += argument[0].count("\n") + 1 if kind == "set list" else 1
        self._memory.append(rss(os.getpid()))
        if found:
            fewest = self._fewest(actions, found[0])
            self.findings += [f"{found[0]:.1500}\n    after {fewest!r:.4000}"]

    def close(self) -> None:
        """Checks the memory."""
        if self.growth > 25.0:
            self.findings.append(f"memory grew by {self.growth:.0f} MB")

    def _found(self, actions: Sequence[Action]) -> list[str]:
        """Returns the findings of a new session with these actions."""
        with tempfile.TemporaryDirectory(dir=self._folder, ignore_cleanup_errors=True) as folder:
            session = FuzzedSession(Path(folder))
            session.run(actions)
            session.close()
            self.refused += session.refused
            return session.findings

    def _fewest(self, actions: Sequence[Action], finding: str) -> list[Action]:
        """Returns the fewest of the actions that still cause a finding of this kind."""
        kind, left, size = finding[:40], [*actions], max(1, len(actions) // 2)
        while size:
            for at in range(0, len(left), size):
                fewer = [*left[:at], *left[at + size :]]
                if any(one[:40] == kind for one in self._found(fewer)):
                    left = fewer
                    break
            else:
                size //= 2
        return left

    def _action(self) -> Action:
        dice = self._dice
        kind = dice.choices(
            ("control socket", "OSC", "bound", "set list", "at once", "events"), (6, 2, 1, 0.2, 1, 3)
        )[0]
        match kind:
            case "control socket":
                return kind, self._random.line()
            case "OSC":
                return kind, (*self._message(), dice.random() < 0.8)
            case "bound":
                return kind, (dice.randrange(60, 64), self._random.line(), dice.choice(list(Rights)))
            case "set list":
                return kind, (self._set_list(),)
            case "at once":
                slow = dice.choices(_SLOW, k=dice.randrange(1, 4))
                lines = [*slow, *(self._random.valid() for _ in range(dice.randrange(3)))]
                return kind, dice.sample(lines, len(lines))
        count = 3 * dice.randrange(4)
        return kind, ([dice.random() for _ in range(count)], dice.choices((0.01, 0.1, 0.5, 30.0), (5, 10, 5, 1))[0])

    def _message(self) -> tuple[str, tuple[Any, ...]]:
        dice = self._dice
        if dice.random() < 0.3:
            return ANY_COMMAND, (self._random.line(),)
        address = dice.choice(_ADDRESSES)
        wanted = ADDRESSES[address].arguments if address in ADDRESSES else ()
        arguments = [self._argument(each) for each in wanted][: dice.randrange(len(wanted) + 1)]
        return address, (*arguments, *(dice.sample((1, 0.5, "x", None, b"1"), 1) if dice.random() < 0.2 else ()))

    def _argument(self, argument: Argument) -> Any:
        value = self._dice.choice(ODD) if self._dice.random() < 0.1 else self._random.value(argument, 1)
        try:
            return float(value)
        except ValueError:
            return value

    def _set_list(self) -> str:
        dice = self._dice
        lines = [
            self._random.valid() if dice.random() < 0.95 else self._random.line()
            for _ in range(dice.randrange(1, 12))
        ]
        for name in ("one", "two", "end"):
            lines.insert(dice.randrange(len(lines) + 1), f"# {name}")
        return "\n".join(lines)


class FuzzedSession:
    """Session with a player and an ensemble on a virtual clock, and the findings.

    Args:
        folder: folder of the user.
    """

    def __init__(self, folder: Path) -> None:
        self.findings: list[str] = []
        self.refused = 0
        for name in ("models", "sets"):
            (folder / name).mkdir()
        shutil.copy(ROOT / "configs" / "sets" / "first.imp", folder / "sets")
        self._set = VirtualEnsemble(folder).rehearsal
        self._set.set_log = lambda what: f"log {what}"  # type: ignore[attr-defined]
        self._set.status_text = lambda: "status"  # type: ignore[attr-defined]
        self._history = self._set.live_set.history
        self._incoming = self._set.incoming
        self._set.session.message_handler = self._incoming.message
        self._set.session.dimension_handler = self._incoming.dimensions
        self._last = ""

    def run(self, actions: Sequence[Action]) -> None:
        """Performs actions, checks the state, and takes everything back."""
        does: dict[str, Callable[[Any], None]] = {
            "control socket": self._type,
            "OSC": self._osc,
            "bound": self._bound,
            "set list": self._cue,
            "at once": self._type_at_once,
            "events": self._play,
        }
        start = self._history.capture()
        for kind, argument in actions:
            self._last = f"{kind} {argument}"
            self._try(lambda kind=kind, argument=argument: does[kind](argument))  # type: ignore[misc]
        self._check_parts()
        if self._undo_all():
            self._compare(start, self._history.capture())

    def close(self) -> None:
        """Ends the recording."""
        self._set.live_set.close()
        self._set.live_set.recording.command_log.close()

    def _try(self, give: Callable[[], object]) -> None:
        try:
            give()
        except Exception as error:
            self._find_error(error)
        for later in self._set.time.errors:
            self._find_error(later)
        self._set.time.errors.clear()

    def _find_error(self, error: Exception) -> None:
        where = traceback.extract_tb(error.__traceback__)[-1]
        self._find(f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}: {error}")

    def _find(self, finding: str) -> None:
        self.findings.append(f"{finding} ({self._last:.300})")

    def _reply(self, line: str) -> None:
        self._check_reply(line, self._set.try_(line))

    def _check_reply(self, line: str, reply: Reply) -> None:
        self.refused += not reply.ok
        if reply.id != 1 or not (reply.text or (reply.ok and not line.strip(" ;\t\n"))):
            self._find(f"no words in the reply {reply}")

    def _type(self, line: str) -> None:
        self._reply(line)

    def _type_at_once(self, lines: Sequence[str]) -> None:
        for line, reply in zip(lines, asyncio.run(self._replies(lines)), strict=True):
            self._check_reply(line, reply)
        self._set._settle()

    async def _replies(self, lines: Sequence[str]) -> list[Reply]:
        async with asyncio.timeout(60):
            return await asyncio.gather(*(self._set.executor.carry_out(line, 1) for line in lines))

    def _osc(self, message: tuple[str, tuple[Any, ...], bool]) -> None:
        address, arguments, trusted = message
        self.refused += bool(self._incoming.addressed("osc", address, arguments, trusted))
        self._set._settle()

    def _bound(self, bound: tuple[int, str, Rights]) -> None:
        number, line, rights = bound
        self._reply(f"bind cc 1 {number} {line}")
        for value in (127, 0):
            self._incoming.message("midi", "pedal", bytes((0xB0, number, value)), rights)
            self._set._settle()

    def _cue(self, text: tuple[str]) -> None:
        (self._set.folder / "sets" / "wild.imp").write_text(text[0], encoding="utf-8")
        for line in ("cue wild", "next", "next", "back"):
            self._reply(line)

    def _play(self, played: tuple[Sequence[float], float]) -> None:
        values, seconds = played
        for at in range(0, len(values), 3):
            self._set.play(*values[at : at + 3])
        self._set.wait(seconds)

    def _check_parts(self) -> None:
        """Compares the values in the status with those that the parts use."""
        session = self._set.session
        for player in session.players.values():
            for behaviour in player.behaviours:
                for name, used in (("temp", "pi_temperature"), ("sigma", "sigma_temperature")):
                    if (uses := getattr(behaviour.predictor, used)) != behaviour.value(name):
                        self._find(f"{name} is {behaviour.value(name)}, but {uses} is used")
        if session.settings.thru != session.parameters.value("thru"):
            self._find("thru differs")
        numbers = {state.number for state in self._set.live_set.scheduled.states()}
        if numbers != {pending.number for pending in self._set.live_set.scheduled.all()}:
            self._find("pending commands differ")

    def _undo_all(self) -> bool:
        """Takes everything back; returns False if the history may not hold all lines."""
        self._last = "undo"
        for count in range(250):
            try:
                reply = self._set.try_("undo")
            except Exception as error:
                self._find_error(error)
                continue
            if reply.text == "there is nothing to undo":
                return count < 200
        self._find(f"undo has no end: {reply.text:.300}")
        return False

    def _compare(self, start: UndoStep, end: UndoStep) -> None:
        if start.place != end.place:
            self._find(f"undo of everything, place: {start.place} became {end.place}")
        pending = [[one.saved.line for one in step.pending] for step in (start, end)]
        if pending[0] != pending[1]:
            self._find(f"undo of everything, pending: {pending[0]} became {pending[1]}")
        for name in ("values", "players", "nudges", "mappings"):
            one, other = getattr(start.scene, name), getattr(end.scene, name)
            if one != other:
                self._find(f"undo of everything, {name}: {_differences(one, other)}")


def _differences(one: Any, other: Any) -> str:
    if not isinstance(one, dict) or not isinstance(other, dict):
        return f"{one} became {other}"
    keys = (key for key in {*one, *other} if one.get(key) != other.get(key))
    return "; ".join(f"{key}: {one.get(key)} became {other.get(key)}" for key in keys)
