"""A seat: one player, and all that is its own: what it hears and plays, its part, its log, its understudy."""

from collections.abc import Callable, Sequence
from copy import copy

import numpy as np

from impsy_tui.agent.descriptors.osc_messages import HeardDescriptors
from impsy_tui.channels.base import NONE_MUTED
from impsy_tui.engine.players.agent import FEATS, FEATS_STEP
from impsy_tui.engine.players.base import REPLAY, Impulse, PlayerLog, SessionInterface, Tell
from impsy_tui.engine.players.dimension_shaping import DimensionShaping
from impsy_tui.engine.players.kinds import Anybody, PlayerKind, agents_of, part_of, take_over
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.settings import PlayerSettings


class _Unheard:
    """Where an auditioned part plays: nowhere."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def play(self, values: Sequence[float]) -> None:
        """Nobody hears it."""

    def silence(self) -> None:
        """Nothing of it sounds."""

    def aim(self, goal: Callable[[], Sequence[float]]) -> None:
        """Nobody is told."""

    def turned(self) -> None:
        """It plays beside another, whose turns matter."""

    def tell(self, level: str, text: str) -> None:
        """What it has to say is heard all the same."""
        self._tell(level, "audition", text)


class Player:
    """One player in a session. It is the ``Stage`` of its part.

    Values of the instrument are in the instrument's order in ``shaping``, and in the player's
    own wherever its part is concerned.

    Args:
        name: of the player.
        player: who plays.
        settings: how.
        wiring: what it hears and plays.
        log: where its performance is written.
        room: where it sits.
        random: source of chance.
    """

    def __init__(
        self,
        name: str,
        player: Anybody,
        settings: PlayerSettings,
        wiring: Routing,
        log: PlayerLog,
        room: SessionInterface,
        random: np.random.Generator,
    ) -> None:
        self.name = name
        self.wiring = wiring
        self.shaping = DimensionShaping()
        self.part = part_of(player, settings, room.scheduler, self, random, room.tempo)
        self.understudy: PlayerKind | None = None
        self.sounding: tuple[float, ...] = ()
        """What it played last as it was heard, in its own order."""
        self.heard_at: float | None = None
        """When it heard something last."""
        self._log = log
        self._room = room
        self._random = random
        self._wrote_feats_at, self._unwritten = -FEATS_STEP, 0
        self._wire()

    def _wire(self) -> None:
        """Find its values among the instrument's."""
        usual, count = tuple(range(self.dimension - 1)), self._room.dimension - 1
        self.hears = self.wiring.hears or usual
        """Indices of the values that it hears."""
        self.plays = self.wiring.plays or usual
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
        return self.part.player.dimension

    def sounding_at(self, index: int) -> float | None:
        """Where a value of the instrument (from 0) sounds, as this player played it last; None if it has not."""
        if not self.sounding or index not in self._own:
            return None
        return self.sounding[self.plays.index(index)]

    def discard_drawn_numbers(self) -> None:
        """Chance that was drawn beforehand is forgotten: its source begins anew."""
        for part in self.parts:
            part.player.discard_drawn_numbers()

    @property
    def parts(self) -> tuple[PlayerKind, ...]:
        """The part that is heard, and the one that is auditioned, if there is one."""
        return (self.part,) if self.understudy is None else (self.part, self.understudy)

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
        before = self._room.began if self.heard_at is None else self.heard_at
        # Channels are read one after the other: what arrived first may be read last.
        at = max(at, before)
        self._heard, self.heard_at = vector, at
        if self._room.logs_input:
            self._log.write(at, self._room.source, vector)
        may_answer = True
        if impulse is not None:
            may_answer = self.name not in impulse
            impulse.add(self.name)
        for part in self.parts:
            part.hear(at - before, vector, at, impulse, may_answer=may_answer)

    def held(self, channel: str, held: bool, at: float) -> None:
        """The musician holds something down on a channel, or has let go of everything there."""
        for part in self.parts:
            part.held(channel, held, at)

    def described(self, feats: HeardDescriptors, at: float) -> str | None:
        """The musician's sound was described; what is wrong with that, None if nobody here hears it."""
        agents = agents_of(self.parts)
        if not agents:
            return None
        self._unwritten += 1
        if self._room.logs_input and at - self._wrote_feats_at >= FEATS_STEP:
            self._log.write(at, FEATS, [*feats.rounded, self._unwritten])
            self._wrote_feats_at, self._unwritten = at, 0
        return next(filter(None, [part.listen(feats, at) for part in agents]), "")

    def hears_channel(self, name: str) -> bool:
        """Whether it hears what comes by a channel; a log is replayed for all who hear the musician anywhere."""
        channels = self.wiring.hears_channels
        return channels is None or name in channels or (name == REPLAY and bool(channels))

    # A Stage, for the part

    def play(self, values: Sequence[float]) -> None:
        """The player plays: what is heard is shaped, what is written down is not."""
        room, outputs = self._room, self._room.outputs
        shaped = self.shaping.apply(values if self.plays_all else self._spread(values))
        silent = self.shaping.silent(len(shaped))
        self.sounding = shaped if self.plays_all else tuple([shaped[i] for i in self.plays])
        if self.plays_all and self.wiring.plays_channels is None:
            outputs.play(shaped, silent, player=self.name)
        else:
            outputs.play(shaped, silent, self._others, self.name, self.wiring.plays_channels)
        room.played()
        now = room.scheduler.now()
        if room.logs_predictions:
            self._log.write(now, "rnn", values)
        listeners = room.listeners(self.name)
        if listeners and (sounded := self._own - silent):
            impulse = self.part.cause
            impulse = {self.name} if impulse is None else impulse
            for listener in listeners:
                # In the next turn: who hears this may answer at once, and be heard here in turn.
                room.scheduler.at(now, listener.hear, shaped, sounded, sounded, now, impulse)

    def aim(self, goal: Callable[[], Sequence[float]]) -> None:
        """An agent tells where the sound is that it aims for."""
        self._room.outputs.aim(goal, self.wiring.plays_channels)

    def silence(self) -> None:
        """The player's turn is over."""
        self._room.outputs.hush(self.name, self._own, self.wiring.plays_channels)

    def turned(self) -> None:
        """The player's turn began."""
        self._room.turned(self.name)

    def tell(self, level: str, text: str) -> None:
        """The part has something to say."""
        self._room.tell(level, "player" if self._room.alone else self.name, text)

    def _spread(self, values: Sequence[float]) -> list[float]:
        """The player's values among the instrument's; the others are where the musician has them."""
        spread = list(self._room.last_input)
        for index, value in zip(self.plays, values, strict=True):
            spread[index] = value
        return spread

    # Who sits here

    def audition(self, player: Anybody) -> None:
        """Let another player of the same dimension listen and play beside this one, unheard."""
        self.end_audition()
        settings = copy(self.part.settings)
        self.understudy = part_of(
            player, settings, self._room.scheduler, _Unheard(self._room.tell), self._random, self._room.tempo
        )
        self.understudy.start()
        if self.part.paused:
            self.understudy.pause()

    def end_audition(self) -> Anybody | None:
        """Send the auditioned player away; it comes back, with all it has heard."""
        if self.understudy is None:
            return None
        self.understudy.stop()
        player, self.understudy = self.understudy.player, None
        return player

    def refuses(self, dimension: int) -> str:
        """Why a player of this dimension cannot sit here; empty if it can."""
        return self.wiring.refuses(dimension) or self._room.refuses(self, dimension)

    def change_player(self, player: Anybody) -> None:
        """Let another player take over; one of another dimension begins another log."""
        other = player.dimension != self.dimension
        if other:
            self.end_audition()
            self.part.halt()
            self.shaping.clear()
            self.sounding = ()
            self._room.resize(self, player.dimension)
            self._log.begin(player.dimension)
        if not take_over(self.part, player):
            self._begin_part(player)
        if other:
            self._wire()

    def _begin_part(self, player: Anybody) -> None:
        """A player of another kind has a part of another kind."""
        before, room = self.part, self._room
        plays = before.started
        before.stop()
        self.end_audition()
        self.part = part_of(player, before.settings, room.scheduler, self, self._random, room.tempo)
        self.part.paused = before.paused
        if plays:
            self.part.start()

    # A Sitter, for the session, and what the performer asks for: of the auditioned player, too

    def start(self) -> None:
        """Begin to play."""
        self.part.start()

    def stop(self) -> None:
        """End: nothing is played from now on, nothing is left sounding."""
        self.part.stop()

    @property
    def paused(self) -> bool:
        """Whether it may not play."""
        return self.part.paused

    def describe(self) -> str:
        """Mode and model."""
        return f"{self.part.mode.name} · {self.part.player.name}"

    def take(self) -> None:
        """The musician takes the turn."""
        for part in self.parts:
            part.take()

    def give(self) -> None:
        """The player gets the turn."""
        for part in self.parts:
            part.give()

    def reset(self) -> None:
        """The player forgets what it has heard."""
        for part in self.parts:
            part.reset()

    def pause(self, *, silence: bool = True) -> None:
        """The player is silent and listens; what sounds is turned off unless told not to."""
        for part in self.parts:
            part.pause(silence=silence)

    def resume(self) -> None:
        """The player may play again; a fade ends where it is."""
        self._room.outputs.cancel_fade()
        for part in self.parts:
            part.resume()

    def panic(self) -> None:
        """All of its own off, and paused."""
        self.pause()
        self._room.outputs.panic_of(self.name, self._own, self.wiring.plays_channels)

    @property
    def silent(self) -> frozenset[int]:
        """The indices of its values that sound nothing."""
        return self.shaping.silent(self._room.dimension - 1) if not self.shaping.idle else NONE_MUTED

    def end_muted(self) -> None:
        """What sounds of muted values ends now, and not with the player's next event."""
        self._room.outputs.end_notes(self.silent & self._own, self.name, self.wiring.plays_channels)

    def begin_log(self) -> None:
        """Begin another file of its log."""
        self._log.begin(self.dimension)
