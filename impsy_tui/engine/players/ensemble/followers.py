"""A band's part: each second the lead's gesture is told, and the followers answer, in clips of touches."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from impsy_tui import choices, parameters, ranges
from impsy_tui.engine.players.base import ParameterHolder
from impsy_tui.engine.players.ensemble.clip_player import ClipPlayer
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer
from impsy_tui.ensemble.classifier import Classifier
from impsy_tui.ensemble.clips import Clip, Clips, ClipTouch
from impsy_tui.ensemble.gestures import NOTHING
from impsy_tui.ensemble.measures import EnsembleMoment, EnsembleWatch
from impsy_tui.ensemble.predictor import EnsemblePredictor, GestureNetwork, Tuning
from impsy_tui.ensemble.touches.features import FeatureWindow
from impsy_tui.ensemble.touches.touch import Touch
from impsy_tui.errors import UserError

SECOND: Final = 1.0
GONE_AFTER: Final = 10.0
"""Seconds without a touch after which the lead is said to have stopped."""
REMEMBERED: Final = 60
"""Seconds that are kept to be shown."""


@dataclass(slots=True)
class EnsembleSettings:
    """How a band plays.

    Attributes:
        players: the lead included; see ``ranges.ENSEMBLE_PLAYERS``.
        temp, clips: see ``parameters``.
        lead_stops: what the band does then: one of ``choices.LEAD_STOPS``.
    """

    players: int = int(ranges.ENSEMBLE_PLAYERS.default)
    temp: float = parameters.TEMP.default
    clips: str = parameters.CLIPS.default
    lead_stops: str = choices.LEAD_STOPS[0]


@dataclass(frozen=True, slots=True)
class EnsembleModels:
    """What a band plays with.

    Attributes:
        network: that it steps; this band's alone.
        model: name of the network, for the performer.
        kind: "ensemble", or "dummy" where there is no model.
        classifier: tells the lead's gestures.
        clips: what followers play.
        tunings: of the network, by how many play.
        file: of the model; None where there is none.
        told_by: name of the classifier, for the performer.
    """

    network: GestureNetwork
    model: str
    classifier: Classifier
    clips: Clips
    kind: str = "ensemble"
    tunings: Mapping[int, Tuning] = field(default_factory=dict)
    file: Path | None = None
    told_by: str = ""


class EnsembleOutput(Protocol):
    """Where a band is heard. Followers are counted from 0."""

    def touch(self, follower: int, touch: ClipTouch) -> None:
        """A follower plays a touch."""

    def lift(self, follower: int) -> None:
        """A follower's finger is lifted."""

    def passed(self, at: float, codes: Sequence[int], moment: EnsembleMoment) -> None:
        """A second has passed, at this time, in which the lead, and each follower, did this."""

    def notify(self, level: str, text: str) -> None:
        """The band has something to say."""


class EnsembleBehaviour(ParameterHolder):
    """Lets a band play.

    Seconds are absolute deadlines from when it was started; those that a stall has missed are left out.

    Args:
        equipment: what it plays with.
        settings: how.
        scheduler: keeps its time.
        stage: hears it.
        random: source of chance.
    """

    kind = parameters.ENSEMBLE

    def __init__(
        self,
        models: EnsembleModels,
        settings: EnsembleSettings,
        scheduler: Scheduler,
        output: EnsembleOutput,
        random: np.random.Generator,
    ) -> None:
        self.models = models
        self.auditioned: EnsembleModels | None = None
        """What answers in silence beside it."""
        self._understudy: EnsemblePredictor | None = None
        self.settings = settings
        self.paused = False
        self.forced: dict[int, int] = {}
        """Gestures that followers are told to make, by number from 0."""
        self.features = FeatureWindow().features(0.0)
        """Of the lead, at the last second."""
        self.lead = NOTHING
        self.moment: EnsembleMoment | None = None
        self.idea_at: float | None = None
        """When there was a new idea last."""
        self.seconds: deque[tuple[int, ...]] = deque(maxlen=REMEMBERED)
        """What lead and followers did, the newest last; where there are other players than before it begins anew."""
        self.touched_at: float | None = None
        """When the lead touched the surface last."""
        self._scheduler = scheduler
        self._output = output
        self._random = random
        self._window = FeatureWindow()
        self._watch = EnsembleWatch()
        self._stopped = False
        self._fault = ""
        self._timer: Timer | None = None
        self._hands: list[ClipPlayer] = []
        self._codes: list[int] = []
        self._assemble([])

    # What the performer asks for

    def start(self) -> None:
        """Begin to play."""
        self._plan(self._scheduler.now(), 1)

    def stop(self) -> None:
        """End: nothing is played from now on, nothing is left sounding."""
        if self._timer is not None:
            self._timer.cancel()
        self._hush()

    def pause(self) -> None:
        """Be silent, and go on listening."""
        self.paused = True
        self._hush()

    def resume(self) -> None:
        """Play again, from the next second on."""
        self.paused = False

    def reset(self) -> None:
        """Forget what was heard; what is played goes on until the next second."""
        self._band.reset(self._codes)
        if self._understudy is not None:
            self._understudy.reset()

    def set_players(self, players: int) -> None:
        """Change how many there are, the lead included; those who stay play on."""
        if players != self.settings.players:
            self.settings.players = players
            for hand in self._hands[players - 1 :]:
                hand.stop()
            self.forced = {follower: code for follower, code in self.forced.items() if follower < players - 1}
            self._assemble(self._codes)

    def force(self, follower: int, code: int) -> None:
        """A follower makes this gesture, from now until it is set free."""
        self.forced[follower] = code
        if not self.paused:
            self._change(follower, code, self._scheduler.now())

    def free(self, followers: Sequence[int]) -> None:
        """These are left to the network again, from the next second on."""
        for follower in followers:
            self.forced.pop(follower, None)

    def _assemble(self, codes: Sequence[int]) -> None:
        """Have a band of the number that is set; followers that were there go on with their gestures."""
        followers = self.settings.players - 1
        self._codes = [*codes[:followers], *[NOTHING] * (followers - len(codes))]
        self._band = self.followers(self.models)
        if self.auditioned is not None:
            self._understudy = self.followers(self.auditioned)
        self._hands = [*self._hands[:followers], *map(self._hand, range(len(self._hands), followers))]
        self.seconds.clear()

    # What it plays with

    def followers(self, models: EnsembleModels) -> EnsemblePredictor:
        """As many as there are, who do what is done now, and have heard nothing else."""
        tuning = models.tunings.get(self.settings.players, Tuning())
        ensemble = EnsemblePredictor(models.network, self.settings.players - 1, self._random, tuning)
        ensemble.reset(self._codes)
        return ensemble

    def change(self, models: EnsembleModels, ensemble: EnsemblePredictor | None = None) -> None:
        """Play with this from the next second on.

        Args:
            equipment: with what; this part's clips and classifier are kept.
            band: its followers, if they have listened; those of another number have not.
        """
        self.models = self._with_mine(models)
        self._band = self._as_many(models, ensemble)
        self._fault = ""

    def audition(self, models: EnsembleModels, ensemble: EnsemblePredictor) -> None:
        """Let others answer in silence."""
        self.auditioned, self._understudy = models, self._as_many(models, ensemble)

    def end_audition(self, *, plays: bool = False) -> bool:
        """Send those away who answer in silence, or let them play from now on; whether there were any."""
        models, ensemble = self.auditioned, self._understudy
        self.auditioned = self._understudy = None
        if models is None:
            return False
        if plays:
            self.change(models, ensemble)
        return True

    @property
    def in_silence(self) -> tuple[int, ...]:
        """What those do who are auditioned."""
        return () if self._understudy is None else self._understudy.codes

    def _with_mine(self, models: EnsembleModels) -> EnsembleModels:
        """Where the classifier was changed while a model was loaded, that stays."""
        mine = self.models
        return replace(models, classifier=mine.classifier, told_by=mine.told_by, clips=mine.clips)

    def _as_many(self, models: EnsembleModels, ensemble: EnsemblePredictor | None) -> EnsemblePredictor:
        return ensemble if ensemble is not None and ensemble.followers == len(self._codes) else self.followers(models)

    def _hand(self, follower: int) -> ClipPlayer:
        return ClipPlayer(
            self._scheduler,
            lambda touch: self._output.touch(follower, touch),
            lambda: self._output.lift(follower),
            lambda: self._choose(self._codes[follower]),
        )

    # What the lead does

    def hear(self, touch: Touch) -> None:
        """The lead touched the surface; the time is on the scheduler's clock."""
        self._window.add(touch)
        self.touched_at = touch.time if self.touched_at is None else max(self.touched_at, touch.time)
        if self._stopped:
            self._stopped = False
            self._output.notify("info", "the lead plays again")

    # What others want to know

    @property
    def resting(self) -> bool:
        """Whether the band rests because nobody leads, any more or as yet."""
        return (self._stopped or self.touched_at is None) and self.settings.lead_stops == "rest"

    @property
    def codes(self) -> tuple[int, ...]:
        """What the followers do now."""
        return tuple(self._codes)

    @property
    def played(self) -> int:
        """Touches played by the followers that are there."""
        return sum(hand.played for hand in self._hands)

    @property
    def skipped(self) -> int:
        """Touches left out because they were late."""
        return sum(hand.skipped for hand in self._hands)

    # Playing

    def _plan(self, began: float, number: int) -> None:
        self._timer = self._scheduler.at(began + number * SECOND, self._second, began, number)

    def _second(self, began: float, number: int) -> None:
        due = began + number * SECOND
        passed = math.floor((self._scheduler.now() - began) / SECOND)
        self._plan(began, max(number, passed) + 1)
        self.features = self._window.features(due)
        self.lead = int(self.models.classifier.gestures(self.features[np.newaxis])[0])
        self._look_for_lead(due)
        self._answer_in_silence()
        for follower, code in enumerate(self._answers()):
            if code != self._codes[follower]:
                self._change(follower, code, due)
        self._remember(due)

    def _look_for_lead(self, now: float) -> None:
        if self._stopped or self.touched_at is None or now - self.touched_at < GONE_AFTER:
            return
        self._stopped = True
        does = "rests until it plays again" if self.resting else "plays on"
        self._output.notify("info", f"the lead has stopped: the band {does}")

    def _answer_in_silence(self) -> None:
        if self._understudy is None or self.auditioned is None:
            return
        try:
            self._understudy.play(self.lead, self.settings.temp)
        except UserError as problem:
            self._output.notify("error", f"{self.auditioned.model}, which is auditioned: {problem}: it is sent away")
            self.end_audition()

    def _answers(self) -> Sequence[int]:
        rests = self.paused or self.resting
        forced = dict.fromkeys(range(len(self._codes)), NOTHING) if rests else {}
        if not self.paused:  # who rests does what the performer says all the same
            forced |= self.forced
        try:
            codes = self._band.play(self.lead, self.settings.temp, forced)
        except UserError as problem:
            if not self._fault:
                self._output.notify("error", f"{problem}: the followers go on with what they do")
            self._fault = str(problem)
            self._band.reset(self._codes)
            return [forced.get(follower, code) for follower, code in enumerate(self._codes)]
        self._fault = ""
        return codes

    def _change(self, follower: int, code: int, at: float) -> None:
        """A follower makes another gesture: the clip that it plays ends, and one of the other begins."""
        self._codes[follower] = code
        self._hands[follower].begin(self._choose(code), at)

    def _choose(self, code: int) -> Clip:
        clips = self.models.clips
        if self.settings.clips == "nearest":
            return clips.nearest(code, self.features)
        return clips.random(code, self._random)

    def _hush(self) -> None:
        for follower in range(len(self._hands)):
            self._codes[follower] = NOTHING
            self._hands[follower].stop()

    def _remember(self, now: float) -> None:
        codes = (self.lead, *self._codes)
        self.seconds.append(codes)
        self.moment = self._watch.hear(codes)
        if self.moment.new_idea:
            self.idea_at = now
        self._output.passed(now, codes, self.moment)
