"""Runs lines of a score: sends them, and notes their pending commands and mistakes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from impsy_tui.console import confirmations
from impsy_tui.console.engine_requests import EngineRequests
from impsy_tui.console.score.running import RunningLines
from impsy_tui.control.messages import Reply
from impsy_tui.language import Macro, Mistake, Program, parse


@dataclass(eq=False, slots=True)
class _SentLine:
    """Line whose reply has not come yet.

    Attributes:
        row: row of the line; None after the row was removed.
        line: text of the line.
        replaced: pending commands of earlier runs, which end if the engine takes the line.
        request: the reply.
        is_stopped: True if the performer has stopped or muted the line meanwhile.
    """

    row: int | None
    line: str
    replaced: tuple[int, ...]
    request: asyncio.Future[Reply]
    is_stopped: bool = False


class ScoreRunner:
    """Runs, stops, mutes and soloes lines of a score.

    Args:
        running: state of the lines.
        requests: interface to the engine.
        macros: returns the macros of the performer.
        report: shows an answer.
        changed: called when marks have changed.
    """

    def __init__(
        self,
        running: RunningLines,
        requests: EngineRequests,
        macros: Callable[[], Mapping[str, Macro]],
        report: Callable[..., None],
        changed: Callable[[], None],
    ) -> None:
        self._running = running
        self._requests = requests
        self._macros = macros
        self._report = report
        self._changed = changed
        self._solo: tuple[int, ...] = ()
        """Rows that a solo has muted."""
        self._sent: list[_SentLine] = []
        self._cancelling: set[asyncio.Task[object]] = set()

    def start(self, lines: Sequence[tuple[int, str]]) -> Awaitable[None]:
        """Runs lines by row, without waiting for the replies in between, so that they run together.

        The earlier pending commands of a line end when the line runs again.

        Returns:
            The replies, which the caller must wait for.
        """
        macros = dict(self._macros())
        self._solo = tuple(row for row in self._solo if row not in dict(lines))
        sent = []
        for row, line in lines:
            read = parse(line, macros)
            if isinstance(read, Mistake):
                self._refuse(row, read)
            elif refusal := _refusal(read):
                self._refuse(row, Mistake(refusal, 0, len(line.split(" ")[0])))
            else:
                request = asyncio.ensure_future(self._requests.carry_out(line))
                sent.append(_SentLine(row, line, self._running.stop(row), request))
        self._sent += sent
        return self._take_all(sent)

    async def _take_all(self, sent: Sequence[_SentLine]) -> None:
        for each in sent:
            reply = await each.request
            self._sent.remove(each)
            self._take(reply, each)
        self._changed()

    def _take(self, reply: Reply, sent: _SentLine) -> None:
        """Notes what a line has left, or why the engine refused it."""
        row, line, replaced = sent.row, sent.line, sent.replaced
        if sent.is_stopped:
            self._cancel(replaced + reply.pending)
            return
        if row is None:
            return
        replaced += self._running.stop(row)  # of an earlier run whose reply came after this one began
        if reply.ok:
            self._running.started(row, reply.pending)
            self._cancel(tuple(number for number in replaced if number not in reply.pending))
            self._report(reply.text or line)
        else:
            self._running.started(row, replaced)
            end = reply.end if reply.start >= 0 else len(line)
            self._refuse(row, Mistake(reply.text, max(reply.start, 0), end))

    def stop(self, row: int) -> None:
        """Stops what a line has started."""
        self._stop_sent(row)
        self._cancel(self._running.stop(row))

    def mute(self, row: int) -> bool:
        """Stops a line that can run again by the same key; returns False if nothing of the line is pending."""
        if not self._stop_sent(row) and not self._running[row].numbers:
            return False
        self._cancel(self._running.mute(row))
        return True

    def solo(self, row: int) -> tuple[int, ...]:
        """Mutes all other lines that run, or ends that; returns the rows to run again."""
        if self._solo:
            rows, self._solo = self._solo, ()
            return rows
        sent = (each.row for each in self._sent if each.row is not None and not each.is_stopped)
        self._solo = tuple(sorted({*self._running.running, *sent} - {row}))
        for each in self._solo:
            self.mute(each)
        return ()

    def move(self, moved: Callable[[int], int | None]) -> None:
        """Moves all states to other rows after an edit."""
        self._running.move(moved)
        self._solo = tuple(row for row in map(moved, self._solo) if row is not None)
        for each in self._sent:
            each.row = None if each.row is None else moved(each.row)

    def _stop_sent(self, row: int) -> bool:
        """Stops the runs of a line whose replies have not come yet; returns False if there are none."""
        sent = [each for each in self._sent if each.row == row and not each.is_stopped]
        for each in sent:
            each.is_stopped = True
        return bool(sent)

    def _refuse(self, row: int, mistake: Mistake) -> None:
        self._running.refused(row, mistake)
        self._report(f"line {row + 1}: {mistake.message}", wrong=True)
        self._changed()

    def _cancel(self, numbers: tuple[int, ...]) -> None:
        """Cancels pending commands; one that has ended meanwhile needs no message."""
        if numbers:
            line = "; ".join(f"cancel {number}" for number in numbers)
            task = asyncio.ensure_future(self._requests.carry_out(line))
            self._cancelling.add(task)
            task.add_done_callback(self._cancelling.discard)


def _refusal(program: Program) -> str:
    """Returns the reason why a line of a score does not run; empty if it does."""
    if confirmations.belongs_here(program):
        return "a command of the console cannot run from a score: Esc and : is the prompt"
    ends = next((each.command.name for each in program.walk() if each.command.ends), "")
    return f"{ends} cannot run from a score: Esc and : is the prompt" if ends else ""
