"""Set list: cues in order, each with the lines that are carried out."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from impsy_tui.control.states import CueState
from impsy_tui.engine.performance.line_result import LineResult, Lines, OnDone
from impsy_tui.engine.runtime.work_queue import WorkQueue
from impsy_tui.errors import UserError
from impsy_tui.language.setlist import Cue, SetList, SetProblem, read_set_in_steps
from impsy_tui.text import counted
from impsy_tui.toml_files import read_regular

SUFFIX: Final = ".imp"
LARGEST_FILE: Final = 1 << 19
"""Bytes."""

Place = tuple[SetList, str, int]
"""Place in a set list: the list, its name, and the index of the cue that was reached last."""


class Cues:
    """Position in a set list, and the lines of its cues.

    Args:
        folders: folders of set lists; the first one that has a name wins.
        carry_out_all: carries out lines; returns an awaitable if a line takes time.
        on_done: takes the result of each line.
        work: spreads the reading of a long set list over several turns of the event loop.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        carry_out_all: Callable[[Lines, LineResult | None], Awaitable[str] | None],
        on_done: OnDone,
        work: WorkQueue,
    ) -> None:
        self._work = work
        self._folders = tuple(dict.fromkeys(folder.absolute() for folder in folders))
        self._carry_out_all = carry_out_all
        self._on_done = on_done
        self._lines: Lines = iter(())
        """Lines of the last cues that are not carried out yet, because they wait for a scene."""
        self._set = SetList((), ())
        self.name = ""
        """Name of the set list, empty for none."""
        self.index = -1
        """Index of the cue that was reached last, -1 before the first."""

    @property
    def place(self) -> Place:
        """Place in the set list. A new place carries out nothing."""
        return self._set, self.name, self.index

    @place.setter
    def place(self, place: Place) -> None:
        self._set, self.name, self.index = place

    async def open(self, name: str, within: LineResult) -> str:
        """Opens a set list, and carries out the lines before its first cue.

        Args:
            name: name of the set list.
            within: result of the line that opens the set list.

        Raises:
            UserError: The set list is missing or wrong.
        """
        lines = await self.resume(name, -1)
        if (settling := self._carry_out(self.name, lines, within)) is not None:
            await settling
        return f"{self.name}: {counted(len(self._set.cues), 'cue')}; next is {self._following() or 'none'}"

    async def resume(self, name: str, index: int) -> tuple[str, ...]:
        """Opens a set list at a cue.

        Args:
            name: name of the set list.
            index: index of the cue that was reached; its lines are not carried out again.

        Returns:
            The lines before the first cue, to be carried out.

        Raises:
            UserError: The set list is missing or wrong.
        """
        file, text = await asyncio.get_running_loop().run_in_executor(None, self._read, name)
        return self.take(file, await self._in_turns(text), index)

    async def _in_turns(self, text: str) -> SetList | list[SetProblem]:
        """Reads a set list in as many turns of the event loop as necessary."""
        reading = read_set_in_steps(text)
        begun = self._work.now()
        while True:
            try:
                next(reading)
            except StopIteration as done:
                found: SetList | list[SetProblem] = done.value
                return found
            if self._work.over(begun):
                await self._work.turn(self)
                begun = self._work.now()

    def take(self, name: str, found: SetList | list[SetProblem], index: int = -1) -> tuple[str, ...]:
        """Opens a set list that was read; see ``resume``."""
        if not isinstance(found, SetList):
            first = found[0]
            others = f"; and {len(found) - 1} more: impsy-tui check sets/{name}{SUFFIX}" if len(found) > 1 else ""
            raise UserError(f"{name}, line {first.line}: {first.message}{others}")
        self._set, self.name = found, name
        self.index = min(max(index, -1), len(found.cues) - 1)
        return found.preamble

    async def renew(self, name: str, text: str) -> None:
        """Takes the new text of the open set list; the present cue stays, and a text with mistakes is ignored.

        Args:
            name: name of the set list that was saved.
            text: new text, at most ``LARGEST_TEXT`` bytes.
        """
        if name != self.name:
            return
        found = await self._in_turns(text)
        if not isinstance(found, SetList) or name != self.name:
            return
        present = self._set.cues[self.index].name if self.index >= 0 else ""
        names = [cue.name for cue in found.cues]
        self.index = names.index(present) if present in names else min(self.index, len(names) - 1)
        self._set = found

    def where(self) -> str:
        """Returns the cues as text, with the present one marked."""
        self._need_set()
        marks = {self.index: "▸"}
        return "\n".join(f"{marks.get(index, ' ')} {cue.name}" for index, cue in enumerate(self._set.cues))

    def next(self) -> str | Awaitable[str]:
        """Goes to the next cue; returns the reply, or an awaitable of the reply if a line takes time."""
        self._need_set()
        if self.index + 1 >= len(self._set.cues):
            raise UserError(
                f"{self._set.cues[-1].name} is the last cue of {self.name}: goto CUE or back goes to another"
            )
        return self._go(self.index + 1)

    def back(self) -> str | Awaitable[str]:
        """Goes to the previous cue; see ``next``."""
        self._need_set()
        if self.index < 1:
            raise UserError(
                f"{self._set.cues[0].name} is the first cue of {self.name}: goto CUE or next goes to another"
            )
        return self._go(self.index - 1)

    def goto(self, name: str) -> str | Awaitable[str]:
        """Goes to a cue by its name; see ``next``."""
        self._need_set()
        for index, cue in enumerate(self._set.cues):
            if cue.name == name:
                return self._go(index)
        raise UserError(f"no cue is called {name}. Cues here: {', '.join(self.names)}")

    def state(self) -> CueState | None:
        """Returns the place in the set list for a snapshot, None without a set list."""
        if not self.name:
            return None
        cue = self._set.cues[self.index].name if self.index >= 0 else ""
        return CueState(self.name, cue, self.index + 1, len(self._set.cues), self._following())

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all cues."""
        return tuple(cue.name for cue in self._set.cues)

    def _go(self, index: int) -> str | Awaitable[str]:
        cue: Cue = self._set.cues[index]
        self.index = index
        reply = f"cue {index + 1} of {len(self._set.cues)}: {cue.name}; next is {self._following() or 'none'}"
        settling = self._carry_out(cue.name, cue.lines)
        return reply if settling is None else _then(settling, reply)

    def _carry_out(
        self, source: str, lines: Sequence[str], within: LineResult | None = None
    ) -> Awaitable[str] | None:
        # Lines of the cue before that wait for a scene must not come after those of this one.
        # The text is parsed when the cue is reached, because a macro may be defined again before that.
        self._lines = itertools.chain(self._lines, ((source, line, self._on_done) for line in lines))
        return self._carry_out_all(self._lines, within)

    def _following(self) -> str:
        return self._set.cues[self.index + 1].name if self.index + 1 < len(self._set.cues) else ""

    def _need_set(self) -> None:
        if not self.name:
            raise UserError("no set list is open: cue NAME opens one")

    def _read(self, name: str) -> tuple[str, str]:
        plain = name.removesuffix(SUFFIX)
        for folder in self._folders:
            file = folder / f"{plain}{SUFFIX}"
            # A name must not lead out of its folder.
            if not plain or file.parent != folder:
                break
            try:
                data = read_regular(file, LARGEST_FILE)
            except (FileNotFoundError, ValueError):
                continue
            except OSError as error:
                raise UserError(f"{file} cannot be read: {error.strerror or error}") from None
            return plain, data.decode(errors="replace")
        where = " and ".join(str(folder) for folder in self._folders)
        raise UserError(f"no set list is called {name} in {where}: impsy-tui examples first copies one")


async def _then(settling: Awaitable[str], reply: str) -> str:
    await settling
    return reply
