"""Recorder of labelled gestures: announces each gesture and its time, and writes touches and labels."""

from collections.abc import Callable, Sequence
from typing import Final

from impsy_tui import choices
from impsy_tui.channels.demo.faders import DemoChannel
from impsy_tui.control.states import GestureRecordingState
from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.engine.players.ensemble.score_log import row_of
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer
from impsy_tui.ensemble.gestures import GESTURES, IGNORED, NAMES, NOTHING
from impsy_tui.ensemble.touches.features import WINDOW
from impsy_tui.ensemble.touches.surfaces import Lifted, OscMessage, guide_message
from impsy_tui.ensemble.touches.touch import HEADER, SUFFIX, TARGETS, TARGETS_HEADER, Touch
from impsy_tui.errors import UserError

READY: Final = 5.0
"""Seconds between two gestures."""
ORDER: Final = (1, 2, 3, 4, NOTHING, *range(5, GESTURES))
"""Default order. The gesture nothing is in the middle: a recording has no time outside its first and last touch."""
_STEP: Final = 1.0
"""Seconds between two announcements of the time left."""


class GestureRecording:
    """Announces gestures and writes the touches and the labels, row by row.

    A label begins after five seconds of the gesture; see ``labelled_recordings``. The label of a repeated or omitted
    gesture is withdrawn: its touches stay in the file, without a label.

    Args:
        scheduler: Scheduler of all events.
        log: Performance log that writes the files.
        notify: Reports to the performer: level and text.
        show: Sends announcements to surfaces.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        log: PerformanceLog,
        notify: Callable[[str, str], None],
        show: Callable[[Sequence[OscMessage]], None],
    ) -> None:
        self._scheduler = scheduler
        self._log = log
        self._notify = notify
        self._show = show
        self._touches, self._targets = log.sheet(), log.sheet()
        self._name = ""
        self._gestures: tuple[int, ...] = ()
        self._number = 0
        self._recorded = 0
        self._all_touches = 0
        self._seconds = 0.0
        self._plays = False
        self._began = self._ends = 0.0
        self._heard = 0
        self._timer: Timer | None = None

    @property
    def runs(self) -> bool:
        """True while gestures are recorded."""
        return bool(self._gestures)

    # Commands

    def begin(self, gestures: Sequence[int], seconds: float) -> str:
        """Begins a recording; returns the reply.

        Args:
            gestures: Codes of the gestures, in order.
            seconds: Seconds for each gesture.

        Raises:
            UserError: Another recording runs, or the log is off.
        """
        if self.runs:
            raise UserError("gestures are being recorded: again, skip, or off")
        if not self._log.enabled:
            raise UserError("the log is off, so gestures cannot be recorded: log on starts it")
        if (name := f"{self._log.stamp()}-guided") == self._name:
            # Both files belong together by their name, and an existing file would get another name.
            raise UserError("another recording began in this second: type the command again")
        self._name = name
        folder = self._log.folder.absolute()
        self._touches.begin(folder / f"{self._name}{SUFFIX}", HEADER)
        self._targets.begin(folder / f"{self._name}{TARGETS}", TARGETS_HEADER)
        self._gestures, self._seconds = tuple(gestures), seconds
        self._number = self._recorded = self._all_touches = 0
        now = self._scheduler.now()
        self._write_label(IGNORED, now)
        self._get_ready(now)
        total = len(gestures) * (READY + seconds)
        what = NAMES[gestures[0]] if len(gestures) == 1 else f"{len(gestures)} gestures"
        return f"{what}, {seconds:g}s each: {total / 60:.1f} minutes; {NAMES[gestures[0]]} in {READY:g}s"

    def again(self) -> str:
        """Begins the current gesture again; returns the reply."""
        gesture = self._gesture()
        self._withdraw_label()
        self._get_ready(self._scheduler.now())
        return f"{NAMES[gesture]} again, in {READY:g}s"

    def skip(self) -> str:
        """Ends the current gesture and keeps its label; returns the reply."""
        gesture = self._gesture()
        self._end_gesture(self._scheduler.now())
        return f"{NAMES[gesture]} ends here" + ("" if self.runs else ", and it was the last")

    def end(self) -> str:
        """Ends the recording and keeps the current label; returns the reply."""
        self._gesture()
        self._gestures = self._gestures[: self._number + 1]
        self._end_gesture(self._scheduler.now())
        return f"recorded up to here: {self._name}{SUFFIX}" if self._recorded else "no gesture was recorded"

    def _gesture(self) -> int:
        if not self.runs:
            raise UserError("no gestures are being recorded: record gestures begins")
        return self._gestures[self._number]

    # Touches and state

    def hear(self, channel: str, touch: Touch | Lifted) -> None:
        """Writes a touch; touches of the demo are ignored."""
        if self.runs and channel != DemoChannel.name and not isinstance(touch, Lifted):
            self._touches.write(row_of(self._log, touch))
            self._all_touches += 1
            self._heard += self._plays

    def state(self, now: float) -> GestureRecordingState | None:
        """Returns the current announcement; None if no recording runs."""
        if not self.runs:
            return None
        return GestureRecordingState(
            gesture=choices.GESTURES[self._gestures[self._number]],
            plays=self._plays,
            left=max(0.0, self._ends - now),
            seconds=self._seconds if self._plays else READY,
            number=self._number + 1,
            of=len(self._gestures),
            touches=self._heard,
            following="" if self._is_last else choices.GESTURES[self._gestures[self._number + 1]],
        )

    @property
    def _is_last(self) -> bool:
        return self._number == len(self._gestures) - 1

    # Steps

    def _get_ready(self, at: float) -> None:
        self._plays, self._heard = False, 0
        self._wait(at, at + READY)

    def _play(self, at: float) -> None:
        gesture = self._gestures[self._number]
        self._plays, self._heard = True, 0
        self._notify(
            "info", f"{NAMES[gesture]}, for {self._seconds:g}s ({self._number + 1} of {len(self._gestures)})"
        )
        self._wait(at, at + self._seconds)
        self._write_label(gesture, at + WINDOW)

    def _wait(self, began: float, ends: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._began, self._ends = began, ends
        self._announce(began)

    def _announce(self, at: float) -> None:
        gesture = NAMES[self._gestures[self._number]]
        self._show([guide_message(gesture, round(self._ends - at), plays=self._plays)])
        following = min(at + _STEP, self._ends)
        self._timer = self._scheduler.at(following, self._passed, following)

    def _passed(self, at: float) -> None:
        if not self._log.enabled:
            self._notify("warning", "the log is off: gestures are recorded up to here")
            self.end()
        elif at < self._ends:
            self._announce(at)
        elif self._plays:
            self._end_gesture(at)
        else:
            self._play(at)

    def _end_gesture(self, at: float) -> None:
        """Ends a gesture; keeps its label if the surface was touched, or not touched for the gesture nothing."""
        gesture, played = self._gestures[self._number], self._plays and at > self._began + WINDOW
        if played and (gesture == NOTHING) is bool(self._heard):
            why = "the surface was touched" if gesture == NOTHING else "the surface was not touched"
            self._notify("warning", f"{NAMES[gesture]} does not count: {why}; record gestures {NAMES[gesture]}")
            played = False
        if played:
            self._write_label(IGNORED, at)
            self._recorded += 1
        else:
            self._withdraw_label()
        if self._is_last:
            self._finish()
        else:
            self._number += 1
            self._get_ready(at)

    def _withdraw_label(self) -> None:
        # Of two labels with the same time, readers use the higher code.
        if self._plays:
            self._write_label(IGNORED, self._began + WINDOW)

    def _finish(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._gestures = ()
        self._show([guide_message("", 0, plays=False)])
        touches = f"{self._all_touches} touches"
        if self._recorded:
            text = f"{self._recorded} recorded, {touches}: {self._name}; train gestures learns from it"
        else:
            text = f"no gesture was recorded, {touches}: {self._name}"
        self._notify("info", text)

    def _write_label(self, code: int, at: float) -> None:
        stamp = self._log.wall(at).isoformat(timespec="microseconds")
        self._targets.write(f"{stamp},{code}")
