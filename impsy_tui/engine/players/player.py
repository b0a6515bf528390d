"""Player of the session that hears and plays values of the instrument."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy

import numpy as np

from impsy_tui.agent.descriptors.osc_messages import HeardDescriptors
from impsy_tui.channels.base import NONE_MUTED
from impsy_tui.engine.io.dimension_routing import shuffled
from impsy_tui.engine.players.agent import FEATS, FEATS_STEP
from impsy_tui.engine.players.base import PATTERN, REPLAY, Answerers, PlayerLog, SessionInterface
from impsy_tui.engine.players.behaviours import (
    AnyPredictor,
    PlayerBehaviour,
    agent_behaviours,
    make_behaviour,
    replace_predictor,
)
from impsy_tui.engine.players.dimension_shaping import DimensionShaping
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.settings import PlayerSettings
from impsy_tui.engine.players.silent_output import SilentOutput
from impsy_tui.prediction import Given


class Player:
    """Player of a session; the output of its behaviour.

    ``shaping`` has the values of the instrument in the instrument's order. The behaviour has the player's values in
    the player's order.

    Attributes:
        behaviour: Behaviour that is heard.
        auditioned: Behaviour that listens and plays unheard, None for none.
        sounding: Last played values after shaping, in the player's order; empty before the first.
        received_at: Time of the last heard event, None before the first.
        listeners: Players that hear this player like the musician.
        hears: Indices of the instrument's values that the player hears.
        plays: Indices of the instrument's values that the player plays.
        hears_all: True if ``hears`` is the whole instrument in its order.
        plays_all: True if ``plays`` is the whole instrument in its order.

    Args:
        name: Name of the player.
        predictor: Model that predicts.
        settings: Values of the parameters.
        routing: Values and channels that the player hears and plays.
        log: Performance log of the player.
        session: Session of the player.
        random: Random generator.
    """

    def __init__(
        self,
        name: str,
        predictor: AnyPredictor,
        settings: PlayerSettings,
        routing: Routing,
        log: PlayerLog,
        session: SessionInterface,
        random: np.random.Generator,
    ) -> None:
        self.name = name
        self.routing = routing
        self.shaping = DimensionShaping()
        self.behaviour = make_behaviour(predictor, settings, session.scheduler, self, random, session.tempo)
        self.auditioned: PlayerBehaviour | None = None
        self.sounding: tuple[float, ...] = ()
        self.received_at: float | None = None
        self.listeners: list[Player] = []
        self._log = log
        self._session = session
        self._random = random
        self._wrote_feats_at, self._unwritten = -FEATS_STEP, 0
        self._wire()

    def _wire(self) -> None:
        usual, count = tuple(range(self.dimension - 1)), self._session.dimension - 1
        self.hears = self.routing.hears or usual
        self.plays = self.routing.plays or usual
        whole = tuple(range(count))
        self.hears_all, self.plays_all = self.hears == whole, self.plays == whole
        self._others = frozenset(whole).difference(self.plays)
        self._own = frozenset(self.plays)
        self._heard: tuple[float, ...] = (0.0,) * len(self.hears)

    def instrument_changed(self) -> None:
        """Follows another dimension of the instrument."""
        self._wire()

    def reroute(self, routing: Routing) -> None:
        """Hears and plays other values and channels from now on; notes on the earlier ones end."""
        if self.sounding:
            self.silence()
        self.routing, self.sounding = routing, ()
        self._wire()

    @property
    def dimension(self) -> int:
        """Number of the player's values, plus one for time."""
        return self.behaviour.predictor.dimension

    def sounding_at(self, index: int) -> float | None:
        """Returns the last played value at an index of the instrument (from 0); None if not played."""
        if not self.sounding or index not in self._own:
            return None
        return self.sounding[self.plays.index(index)]

    def expected_at(self, index: int) -> float | None:
        """Returns the value that the player expects next at an index of the instrument; None for none."""
        expected = self.behaviour.expected
        if expected is None or index not in self.plays or len(expected) != len(self.plays):
            return None
        placed = {self.shaping.place(own): value for own, value in zip(self.plays, expected, strict=True)}
        return placed.get(index)

    def discard_drawn_numbers(self) -> None:
        """Discards random numbers that were drawn ahead, because the generator starts again."""
        for behaviour in self.behaviours:
            behaviour.predictor.discard_drawn_numbers()

    @property
    def behaviours(self) -> tuple[PlayerBehaviour, ...]:
        """Behaviour that is heard, and the auditioned behaviour if there is one."""
        return (self.behaviour,) if self.auditioned is None else (self.behaviour, self.auditioned)

    # Events of the musician and of other players

    def hear(
        self,
        values: Sequence[float],
        updated: frozenset[int] | None,
        changed: frozenset[int] | None,
        at: float,
        answerers: Answerers | None = None,
    ) -> None:
        """Hears an event of the musician or of another player.

        Args:
            values: Values of the whole instrument, 0..1.
            updated: Indices of the played values, None for all. The other values stay as heard before.
            changed: Indices that the event concerns, None for all. The player ignores events about other values.
            at: Time of the event in seconds on the scheduler's clock.
            answerers: Players that have answered the event, if players hear each other.
        """
        if changed is not None and not self.hears_all and changed.isdisjoint(self.hears):
            return
        if updated is not None:
            heard = [values[i] if i in updated else old for i, old in zip(self.hears, self._heard, strict=True)]
            vector = tuple(heard)
        else:
            vector = tuple(values) if self.hears_all else tuple([values[i] for i in self.hears])
        before = self._session.began if self.received_at is None else self.received_at
        # Channels are read one after the other: what arrived first may be read last.
        at = max(at, before)
        self._heard, self.received_at = vector, at
        if self._session.logs_input:
            self._log.write(at, self._session.source, vector)
        may_answer = True
        if answerers is not None:
            may_answer = self.name not in answerers
            answerers.add(self.name)
        for behaviour in self.behaviours:
            behaviour.hear(at - before, vector, at, answerers, may_answer=may_answer)

    def held(self, channel: str, held: bool, at: float) -> None:
        """Records that the musician holds notes on a channel, or no longer."""
        for behaviour in self.behaviours:
            behaviour.held(channel, held, at)

    def described(self, feats: HeardDescriptors, at: float) -> str | None:
        """Hears a descriptor frame; returns the problem with the frame, None if no behaviour hears descriptors."""
        agents = agent_behaviours(self.behaviours)
        if not agents:
            return None
        self._unwritten += 1
        if self._session.logs_input and at - self._wrote_feats_at >= FEATS_STEP:
            self._log.write(at, FEATS, [*feats.rounded, self._unwritten])
            self._wrote_feats_at, self._unwritten = at, 0
        return next(filter(None, [behaviour.listen(feats, at) for behaviour in agents]), "")

    def hears_channel(self, name: str) -> bool:
        """Returns True if the player hears a channel. Players that hear any channel hear logs and patterns."""
        channels = self.routing.hears_channels
        return channels is None or name in channels or (name in (REPLAY, PATTERN) and bool(channels))

    # Output of the behaviour

    @property
    def given(self) -> Mapping[int, Given]:
        """Given values of the next events by index in the player's order, from 0."""
        there = self.shaping.given
        if not there:
            return there
        places = map(self.shaping.place, self.plays)
        return {own: there[place] for own, place in enumerate(places) if place in there}

    def play(self, values: Sequence[float]) -> None:
        """Sends the values after shaping and logs the values before shaping."""
        session, outputs = self._session, self._session.outputs
        shaped = self.shaping.apply(values if self.plays_all else self._spread(values))
        silent = self.shaping.silent(len(shaped))
        self.sounding = shaped if self.plays_all else tuple([shaped[i] for i in self.plays])
        if self.plays_all and self.routing.plays_channels is None:
            outputs.play(shaped, silent, player=self.name)
        else:
            outputs.play(shaped, silent, self._others, self.name, self.routing.plays_channels)
        session.played()
        now = session.scheduler.now()
        if session.logs_predictions:
            self._log.write(now, "rnn", values)
        if self.listeners and (sounded := self._own - silent):
            answerers = self.behaviour.answerers
            answerers = {self.name} if answerers is None else answerers
            for listener in self.listeners:
                # By the scheduler, because a listener may answer at once and this player may hear the answer.
                session.scheduler.at(now, self._pass_on, listener, shaped, sounded, now, answerers)

    def _pass_on(
        self, listener: "Player", shaped: Sequence[float], sounded: frozenset[int], at: float, answerers: Answerers
    ) -> None:
        if listener in self.listeners:
            listener.hear(shaped, sounded, sounded, at, answerers)

    def sound_held(self, indices: frozenset[int]) -> None:
        """Sends held dimensions at once; the other dimensions keep their values. A paused player sends nothing."""
        session = self._session
        sounding = (indices & self._own) - self.shaping.silent(session.dimension - 1)
        if self.paused or not sounding:
            return
        values = [self.shaping.held.get(i, value) for i, value in enumerate(session.last_input)]
        others = frozenset(range(len(values))) - sounding
        session.outputs.play(values, NONE_MUTED, others, self.name, self.routing.plays_channels)
        session.played()

    def aim(self, goal: Callable[[], Sequence[float]]) -> None:
        """Passes on the target sound of an agent."""
        self._session.outputs.aim(goal, self.routing.plays_channels)

    def silence(self) -> None:
        """Turns off the notes that the player left sounding."""
        self._session.outputs.hush(self.name, self._own, self.routing.plays_channels)

    def turned(self) -> None:
        """Reports that the player's turn began."""
        self._session.turned(self.name)

    def notify(self, level: str, text: str) -> None:
        """Reports to the performer."""
        self._session.notify(level, "player" if self._session.alone else self.name, text)

    def _spread(self, values: Sequence[float]) -> list[float]:
        """Returns the instrument's values: those of the player, and the musician's last input for the others."""
        spread = list(self._session.last_input)
        for index, value in zip(self.plays, values, strict=True):
            spread[index] = value
        return spread

    # Predictors

    def audition(self, predictor: AnyPredictor) -> None:
        """Lets another predictor of the same dimension listen and play unheard."""
        self.end_audition()
        settings = copy(self.behaviour.settings)
        self.auditioned = make_behaviour(
            predictor,
            settings,
            self._session.scheduler,
            SilentOutput(self, self._session.notify),
            self._random,
            self._session.tempo,
        )
        self.auditioned.start()
        if self.behaviour.paused:
            self.auditioned.pause()

    def end_audition(self) -> AnyPredictor | None:
        """Ends the audition; returns the auditioned predictor with its memory, None if there was none."""
        if self.auditioned is None:
            return None
        self.auditioned.stop()
        predictor, self.auditioned = self.auditioned.predictor, None
        return predictor

    def refuses(self, dimension: int, routing: Routing | None = None) -> str:
        """Returns the reason why the player, or with another routing, cannot have a dimension; empty if it can."""
        routing = routing or self.routing
        return routing.refuses(dimension) or self._session.refuses(routing, dimension)

    def change_predictor(self, predictor: AnyPredictor) -> None:
        """Replaces the predictor; a predictor of another dimension begins another log."""
        other = predictor.dimension != self.dimension
        if other:
            self.end_audition()
            self.behaviour.halt()
            self.shaping.clear()
            self.sounding = ()
            self._session.resize(self.routing, predictor.dimension)
            self._log.begin(predictor.dimension)
        if not replace_predictor(self.behaviour, predictor):
            self._change_behaviour(predictor)
        if other:
            self._wire()

    def _change_behaviour(self, predictor: AnyPredictor) -> None:
        before, session = self.behaviour, self._session
        plays = before.started
        before.stop()
        self.end_audition()
        self.behaviour = make_behaviour(
            predictor, before.settings, session.scheduler, self, self._random, session.tempo
        )
        self.behaviour.paused = before.paused
        if plays:
            self.behaviour.start()

    # AnyPlayer, and commands that also apply to the auditioned behaviour

    def start(self) -> None:
        """Begins to play."""
        for behaviour in self.behaviours:
            behaviour.start()

    def stop(self) -> None:
        """Stops playing for good and turns off the player's notes."""
        for behaviour in self.behaviours:
            behaviour.stop()

    @property
    def paused(self) -> bool:
        """True while the player may not play."""
        return self.behaviour.paused

    def describe(self) -> str:
        """Returns mode and model."""
        return f"{self.behaviour.mode.name} · {self.behaviour.predictor.name}"

    def take(self) -> None:
        """Gives the turn to the musician."""
        for behaviour in self.behaviours:
            behaviour.take()

    def give(self) -> None:
        """Gives the turn to the player."""
        for behaviour in self.behaviours:
            behaviour.give()

    def reset(self) -> None:
        """Clears the memory of heard events."""
        for behaviour in self.behaviours:
            behaviour.reset()

    def pause(self, *, silence: bool = True) -> None:
        """Stops playing but goes on listening; turns off the player's notes if ``silence``."""
        for behaviour in self.behaviours:
            behaviour.pause(silence=silence)

    def resume(self) -> None:
        """Lets the player play again; a running fade ends."""
        self._session.outputs.cancel_fade()
        for behaviour in self.behaviours:
            behaviour.resume()

    def panic(self) -> None:
        """Turns off all notes of the player and pauses the player."""
        self.pause()
        self._session.outputs.panic_of(self.name, self._own, self.routing.plays_channels)

    @property
    def silent(self) -> frozenset[int]:
        """Indices of the instrument's values that the player mutes."""
        return self.shaping.silent(self._session.dimension - 1) if not self.shaping.idle else NONE_MUTED

    def end_muted(self) -> None:
        """Ends the notes of muted values now, not with the player's next event."""
        self._session.outputs.end_notes(self.silent & self._own, self.name, self.routing.plays_channels)

    def shuffled_places(self) -> dict[int, int]:
        """Returns a random place for each dimension; see ``dimension_routing``."""
        return shuffled(self.plays, self._random)

    def begin_log(self) -> None:
        """Begins another log file."""
        self._log.begin(self.dimension)

    def end_log(self) -> None:
        """Ends the log file."""
        self._log.end()
