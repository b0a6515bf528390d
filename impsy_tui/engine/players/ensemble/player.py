"""Ensemble as a player of the session: hears touches, plays touches of followers and writes the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from impsy_tui import choices
from impsy_tui.channels.base import EnsembleDisplay, TouchOutput, VirtualTouch
from impsy_tui.control.states import EnsembleState, PlayerState
from impsy_tui.engine.players.base import SessionInterface
from impsy_tui.engine.players.ensemble.followers import EnsembleBehaviour, EnsembleModels
from impsy_tui.engine.players.ensemble.score_log import ScoreLog
from impsy_tui.engine.players.routing import Routing
from impsy_tui.engine.players.settings import EnsembleSettings, present
from impsy_tui.ensemble.clips import ClipTouch
from impsy_tui.ensemble.measures import EnsembleMoment, entropy
from impsy_tui.ensemble.touches.pitches import loudness, note_at
from impsy_tui.ensemble.touches.surfaces import (
    Lifted,
    OscMessage,
    gesture_message,
    new_idea_message,
    online_message,
    performance_message,
    state_message,
)
from impsy_tui.ensemble.touches.touch import Touch

LEAD: Final = "lead"
_NEW_IDEA_SHOWN: Final = 5.0
"""Seconds."""
_TOUCH_SHOWN: Final = 5.0
"""Seconds."""
_NOWHERE: Final = (-1.0, -1.0)
_Outputs = Mapping[int, TouchOutput | EnsembleDisplay]
"""Channels by the index of their output."""


@dataclass(frozen=True, slots=True)
class EnsembleRouting:
    """Lead and destinations of an ensemble.

    Attributes:
        lead: Name of the player whose touches the ensemble hears; empty for all.
        destinations: Names of the channels of the followers, repeated for further followers, while
            ``Routing.plays_channels`` names none; empty for all channels.
        midi_channels: MIDI channels (1 to 16) of the followers, repeated for further followers.
    """

    lead: str
    destinations: tuple[str, ...]
    midi_channels: tuple[int, ...]


class EnsemblePlayer:
    """Ensemble in a session; the ``EnsembleOutput`` of its behaviour.

    Args:
        name: Name of the ensemble.
        models: Network, classifier and clips.
        settings: Settings of the ensemble.
        routing: Channels that the ensemble hears and plays.
        ensemble: Lead and destinations.
        record: Log of the ensemble.
        session: Session of the ensemble.
        random: Random generator.
    """

    def __init__(
        self,
        name: str,
        models: EnsembleModels,
        settings: EnsembleSettings,
        routing: Routing,
        ensemble: EnsembleRouting,
        record: ScoreLog,
        session: SessionInterface,
        random: np.random.Generator,
    ) -> None:
        self.name = name
        self.routing = routing
        self.behaviour = EnsembleBehaviour(models, settings, session.scheduler, self, random)
        self._config = ensemble
        self._record = record
        self._session = session
        self._destinations: list[list[tuple[int, TouchOutput]]] = []
        """Outputs of each follower: index and channel."""
        self._shows: list[tuple[int, EnsembleDisplay]] = []
        """Outputs that display all players: index and channel."""
        self._is_scored = False
        self._touches: dict[str, tuple[float, float, float]] = {}
        """Last touch of each player: place, and time on the scheduler's clock."""

    @property
    def players(self) -> tuple[str, ...]:
        """Names of lead and followers."""
        return LEAD, *choices.FOLLOWERS[: self.behaviour.players - 1]

    # AnyPlayer

    @property
    def behaviours(self) -> tuple[EnsembleBehaviour, ...]:
        """Behaviour of the ensemble."""
        return (self.behaviour,)

    def start(self) -> None:
        """Begins to play, on the channels that are open now."""
        self._connect()
        self._begin_on(self._outputs)
        self.behaviour.start()

    def stop(self) -> None:
        """Stops playing for good and turns off the followers' notes."""
        self.behaviour.stop()
        self._end_on(self._outputs)

    def reroute(self, routing: Routing) -> None:
        """Gives the ensemble other channels; touches on the earlier ones end."""
        if routing == self.routing:
            return
        self.behaviour.end_touches()
        before = self._outputs
        self.routing = routing
        self._connect()
        self._end_on({number: channel for number, channel in before.items() if number not in self._outputs})
        self._begin_on({number: channel for number, channel in self._outputs.items() if number not in before})

    def _connect(self) -> None:
        self._destinations = [self._destination(number) for number in range(len(choices.FOLLOWERS))]
        channels = [output.channel for output in self._session.outputs.channel_outputs]
        shows = [(number, channel) for number, channel in enumerate(channels) if isinstance(channel, EnsembleDisplay)]
        self._shows = [(number, channel) for number, channel in shows if channel.shows_ensembles]

    def _begin_on(self, outputs: _Outputs) -> None:
        self._send(outputs, [performance_message(self.name, begins=True), *self._present(self.players)])

    def _end_on(self, outputs: _Outputs) -> None:
        there = self._present(self.players, there=False)
        self._send(outputs, [*there, performance_message(self.name, begins=False)])

    def _present(self, players: Sequence[str], *, there: bool = True) -> list[OscMessage]:
        return [online_message(player, self.name, there=there) for player in players if player != LEAD]

    @property
    def paused(self) -> bool:
        """True while the followers may not play."""
        return self.behaviour.paused

    def pause(self, *, silence: bool = True) -> None:
        """Stops the followers; the ensemble goes on listening."""
        self.behaviour.pause()

    def resume(self) -> None:
        """Lets the followers play again."""
        self.behaviour.resume()

    def panic(self) -> None:
        """Turns off all notes of the followers and pauses them."""
        self.pause()

    def reset(self) -> None:
        """Clears the memory of heard gestures."""
        self.behaviour.reset()

    def discard_drawn_numbers(self) -> None:
        """Does nothing, because an ensemble draws no numbers ahead."""

    def begin_log(self) -> None:
        """Begins other log files."""
        self._record.begin()
        self._is_scored = False

    def end_log(self) -> None:
        """Ends the log files."""
        self._record.end()

    def describe(self) -> str:
        """Returns number of players and model."""
        return f"{self.behaviour.players} players, a lead among them · {self.behaviour.models.model}"

    # Touches of the lead

    def hears_channel(self, name: str) -> bool:
        """Returns True if the ensemble hears a channel."""
        return self.routing.hears_channels is None or name in self.routing.hears_channels

    def hear(self, touch: Touch | Lifted) -> None:
        """Hears a touch on a surface, or its end."""
        if isinstance(touch, Lifted) or (self._config.lead and touch.player != self._config.lead):
            return
        if self._session.logs_input:
            self._record.touch(touch)
        self.behaviour.hear(touch)
        self._touches[LEAD] = touch.x, touch.y, self._session.scheduler.now()
        for number, channel in self._shows:
            self._session.outputs.pass_on(number, channel.show_touch, LEAD, touch.x, touch.y, touch.velocity)

    # Output of the behaviour

    def touch(self, follower: int, touch: ClipTouch) -> None:
        """Plays a touch of a follower."""
        ensemble = self._config
        name = choices.FOLLOWERS[follower]
        self._touches[name] = touch.x, touch.y, self._session.scheduler.now()
        played = VirtualTouch(
            name,
            touch.x,
            touch.y,
            touch.velocity,
            ensemble.midi_channels[follower % len(ensemble.midi_channels)],
            note_at(touch.x, self.behaviour.notes),
            loudness(touch.velocity),
        )
        for number, channel in self._destinations[follower]:
            self._session.outputs.pass_on(number, channel.play_touch, played)
        played_on = {number for number, _ in self._destinations[follower]}
        for number, shown in self._shows:
            if number not in played_on:
                self._session.outputs.pass_on(
                    number, shown.show_touch, played.player, touch.x, touch.y, touch.velocity
                )

    def lift(self, follower: int) -> None:
        """Lifts the finger of a follower."""
        for number, channel in self._destinations[follower]:
            self._session.outputs.pass_on(number, channel.end_touch, choices.FOLLOWERS[follower])

    def passed(self, at: float, codes: Sequence[int], moment: EnsembleMoment) -> None:
        """Logs a second and sends its gestures to the outputs of the followers."""
        self._write_score(at, codes)
        messages = [gesture_message(player, code) for player, code in zip(self.players, codes, strict=True)]
        state = moment.state
        messages.append(state_message(state.kind, state.spread, state.ratio))
        if moment.new_idea:
            messages.append(new_idea_message(self.name))
        self._send_to_all(messages)

    def leave(self, players: int) -> None:
        """Reports the players that leave, before the ensemble shrinks to a number of players."""
        if gone := self.players[players:]:
            self._send_to_all(self._present(gone, there=False))

    def join(self, players: int) -> None:
        """Reports the players that have joined an ensemble, which had a number of players."""
        if come := self.players[players:]:
            self._send_to_all(self._present(come))
        self._is_scored = False  # a score has the same players from begin to end

    def notify(self, level: str, text: str) -> None:
        """Reports to the performer."""
        self._session.notify(level, self.name, text)

    @property
    def _outputs(self) -> _Outputs:
        """Outputs of the present followers, and those that display all players."""
        followers = self.behaviour.players - 1
        there: dict[int, TouchOutput | EnsembleDisplay] = dict(self._shows)
        there.update(output for outputs in self._destinations[:followers] for output in outputs)
        return there

    def _send_to_all(self, messages: Sequence[OscMessage]) -> None:
        self._send(self._outputs, messages)

    def _send(self, outputs: _Outputs, messages: Sequence[OscMessage]) -> None:
        for number, channel in outputs.items():
            self._session.outputs.pass_on(number, channel.send_ensemble_messages, messages)

    def _write_score(self, at: float, codes: Sequence[int]) -> None:
        # Scores have no seconds without a lead.
        if self.behaviour.touched_at is None or self.behaviour.resting:
            self._is_scored = False
            return
        if not self._is_scored:
            self._is_scored = True
            self._record.begin_score(self.players)
        self._record.second(at, codes)

    def _destination(self, follower: int) -> list[tuple[int, TouchOutput]]:
        names = self.routing.plays_channels
        if names is None and (chosen := self._config.destinations):
            names = frozenset({chosen[follower % len(chosen)]})
        channels = [output.channel for output in self._session.outputs.channel_outputs]
        return [
            (number, channel)
            for number, channel in enumerate(channels)
            if isinstance(channel, TouchOutput) and (names is None or channel.name in names)
        ]

    # State

    def state(self, now: float) -> PlayerState:
        """Returns the ensemble as a player of a snapshot."""
        behaviour = self.behaviour
        return PlayerState(
            name=self.name,
            kind=behaviour.models.kind,
            model=behaviour.models.model,
            runtime="",
            mode="ensemble",
            turn="both",
            paused=behaviour.paused,
            parameters=present(behaviour),
            max_gap=0.0,
            output=(),
            output_age=0.0 if any(behaviour.codes) else -1.0,
            upcoming=(),
            upcoming_in=0.0,
            played=behaviour.played,
            skipped=behaviour.skipped,
            ensemble=self._state(now),
        )

    def _place(self, player: str, now: float) -> tuple[float, float]:
        """Returns the place of a player's last touch, if it is not long ago."""
        x, y, at = self._touches.get(player, (*_NOWHERE, now))
        return (round(x, 2), round(y, 2)) if now - at < _TOUCH_SHOWN else _NOWHERE

    def _state(self, now: float) -> EnsembleState:
        behaviour, moment = self.behaviour, self.behaviour.moment
        columns = zip(*behaviour.seconds, strict=True) if behaviour.seconds else [()] * len(self.players)
        return EnsembleState(
            players=self.players,
            gestures=(behaviour.lead, *behaviour.codes),
            seconds=tuple("".join(map(str, column)) for column in columns),
            forced=tuple(sorted(choices.FOLLOWERS[follower] for follower in behaviour.forced)),
            features=tuple(round(value, 3) for value in behaviour.features.tolist()),
            lead_age=-1.0 if behaviour.touched_at is None else now - behaviour.touched_at,
            resting=behaviour.resting,
            flux=moment.flux if moment is not None else 0.0,
            rise=moment.rise if moment is not None else 0.0,
            entropy=entropy(moment.counts) if moment is not None else 0.0,
            state=moment.state.kind if moment is not None else "",
            transitions=() if moment is None else tuple(moment.counts.astype(int).ravel().tolist()),
            new_idea=behaviour.idea_at is not None and now - behaviour.idea_at < _NEW_IDEA_SHOWN,
            auditioned=behaviour.auditioned.model if behaviour.auditioned is not None else "",
            in_silence=behaviour.in_silence,
            touches=tuple(self._place(player, now) for player in self.players),
        )
