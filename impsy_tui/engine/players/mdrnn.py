"""A player's part in the performance: what it hears, when it plays, and when it must not."""

from typing import Any, Final

import numpy as np

from impsy_tui import modes, ranges
from impsy_tui.engine.clock.quantiser import PendingEvent
from impsy_tui.engine.clock.tempo import Tempo
from impsy_tui.engine.players.base import BehaviourOutput, ParameterHolder
from impsy_tui.engine.players.pending_events import MOST_WAITING, PendingEvents
from impsy_tui.engine.players.settings import PlayerSettings
from impsy_tui.engine.players.turn_taking import Turn, TurnTaking
from impsy_tui.engine.runtime.scheduler import Scheduler, Timer
from impsy_tui.errors import UserError
from impsy_tui.parameters import MDRNN
from impsy_tui.prediction import MIN_DT, Prediction, Predictor

_RETRY: Final = 0.1
_SEED_DT: Final = 0.01


class MdrnnBehaviour(ParameterHolder):
    """Lets a player play, in one of the modes.

    Deadlines are absolute: a prediction is due its ``dt`` times the timescale after the
    deadline of the output, or the arrival of the event, that it follows; what computing took
    does not add up. What a stall made late is skipped, never played in a burst.

    Where the tempo has a grid, events happen for the player as if there were none: each at its
    deadline, the next predicted then from its own dt. They sound on the grid's lines.

    Args:
        player: who plays.
        settings: how.
        scheduler: keeps its time.
        stage: hears it.
        random: source of chance, for a first event where there is none.
        tempo: musical time.
    """

    kind = MDRNN

    def __init__(
        self,
        predictor: Predictor,
        settings: PlayerSettings,
        scheduler: Scheduler,
        output: BehaviourOutput,
        random: np.random.Generator,
        tempo: Tempo,
    ) -> None:
        self.settings = settings
        self.paused = False
        self.played = 0
        self.last_output: tuple[float, ...] | None = None
        self.last_output_at = 0.0
        self.answerers: set[str] | None = None
        """What the output that is being played answers, as ``hear`` was told; None for nothing."""
        self._scheduler = scheduler
        self._output = output
        self._random = random
        self._events = PendingEvents(tempo, self._play, self._go_on)
        self._turns = TurnTaking(tempo, settings.threshold, settings.max_response, self._respond, self._listen)
        self._next: Prediction | None = None
        self._last: Prediction | None = None
        """What it played last, where the next has yet to be predicted from that."""
        self._heard: tuple[float, ...] | None = None
        self._sounding = False
        self._retry: Timer | None = None
        self.started = False
        self._set_predictor(predictor)

    # What the performer asks for

    def start(self) -> None:
        """Begin to play."""
        self.started = True
        self._begin()

    def stop(self) -> None:
        """End: nothing is played from now on, nothing is left sounding."""
        self.started = False
        self.halt()

    def set_value(self, name: str, value: Any) -> None:
        """Sets a parameter; of another mode, nothing of the old one is played after it."""
        if name == "mode":
            if value == self.settings.mode:
                return
            self.halt()
        setattr(self.settings, name, value)
        match name:
            case "mode":
                self._begin()
            case "temp":
                self.predictor.pi_temperature = value
            case "sigma":
                self.predictor.sigma_temperature = value
            case "timescale":  # a wait that is under way is stretched with it
                self._events.wait_anew(self._wait)
            case "threshold":
                self._turns.threshold = value
            case "max_response":
                self._turns.max_response = value

    def halt(self, *, silence: bool = True) -> None:
        """Take back what was to be played, and (unless told not to) turn off what sounds."""
        self._turns.stop()
        self._drop(silence=silence)

    def pause(self, *, silence: bool = True) -> None:
        """Listen, but play nothing; what sounds is turned off unless told not to."""
        if not self.paused:
            self.paused = True
            self.halt(silence=silence)

    def resume(self) -> None:
        """Play again, in time from now."""
        if self.paused:
            self.paused = False
            self._begin()

    def take(self) -> None:
        """The musician takes the turn; only callresponse has turns."""
        self._turns.take()

    def give(self) -> None:
        """The musician gives the player the turn; only callresponse has turns."""
        self._turns.give()

    def reset(self) -> None:
        """The player forgets what it has heard. What is under way is still played."""
        self.predictor.reset()
        self._next = self._last = None

    def change_predictor(self, predictor: Predictor) -> None:
        """Let another player take over, between two events."""
        self.halt()
        self._next = self._last = None
        if predictor.dimension != self.predictor.dimension:
            self.last_output = self._heard = None
        self._set_predictor(predictor)
        self._begin()

    # What the musician does

    def hear(
        self,
        dt: float,
        values: tuple[float, ...],
        at: float,
        answerers: set[str] | None = None,
        *,
        may_answer: bool = True,
    ) -> None:
        """The musician played.

        Args:
            dt: seconds since their last event; capped here.
            values: 0..1, as many as the player has.
            at: when it arrived.
            answerers: by which an answer to it is known.
            may_answer: whether it may be answered; turns and a player that plays by itself are not concerned.
        """
        mode = self.mode
        self._heard = values
        self._turns.heard(at)
        if not mode.hears:
            return
        try:
            prediction = self._predict(dt, values)
        except UserError as fault:
            self._output.notify("error", str(fault))
            self._next = self._last = None
            return
        # Where it would go on if it were to play by itself. In duet it does, from its own output.
        self._next, self._last = None if mode.free_runs else prediction, None
        if mode.answers and may_answer and not self.paused:
            self._answer(prediction, at, answerers)
        self.predictor.settle()

    def held(self, source: str, held: bool, at: float) -> None:
        """The musician holds something down on a channel, or no longer does."""
        self._turns.held(source, held, at)

    # What others want to know

    @property
    def mode(self) -> modes.Mode:
        """The mode in force."""
        return modes.MODES[self.settings.mode]

    @property
    def turn(self) -> Turn:
        """Who plays now."""
        if self.paused or not self.mode.plays:
            return Turn.YOU
        if self.mode.takes_turns:
            return self._turns.turn
        return Turn.BOTH

    @property
    def max_gap(self) -> float:
        """Seconds; the longest dt that the player is told of."""
        return self.settings.max_gap or self.predictor.max_gap or ranges.MAX_GAP.default

    @property
    def upcoming(self) -> tuple[float, tuple[float, ...]] | None:
        """When the newest prediction will sound, and its values; None if nothing is to sound."""
        return self._events.upcoming

    @property
    def skipped(self) -> int:
        """What was left out because it was late."""
        return self._events.skipped

    @property
    def replaced(self) -> int:
        """What gave way to a later event on its line of the grid."""
        return self._events.replaced

    # Playing

    def _set_predictor(self, predictor: Predictor) -> None:
        predictor.pi_temperature = self.settings.temp
        predictor.sigma_temperature = self.settings.sigma
        self.predictor = predictor

    def _begin(self) -> None:
        """Do what the mode asks for, from now."""
        if self.paused or not self.started:
            return
        if self.mode.takes_turns:
            self._turns.start()
        elif self.mode.free_runs:
            self._run_free()

    def _drop(self, *, silence: bool = True) -> None:
        if self._retry is not None:
            self._retry.cancel()
        dropped = self._events.drop()
        if dropped is not None:
            prediction, has_sounded = dropped
            if has_sounded:
                self._last = prediction
            else:
                self._next = prediction
        if self._sounding and silence:
            self._sounding = False
            self._output.silence()

    def _respond(self) -> None:
        self._output.turned()
        self._run_free()

    def _listen(self) -> None:
        self._drop()
        self._next = self._last = None

    def _run_free(self) -> None:
        """Play from its own output: from its last prediction, or a first event made up."""
        try:
            prediction = self._next or self._predict(*(self._last or (_SEED_DT, self._seed())))
        except UserError as fault:
            self._fault(fault)
            return
        self._next = self._last = None
        self._events.launch(prediction, self._scheduler.now(), self._wait(prediction))

    def _go_on(self, event: PendingEvent) -> None:
        """What it played by itself has happened: the next follows from that."""
        try:
            prediction = self._predict(*event.prediction)
        except UserError as fault:
            self._fault(fault)
            return
        self._events.follow(event, prediction, self._wait(prediction))
        self.predictor.settle()

    def _wait(self, prediction: Prediction) -> float:
        return max(prediction.dt * float(self.settings.timescale), MIN_DT)

    def _seed(self) -> tuple[float, ...]:
        for values in (self.last_output, self._heard):
            if values is not None and len(values) == self.predictor.dimension - 1:
                return values
        return tuple(self._random.random(self.predictor.dimension - 1).tolist())

    def _fault(self, fault: UserError) -> None:
        self._output.notify("error", str(fault))
        self._retry = self._scheduler.at(self._scheduler.now() + _RETRY, self._run_free)

    def _predict(self, dt: float, values: tuple[float, ...]) -> Prediction:
        prediction = self.predictor.predict(min(max(dt, 0.0), self.max_gap), values)
        if prediction.dt > self.max_gap:
            return Prediction(self.max_gap, prediction.values)
        return prediction

    def _answer(self, prediction: Prediction, at: float, answerers: set[str] | None) -> None:
        wait = prediction.dt * self.settings.timescale
        if not self._events.answer(prediction, at, wait, answerers):
            self._output.notify("warning", f"{MOST_WAITING} answers are waiting already; more are left out")

    def _play(self, prediction: Prediction, answerers: set[str] | None) -> None:
        self._sounding = True
        self.answerers = answerers
        self.last_output = prediction.values
        self.last_output_at = self._scheduler.now()
        self.played += 1
        self._output.play(prediction.values)
