"""Behaviour of a player that answers events with predicted events."""

from collections.abc import Mapping
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
from impsy_tui.mdrnn.predictor import MdrnnPredictor
from impsy_tui.parameters import MDRNN
from impsy_tui.prediction import MIN_DT, Given, Prediction, Predictor

_RETRY: Final = 0.1
_SEED_DT: Final = 0.01


class MdrnnBehaviour(ParameterHolder):
    """Plays in one of the modes.

    Deadlines are absolute. A prediction follows an output or a received event. It is due ``dt`` times the timescale
    after the deadline of this output, or after the arrival of this event. Computing time does not add up. Events that
    a stall made late
    are skipped, never played in a burst.

    If the tempo has a grid, events sound on the lines of the grid. The next event is still predicted at the deadline
    of the event before, as without a grid.

    Attributes:
        paused: True while the player may not play.
        started: True from ``start`` to ``stop``.
        played: Number of played events.
        last_output: Last played values, None before the first event.
        last_output_at: Time of the last played event.
        answerers: Players that have answered the event that the current output answers, None for no answer.

    Args:
        predictor: Model that predicts.
        settings: Values of the parameters.
        scheduler: Scheduler of all events.
        output: Output of the played events.
        random: Random generator, for a first event.
        tempo: Musical time.
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
        self._scheduler = scheduler
        self._output = output
        self._random = random
        self._events = PendingEvents(tempo, self._play, self._go_on)
        self._turns = TurnTaking(tempo, settings.threshold, settings.max_response, self._respond, self._listen)
        self._next: Prediction | None = None
        self._last: Prediction | None = None
        """Last played event, while the next event is not predicted yet."""
        self._replaceable: Prediction | None = None
        """Last prediction that sounds, or that the player begins with."""
        self._heard: tuple[float, ...] | None = None
        self._sounding = False
        self._retry: Timer | None = None
        self.started = False
        self._set_predictor(predictor)

    # Commands

    def start(self) -> None:
        """Begins to play."""
        self.started = True
        self._begin()

    def stop(self) -> None:
        """Stops playing for good and turns off the player's notes."""
        self.started = False
        self.halt()

    def set_value(self, name: str, value: Any) -> None:
        """Sets a parameter; a new mode drops the pending events of the old mode."""
        if name == "mode":
            if value == self.settings.mode:
                return
            self.halt()
        setattr(self.settings, name, value)
        match name:
            case "mode":
                self._begin()
            case "blend":
                self._set_blend(value)
            case "temp":
                self.predictor.pi_temperature = value
            case "sigma":
                self.predictor.sigma_temperature = value
            case "timescale":  # also stretches the wait for the next event
                self._events.replan(self._wait)
            case "threshold":
                self._turns.threshold = value
            case "max_response":
                self._turns.max_response = value

    def halt(self, *, silence: bool = True) -> None:
        """Drops the pending events; turns off the player's notes if ``silence``."""
        self._turns.stop()
        self._drop(silence=silence)

    def pause(self, *, silence: bool = True) -> None:
        """Stops playing but goes on listening; turns off the player's notes if ``silence``."""
        if not self.paused:
            self.paused = True
            self.halt(silence=silence)

    def resume(self) -> None:
        """Plays again, from now."""
        if self.paused:
            self.paused = False
            self._begin()

    def take(self) -> None:
        """Gives the turn to the musician (mode callresponse)."""
        self._turns.take()

    def give(self) -> None:
        """Gives the turn to the player (mode callresponse)."""
        self._turns.give()

    def blend(self, second: MdrnnPredictor) -> None:
        """Lets a second predictor hear all events from now on; it begins with the present share, 0 without one.

        Raises:
            UserError: The first predictor is the dummy.
        """
        if not isinstance(self.predictor, MdrnnPredictor):
            raise UserError("no model plays that could be blended: load MODEL loads one")
        share = self.settings.blend or 0.0
        self.predictor.blended = second
        self._set_blend(share)

    def _set_blend(self, share: float | None) -> None:
        """Sets the share of the second predictor; None ends the blend. Without a second predictor there is none."""
        self.settings.blend = None if self.blended is None else share
        if isinstance(self.predictor, MdrnnPredictor):
            self.predictor.blend_weight = share or 0.0
            if share is None:
                self.predictor.blended = None

    def again(self) -> None:
        """Draws the last prediction again; the new one replaces it.

        Raises:
            UserError: No prediction waits for its time.
        """
        old = self._replaceable
        is_pending = old is not None and self._events.is_pending(old)
        if old is None or not (is_pending or (old is self._next and not self.mode.answers)):
            raise UserError("no event waits for its time: again draws the next event again, before it sounds")
        self.predictor.given = self._given()
        new = self._replaceable = self._limited(self.predictor.redraw())
        if is_pending:
            self._events.replace(old, new, self._wait(new))
        self._next = new if old is self._next else self._next

    def reset(self) -> None:
        """Clears the memory of heard events; pending events are still played."""
        self.predictor.reset()
        self._next = self._last = None

    def change_predictor(self, predictor: Predictor) -> None:
        """Replaces the predictor between two events."""
        self.halt()
        self._next = self._last = None
        if predictor.dimension != self.predictor.dimension:
            self.last_output = self._heard = None
        self._set_predictor(predictor)
        self._begin()

    # Events of the musician

    def hear(
        self,
        dt: float,
        values: tuple[float, ...],
        at: float,
        answerers: set[str] | None = None,
        *,
        may_answer: bool = True,
    ) -> None:
        """Hears an event.

        Args:
            dt: Seconds since the last event; limited to ``max_gap``.
            values: Values 0..1, as many as the player hears.
            at: Arrival in seconds on the scheduler's clock.
            answerers: Players that have answered the event.
            may_answer: False if the player has answered the event already; turns and free running do not depend on
                this.
        """
        mode, self._heard = self.mode, values
        self._turns.received(at)
        if not mode.hears:
            return
        try:
            if isinstance(self.predictor, MdrnnPredictor):
                self.predictor.expect(min(max(dt, 0.0), self.max_gap), values)
            prediction = self._predict(dt, values)
        except UserError as fault:
            self._output.notify("error", str(fault))
            self._next = self._last = None
            return
        # Free running would start here. In duet, the player free runs from its own output.
        self._next, self._last = None if mode.free_runs else prediction, None
        if not mode.free_runs:
            self._replaceable = prediction
        if mode.answers and may_answer and not self.paused:
            self._answer(prediction, at, answerers)
        self.predictor.settle()

    def held(self, source: str, held: bool, at: float) -> None:
        """Records that the musician holds notes on a channel, or no longer."""
        self._turns.held(source, held, at)

    # State

    @property
    def mode(self) -> modes.Mode:
        """Mode of the player."""
        return modes.MODES[self.settings.mode]

    @property
    def turn(self) -> Turn:
        """Current turn."""
        if self.paused or not self.mode.plays:
            return Turn.YOU
        if self.mode.takes_turns:
            return self._turns.turn
        return Turn.BOTH

    @property
    def max_gap(self) -> float:
        """Longest dt that the predictor hears, in seconds."""
        return self.settings.max_gap or self.predictor.max_gap or ranges.MAX_GAP.default

    @property
    def upcoming(self) -> tuple[float, tuple[float, ...]] | None:
        """Time and values of the newest pending event; None if no event is pending."""
        return self._events.upcoming

    @property
    def expected(self) -> tuple[float, ...] | None:
        """Values of the next event: predicted after the last heard event, else pending, else played last."""
        if self._next is not None:
            return self._next.values
        return self.last_output if (upcoming := self.upcoming) is None else upcoming[1]

    @property
    def skipped(self) -> int:
        """Number of events skipped because they were late."""
        return self._events.skipped

    @property
    def replaced(self) -> int:
        """Number of events replaced by a later event on their line of the grid."""
        return self._events.replaced

    @property
    def blended(self) -> MdrnnPredictor | None:
        """Second predictor, None for none."""
        return self.predictor.blended if isinstance(self.predictor, MdrnnPredictor) else None

    def refusal(self, name: str) -> str:
        is_missing = name == "blend" and self.blended is None
        return "no second model plays: blend MODEL 50% adds one" if is_missing else ""

    def fitted(self, name: str) -> Any:
        pi, sigma = self.settings.fitted
        return {"temp": pi, "sigma": sigma}[name]

    def follow_training(self, name: str, *, follows: bool) -> None:
        self.settings.follow_training(name, follows=follows)

    # Playing

    def _set_predictor(self, predictor: Predictor) -> None:
        self.settings.fitted = predictor.fitted
        for name in self.settings.trained:
            setattr(self.settings, name, self.fitted(name))
        predictor.pi_temperature = self.settings.temp
        predictor.sigma_temperature = self.settings.sigma
        self.predictor = predictor
        self._set_blend(None)

    def _begin(self) -> None:
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
        """Starts from the last prediction, or from a random first event."""
        try:
            prediction = self._next or self._predict(*(self._last or (_SEED_DT, self._seed())))
        except UserError as fault:
            self._fault(fault)
            return
        self._next = self._last = None
        self._replaceable = prediction
        self._events.launch(prediction, self._scheduler.now(), self._wait(prediction))

    def _go_on(self, event: PendingEvent) -> None:
        try:
            prediction = self._predict(*event.prediction)
        except UserError as fault:
            self._fault(fault)
            return
        self._replaceable = prediction
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
        self.predictor.given = self._given()
        return self._limited(self.predictor.predict(min(max(dt, 0.0), self.max_gap), values))

    def _limited(self, prediction: Prediction) -> Prediction:
        """Returns a prediction with at most the longest dt, unless the performer gives the dt."""
        if prediction.dt > self.max_gap and 0 not in self.predictor.given:
            return Prediction(self.max_gap, prediction.values)
        return prediction

    def _given(self) -> Mapping[int, Given]:
        given, dt = {index + 1: value for index, value in self._output.given.items()}, self.value("given dt")
        return given if dt is None else {0: dt, **given}

    def _answer(self, prediction: Prediction, at: float, answerers: set[str] | None) -> None:
        wait = prediction.dt * self.settings.timescale
        if not self._events.answer(prediction, at, wait, answerers):
            self._output.notify("warning", f"{MOST_WAITING} answers are pending: further answers are skipped")

    def _play(self, prediction: Prediction, answerers: set[str] | None) -> None:
        self._sounding = True
        self.answerers = answerers
        self.last_output = prediction.values
        self.last_output_at = self._scheduler.now()
        self.played += 1
        self._output.play(prediction.values)
