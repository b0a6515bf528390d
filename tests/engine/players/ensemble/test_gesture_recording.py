"""Recordings of gestures on a virtual clock, and their labels."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from impsy_tui.engine.log.performance_log import PerformanceLog
from impsy_tui.engine.players.ensemble.gesture_recording import ORDER, READY, GestureRecording
from impsy_tui.ensemble.classifier import read_classifier
from impsy_tui.ensemble.synthetic.touches import play
from impsy_tui.ensemble.touches.surfaces import Lifted, OscMessage
from impsy_tui.ensemble.touches.touch import SUFFIX, TARGETS, Touch, read_touches
from impsy_tui.errors import UserError
from impsy_tui.training.gestures.labelled_recordings import labelled_files, read_labelled
from impsy_tui.workers.messages import Finished
from impsy_tui.workers.requests import TrainGesturesRequest
from tests.support.engine.virtual_time import VirtualTime
from tests.support.workers.training_workers import worker_result

NOTHING, TAPS, SWIRL = 0, 1, 7
EACH = 12.0


class Lesson:
    """Recording with a simulated performer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.time = VirtualTime(50.0)
        self.told: list[tuple[str, str]] = []
        self.shown: list[OscMessage] = []
        self.log = PerformanceLog(folder / "logs", lambda level, text: None, self.time.scheduler.now)
        self.gesture_recording = GestureRecording(
            self.time.scheduler, self.log, lambda level, text: self.told.append((level, text)), self._show
        )

    def _show(self, told: Sequence[OscMessage]) -> None:
        self.shown += told

    def perform(self, performance: Callable[[], None]) -> None:
        """Carries out an action while the log is open."""

        async def run() -> None:
            self.log.open()
            performance()
            await self.log.close(patience=60.0)  # on a busy machine the writer goes on after a shorter wait

        asyncio.run(run())

    def touch(self, gesture: int, seconds: float, channel: str = "osc") -> None:
        """Makes a gesture for this number of seconds."""
        begin = self.time.time
        made = play(gesture, seconds, np.random.default_rng(gesture))
        columns = (made.times, made.fingers, made.x, made.y, made.velocities)
        for at, finger, x, y, velocity in zip(*(column.tolist() for column in columns), strict=True):
            self.time.advance_to(begin + at)
            self.gesture_recording.hear(channel, Touch(self.time.time, "lead", finger, x, y, velocity))
        self.time.advance_to(begin + seconds)
        assert not self.time.errors

    def obey(self, count: int = len(ORDER)) -> None:
        """Plays the requested gestures, one after the other."""
        for _ in range(count):
            state = self.gesture_recording.state(self.time.time)
            assert state is not None
            self.time.advance(READY)
            self.touch(ORDER[state.number - 1], EACH)

    def files(self) -> tuple[Path, Path]:
        """Returns touches and targets."""
        (touches,) = self.folder.glob(f"logs/*-guided{SUFFIX}")
        return touches, touches.with_name(touches.name.removesuffix(SUFFIX) + TARGETS)


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return Lesson(tmp_path)


def test_obeyed_requests_make_complete_labelled_recording(lesson: Lesson) -> None:
    def performance() -> None:
        reply = lesson.gesture_recording.begin(ORDER, EACH)
        assert reply == "9 gestures, 12s each: 2.5 minutes; fast-taps in 5s"
        lesson.obey()
        assert not lesson.gesture_recording.runs

    lesson.perform(performance)
    assert labelled_files([lesson.folder / "logs"]) == [lesson.files()[0]]
    found = read_labelled(lesson.files()[0])
    counts = np.bincount(found.labels, minlength=9)
    # The first five seconds of each gesture contain touches of the gesture before.
    assert set(counts[1:].tolist()) <= {6, 7, 8}
    assert counts[NOTHING] >= 6
    assert found.remarks == ()
    text = lesson.told[-1][1]
    assert text.startswith("9 recorded, ")
    assert text.endswith("train gestures learns from it")


def test_recording_announces_next_gesture_and_its_time(lesson: Lesson) -> None:
    def performance() -> None:
        lesson.gesture_recording.begin(ORDER, EACH)
        lesson.time.advance(1.5)
        state = lesson.gesture_recording.state(lesson.time.time)
        assert state is not None
        assert (state.gesture, state.plays, state.left, state.number, state.of) == ("fast-taps", False, 3.5, 1, 9)
        assert state.following == "slow-taps"
        lesson.time.advance(3.6)
        lesson.touch(TAPS, 2.0)
        state = lesson.gesture_recording.state(lesson.time.time)
        assert state is not None
        assert (state.plays, round(state.left, 1), state.seconds) == (True, 9.9, 12.0)
        assert state.touches > 5

    lesson.perform(performance)
    said = [arguments for _, arguments in lesson.shown]
    assert said[:7] == [
        *(("ready", "fast-taps", float(left)) for left in (5, 4, 3, 2, 1)),
        ("play", "fast-taps", 12.0),
        ("play", "fast-taps", 11.0),
    ]
    assert lesson.told == [("info", "fast-taps, for 12s (1 of 9)")]


def test_repeated_gesture_counts_once(lesson: Lesson) -> None:
    def performance() -> None:
        lesson.gesture_recording.begin([TAPS, SWIRL], EACH)
        lesson.time.advance(READY)
        lesson.touch(SWIRL, 10.0)  # by mistake
        assert lesson.gesture_recording.again() == "fast-taps again, in 5s"
        lesson.time.advance(READY)
        lesson.touch(TAPS, EACH)
        lesson.time.advance(READY)
        lesson.touch(SWIRL, EACH)

    lesson.perform(performance)
    found = read_labelled(lesson.files()[0])
    assert set(np.bincount(found.labels, minlength=9)[[TAPS, SWIRL]]) <= {6, 7, 8}
    recording = read_touches(lesson.files()[0])
    assert recording.span()[1] - recording.span()[0] > 10.0 + EACH + EACH + READY


def test_gesture_that_was_not_played_is_reported(lesson: Lesson) -> None:
    def performance() -> None:
        lesson.gesture_recording.begin([TAPS, NOTHING, SWIRL], EACH)
        lesson.time.advance(READY + EACH)
        lesson.time.advance(READY)
        lesson.touch(TAPS, EACH)  # while no gesture is requested
        lesson.time.advance(READY)
        lesson.touch(SWIRL, EACH)

    lesson.perform(performance)
    warnings = [text for level, text in lesson.told if level == "warning"]
    assert warnings == [
        "fast-taps does not count: the surface was not touched; record gestures fast-taps",
        "nothing does not count: the surface was touched; record gestures nothing",
    ]
    assert set(read_labelled(lesson.files()[0]).labels.tolist()) == {SWIRL}
    assert lesson.told[-1][1].startswith("1 recorded, ")


def test_recording_keeps_played_gestures_after_skip_and_end(lesson: Lesson) -> None:
    def performance() -> None:
        lesson.gesture_recording.begin(ORDER, EACH)
        lesson.time.advance(READY)
        lesson.touch(TAPS, 9.0)
        assert lesson.gesture_recording.skip() == "fast-taps ends here"
        assert lesson.gesture_recording.skip() == "slow-taps ends here"  # before its time
        lesson.time.advance(READY)
        lesson.touch(3, 8.0)
        assert "recorded up to here" in lesson.gesture_recording.end()
        lesson.time.advance(100.0)
        for order in (lesson.gesture_recording.again, lesson.gesture_recording.skip, lesson.gesture_recording.end):
            with pytest.raises(UserError, match="no gestures are being recorded"):
                order()

    lesson.perform(performance)
    assert set(read_labelled(lesson.files()[0]).labels.tolist()) == {TAPS, 3}
    assert lesson.shown[-1][1] == ("ready", "", 0.0)


def test_recording_that_ends_reports_only_the_requested_gesture(lesson: Lesson) -> None:
    def performance() -> None:
        lesson.gesture_recording.begin([TAPS, SWIRL], EACH)
        lesson.time.advance(READY + 9.0)
        assert lesson.gesture_recording.end() == "no gesture was recorded"

    lesson.perform(performance)
    warnings = [text for level, text in lesson.told if level == "warning"]
    assert warnings == ["fast-taps does not count: the surface was not touched; record gestures fast-taps"]


def test_recording_that_is_cut_off_is_learned_from_all_the_same(lesson: Lesson) -> None:
    def performance() -> None:
        lesson.gesture_recording.begin(ORDER, EACH)
        lesson.time.advance(READY)
        lesson.touch(TAPS, 9.0)  # then a power cut

    lesson.perform(performance)
    assert read_labelled(lesson.files()[0]).labels.tolist() in ([TAPS] * 3, [TAPS] * 4, [TAPS] * 5)


def test_simulated_performer_and_lifted_fingers_are_not_recorded(lesson: Lesson) -> None:
    def performance() -> None:
        lesson.gesture_recording.begin([TAPS], EACH)
        lesson.time.advance(READY)
        lesson.gesture_recording.hear("osc", Lifted("lead", 0))
        lesson.touch(TAPS, EACH, channel="demo")

    lesson.perform(performance)
    assert lesson.told[-1][1].startswith("no gesture was recorded, 0 touches")
    assert not list(lesson.folder.glob(f"logs/*{SUFFIX}"))


def test_recording_ends_with_the_log_and_keeps_played_gestures(lesson: Lesson) -> None:
    def performance() -> None:
        lesson.gesture_recording.begin(ORDER, EACH)
        lesson.time.advance(READY)
        lesson.touch(TAPS, 8.5)
        lesson.log.enabled = False
        lesson.time.advance(1.0)
        assert not lesson.gesture_recording.runs
        assert ("warning", "the log is off: gestures are recorded up to here") in lesson.told

    lesson.perform(performance)
    assert set(read_labelled(lesson.files()[0]).labels.tolist()) == {TAPS}


def test_recording_is_refused_without_a_log_and_during_another_one(lesson: Lesson) -> None:
    def performance() -> None:
        lesson.log.enabled = False
        with pytest.raises(UserError, match="log on"):
            lesson.gesture_recording.begin(ORDER, EACH)
        lesson.log.enabled = True
        lesson.gesture_recording.begin(ORDER, EACH)
        with pytest.raises(UserError, match="are being recorded: again, skip, or off"):
            lesson.gesture_recording.begin(ORDER, EACH)

    lesson.perform(performance)


def test_second_recording_in_same_second_is_refused(lesson: Lesson) -> None:
    def performance() -> None:
        lesson.gesture_recording.begin(ORDER, EACH)
        lesson.gesture_recording.end()
        with pytest.raises(UserError, match="another recording began in this second"):
            lesson.gesture_recording.begin([TAPS], EACH)
        assert not lesson.gesture_recording.runs
        lesson.time.advance(1.0)
        lesson.gesture_recording.begin([TAPS], EACH)
        lesson.time.advance(READY)
        lesson.touch(TAPS, EACH)

    lesson.perform(performance)
    assert lesson.files()[1].is_file()
    assert set(read_labelled(lesson.files()[0]).labels.tolist()) == {TAPS}


def test_classifier_is_learned_from_it(lesson: Lesson) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed (impsy-tui[gestures])")

    def performance() -> None:
        lesson.gesture_recording.begin(ORDER, EACH)
        lesson.obey()

    lesson.perform(performance)
    said = worker_result(TrainGesturesRequest(lesson.folder / "models", (lesson.folder / "logs",)))
    assert isinstance(said, Finished)
    classifier, found = read_classifier(Path(said.file)), read_labelled(lesson.files()[0])
    assert np.mean(classifier.gestures(found.features) == found.labels) > 0.95
