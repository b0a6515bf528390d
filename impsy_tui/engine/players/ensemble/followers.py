"""Behaviour of an ensemble: classifies the lead's gesture each second; the followers answer with clips of touches."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from impsy_tui import parameters
from impsy_tui.engine.players.base import ParameterHolder
from impsy_tui.engine.players.ensemble.clip_player import ClipPlayer
from impsy_tui.engine.players.settings import EnsembleSettings
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer
from impsy_tui.ensemble.classifier import Classifier
from impsy_tui.ensemble.clips import Clip, Clips, ClipTouch
from impsy_tui.ensemble.gestures import NOTHING
from impsy_tui.ensemble.measures import EnsembleMoment, EnsembleWatch
from impsy_tui.ensemble.predictor import GONE_AFTER, EnsemblePredictor, GestureNetwork, Tuning
from impsy_tui.ensemble.touches.features import FeatureWindow
from impsy_tui.ensemble.touches.pitches import pitches
from impsy_tui.ensemble.touches.touch import Touch
from impsy_tui.errors import UserError

SECOND: Final = 1.0
REMEMBERED: Final = 60
"""Seconds of gestures kept for display."""


@dataclass(frozen=True, slots=True)
class EnsembleModels:
    """Network, classifier and clips of an ensemble.

    Attributes:
        network: Network that only this ensemble steps.
        model: Name of the network, for the performer.
        kind: "ensemble", or "dummy" without a model.
        classifier: Classifier of the lead's gestures.
        clips: Clips of the followers.
        tunings: Tunings of the network by number of players.
        file: File of the network, None without a model.
        classifier_name: Name of the classifier, for the performer.
    """

    network: GestureNetwork
    model: str
    classifier: Classifier
    clips: Clips
    kind: str = parameters.ENSEMBLE
    tunings: Mapping[int, Tuning] = field(default_factory=dict)
    file: Path | None = None
    classifier_name: str = ""


class EnsembleOutput(Protocol):
    """Output of an ensemble. Followers are counted from 0."""

    def touch(self, follower: int, touch: ClipTouch) -> None:
        """Plays a touch of a follower."""

    def lift(self, follower: int) -> None:
        """Lifts the finger of a follower."""

    def passed(self, at: float, codes: Sequence[int], moment: EnsembleMoment) -> None:
        """Receives the gesture codes of lead and followers at the end of a second."""

    def leave(self, players: int) -> None:
        """Reports the players that leave an ensemble, which shrinks to a number of players."""

    def join(self, players: int) -> None:
        """Reports the players that have joined an ensemble, which had a number of players."""

    def notify(self, level: str, text: str) -> None:
        """Reports to the performer."""


class EnsembleBehaviour(ParameterHolder):
    """Lets the followers of an ensemble answer the lead.

    The seconds are absolute deadlines from the start. Seconds that a stall missed are skipped.

    Attributes:
        models: Network, classifier and clips.
        auditioned: Models that answer unheard, None for none.
        settings: Settings of the ensemble.
        paused: True while the followers may not play.
        forced: Gesture codes that followers are forced to make, by follower from 0.
        features: Features of the lead's touches in the last second.
        lead: Gesture code of the lead in the last second.
        moment: Measures of the ensemble, None before the first second.
        idea_at: Time of the last new idea, None for none.
        seconds: Gesture codes of lead and followers, the newest last; cleared if the number of players changes.
        touched_at: Time of the lead's last touch, None before the first.

    Args:
        models: Network, classifier and clips.
        settings: Settings of the ensemble.
        scheduler: Scheduler of all events.
        output: Output of the followers.
        random: Random generator.
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
        self._auditioned: EnsemblePredictor | None = None
        self.settings = settings
        self.paused = False
        self.forced: dict[int, int] = {}
        self.features = FeatureWindow().features(0.0)
        self.lead = NOTHING
        self.moment: EnsembleMoment | None = None
        self.idea_at: float | None = None
        self.seconds: deque[tuple[int, ...]] = deque(maxlen=REMEMBERED)
        self.touched_at: float | None = None
        self._scheduler = scheduler
        self._output = output
        self._random = random
        self._window = FeatureWindow()
        self._watch = EnsembleWatch()
        self._stopped = False
        self._rested = False
        self._fault = ""
        self._timer: Timer | None = None
        self._clip_players: list[ClipPlayer] = []
        self._codes: list[int] = []
        self._assemble([])

    # Commands

    def start(self) -> None:
        """Begins to play."""
        self._plan(self._scheduler.now(), 1)

    def stop(self) -> None:
        """Stops playing for good and turns off the followers' notes."""
        if self._timer is not None:
            self._timer.cancel()
        self._hush()

    def pause(self) -> None:
        """Stops playing but goes on listening."""
        self.paused = True
        self._hush()

    def resume(self) -> None:
        """Plays again, from the next second on."""
        self.paused = False

    def reset(self) -> None:
        """Clears the memory of heard gestures; clips go on until the next second."""
        self._ensemble.reset(self._codes)
        if self._auditioned is not None:
            self._auditioned.reset()

    def end_touches(self) -> None:
        """Lifts the fingers of all followers; their clips go on."""
        for clip_player in self._clip_players:
            clip_player.end_touch()

    def value(self, name: str) -> Any:
        """Returns the value of a parameter."""
        return self.models.classifier_name if name == parameters.CLASSIFIER.name else super().value(name)

    def set_value(self, name: str, value: Any) -> None:
        """Sets a parameter."""
        if name != parameters.PLAYERS.name:
            super().set_value(name, value)
        elif value != (before := self.players):
            self._output.leave(value)
            self._set_players(int(value))
            self._output.join(before)

    @property
    def players(self) -> int:
        """Number of players, the lead included."""
        return int(self.settings.ensemble)

    def _set_players(self, players: int) -> None:
        """Changes the number of players; remaining followers play on."""
        self.settings.ensemble = players
        for clip_player in self._clip_players[players - 1 :]:
            clip_player.stop()
        self.forced = {follower: code for follower, code in self.forced.items() if follower < players - 1}
        self._assemble(self._codes)

    @property
    def notes(self) -> Sequence[int]:
        """MIDI notes of the followers from left to right; the two ends may come in either order."""
        settings = self.settings
        lowest, highest = sorted((settings.lowest, settings.highest))
        return pitches(settings.scale, lowest, highest)

    def force(self, follower: int, code: int) -> None:
        """Forces a follower to make a gesture until ``free``."""
        self.forced[follower] = code
        if not self.paused:
            self._change(follower, code, self._scheduler.now())

    def free(self, followers: Sequence[int]) -> None:
        """Lets the network control these followers again, from the next second on."""
        for follower in followers:
            self.forced.pop(follower, None)

    def _assemble(self, codes: Sequence[int]) -> None:
        followers = self.players - 1
        self._codes = [*codes[:followers], *[NOTHING] * (followers - len(codes))]
        self._ensemble = self.followers(self.models)
        if self.auditioned is not None:
            self._auditioned = self.followers(self.auditioned)
        self._clip_players = [
            *self._clip_players[:followers],
            *map(self._clip_player, range(len(self._clip_players), followers)),
        ]
        self.seconds.clear()

    # Models

    def followers(self, models: EnsembleModels) -> EnsemblePredictor:
        """Returns a predictor for the current number of followers that starts from the current gestures."""
        tuning = models.tunings.get(self.players, Tuning())
        ensemble = EnsemblePredictor(models.network, self.players - 1, self._random, tuning)
        ensemble.reset(self._codes)
        return ensemble

    def change(self, models: EnsembleModels, ensemble: EnsemblePredictor | None = None) -> None:
        """Changes the network from the next second on; clips and classifier stay.

        Args:
            models: Models with the new network.
            ensemble: Predictor that has heard the last minute; ignored if its number of followers differs.
        """
        self.models = self._with_current_clips(models)
        self._ensemble = self._as_many(models, ensemble)
        self._fault = ""

    def audition(self, models: EnsembleModels, ensemble: EnsemblePredictor) -> None:
        """Lets other models answer unheard."""
        self.auditioned, self._auditioned = models, self._as_many(models, ensemble)

    def end_audition(self, *, plays: bool = False) -> bool:
        """Ends the audition, or lets the auditioned models play; returns False if there was no audition."""
        models, ensemble = self.auditioned, self._auditioned
        self.auditioned = self._auditioned = None
        if models is None:
            return False
        if plays:
            self.change(models, ensemble)
        return True

    @property
    def in_silence(self) -> tuple[int, ...]:
        """Gesture codes of the auditioned followers."""
        return () if self._auditioned is None else self._auditioned.codes

    def _with_current_clips(self, models: EnsembleModels) -> EnsembleModels:
        # The classifier may have changed while the model was loaded.
        current = self.models
        return replace(
            models, classifier=current.classifier, classifier_name=current.classifier_name, clips=current.clips
        )

    def _as_many(self, models: EnsembleModels, ensemble: EnsemblePredictor | None) -> EnsemblePredictor:
        return ensemble if ensemble is not None and ensemble.followers == len(self._codes) else self.followers(models)

    def _clip_player(self, follower: int) -> ClipPlayer:
        return ClipPlayer(
            self._scheduler,
            lambda touch: self._output.touch(follower, touch),
            lambda: self._output.lift(follower),
            lambda: self._choose(self._codes[follower]),
        )

    # Touches of the lead

    def hear(self, touch: Touch) -> None:
        """Hears a touch of the lead, with its time on the scheduler's clock."""
        self._window.add(touch)
        self.touched_at = touch.time if self.touched_at is None else max(self.touched_at, touch.time)
        if self._stopped:
            self._stopped = False
            self._output.notify("info", "the lead plays again")

    # State

    @property
    def resting(self) -> bool:
        """True while the followers rest because there is no lead."""
        return (self._stopped or self.touched_at is None) and self.settings.lead_stops == "rest"

    @property
    def codes(self) -> tuple[int, ...]:
        """Current gesture codes of the followers."""
        return tuple(self._codes)

    @property
    def played(self) -> int:
        """Number of touches played by the current followers."""
        return sum(clip_player.played for clip_player in self._clip_players)

    @property
    def skipped(self) -> int:
        """Number of touches skipped because they were late."""
        return sum(clip_player.skipped for clip_player in self._clip_players)

    # Playing

    def _plan(self, began: float, number: int) -> None:
        self._timer = self._scheduler.at(began + number * SECOND, self._second, began, number)

    def _second(self, began: float, number: int) -> None:
        due = began + number * SECOND
        passed = math.floor((self._scheduler.now() - began) / SECOND)
        self._plan(began, max(number, passed) + 1)
        self.features = self._window.features(due)
        self.lead = int(self.models.classifier.gestures(self.features[np.newaxis])[0])
        self._check_lead(due)
        self._answer_unheard()
        for follower, code in enumerate(self._answers()):
            if code != self._codes[follower]:
                self._change(follower, code, due)
        self._remember(due)

    def _check_lead(self, now: float) -> None:
        if self._stopped or self.touched_at is None or now - self.touched_at < GONE_AFTER:
            return
        self._stopped = True
        does = "rests until it plays again" if self.resting else "plays on"
        self._output.notify("info", f"the lead has stopped: the ensemble {does}")

    def _answer_unheard(self) -> None:
        if self._auditioned is None or self.auditioned is None:
            return
        try:
            self._auditioned.play(self.lead, self.settings.temp, None, self.settings.activity)
        except UserError as problem:
            self._output.notify(
                "error", f"{self.auditioned.model}, which is auditioned: {problem}: the audition ends"
            )
            self.end_audition()

    def _answers(self) -> Sequence[int]:
        rests = self.paused or self.resting
        if self._rested and not rests:
            self._ensemble.begin()
        self._rested = rests
        forced = dict.fromkeys(range(len(self._codes)), NOTHING) if rests else {}
        if not self.paused:  # forced gestures are played while the ensemble rests
            forced |= self.forced
        try:
            codes = self._ensemble.play(self.lead, self.settings.temp, forced, self.settings.activity)
        except UserError as problem:
            if not self._fault:
                self._output.notify("error", f"{problem}: the followers keep their gestures")
            self._fault = str(problem)
            self._ensemble.reset(self._codes)
            return [forced.get(follower, code) for follower, code in enumerate(self._codes)]
        self._fault = ""
        return codes

    def _change(self, follower: int, code: int, at: float) -> None:
        self._codes[follower] = code
        self._clip_players[follower].begin(self._choose(code), at)

    def _choose(self, code: int) -> Clip:
        clips = self.models.clips
        if self.settings.clips == "nearest":
            return clips.nearest(code, self.features)
        return clips.random(code, self._random)

    def _hush(self) -> None:
        for follower in range(len(self._clip_players)):
            self._codes[follower] = NOTHING
            self._clip_players[follower].stop()

    def _remember(self, now: float) -> None:
        codes = (self.lead, *self._codes)
        self.seconds.append(codes)
        self.moment = self._watch.hear(codes)
        if self.moment.new_idea:
            self.idea_at = now
        self._output.passed(now, codes, self.moment)
