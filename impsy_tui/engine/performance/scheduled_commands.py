"""What is to happen later, again and again, at a moment, or bit by bit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from impsy_tui.control.states import PendingState
from impsy_tui.engine.performance.ramps import Key, Ramp, RampTrack, tracks_by_key
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer
from impsy_tui.errors import UserError
from impsy_tui.language import Moment, Program
from impsy_tui.language.program import MOMENTS

MOST: Final = 250
"""Things that may be pending at once. All of their timers may be due in the same turn of the event loop."""
_SHOWN: Final = 20
"""Of these a snapshot shows the newest."""

Run = Callable[[Program, str, str], None]
"""Carries out a program: the program, the player it is for (empty for the focus), what called for it."""


@dataclass(slots=True, eq=False)
class PendingCommand:
    """One thing that is to be done.

    Attributes:
        number: by which it is cancelled.
        text: as it was typed.
        kind: "over", "after", "every", "at" or "whenever".
        program: what is to be done, None for "over".
        player: whom it is for, empty for the focus.
        period: seconds, for "every".
        moment: for "at" and "whenever".
        left: events still to be heard, for the moment "event"; for "over", what is left to do at its end.
        timer: when it is due, if that is known.
        glide: for "over".
        gone: for "over", the parameters that were set otherwise meanwhile.
        waits: True while it is due and waits for its turn.
    """

    number: int
    text: str
    kind: str
    program: Program | None = None
    player: str = ""
    period: float = 0.0
    moment: Moment | None = None
    left: int = 0
    timer: Timer | None = None
    glide: Ramp | None = None
    waits: bool = False
    gone: set[str] = field(default_factory=set)

    @property
    def shown(self) -> str:
        """The line, with the parameters that it does not ramp any more."""
        return f"{self.text}, not {' '.join(sorted(self.gone))}" if self.gone else self.text


@dataclass(frozen=True, slots=True)
class ResumedRamp:
    """A ramp that goes on after a restart.

    Attributes:
        number: number that it has.
        began: when it began, on the scheduler's clock.
        starts: values that it began from; parameters that are missing here ramp no more.
    """

    number: int
    began: float
    starts: Mapping[Key, float]


class ScheduledCommands:
    """Keeps what is pending, and does it when it is due.

    It hears what happens from the session: see ``heard``, ``turned`` and ``bar``.

    Args:
        scheduler: keeps the time.
        run: carries out what is due.
        last_heard: when the musician played last, None for never.
        held: whether the musician holds something down: that is no silence.
    """

    def __init__(
        self, scheduler: Scheduler, run: Run, last_heard: Callable[[], float | None], held: Callable[[], bool]
    ) -> None:
        self._scheduler = scheduler
        self._run = run
        self._last_heard = last_heard
        self._held = held
        self._pending: dict[int, PendingCommand] = {}
        self._gliding: dict[int, PendingCommand] = {}
        """Of these, what glides, by number."""
        self._awaiting: dict[str, dict[int, PendingCommand]] = {word: {} for word in MOMENTS}
        """And what waits for a moment, by its word: looking through thousands for each command would be heard."""
        self._number = 0
        self.wants_bars: Callable[[bool], None] = lambda wanted: None
        """Called with whether bars are to be told, whenever that changes."""

    def __len__(self) -> int:
        return len(self._pending)

    @property
    def listens(self) -> bool:
        """Whether anything waits for what the musician or the players do."""
        return any(self._awaiting.values())

    @property
    def newest(self) -> int:
        """The highest number so far."""
        return self._number

    # Planning

    def glide(
        self,
        text: str,
        seconds: float,
        tracks: Sequence[RampTrack],
        *,
        eased: bool = False,
        arrived: Callable[[], None] | None = None,
        number: int = 0,
        resumed: ResumedRamp | None = None,
    ) -> PendingCommand:
        """Let settings glide from now on; whatever else glided them lets go of them.

        Args:
            text: as it was typed.
            seconds: that it takes.
            tracks: what glides.
            eased: it begins and ends gently.
            arrived: what is left to do at the end.
            number: that was reserved for it, 0 for none.
            resumed: set if the ramp began before a restart.
        """
        by_key = tracks_by_key(tracks)
        began = self._scheduler.now()
        if resumed is not None:
            number, began = resumed.number, resumed.began
            by_key = {
                key: replace(track, start=resumed.starts[key])
                for key, track in by_key.items()
                if key in resumed.starts
            }
        self.let_go(by_key)
        pending = self._add(text, "over", number=number)

        def end() -> None:
            self._pending.pop(pending.number, None)
            self._gliding.pop(pending.number, None)
            if arrived is not None:
                arrived()

        pending.left = 0 if arrived is None else 1
        self._gliding[pending.number] = pending
        pending.glide = Ramp(self._scheduler, began, seconds, eased, by_key, end)
        pending.glide.start()
        return pending

    def after(self, text: str, seconds: float, program: Program, player: str, *, number: int = 0) -> PendingCommand:
        """Do something once."""
        pending = self._add(text, "after", program, player, number=number)
        pending.timer = self._scheduler.at(self._scheduler.now() + seconds, self._do, pending)
        return pending

    def every(
        self,
        text: str,
        seconds: float,
        program: Program,
        player: str,
        *,
        number: int = 0,
        first: float | None = None,
    ) -> PendingCommand:
        """Do something again and again, the first time after ``first`` seconds (default: after one period)."""
        pending = self._add(text, "every", program, player, number=number)
        pending.period = seconds
        due = self._scheduler.now() + (seconds if first is None else first)
        pending.timer = self._scheduler.at(due, self._again, pending, due)
        return pending

    def at(
        self, text: str, moment: Moment, program: Program, player: str, *, always: bool, number: int = 0
    ) -> PendingCommand:
        """Do something at the next such moment, or at every one."""
        pending = self._add(text, "whenever" if always else "at", program, player, number=number)
        pending.moment = moment
        pending.left = int(moment.number)
        self._awaiting[moment.word][pending.number] = pending
        if moment.word == "silence":
            self._await_silence(pending, self._scheduler.now())
        elif moment.word == "bar":
            self.wants_bars(True)
        return pending

    def reserve(self) -> int:
        """A number for what will be pending once a file is read."""
        self._number += 1
        return self._number

    def _add(
        self, text: str, kind: str, program: Program | None = None, player: str = "", *, number: int = 0
    ) -> PendingCommand:
        if len(self._pending) >= MOST:
            raise UserError(f"{MOST} things are pending already: cancel all takes them back")
        pending = PendingCommand(number or self.reserve(), text, kind, program, player)
        self._number = max(self._number, pending.number)
        self._pending[pending.number] = pending
        return pending

    # Taking back

    def let_go(self, keys: Iterable[Key]) -> None:
        """These are set otherwise from now on: what glides them leaves them alone."""
        if not self._gliding:
            return
        keys = tuple(keys)
        for pending in tuple(self._gliding.values()):
            if pending.glide is not None and pending.glide.tracks:
                before = set(pending.glide.tracks)
                pending.glide.let_go(keys)
                pending.gone |= {setting for _, setting, _ in before.difference(pending.glide.tracks)}
                if not (pending.glide.tracks or pending.left):
                    self._forget(pending)

    def cancel(self, number: int) -> PendingCommand:
        """Take one back; what it has done so far stays.

        Raises:
            UserError: nothing has this number.
        """
        pending = self._pending.get(number)
        if pending is None:
            raise UserError(f"nothing pending has number {number}: what lists them")
        self._forget(pending)
        return pending

    def cancel_if_there(self, number: int) -> bool:
        """Take one back if it is still pending; whether it was."""
        if (pending := self._pending.get(number)) is None:
            return False
        self._forget(pending)
        return True

    def cancel_all(self) -> int:
        """Take everything back; how many things that were."""
        pending = tuple(self._pending.values())
        for each in pending:
            self._forget(each)
        return len(pending)

    def _forget(self, pending: PendingCommand) -> None:
        self._pending.pop(pending.number, None)
        self._gliding.pop(pending.number, None)
        if pending.timer is not None:
            pending.timer.cancel()
        if pending.glide is not None:
            pending.glide.cancel()
        if pending.moment is not None:
            waiting = self._awaiting[pending.moment.word]
            waiting.pop(pending.number, None)
            if pending.moment.word == "bar" and not waiting:
                self.wants_bars(False)

    # What happens

    def heard(self, began: bool) -> None:
        """The musician played; ``began`` says that a call of theirs begins with it."""
        for pending in self._waiting("event"):
            pending.left -= 1
            if pending.left <= 0:
                assert pending.moment is not None
                pending.left = int(pending.moment.number)
                self._come(pending)
        for pending in self._waiting("call") if began else ():
            self._come(pending)
        for pending in self._waiting("silence"):
            if pending.timer is None:
                self._await_silence(pending, self._scheduler.now())

    def turned(self, player: str) -> None:
        """A player's turn began."""
        for pending in self._waiting("response"):
            if pending.player in ("", "all", player):
                self._come(pending)

    def bar(self) -> None:
        """A bar began."""
        for pending in self._waiting("bar"):
            self._come(pending)

    def _waiting(self, word: str) -> list[PendingCommand]:
        return list(self._awaiting[word].values())

    def _come(self, pending: PendingCommand) -> None:
        """The moment has come: in the next turn of the loop, for the music goes first."""
        self._scheduler.at(self._scheduler.now(), self._at_moment, pending)

    def _at_moment(self, pending: PendingCommand) -> None:
        if self._pending.get(pending.number) is pending:
            self._do(pending)

    def _await_silence(self, pending: PendingCommand, since: float) -> None:
        assert pending.moment is not None
        pending.timer = self._scheduler.at(since + pending.moment.number, self._look, pending, since)

    def _look(self, pending: PendingCommand, since: float) -> None:
        """The silence may have been long enough. Events do not move the timer: it looks when it was last broken."""
        assert pending.moment is not None
        now = self._scheduler.now()
        broken = now if self._held() else max(since, self._last_heard() or since)
        if now < broken + pending.moment.number:
            self._await_silence(pending, broken)
            return
        pending.timer = None  # until the musician has played again
        self._at_moment(pending)

    def _again(self, pending: PendingCommand, due: float) -> None:
        # Times that are past are left out: never a burst.
        missed = int((self._scheduler.now() - due) / pending.period)
        following = due + (missed + 1) * pending.period
        pending.timer = self._scheduler.at(following, self._again, pending, following)
        self._do(pending)

    def _do(self, pending: PendingCommand) -> None:
        """Carries it out now, or when the turn has time for it. Until then it does not become due again."""
        if not pending.waits:
            pending.waits = True
            self._scheduler.work.do(self, self._carry_out, pending)

    def _carry_out(self, pending: PendingCommand) -> None:
        pending.waits = False
        if self._pending.get(pending.number) is not pending:
            return  # it was cancelled
        assert pending.program is not None
        if pending.kind in ("after", "at"):
            self._forget(pending)
        self._run(pending.program, pending.player, f"{pending.number} {pending.kind}")

    # What others want to know

    def all(self) -> tuple[PendingCommand, ...]:
        """Everything that is pending, the oldest first."""
        return tuple(self._pending.values())

    def seconds_left(self, pending: PendingCommand) -> float | None:
        """Until it is done or has arrived; None where nobody knows."""
        due = pending.glide.ends if pending.glide is not None else pending.timer.deadline if pending.timer else None
        return None if due is None else max(0.0, due - self._scheduler.now())

    def list(self) -> list[str]:
        """What is pending, in words, the oldest first."""
        return [f"{state.number}  {state.text}{_when(state)}" for state in map(self._state, self._pending.values())]

    def states(self) -> tuple[PendingState, ...]:
        """The newest of what is pending, for a snapshot, the oldest of them first."""
        newest = list(islice(reversed(self._pending.values()), _SHOWN))
        return tuple(map(self._state, reversed(newest)))

    def _state(self, pending: PendingCommand) -> PendingState:
        left = self.seconds_left(pending)
        share = pending.glide.share if pending.glide is not None else 0.0
        return PendingState(pending.number, pending.shown, pending.kind, -1.0 if left is None else left, share)


def _when(state: PendingState) -> str:
    if state.due < 0:
        return ""
    if state.kind == "over":
        return f"  ({state.share:.0%}, {state.due:.1f}s left)"
    return f"  (in {state.due:.1f}s)"
