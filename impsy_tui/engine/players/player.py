"""A seat: one player, and all that is its own: what it hears and plays, its part, its log, its understudy."""

from collections.abc import Callable, Sequence
from copy import copy

import numpy as np

from impsy_tui.agent.descriptors.osc_messages import HeardDescriptors
from impsy_tui.channels.base import NONE_MUTED
from impsy_tui.engine.players.agent import FEATS, FEATS_STEP
from impsy_tui.engine.players.base import REPLAY, Impulse, Notify, PlayerLog, SessionInterface
from impsy_tui.engine.players.dimension_shaping import DimensionShaping
from impsy_tui.engine.players.kinds import (
    AnyPredictor,
    PlayerBehaviour,
    agent_behaviours,
    make_behaviour,
    replace_predictor,
)
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.settings import PlayerSettings


class _Unheard:
    """Where an auditioned part plays: nowhere."""

    def __init__(self, notify: Notify) -> None:
        self._notify = notify

    def play(self, values: Sequence[float]) -> None:
        """Nobody hears it."""

    def silence(self) -> None:
        """Nothing of it sounds."""

    def aim(self, goal: Callable[[], Sequence[float]]) -> None:
        """Nobody is told."""

    def turned(self) -> None:
        """It plays beside another, whose turns matter."""

    def notify(self, level: str, text: str) -> None:
        """What it has to say is heard all the same."""
        self._notify(level, "audition", text)


class Player:
    """One player in a session. It is the ``Stage`` of its part.

    Values of the instrument are in the instrument's order in ``shaping``, and in the player's
    own wherever its part is concerned.

    Args:
        name: of the player.
        predictor: plays.
        settings: how.
        wiring: what it hears and plays.
        log: where its performance is written.
        room: where it sits.
        random: source of chance.
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
        """What it played last as it was heard, in its own order."""
        self.heard_at: float | None = None
        """When it heard something last."""
        self._log = log
        self._session = session
        self._random = random
        self._wrote_feats_at, self._unwritten = -FEATS_STEP, 0
        self._wire()

    def _wire(self) -> None:
        """Find its values among the instrument's."""
        usual, count = tuple(range(self.dimension - 1)), self._session.dimension - 1
        self.hears = self.routing.hears or usual
        """Indices of the values that it hears."""
        self.plays = self.routing.plays or usual
        """Indices of the values that it plays."""
        whole = tuple(range(count))
        self.hears_all, self.plays_all = self.hears == whole, self.plays == whole
        """Whether these are the whole instrument, in its order."""
        self._others = frozenset(whole).difference(self.plays)
        self._own = frozenset(self.plays)
        self._heard: tuple[float, ...] = (0.0,) * len(self.hears)

    @property
    def dimension(self) -> int:
        """Of the player: its values and one for time."""
        return self.behaviour.predictor.dimension

    def sounding_at(self, index: int) -> float | None:
        """Where a value of the instrument (from 0) sounds, as this player played it last; None if it has not."""
        if not self.sounding or index not in self._own:
            return None
        return self.sounding[self.plays.index(index)]

    def discard_drawn_numbers(self) -> None:
        """Chance that was drawn beforehand is forgotten: its source begins anew."""
        for behaviour in self.behaviours:
            behaviour.predictor.discard_drawn_numbers()

    @property
    def behaviours(self) -> tuple[PlayerBehaviour, ...]:
        """The part that is heard, and the one that is auditioned, if there is one."""
        return (self.behaviour,) if self.auditioned is None else (self.behaviour, self.auditioned)

    # What happens around it

    def hear(
        self,
        values: Sequence[float],
        said: frozenset[int] | None,
        meant: frozenset[int] | None,
        at: float,
        impulse: Impulse | None = None,
    ) -> None:
        """Somebody played.

        Args:
            values: of the whole instrument.
            said: the indices that were played; the others stay as it heard them last. None for all.
            meant: the indices that it is about, None for all: where none is the player's, it hears nothing.
            at: when.
            impulse: who has answered to it, where players hear each other.
        """
        if meant is not None and not self.hears_all and meant.isdisjoint(self.hears):
            return
        if said is not None:
            heard = [values[i] if i in said else old for i, old in zip(self.hears, self._heard, strict=True)]
            vector = tuple(heard)
        else:
            vector = tuple(values) if self.hears_all else tuple([values[i] for i in self.hears])
        before = self._session.began if self.heard_at is None else self.heard_at
        # Channels are read one after the other: what arrived first may be read last.
        at = max(at, before)
        self._heard, self.heard_at = vector, at
        if self._session.logs_input:
            self._log.write(at, self._session.source, vector)
        may_answer = True
        if impulse is not None:
            may_answer = self.name not in impulse
            impulse.add(self.name)
        for behaviour in self.behaviours:
            behaviour.hear(at - before, vector, at, impulse, may_answer=may_answer)

    def held(self, channel: str, held: bool, at: float) -> None:
        """The musician holds something down on a channel, or has let go of everything there."""
        for behaviour in self.behaviours:
            behaviour.held(channel, held, at)

    def described(self, feats: HeardDescriptors, at: float) -> str | None:
        """The musician's sound was described; what is wrong with that, None if nobody here hears it."""
        agents = agent_behaviours(self.behaviours)
        if not agents:
            return None
        self._unwritten += 1
        if self._session.logs_input and at - self._wrote_feats_at >= FEATS_STEP:
            self._log.write(at, FEATS, [*feats.rounded, self._unwritten])
            self._wrote_feats_at, self._unwritten = at, 0
        return next(filter(None, [behaviour.listen(feats, at) for behaviour in agents]), "")

    def hears_channel(self, name: str) -> bool:
        """Whether it hears what comes by a channel; a log is replayed for all who hear the musician anywhere."""
        channels = self.routing.hears_channels
        return channels is None or name in channels or (name == REPLAY and bool(channels))

    # A Stage, for the part

    def play(self, values: Sequence[float]) -> None:
        """The player plays: what is heard is shaped, what is written down is not."""
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
        listeners = session.listeners(self.name)
        if listeners and (sounded := self._own - silent):
            impulse = self.behaviour.cause
            impulse = {self.name} if impulse is None else impulse
            for listener in listeners:
                # In the next turn: who hears this may answer at once, and be heard here in turn.
                session.scheduler.at(now, listener.hear, shaped, sounded, sounded, now, impulse)

    def aim(self, goal: Callable[[], Sequence[float]]) -> None:
        """An agent tells where the sound is that it aims for."""
        self._session.outputs.aim(goal, self.routing.plays_channels)

    def silence(self) -> None:
        """The player's turn is over."""
        self._session.outputs.hush(self.name, self._own, self.routing.plays_channels)

    def turned(self) -> None:
        """The player's turn began."""
        self._session.turned(self.name)

    def notify(self, level: str, text: str) -> None:
        """The part has something to say."""
        self._session.notify(level, "player" if self._session.alone else self.name, text)

    def _spread(self, values: Sequence[float]) -> list[float]:
        """The player's values among the instrument's; the others are where the musician has them."""
        spread = list(self._session.last_input)
        for index, value in zip(self.plays, values, strict=True):
            spread[index] = value
        return spread

    # Who sits here

    def audition(self, predictor: AnyPredictor) -> None:
        """Let another predictor of the same dimension listen and play beside this one, unheard."""
        self.end_audition()
        settings = copy(self.behaviour.settings)
        self.auditioned = make_behaviour(
            predictor,
            settings,
            self._session.scheduler,
            _Unheard(self._session.notify),
            self._random,
            self._session.tempo,
        )
        self.auditioned.start()
        if self.behaviour.paused:
            self.auditioned.pause()

    def end_audition(self) -> AnyPredictor | None:
        """Send the auditioned predictor away; it comes back, with all it has heard."""
        if self.auditioned is None:
            return None
        self.auditioned.stop()
        predictor, self.auditioned = self.auditioned.predictor, None
        return predictor

    def refuses(self, dimension: int) -> str:
        """Why a predictor of this dimension cannot sit here; empty if it can."""
        return self.routing.refuses(dimension) or self._session.refuses(self, dimension)

    def change_predictor(self, predictor: AnyPredictor) -> None:
        """Let another predictor take over; one of another dimension begins another log."""
        other = predictor.dimension != self.dimension
        if other:
            self.end_audition()
            self.behaviour.halt()
            self.shaping.clear()
            self.sounding = ()
            self._session.resize(self, predictor.dimension)
            self._log.begin(predictor.dimension)
        if not replace_predictor(self.behaviour, predictor):
            self._begin_part(predictor)
        if other:
            self._wire()

    def _begin_part(self, predictor: AnyPredictor) -> None:
        """A predictor of another kind has a part of another kind."""
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

    # A Sitter, for the session, and what the performer asks for: of the auditioned player, too

    def start(self) -> None:
        """Begin to play."""
        self.behaviour.start()

    def stop(self) -> None:
        """End: nothing is played from now on, nothing is left sounding."""
        self.behaviour.stop()

    @property
    def paused(self) -> bool:
        """Whether it may not play."""
        return self.behaviour.paused

    def describe(self) -> str:
        """Mode and model."""
        return f"{self.behaviour.mode.name} · {self.behaviour.predictor.name}"

    def take(self) -> None:
        """The musician takes the turn."""
        for behaviour in self.behaviours:
            behaviour.take()

    def give(self) -> None:
        """The player gets the turn."""
        for behaviour in self.behaviours:
            behaviour.give()

    def reset(self) -> None:
        """The player forgets what it has heard."""
        for behaviour in self.behaviours:
            behaviour.reset()

    def pause(self, *, silence: bool = True) -> None:
        """The player is silent and listens; what sounds is turned off unless told not to."""
        for behaviour in self.behaviours:
            behaviour.pause(silence=silence)

    def resume(self) -> None:
        """The player may play again; a fade ends where it is."""
        self._session.outputs.cancel_fade()
        for behaviour in self.behaviours:
            behaviour.resume()

    def panic(self) -> None:
        """All of its own off, and paused."""
        self.pause()
        self._session.outputs.panic_of(self.name, self._own, self.routing.plays_channels)

    @property
    def silent(self) -> frozenset[int]:
        """The indices of its values that sound nothing."""
        return self.shaping.silent(self._session.dimension - 1) if not self.shaping.idle else NONE_MUTED

    def end_muted(self) -> None:
        """What sounds of muted values ends now, and not with the player's next event."""
        self._session.outputs.end_notes(self.silent & self._own, self.name, self.routing.plays_channels)

    def begin_log(self) -> None:
        """Begin another file of its log."""
        self._log.begin(self.dimension)
